/** The apps a person is connected to: what each may do, since when, last used, until when. */
import { isDeepStrictEqual } from 'node:util'
import { claimsOfScope } from '@symbolon/protocol/claims'
import { missing } from '@symbolon/protocol/scope'
import type { AppSummary, PermissionGroup } from '@symbolon/protocol/views'
import { clientFrom } from '../client.ts'
import { claimsWithout, permissionOf } from '../flow/claims-request.ts'
import { lasts } from '../flow/consent.ts'
import type { Issuer, Settings } from '../ports/issuer.ts'
import type { ConsentRecord, GrantRecord, PersonRecord, Seconds } from '../ports/records.ts'
import type { Write } from '../ports/store.ts'
import type { Resource } from '../resource.ts'
import { accessTokenLifetime } from '../tokens/lifetimes.ts'
import { claimsOf, clientView, grantedGroups, type KnownClient, textOf } from './views.ts'

export interface ConnectedApp {
  readonly known: KnownClient
  readonly consent: ConsentRecord
  /** Those that are neither revoked nor expired. */
  readonly grants: readonly GrantRecord[]
}

export async function loadApps({ store, now }: Issuer, person: PersonRecord): Promise<readonly ConnectedApp[]> {
  const [registry, consents, grants] = await Promise.all([
    store.registry(),
    store.consents.ofPerson(person.personId),
    store.grants.ofPerson(person.personId, now()),
  ])
  const apps = await Promise.all(
    consents.map(async (consent) => {
      const record = await registry.client(consent.clientId)
      const own = grants.filter(({ clientId }) => clientId === consent.clientId)
      return record && { known: { record, client: clientFrom(record) }, consent, grants: own }
    }),
  )
  return apps.filter((app) => app !== undefined).sort((a, b) => lastUse(b) - lastUse(a))
}

const lastUse = ({ consent, grants }: ConnectedApp): Seconds =>
  Math.max(consent.updatedAt, ...grants.map(({ lastUsedAt }) => lastUsedAt))

export const appSummary = ({ known, consent, grants }: ConnectedApp, locale: string): AppSummary => ({
  client: clientView(known, locale),
  allowedAt: consent.createdAt,
  lastUsedAt: grants.length === 0 ? undefined : Math.max(...grants.map(({ lastUsedAt }) => lastUsedAt)),
})

export const appGroups = (
  { consent }: ConnectedApp,
  about: { readonly resources: readonly Resource[]; readonly person: PersonRecord; readonly locale: string },
): readonly PermissionGroup[] => grantedGroups({ ...about, scope: consent.scope })

export const isOffline = ({ consent, known }: ConnectedApp): boolean =>
  consent.scope.includes('offline_access') && lasts(consent.scope, known.client)

/** Until when the app can renew its access. */
export function renewsUntil({ grants, known }: ConnectedApp): Seconds | undefined {
  const renewing = grants.filter(({ scope }) => lasts(scope, known.client)).map(({ expiresAt }) => expiresAt)
  return renewing.length === 0 ? undefined : Math.max(...renewing)
}

/**
 * When the last access token that the app may hold is over though its grant has ended: a JWT is good until it expires
 * (RFC 9068), an opaque token and everything at this server ends at once.
 */
export function accessUntil(
  { grants }: ConnectedApp,
  about: { readonly resources: readonly Resource[]; readonly settings: Settings; readonly now: Seconds },
): Seconds | undefined {
  const ends = grants.flatMap(({ resources, lastUsedAt }) =>
    about.resources
      .filter(({ resource, tokenFormat }) => tokenFormat === 'jwt' && resources.includes(resource))
      .map((resource) => lastUsedAt + accessTokenLifetime(resource, about.settings)),
  )
  const last = Math.max(0, ...ends)
  return last > about.now ? last : undefined
}

export const removeApp = ({ personId, clientId }: ConsentRecord, now: Seconds): readonly Write[] => [
  { do: 'delete-consent', personId, clientId },
  { do: 'revoke-grants-of', personId, clientId, now },
]

/** Access to nothing lasts for nothing. */
export const isAllOf = ({ scope }: ConsentRecord, permission: string): boolean =>
  missing(scope, [permission, 'offline_access']).length === 0

/**
 * Takes one permission back, in what is remembered and in every grant at once. A grant that was to last while the person
 * is away ends when it no longer may: what renews it is all that it is for.
 */
export function removePermission({ consent, grants }: ConnectedApp, scope: string, now: Seconds): readonly Write[] {
  const left = missing(consent.scope, [scope])
  if (isAllOf(consent, scope)) return [{ do: 'hold-consent', seen: consent }, ...removeApp(consent, now)]
  const { personId, clientId } = consent
  return [
    { do: 'replace-consent', consent: { ...consent, scope: left, updatedAt: now }, seen: consent },
    { do: 'revoke-codes-of', personId, clientId, now },
    ...narrowGrants(grants, scope, now),
  ]
}

export const narrowGrants = (grants: readonly GrantRecord[], scope: string, now: Seconds): readonly Write[] =>
  grants.flatMap((grant): readonly Write[] => {
    const { grantId } = grant
    const still = missing(grant.scope, [scope])
    const claims = claimsWithout(grant.claims, scope)
    const isSame = still.length === grant.scope.length && isDeepStrictEqual(claims, grant.claims)
    // What a plain OAuth client keeps has no name in its scope.
    const isKept = scope === 'offline_access' && !grant.scope.includes('openid')
    if (isSame && !isKept) return []
    const isOver = scope === 'offline_access' || still.length === 0
    return [isOver ? { do: 'revoke-grant', grantId, now } : { do: 'narrow-grant', grantId, scope: still, claims }]
  })

/** What the account knows of a person, and which apps were given it. */
export function sharedValues(person: PersonRecord, apps: readonly ConnectedApp[], locale: string) {
  const claims = claimsOf(person)
  return Object.entries(claimsOfScope).flatMap(([scope, names]) =>
    names.flatMap((claim) => {
      const value = claim === 'updated_at' || claims[claim] === undefined ? undefined : textOf(claims[claim])[0]
      if (value === undefined) return []
      const sharedWith = apps
        .filter(({ consent }) => consent.scope.includes(scope) || consent.scope.includes(permissionOf(claim)))
        .map(({ known }) => known.client.name(locale))
      return [{ claim, value, sharedWith }]
    }),
  )
}

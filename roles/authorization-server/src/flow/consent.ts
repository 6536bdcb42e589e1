/**
 * When a person is asked, what for, and what follows from the answer.
 *
 * A consent is remembered as the union of all that was allowed, without what was declined since; only what is not in it is
 * new. A permission is either part of what the client can't do without, or optional and up to the person.
 *
 * @see RFC 6749 §3.3 (less may be granted than asked), RFC 8252 §8.6 (native apps are always asked for)
 * @see OpenID Connect Core §3.1.2.4 and §11 (offline access needs consent)
 */
import type { AskedClaims } from '@symbolon/protocol/claims'
import { contentsOf } from '@symbolon/protocol/response-types'
import { intersect, missing, union, within } from '@symbolon/protocol/scope'
import { type Client, isPublic } from '../client.ts'
import type { ConsentRecord, Seconds } from '../ports/records.ts'
import { type FoundScope, findScopes, type Resource, scopesOf } from '../resource.ts'
import type { AuthorizationRequest } from './1-authorization-request.ts'
import { claimOf, claimsWithin, isAmong, isEssential, permissionsFor, withoutDeclined } from './claims-request.ts'
import { destinationOf } from './redirect-uri.ts'

export interface Granted {
  readonly scope: readonly string[]
  readonly resources: readonly string[]
  /** What the client named beside the scopes, as far as it was allowed or a granted scope gives it. */
  readonly claims: AskedClaims | null
  /** Access may go on while the person is away, whether or not a scope says so. */
  readonly lasts?: boolean
  /** The person was asked just now: what they remember allowing counts from here. */
  readonly asked: boolean
  /** What they did not allow, whatever they did before. */
  readonly declined?: readonly string[]
  /** Nobody was asked, now or before: the client is first-party. */
  readonly skipped?: true
}

export interface Permission extends FoundScope {
  readonly optional: boolean
  /** Part of what the person allowed this client before. */
  readonly allowed: boolean
}

export interface ConsentQuestion {
  readonly permissions: readonly Permission[]
  /** The client's name or address is not the one that the person allowed. */
  readonly changed: boolean
}

export interface ConsentSituation {
  readonly request: AuthorizationRequest
  readonly client: Client
  readonly resources: readonly Resource[]
  readonly remembered: ConsentRecord | undefined
  readonly shown: ConsentRecord['shown']
  readonly now: Seconds
}

/** What weighs heavy is asked for again after a year. */
const year = 365 * 86_400

export function decideConsent(
  situation: ConsentSituation,
): { readonly question: ConsentQuestion } | { readonly granted: Granted } {
  const { request, client, resources, shown } = situation
  const remembered = given(situation.remembered)
  const unproven = isUnproven(client, request.redirectUri)
  const named = permissionsFor(request.claims, request.scope)
  if (client.skipConsent && !unproven)
    return { granted: { ...narrow(situation, request.scope, named), asked: false, skipped: true } }

  const before = remembered?.scope ?? []
  const openid = request.scope.includes('openid')
  const permissions = (): readonly Permission[] => [
    ...findScopes(request.scope, resources).found.map((found) => ({
      ...found,
      // A plain OAuth client keeps access with this scope or without it.
      optional: found.record?.optional === true || (found.scope === 'offline_access' && openid),
      allowed: before.includes(found.scope),
    })),
    ...named.map((scope) => ({
      ...{ scope, record: undefined, resource: undefined },
      optional: !isEssential(scope, request.claims),
      allowed: isAmong(scope, before),
    })),
  ]
  const changed =
    remembered !== undefined && (remembered.shown.name !== shown.name || remembered.shown.host !== shown.host)
  const ask = () => ({ question: { permissions: permissions(), changed } })
  const again = request.prompt.includes('consent') || unproven
  if (remembered === undefined || changed || again) return ask()
  const isOld = situation.now - remembered.updatedAt > year
  if (isOld && permissions().some(({ record }) => record?.risk === 'high')) return ask()

  const mayLast = (scope: readonly string[]) => before.includes('offline_access') || !isLasting(situation, scope)
  const isKnown =
    mayLast(request.scope) &&
    within(request.scope, before) &&
    within(request.resources, remembered.resources) &&
    named.every((permission) => isAmong(permission, before))
  if (isKnown) return { granted: { ...narrow(situation, request.scope, before), asked: false } }
  // A silent request gets what was allowed before; what was optional then can't be asked for now.
  const silent = request.prompt.includes('none') && permissions().every(({ allowed, optional }) => allowed || optional)
  const left = narrow(situation, intersect(request.scope, before), before)
  const isEnough =
    silent && mayLast(left.scope) && left.scope.length > 0 && within(left.resources, remembered.resources)
  return isEnough ? { granted: { ...left, asked: false } } : ask()
}

/** What is remembered of a client whose permissions nobody was asked for: it did this, and nobody saw it. */
const unseen: ConsentRecord['shown'] = { name: '', host: '' }

const isUnseen = ({ shown }: ConsentRecord): boolean => shown.name === unseen.name && shown.host === unseen.host

/** Only what a person was shown is their consent: a client that is first-party no longer has none. */
const given = (remembered: ConsentRecord | undefined): ConsentRecord | undefined =>
  remembered === undefined || isUnseen(remembered) ? undefined : remembered

/** What the answer of the person grants: all that is required, and what they ticked. `undefined`: nothing is left. */
export function applyChoice(
  situation: ConsentSituation,
  { permissions }: ConsentQuestion,
  ticked: readonly string[],
): Granted | undefined {
  const allowed = permissions
    .filter(({ scope, optional }) => !optional || ticked.includes(scope))
    .map(({ scope }) => scope)
  const scope = allowed.filter((one) => claimOf(one) === undefined)
  const declined = missing(
    permissions.map(({ scope }) => scope),
    allowed,
  )
  return scope.length === 0 ? undefined : { ...narrow(situation, scope, allowed), asked: true, declined }
}

/** The consent to remember once `granted` was; `undefined` when it says nothing new. */
export function rememberedAfter(
  granted: Granted,
  { remembered, shown }: Pick<ConsentSituation, 'remembered' | 'shown'>,
): Pick<ConsentRecord, 'scope' | 'resources' | 'shown'> | undefined {
  const before = granted.asked ? given(remembered) : remembered
  const allowed = union(
    granted.lasts ? union(granted.scope, ['offline_access']) : granted.scope,
    permissionsFor(granted.claims, granted.scope),
  )
  const isNew = before === undefined || !within(allowed, before.scope) || !within(granted.resources, before.resources)
  const seen = granted.skipped && (isNew || isUnseen(before)) ? unseen : shown
  const same = !granted.asked && !isNew && before.shown.name === seen.name && before.shown.host === seen.host
  if (same) return undefined
  const scope = union(withoutDeclined(before?.scope ?? [], granted.declined ?? []), allowed)
  return { scope, resources: union(before?.resources ?? [], granted.resources), shown: seen }
}

/**
 * Whether access goes on while the person is away. An OpenID client asks for it by name (OpenID Connect Core §11); a
 * plain OAuth client that can refresh has no name for it; what is remembered does, so that no client comes to keep access
 * by leaving `openid` out.
 */
export const lasts = (scope: readonly string[], { grantTypes }: Pick<Client, 'grantTypes'>): boolean =>
  grantTypes.includes('refresh_token') && (!scope.includes('openid') || scope.includes('offline_access'))

/** Whether the answer to this request would be such access. */
const isLasting = ({ request, client }: ConsentSituation, scope: readonly string[]): boolean =>
  contentsOf(request.responseType).code && lasts(scope, client)

/** Drops the resources that were asked for only through scopes that were not granted, and the claims that nobody allowed. */
function narrow(
  situation: ConsentSituation,
  scope: readonly string[],
  allowed: readonly string[],
): Omit<Granted, 'asked'> {
  const { request, resources } = situation
  const lasts = isLasting(situation, scope)
  const claims = request.claims && claimsWithin(request.claims, union(scope, allowed))
  const refused = missing(request.scope, scope)
  if (refused.length === 0) return { scope, resources: request.resources, claims, lasts }
  const kept = request.resources.filter((name) => {
    const own = resources.filter(({ resource }) => resource === name).flatMap(scopesOf)
    return intersect(own, scope).length > 0 || intersect(own, refused).length === 0
  })
  return { scope, resources: kept, claims, lasts }
}

/** Anybody can use a public client's address on this computer: that it is the client is only what it says (RFC 8252 §8.6). */
export const isUnproven = (client: Client, redirectUri: string): boolean =>
  isPublic(client) && (client.applicationType === 'native' || destinationOf(redirectUri).kind !== 'web')

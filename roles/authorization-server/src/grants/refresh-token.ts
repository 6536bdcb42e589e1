/**
 * The refresh token grant, made for real networks: an answer that was lost is given again.
 *
 * Rotation is idempotent. The same token from the same client within `refreshRetryWindow` gets the same successor and
 * a fresh access token; after that it is a replay, and its family, only its family, ends. Clients with credentials
 * keep their token, because it is of no use without them, unless they are registered otherwise.
 *
 * @see RFC 6749 §6, RFC 9700 §4.14.2, OpenID Connect Core §12
 */
import { allow, type Decision, type Rule, refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import { one } from '@symbolon/protocol/parameters'
import { missing, readScope, within } from '@symbolon/protocol/scope'
import { stillRegistered } from '../client.ts'
import { hashOf } from '../handles.ts'
import type { GrantRecord, PersonStatus, RefreshTokenRecord } from '../ports/records.ts'
import type { Write } from '../ports/store.ts'
import { audienceOf } from '../resource.ts'
import { grantExpiry, refreshTokenExpiry } from '../tokens/lifetimes.ts'
import { type SuccessorSeal, successorSeal } from '../tokens/successor.ts'
import { aboutGrant, type Grant, type GrantInput, type Issuance, type RefreshTokenPlan } from './grant.ts'

export interface RefreshRequest {
  readonly tokenHash: string
  readonly seal: SuccessorSeal
  readonly scope: readonly string[] | undefined
  readonly resources: readonly string[]
}

export interface FoundRefreshToken {
  readonly token: RefreshTokenRecord
  readonly grant: GrantRecord
  readonly person: PersonStatus | undefined
  /** The successor, once there is one and the presented token opens it. */
  readonly successor: string | undefined
}

export type Refresh = GrantInput<RefreshRequest, FoundRefreshToken | undefined>

type Case = Refresh & { readonly found: FoundRefreshToken }

export const existenceRules: readonly Rule<Refresh>[] = [
  { reason: 'refresh_token_unknown', broken: ({ found }) => found === undefined },
]

const granted = ({ found, client }: Case): readonly string[] => stillRegistered(found.grant.scope, client)

export const refreshRules: readonly Rule<Case>[] = [
  {
    reason: 'refresh_token_of_another_client',
    broken: ({ found, client }) => found.token.clientId !== client.id,
    seen: ({ found, client }) => ({ expected: clear(found.token.clientId), got: clear(client.id) }),
  },
  { reason: 'grant_revoked', broken: ({ found }) => found.grant.revokedAt !== null },
  {
    reason: 'refresh_token_replayed',
    broken: ({ found: { token, successor }, settings, now }) =>
      token.rotatedAt !== null && (now > token.rotatedAt + settings.refreshRetryWindow || successor === undefined),
    seen: ({ found: { token, grant }, settings, now }) => ({
      revokeGrant: grant.grantId,
      expected: clear(`replaced at most ${settings.refreshRetryWindow} s ago`),
      got: clear(`replaced ${now - (token.rotatedAt ?? now)} s ago`),
    }),
  },
  {
    reason: 'refresh_token_expired',
    broken: ({ found: { token, grant }, settings, now }) =>
      grant.createdAt + settings.refreshTokenLifetime <= now || (token.rotatedAt === null && token.expiresAt <= now),
    seen: ({ found: { token }, now }) => ({
      expected: clear('a token that is still good'),
      got: clear(`over since ${Math.max(0, now - token.expiresAt)} s`),
    }),
  },
  { reason: 'person_unavailable', broken: ({ found }) => found.person === undefined || found.person.disabled },
  {
    // The registration lost what was to last, or all of it.
    reason: 'grant_revoked',
    broken: (input) => {
      const { scope } = input.found.grant
      const left = granted(input)
      return (left.length === 0 && scope.length > 0) || missing(scope, left).includes('offline_access')
    },
    seen: (input) => ({ expected: clear(input.found.grant.scope), got: clear(granted(input)) }),
  },
  {
    reason: 'scope_exceeds_grant',
    broken: (input) => input.request.scope !== undefined && !within(input.request.scope, granted(input)),
    seen: (input) => ({ expected: clear(granted(input)), got: clear(input.request.scope) }),
  },
]

export const refreshToken: Grant<RefreshRequest, FoundRefreshToken | undefined> = {
  grantType: 'refresh_token',

  parse(form) {
    const token = one(form, 'refresh_token')
    if (token === undefined) return refuse('parameter_missing')
    const text = one(form, 'scope')
    const scope = text === undefined ? undefined : readScope(text)
    if (text !== undefined && scope === undefined) return refuse('scope_malformed', { got: clear(text) })
    return allow({
      tokenHash: hashOf(token),
      seal: successorSeal(token),
      scope,
      resources: form.getAll('resource').filter(Boolean),
    })
  },

  async load({ tokenHash, seal }, store) {
    const found = await store.refreshTokens.find(tokenHash)
    const sealed = found?.token.successor ?? undefined
    return found && { ...found, successor: sealed === undefined ? undefined : seal.open(sealed) }
  },

  decide(input, trail) {
    const { found } = input
    const unknown = trail.apply(existenceRules, input)
    if (unknown !== undefined || found === undefined) return unknown ?? refuse('refresh_token_unknown')
    if (found.token.clientId === input.client.id) trail.concerns(aboutGrant(found.grant))
    const known: Case = { ...input, found }
    const refused = trail.apply(refreshRules, known)
    if (refused !== undefined) return refused
    const issued = issue(known)
    return issued.ok ? issued : trail.refused(issued)
  },
}

function issue(input: Case): Decision<Issuance> {
  const { request, client, found, resources } = input
  const scope = request.scope ?? granted(input)
  const target = { scope, resources: found.grant.resources }
  const audience = audienceOf({ granted: target, asked: request.resources, known: resources })
  if (!audience.ok) return audience
  return allow({
    client,
    grant: found.grant,
    audience: audience.value,
    // Refreshed ID tokens carry no nonce: there is no request that it could bind (OpenID Connect Core §12.2).
    idToken: scope.includes('openid') ? { nonce: null } : undefined,
    refreshToken: nextRefreshToken(input),
    writes: touches(input),
  })
}

function nextRefreshToken({ request, client, found, settings, now }: Case): RefreshTokenPlan {
  if (found.successor !== undefined) return { do: 'repeat', token: found.successor }
  if (!client.rotateRefreshTokens) return { do: 'nothing' }
  const expiresAt = refreshTokenExpiry(found.grant, settings, now)
  return { do: 'rotate', tokenHash: request.tokenHash, seal: request.seal, expiresAt }
}

/** Use prolongs; but not with a write for each of many refreshes in a row. */
function touches({ client, found: { token, grant }, resources, settings, now }: Case): readonly Write[] {
  if (token.rotatedAt !== null) return []
  const expiresAt = refreshTokenExpiry(grant, settings, now)
  const noticeable = Math.min(60, settings.refreshTokenIdle / 100)
  const rotates = client.rotateRefreshTokens
  if (!rotates && expiresAt - token.expiresAt <= noticeable && now - grant.lastUsedAt < 60) return []
  const owned = resources.filter(({ resource }) => grant.resources.includes(resource))
  const { grantId, tokenHash } = token
  // A token that is replaced in its last moments stays for as long as a retry may come.
  const keptUntil = rotates ? Math.max(token.expiresAt, now + settings.refreshRetryWindow) : expiresAt
  return [
    {
      do: 'touch-grant',
      grantId,
      lastUsedAt: now,
      expiresAt: Math.max(grant.expiresAt, grantExpiry(expiresAt, owned, settings)),
    },
    ...(keptUntil === token.expiresAt
      ? []
      : ([{ do: 'touch-refresh-token', tokenHash, expiresAt: keptUntil }] as const)),
  ]
}

/**
 * Finds any token that this issuer gave, whatever its kind, and decides whether it is still good.
 *
 * A hint is never needed: the forms of the kinds differ, and what is left is one more read.
 *
 * @see RFC 7662 §2.1 and §4, RFC 7009 §2.1, RFC 9068 §4
 */
import type { Rule } from '@symbolon/protocol/decision'
import { list } from '@symbolon/protocol/parameters'
import { intersect } from '@symbolon/protocol/scope'
import { hashOf } from '../handles.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { GrantRecord, PersonStatus, Seconds } from '../ports/records.ts'
import type { Registry } from '../ports/store.ts'
import { accessTokenType } from './access-token.ts'

export interface FoundToken {
  readonly kind: 'jwt' | 'opaque' | 'refresh'
  /** `jti` of a JWT, the hash of anything else. */
  readonly id: string
  readonly clientId: string
  readonly personId: string | undefined
  readonly scope: readonly string[]
  readonly audience: readonly string[]
  readonly issuedAt: Seconds
  readonly expiresAt: Seconds
  /** The family's id; `undefined` for a client acting for itself. */
  readonly grantId: string | undefined
  readonly grant: GrantRecord | undefined
  readonly person: PersonStatus | undefined
  /** Ended by itself: revoked, replaced, or given to a client that is turned off or gone. */
  readonly ended: boolean
}

/** What makes a token dead, whoever asks. */
export const livenessRules: readonly Rule<{ readonly token: FoundToken; readonly now: Seconds }>[] = [
  { reason: 'token_expired', broken: ({ token, now }) => token.expiresAt <= now },
  { reason: 'token_invalid', broken: ({ token }) => token.ended },
  {
    // A grant that is swept is over, too.
    reason: 'grant_revoked',
    broken: ({ token }) => token.grantId !== undefined && token.grant?.revokedAt !== null,
  },
  {
    reason: 'person_unavailable',
    broken: ({ token }) => token.personId !== undefined && token.person?.disabled !== false,
  },
]

export async function findToken(
  token: string,
  { issuer, registry }: { readonly issuer: Issuer; readonly registry: Registry },
): Promise<FoundToken | undefined> {
  const found = await findAsGiven(issuer, token)
  if (found === undefined) return undefined
  const client = await registry.client(found.clientId)
  return {
    ...found,
    // A permission that the person took back is gone from every token at once, whatever is written in it.
    scope: found.grant === undefined ? found.scope : intersect(found.scope, found.grant.scope),
    ended: found.ended || client === undefined || client.disabled,
  }
}

async function findAsGiven(issuer: Issuer, token: string): Promise<FoundToken | undefined> {
  if (token.includes('.')) return findJwt(issuer, token)
  const tokenHash = hashOf(token)
  return (await findOpaque(issuer, tokenHash)) ?? (await findRefreshToken(issuer, tokenHash))
}

async function findJwt(issuer: Issuer, jwt: string): Promise<FoundToken | undefined> {
  const claims = await issuer.keys.verify(jwt, accessTokenType)
  if (claims === undefined || claims.iss !== issuer.url) return undefined
  const grantId = typeof claims.grant_id === 'string' ? claims.grant_id : undefined
  const id = String(claims.jti)
  const [family, ended] = await Promise.all([
    grantId === undefined ? undefined : issuer.store.grants.find(grantId),
    grantId === undefined && issuer.store.accessTokens.isRevoked(id),
  ])
  return {
    kind: 'jwt',
    id,
    clientId: String(claims.client_id),
    personId: grantId === undefined ? undefined : String(claims.sub),
    scope: list(typeof claims.scope === 'string' ? claims.scope : undefined),
    audience: [claims.aud].flat().map(String),
    issuedAt: Number(claims.iat),
    expiresAt: Number(claims.exp),
    grantId,
    grant: family?.grant,
    person: family?.person,
    ended,
  }
}

async function findOpaque(issuer: Issuer, tokenHash: string): Promise<FoundToken | undefined> {
  const found = await issuer.store.accessTokens.find(tokenHash)
  if (found === undefined) return undefined
  const { tokenHash: id, grantId, personId, ...token } = found.token
  const { grant, person } = found
  return {
    ...token,
    kind: 'opaque',
    id,
    grantId: grantId ?? undefined,
    personId: personId ?? undefined,
    grant,
    person,
    ended: false,
  }
}

async function findRefreshToken(issuer: Issuer, tokenHash: string): Promise<FoundToken | undefined> {
  const found = await issuer.store.refreshTokens.find(tokenHash)
  if (found === undefined) return undefined
  const { token, grant, person } = found
  return {
    kind: 'refresh',
    id: tokenHash,
    clientId: token.clientId,
    personId: grant.personId,
    scope: grant.scope,
    audience: [issuer.url],
    issuedAt: token.createdAt,
    expiresAt: Math.min(token.expiresAt, grant.createdAt + issuer.settings.refreshTokenLifetime),
    grantId: grant.grantId,
    grant,
    person,
    ended: token.rotatedAt !== null,
  }
}

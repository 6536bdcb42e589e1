/**
 * Access tokens: a JWT or an opaque handle, as the resource is configured.
 *
 * A token whose only audience is this issuer, for userinfo, is opaque: nobody else has to read it, and so it can be
 * revoked at once. The JWT's private claim `grant_id` leads introspection and revocation to the token's family.
 *
 * @see RFC 9068 §2 (the JWT), RFC 6749 §1.4
 */
import type { Client } from '../client.ts'
import { hashOf, newHandle } from '../handles.ts'
import { subjectFor } from '../people/subject.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { GrantRecord, Seconds } from '../ports/records.ts'
import type { Write } from '../ports/store.ts'
import type { Audience } from '../resource.ts'
import { accessTokenLifetime } from './lifetimes.ts'

export interface MintedAccessToken {
  readonly token: string
  readonly lifetime: Seconds
  readonly writes: readonly Write[]
}

interface AccessTokenFacts {
  readonly client: Client
  readonly grant: GrantRecord | undefined
  readonly audience: Audience
  /** The resource's, unless given. */
  readonly lifetime?: Seconds
  readonly now: Seconds
}

export const accessTokenType = 'at+jwt'

export const mintAccessToken = (
  issuer: Issuer,
  facts: AccessTokenFacts,
): MintedAccessToken | Promise<MintedAccessToken> =>
  facts.audience.resource?.tokenFormat === 'jwt' ? mintJwt(issuer, facts) : mintOpaque(issuer, facts)

async function mintJwt(issuer: Issuer, facts: AccessTokenFacts): Promise<MintedAccessToken> {
  const { client, grant, audience, now } = facts
  const lifetime = facts.lifetime ?? accessTokenLifetime(audience.resource, issuer.settings)
  const token = await issuer.keys.sign(
    {
      iss: issuer.url,
      sub: grant === undefined ? client.id : subjectFor(issuer, client, grant.personId),
      aud: audience.resource?.resource ?? issuer.url,
      client_id: client.id,
      iat: now,
      exp: now + lifetime,
      jti: newHandle(issuer.random),
      scope: audience.scope.length > 0 ? audience.scope.join(' ') : undefined,
      auth_time: grant?.authTime,
      grant_id: grant?.grantId,
    },
    {
      algorithm: audience.resource?.signingAlgorithm ?? issuer.settings.defaultSigningAlgorithm,
      typ: accessTokenType,
    },
  )
  return { token, lifetime, writes: [] }
}

function mintOpaque(issuer: Issuer, facts: AccessTokenFacts): MintedAccessToken {
  const { client, grant, audience, now } = facts
  const lifetime = facts.lifetime ?? accessTokenLifetime(audience.resource, issuer.settings)
  const token = newHandle(issuer.random)
  const record = {
    tokenHash: hashOf(token),
    grantId: grant?.grantId ?? null,
    clientId: client.id,
    personId: grant?.personId ?? null,
    scope: audience.scope,
    audience: [audience.resource?.resource ?? issuer.url],
    issuedAt: now,
    expiresAt: now + lifetime,
  }
  return { token, lifetime, writes: [{ do: 'insert-access-token', token: record }] }
}

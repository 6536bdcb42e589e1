/**
 * The logout token, by which a provider says that somebody's session has ended there. It is signed as ID tokens are,
 * and must be none.
 *
 * @see OpenID Connect Back-Channel Logout §2.4, §2.6; RFC 8417
 */
import { firstBroken, type Rule } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import type { JWTPayload } from 'jose'
import { clockDifference } from './clock.ts'
import { toError } from './errors.ts'
import { encryption, openJwt, signatureAlgorithms } from './jwt/open.ts'
import type { Connection } from './providers/provider.ts'
import { shown } from './shown.ts'

export interface LogoutTokenCheck {
  readonly claims: JWTPayload
  readonly typ: string | undefined
  readonly issuer: string
  readonly clientId: string
  readonly trustedAudiences: readonly string[]
  /** Seconds. */
  readonly now: number
}

/** What a valid one says. */
export interface LogoutToken {
  readonly jti: string
  /** Epoch seconds. */
  readonly exp: number
  readonly sid: string | undefined
  readonly sub: string | undefined
}

const event = 'http://schemas.openid.net/event/backchannel-logout'

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isName = (value: unknown): value is string => typeof value === 'string' && value.length > 0 && value.length <= 255

const rule = (
  expected: string | ((check: LogoutTokenCheck) => string),
  broken: (check: LogoutTokenCheck) => boolean,
  got: (check: LogoutTokenCheck) => unknown,
): Rule<LogoutTokenCheck> => ({
  reason: 'logout_token_invalid',
  broken,
  seen: (check) => ({
    expected: clear(typeof expected === 'string' ? expected : expected(check)),
    got: clear(shown(got(check))),
  }),
})

export const logoutTokenRules: readonly Rule<LogoutTokenCheck>[] = [
  rule(
    'typ: logout+jwt',
    ({ typ = 'JWT' }) => !/^(application\/)?(logout\+)?jwt$/i.test(typ),
    ({ typ }) => typ,
  ),
  rule(
    ({ issuer }) => `iss: ${issuer}`,
    ({ claims, issuer }) => claims.iss !== issuer,
    ({ claims }) => claims.iss,
  ),
  rule(
    ({ clientId }) => `aud: ${clientId}`,
    ({ claims, clientId }) => ![claims.aud ?? []].flat().includes(clientId),
    ({ claims }) => claims.aud,
  ),
  rule(
    ({ clientId, trustedAudiences }) => `aud: nobody but ${[clientId, ...trustedAudiences].join(', ')}`,
    ({ claims, clientId, trustedAudiences }) =>
      [claims.aud ?? []].flat().some((each) => ![clientId, ...trustedAudiences].includes(each)),
    ({ claims }) => claims.aud,
  ),
  rule(
    'iat: a time in the past',
    ({ claims: { iat }, now }) => typeof iat !== 'number' || iat > now + clockDifference,
    ({ claims }) => claims.iat,
  ),
  rule(
    'exp: a time to come',
    ({ claims: { exp }, now }) => typeof exp !== 'number' || exp <= now - clockDifference,
    ({ claims }) => claims.exp,
  ),
  rule(
    'jti',
    ({ claims: { jti } }) => !isName(jti),
    () => 'none, or another value',
  ),
  rule(
    `events: ${event}`,
    ({ claims: { events } }) => !isObject(events) || !isObject(events[event]),
    ({ claims: { events } }) => (isObject(events) ? Object.keys(events).join(' ') || 'none' : 'none'),
  ),
  rule(
    'no nonce',
    ({ claims }) => 'nonce' in claims,
    () => 'one',
  ),
  rule(
    'sid, sub or both',
    ({ claims: { sid, sub } }) =>
      (sid === undefined && sub === undefined) || [sid, sub].some((each) => each !== undefined && !isName(each)),
    () => 'neither, or another value',
  ),
]

export async function validateLogoutToken(connection: Connection, token: string, now: number): Promise<LogoutToken> {
  const { client, metadata, provider } = connection
  const { claims, typ } = await openJwt(connection, token, {
    reason: 'logout_token_invalid',
    signed: signatureAlgorithms(client.id_token_signed_response_alg, metadata.id_token_signing_alg_values_supported),
    // it may be encrypted as ID tokens are, and need not be (§2.4)
    encrypted:
      token.split('.').length === 5
        ? encryption(client.id_token_encrypted_response_alg, client.id_token_encrypted_response_enc)
        : undefined,
  })
  const broken = firstBroken(logoutTokenRules, {
    claims,
    typ,
    issuer: provider.issuer,
    clientId: client.client_id,
    trustedAudiences: provider.openid?.trustedAudiences ?? [],
    now: now / 1000,
  })
  if (broken) throw toError(broken)
  const { jti = '', exp = 0, sid, sub } = claims
  return { jti, exp, sid: isName(sid) ? sid : undefined, sub }
}

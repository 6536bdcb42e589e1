/**
 * The ID token: what oauth4webapi leaves to us of its validation. Issuer, audience, life and nonce it has compared.
 *
 * @see OpenID Connect Core §3.1.3.6, §3.1.3.7, §3.1.3.8
 */
import { hash, timingSafeEqual } from 'node:crypto'
import { verificationAlgorithms } from '@symbolon/protocol/algorithms'
import type { Claims } from '@symbolon/protocol/claims'
import { list } from '@symbolon/protocol/parameters'
import { decodeProtectedHeader } from 'jose'
import { getValidatedIdTokenClaims, type TokenEndpointResponse, validateApplicationLevelSignature } from 'oauth4webapi'
import { AuthError } from './errors.ts'
import type { TokenEndpoint } from './flow/4-token-request.ts'
import { transport } from './network.ts'
import { clockDifference } from './providers/openid.ts'

export interface ReceivedIdToken {
  readonly response: Response
  /** What oauth4webapi made of it. */
  readonly body: TokenEndpointResponse
  /** Epoch milliseconds. */
  readonly now: number
}

/** The claims, once the algorithm, the signature, `iat` and `at_hash` hold too; `undefined` without an ID token. */
export async function validateIdToken(
  { metadata, network }: TokenEndpoint,
  { response, body, now }: ReceivedIdToken,
): Promise<Claims | undefined> {
  const claims = getValidatedIdTokenClaims(body)
  if (claims === undefined || body.id_token === undefined) return undefined
  const { alg = 'none' } = decodeProtectedHeader(body.id_token)
  if (!(verificationAlgorithms as readonly string[]).includes(alg)) {
    throw new AuthError('id_token_invalid', { expected: verificationAlgorithms.join(' '), got: alg.slice(0, 20) })
  }
  await validateApplicationLevelSignature(metadata, response, transport(network))
  if (claims.iat > now / 1000 + clockDifference) {
    throw new AuthError('id_token_invalid', {
      expected: 'iat in the past',
      got: `${claims.iat - Math.floor(now / 1000)} s ahead`,
    })
  }
  if (claims.at_hash !== undefined && !isHashOf(body.access_token, claims.at_hash, alg)) {
    throw new AuthError('id_token_invalid', { expected: 'at_hash of the access token', got: 'another value' })
  }
  return claims as Claims
}

export interface AskedSignIn {
  /** The further parameters of the authorization request. */
  readonly asked: Readonly<Record<string, string>>
  /** Epoch seconds. */
  readonly startedAt: number
}

/** That the ID token is of this sign-in, and the person signed in as lately and as strongly as was asked. */
export function validateSignIn(claims: Claims, { asked, startedAt }: AskedSignIn): void {
  const { iat, auth_time, acr } = claims
  const earliest = startedAt - clockDifference
  if (typeof iat === 'number' && iat < earliest) {
    throw new AuthError('id_token_invalid', {
      expected: 'iat since the sign-in began',
      got: `${startedAt - iat} s before`,
    })
  }
  const { max_age, acr_values = '' } = asked
  if (max_age !== undefined && !(typeof auth_time === 'number' && auth_time >= earliest - Number(max_age))) {
    throw new AuthError('id_token_invalid', { expected: `auth_time within max_age ${max_age}`, got: brief(auth_time) })
  }
  const acrValues = list(acr_values)
  if (acrValues.length > 0 && !(typeof acr === 'string' && acrValues.includes(acr))) {
    throw new AuthError('id_token_invalid', { expected: `acr of ${acrValues.join(' ')}`, got: brief(acr) })
  }
}

const brief = (claim: unknown): string => String(claim ?? 'none').slice(0, 40)

/** The left half of the digest that the signature algorithm uses (OpenID Connect Core §3.1.3.6). */
function isHashOf(token: string, atHash: unknown, alg: string): boolean {
  const algorithm = alg.endsWith('256') ? 'sha256' : alg.endsWith('384') ? 'sha384' : 'sha512'
  const digest = hash(algorithm, token, 'buffer')
  const expected = Buffer.from(digest.subarray(0, digest.length / 2).toString('base64url'))
  const got = Buffer.from(typeof atHash === 'string' ? atHash : '')
  return expected.length === got.length && timingSafeEqual(expected, got)
}

/**
 * The ID token: what oauth4webapi leaves to us of its validation. Issuer, audience, life and nonce it has compared.
 *
 * @see OpenID Connect Core §3.1.3.6, §3.1.3.7, §3.1.3.8
 */
import { hash, timingSafeEqual } from 'node:crypto'
import { verificationAlgorithms } from '@symbolon/protocol/algorithms'
import type { Claims } from '@symbolon/protocol/claims'
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

/** The left half of the digest that the signature algorithm uses (OpenID Connect Core §3.1.3.6). */
function isHashOf(token: string, atHash: unknown, alg: string): boolean {
  const algorithm = alg.endsWith('256') ? 'sha256' : alg.endsWith('384') ? 'sha384' : 'sha512'
  const digest = hash(algorithm, token, 'buffer')
  const expected = Buffer.from(digest.subarray(0, digest.length / 2).toString('base64url'))
  const got = Buffer.from(typeof atHash === 'string' ? atHash : '')
  return expected.length === got.length && timingSafeEqual(expected, got)
}

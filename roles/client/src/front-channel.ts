/**
 * Tokens that the browser brought with the authorization response: nothing of them is believed but what a signed ID
 * token says, which names each of the others by its digest.
 *
 * @see OpenID Connect Core §3.2.2.8 to §3.2.2.11, §3.3.2.8 to §3.3.2.11, §16.11
 */
import type { Claims } from '@symbolon/protocol/claims'
import { one } from '@symbolon/protocol/parameters'
import { together } from './asked.ts'
import type { Attempt } from './attempts.ts'
import { AuthError } from './errors.ts'
import { grantedScopes } from './flow/4-token-request.ts'
import { hint, lifeOf, type Received, readable, type Tokens } from './flow/5-token-response.ts'
import { validateIdToken } from './id-token.ts'
import type { Connection } from './providers/provider.ts'

export interface Brought {
  /** Those of a response that step 3 allowed for `attempt`. */
  readonly params: URLSearchParams
  readonly attempt: Attempt
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** What came without a code being redeemed; `undefined` for the response type `code`. */
export async function validateFrontChannel(
  connection: Connection,
  { params, attempt, now }: Brought,
): Promise<Received | undefined> {
  const { provider } = connection
  const words = provider.responseType.split(' ')
  if (words.length === 1 && words[0] === 'code') return undefined
  const promised = (word: string, name: string) => (words.includes(word) ? one(params, name) : undefined)
  const accessToken = promised('token', 'access_token')
  const code = promised('code', 'code')
  const idToken = promised('id_token', 'id_token')
  const tokens = accessToken === undefined ? undefined : tokensIn(params, accessToken, now())
  const scopes = grantedScopes(one(params, 'scope'), attempt.scopes)
  // of `code token` nothing is proven before the token endpoint has answered
  if (idToken === undefined) return { tokens, scopes, claims: undefined, idToken: undefined }

  const { claims, signed } = await validateIdToken(connection, idToken, {
    now: now() / 1000,
    nonce: attempt.nonce,
    hashes: {
      at_hash: accessToken === undefined ? undefined : { value: accessToken, needed: true },
      c_hash: code === undefined ? undefined : { value: code, needed: true },
      s_hash: { value: attempt.state, needed: false },
    },
    asked: { parameters: together(provider.parameters, attempt.asked ?? {}), startedAt: attempt.startedAt },
    before: { sub: attempt.sub },
  })
  return { tokens, scopes, claims: claims as Claims, idToken: hint(connection, signed) }
}

function tokensIn(params: URLSearchParams, accessToken: string, now: number): Tokens {
  const type = one(params, 'token_type') ?? 'none'
  if (type.toLowerCase() !== 'bearer') {
    throw new AuthError('token_response_invalid', { expected: 'token_type Bearer', got: type.slice(0, 50) })
  }
  const lifetime = one(params, 'expires_in')
  if (lifetime !== undefined && !/^\d{1,9}$/.test(lifetime)) {
    throw new AuthError('token_response_invalid', { expected: 'expires_in: seconds', got: lifetime.slice(0, 50) })
  }
  return {
    accessToken: readable(accessToken),
    refreshToken: undefined,
    ...lifeOf(lifetime === undefined ? undefined : Number(lifetime), now),
  }
}

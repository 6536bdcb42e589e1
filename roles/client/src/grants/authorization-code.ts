/** The authorization code grant, steps 4 and 5: from a code that step 3 allowed to tokens and the person they speak of. */
import type { Attempt } from '../attempts.ts'
import { sendCode, type TokenEndpoint } from '../flow/4-token-request.ts'
import { type Received, validateTokenResponse } from '../flow/5-token-response.ts'
import type { User } from '../providers/provider.ts'

export interface SignedIn extends Received {
  readonly user: User
}

export interface Redemption {
  /** Those of the authorization response. */
  readonly params: URLSearchParams
  readonly attempt: Attempt
  /** Epoch milliseconds. */
  readonly now: () => number
}

export async function redeemCode(endpoint: TokenEndpoint, { params, attempt, now }: Redemption): Promise<SignedIn> {
  const response = await sendCode(endpoint, params, attempt)
  const { nonce, scopes: asked, startedAt } = attempt
  const expected = { nonce, scopes: asked, startedAt, now: now() }
  const received = await validateTokenResponse(endpoint, response, expected)
  const { tokens, scopes, claims } = received
  const { metadata, network, provider } = endpoint
  const user = await provider.person({ metadata, network, accessToken: tokens.accessToken, scopes, claims })
  return { ...received, user }
}

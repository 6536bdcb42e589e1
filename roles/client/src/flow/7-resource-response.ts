/**
 * Step 7, the client's part: what the API's answer means for the token that was shown.
 *
 * @see RFC 6750 §3, §3.1; RFC 9470 §3; RFC 9728 §5.1
 */
import { type Challenge, parseChallenges } from '@symbolon/protocol/challenge'
import { list } from '@symbolon/protocol/parameters'

export type Understood =
  | { readonly kind: 'answered' }
  /** The token is over: renew it and ask again, once. */
  | { readonly kind: 'token-refused' }
  /** The token lacks these scopes: ask the person for them. */
  | { readonly kind: 'scope-missing'; readonly scopes: readonly string[] }
  /** The person must sign in more strongly or anew. */
  | { readonly kind: 'sign-in-too-weak'; readonly acrValues: readonly string[]; readonly maxAge: number | undefined }
  | { readonly kind: 'refused' }

/**
 * Where a challenge points, `resource_metadata` for one, is not followed: which authorization server gets our
 * credentials is settled by configuration and never by what an API says (RFC 9728 §7.6).
 */
export function understandResourceResponse(response: Pick<Response, 'status' | 'headers'>): Understood {
  const { status } = response
  if (status < 400) return { kind: 'answered' }
  const { error, scope, acr_values, max_age } = bearerChallenge(response.headers)?.parameters ?? {}
  if (status === 401 && error === 'invalid_token') return { kind: 'token-refused' }
  if (status === 403 && error === 'insufficient_scope') return { kind: 'scope-missing', scopes: list(scope) }
  if (status === 401 && error === 'insufficient_user_authentication') {
    const maxAge = max_age !== undefined && /^\d{1,9}$/.test(max_age) ? Number(max_age) : undefined
    return { kind: 'sign-in-too-weak', acrValues: list(acr_values), maxAge }
  }
  return { kind: 'refused' }
}

const bearerChallenge = (headers: Headers): Challenge | undefined =>
  parseChallenges(headers.get('www-authenticate') ?? '').find(({ scheme }) => scheme.toLowerCase() === 'bearer')

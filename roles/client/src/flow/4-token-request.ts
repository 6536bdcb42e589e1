/**
 * Step 4, the client's part: hands in the code, or the refresh token, proves which client it is and, by the verifier,
 * that it started this flow.
 *
 * @see RFC 6749 §4.1.3, §6; RFC 7636 §4.5; RFC 8707 §2.2
 */
import { list } from '@symbolon/protocol/parameters'
import { authorizationCodeGrantRequest, refreshTokenGrantRequest, validateAuthResponse } from 'oauth4webapi'
import type { Attempt } from '../attempts.ts'
import { transport } from '../network.ts'
import type { Connection } from '../providers/provider.ts'

/** `params` are those of an authorization response that step 3 allowed for `attempt`. */
export async function sendCode(
  { provider, metadata, client, authenticate, network }: Connection,
  params: URLSearchParams,
  attempt: Attempt,
): Promise<Response> {
  const { resource } = provider
  const answer = new URLSearchParams([...params].filter(([name]) => ['code', 'state'].includes(name)))
  // step 3 has compared it, or an ID token beside the code has named it
  answer.set('iss', provider.issuer)
  const proven = validateAuthResponse(metadata, client, answer, attempt.state)
  return authorizationCodeGrantRequest(metadata, client, authenticate, proven, attempt.redirectUri, attempt.verifier, {
    ...transport(network),
    additionalParameters: { ...(resource !== undefined && { resource }) },
  })
}

/** No scope is named: the new token is for what was granted (RFC 6749 §6). */
export async function sendRefreshToken(
  { provider, metadata, client, authenticate, network }: Connection,
  refreshToken: string,
): Promise<Response> {
  const { resource } = provider
  return refreshTokenGrantRequest(metadata, client, authenticate, refreshToken, {
    ...transport(network),
    additionalParameters: { ...(resource !== undefined && { resource }) },
  })
}

/** What was asked for counts as granted when the response says nothing else (RFC 6749 §5.1). */
export const grantedScopes = (scope: string | undefined, asked: readonly string[]): readonly string[] =>
  scope === undefined ? asked : list(scope)

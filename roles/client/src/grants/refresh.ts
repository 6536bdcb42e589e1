/**
 * The refresh grant: a session's next tokens. A provider that refuses ends access; one that does not answer ends
 * nothing.
 *
 * @see RFC 6749 §6, RFC 9700 §4.14
 */
import { AuthError } from '../errors.ts'
import { sendRefreshToken, type TokenEndpoint } from '../flow/4-token-request.ts'
import { validateRefreshResponse } from '../flow/5-token-response.ts'
import type { SessionRecord } from '../sessions/session.ts'

export async function refresh(
  endpoint: TokenEndpoint,
  record: SessionRecord,
  now: () => number,
): Promise<SessionRecord> {
  const { tokens, scopes, user } = record
  const over = { ...record, tokens: undefined }
  // what one issuer gave is shown to no other, whatever the settings say today
  if (tokens?.refreshToken === undefined || endpoint.provider.issuer !== record.issuer) return over
  try {
    const response = await sendRefreshToken(endpoint, tokens.refreshToken)
    const next = await validateRefreshResponse(endpoint, response, { tokens, scopes, sub: user.sub, now: now() })
    return { ...record, tokens: next.tokens, scopes: next.scopes }
  } catch (error) {
    if (error instanceof AuthError && error.code === 'provider_refused' && error.got === 'invalid_grant') return over
    throw error
  }
}

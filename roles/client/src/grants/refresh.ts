/**
 * The refresh grant: a session's next tokens. A provider that refuses ends access; one that does not answer ends
 * nothing.
 *
 * @see RFC 6749 §6, RFC 9700 §4.14
 */
import { AuthError } from '../errors.ts'
import { sendRefreshToken } from '../flow/4-token-request.ts'
import { validateRefreshResponse } from '../flow/5-token-response.ts'
import type { Connection } from '../providers/provider.ts'
import type { SessionRecord } from '../sessions/session.ts'

export async function refresh(
  connection: Connection,
  record: SessionRecord,
  now: () => number,
): Promise<SessionRecord> {
  const { tokens, scopes, user, idToken, authentication, nonce } = record
  const over = { ...record, tokens: undefined }
  // what one issuer gave is shown to no other, whatever the settings say today
  if (tokens?.refreshToken === undefined || connection.provider.issuer !== record.issuer) return over
  try {
    const { refreshToken } = tokens
    const response = await sendRefreshToken(connection, refreshToken)
    const held = { refreshToken, idToken, scopes, sub: user.sub, authTime: authentication.time, nonce, now: now() }
    const next = await validateRefreshResponse(connection, response, held)
    return { ...record, tokens: next.tokens, scopes: next.scopes, idToken: next.idToken }
  } catch (error) {
    if (error instanceof AuthError && error.code === 'provider_refused' && error.got === 'invalid_grant') return over
    throw error
  }
}

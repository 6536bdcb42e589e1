/**
 * Step 5, the client's part: whether the tokens are what the standard says, and the ID token really from this
 * provider, for this client, about this sign-in.
 *
 * @see RFC 6749 §5.1, §5.2; OpenID Connect Core §3.1.3.5, §3.3.3.6, §12.2
 */
import type { Claims } from '@symbolon/protocol/claims'
import { processAuthorizationCodeResponse, processRefreshTokenResponse, type TokenEndpointResponse } from 'oauth4webapi'
import { together } from '../asked.ts'
import type { Attempt } from '../attempts.ts'
import { AuthError } from '../errors.ts'
import { validateIdToken } from '../id-token.ts'
import type { ExpectedIdToken } from '../id-token-rules.ts'
import type { Connection } from '../providers/provider.ts'
import { explained } from '../token-errors.ts'
import { grantedScopes } from './4-token-request.ts'

/** Kept on the server side, or sealed; never readable by the browser. */
export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string | undefined
  /** Epoch seconds; `undefined` when the provider does not say. */
  readonly expiresAt: number | undefined
  /** A little before, when it is time to renew. */
  readonly renewAt: number | undefined
}

export interface Received {
  /** `undefined` where only an ID token was asked for. */
  readonly tokens: Tokens | undefined
  readonly scopes: readonly string[]
  /** Of the validated ID token. */
  readonly claims: Claims | undefined
  /** Signed and no longer encrypted; kept only for a provider that takes it as a hint when signing out. */
  readonly idToken: string | undefined
}

export interface Expected {
  readonly attempt: Attempt
  /** Of the ID token that came with the code, whose person this one must be about (OpenID Connect Core §3.3.3.6). */
  readonly before: Claims | undefined
  /** Epoch milliseconds. */
  readonly now: number
}

/** What the code gave. */
export async function validateTokenResponse(
  connection: Connection,
  answer: Response,
  { attempt, before, now }: Expected,
): Promise<Received> {
  const { provider, metadata } = connection
  return explained(answer.status, async () => {
    const { response, idToken } = await apart(await provider.readTokenResponse(answer))
    const body = await processAuthorizationCodeResponse(metadata, bare(connection), response)
    if (provider.openid && idToken === undefined) {
      throw new AuthError('id_token_invalid', { expected: 'an ID token', got: 'none' })
    }
    const parameters = together(provider.parameters, attempt.asked ?? {})
    const expected: ExpectedIdToken = {
      now: now / 1000,
      nonce: attempt.nonce,
      hashes: { at_hash: { value: body.access_token, needed: false } },
      asked: { parameters, startedAt: attempt.startedAt },
      before: before ?? { sub: attempt.sub },
    }
    const opened =
      provider.openid && idToken !== undefined ? await validateIdToken(connection, idToken, expected) : undefined
    return {
      tokens: tokensIn(body, now),
      scopes: grantedScopes(body.scope, attempt.scopes),
      claims: opened?.claims as Claims | undefined,
      idToken: opened && hint(connection, opened.signed),
    }
  })
}

export interface Held {
  readonly refreshToken: string | undefined
  readonly idToken: string | undefined
  readonly scopes: readonly string[]
  readonly sub: string
  readonly authTime: number | undefined
  /** Digest of the sign-in's nonce. */
  readonly nonce?: string | undefined
  /** Epoch milliseconds. */
  readonly now: number
}

/** What the refresh token gave. A new refresh token replaces the old one; without one the old one stays good. */
export async function validateRefreshResponse(connection: Connection, answer: Response, held: Held): Promise<Received> {
  const { provider, metadata } = connection
  const { sub, authTime, nonce: nonceBefore, now } = held
  return explained(answer.status, async () => {
    const { response, idToken } = await apart(await provider.readTokenResponse(answer))
    const body = await processRefreshTokenResponse(metadata, bare(connection), response)
    const expected: ExpectedIdToken = {
      now: now / 1000,
      nonce: undefined,
      nonceBefore,
      hashes: { at_hash: { value: body.access_token, needed: false } },
      asked: undefined,
      before: { sub, auth_time: authTime },
    }
    const opened =
      provider.openid && idToken !== undefined ? await validateIdToken(connection, idToken, expected) : undefined
    const tokens = tokensIn(body, now)
    return {
      tokens: { ...tokens, refreshToken: tokens.refreshToken ?? held.refreshToken },
      scopes: grantedScopes(body.scope, held.scopes),
      claims: opened?.claims as Claims | undefined,
      idToken: (opened && hint(connection, opened.signed)) ?? held.idToken,
    }
  })
}

/** The ID token is ours to validate, the same way wherever it comes from; the rest is RFC 6749. */
async function apart(
  response: Response,
): Promise<{ readonly response: Response; readonly idToken: string | undefined }> {
  const body: unknown =
    response.status === 200
      ? await response
          .clone()
          .json()
          .catch(() => undefined)
      : undefined
  if (typeof body !== 'object' || body === null || !('id_token' in body)) return { response, idToken: undefined }
  const { id_token: idToken, ...rest } = body
  if (typeof idToken !== 'string')
    throw new AuthError('id_token_invalid', { expected: 'an ID token', got: typeof idToken })
  const { status, headers } = response
  return { response: new Response(JSON.stringify(rest), { status, headers }), idToken }
}

/** The client without what is registered of ID tokens, which the library would look for. */
const bare = ({ client }: Connection) => ({ client_id: client.client_id })

export const hint = ({ metadata }: Connection, signed: string): string | undefined =>
  metadata.end_session_endpoint === undefined ? undefined : signed

function tokensIn(
  body: Pick<TokenEndpointResponse, 'access_token' | 'token_type' | 'expires_in' | 'refresh_token'>,
  now: number,
): Tokens {
  // another kind of token can't be used as RFC 6750 says (RFC 6749 §7.1)
  if (body.token_type.toLowerCase() !== 'bearer') {
    throw new AuthError('token_response_invalid', { expected: 'token_type Bearer', got: body.token_type.slice(0, 50) })
  }
  return {
    accessToken: readable(body.access_token),
    refreshToken: body.refresh_token,
    ...lifeOf(body.expires_in, now),
  }
}

/** An access token that can stand in a header (RFC 6749 Appendix A.12); the error about any other would quote it. */
export function readable(accessToken: string): string {
  if (/^[\x20-\x7e]+$/.test(accessToken)) return accessToken
  throw new AuthError('token_response_invalid', { expected: 'an access_token of visible ASCII', got: 'another value' })
}

/** `now` in epoch milliseconds, the lifetime in seconds. */
export function lifeOf(lifetime: number | undefined, now: number): Pick<Tokens, 'expiresAt' | 'renewAt'> {
  if (lifetime === undefined) return { expiresAt: undefined, renewAt: undefined }
  const expiresAt = Math.floor(now / 1000 + lifetime)
  return { expiresAt, renewAt: expiresAt - Math.min(30, lifetime / 4) }
}

/**
 * Step 5, the client's part: whether the tokens are what the standard says, and the ID token really from this
 * provider, for this client, about this sign-in.
 *
 * @see RFC 6749 §5.1, §5.2; OpenID Connect Core §3.1.3.5, §12.2
 */
import type { Claims } from '@symbolon/protocol/claims'
import {
  type AuthorizationServer,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  type TokenEndpointResponse,
} from 'oauth4webapi'
import { AuthError } from '../errors.ts'
import { validateIdToken, validateSignIn } from '../id-token.ts'
import { explained } from '../token-errors.ts'
import { grantedScopes, type TokenEndpoint } from './4-token-request.ts'

/** Kept on the server side, or sealed; never readable by the browser. */
export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string | undefined
  /** Kept only for a provider that takes it as a hint when signing out. */
  readonly idToken: string | undefined
  /** Epoch seconds; `undefined` when the provider does not say. */
  readonly expiresAt: number | undefined
  /** A little before, when it is time to renew. */
  readonly renewAt: number | undefined
}

export interface Received {
  readonly tokens: Tokens
  readonly scopes: readonly string[]
  /** Of the validated ID token. */
  readonly claims: Claims | undefined
}

export interface Expected {
  /** Of the attempt; the ID token must carry it. */
  readonly nonce: string
  readonly scopes: readonly string[]
  /** When the sign-in began, in epoch seconds. */
  readonly startedAt: number
  /** Epoch milliseconds. */
  readonly now: number
}

/** What the code gave. */
export async function validateTokenResponse(
  endpoint: TokenEndpoint,
  answer: Response,
  { nonce, scopes, startedAt, now }: Expected,
): Promise<Received> {
  const { provider, metadata } = endpoint
  return explained(answer.status, async () => {
    const response = await provider.readTokenResponse(answer)
    const body = await processAuthorizationCodeResponse(metadata, provider.client, response, {
      ...(provider.openid && { expectedNonce: nonce, requireIdToken: true }),
    })
    const claims = await validateIdToken(endpoint, { response, body, now })
    if (claims !== undefined) validateSignIn(claims, { asked: provider.parameters, startedAt })
    return received({ body, metadata, claims, scopes, now })
  })
}

export interface Held {
  readonly tokens: Tokens
  readonly scopes: readonly string[]
  readonly sub: string
  /** Epoch milliseconds. */
  readonly now: number
}

/** What the refresh token gave. A new refresh token replaces the old one; without one the old one stays good. */
export async function validateRefreshResponse(
  endpoint: TokenEndpoint,
  answer: Response,
  { tokens, scopes, sub, now }: Held,
): Promise<Received> {
  const { provider, metadata } = endpoint
  return explained(answer.status, async () => {
    const response = await provider.readTokenResponse(answer)
    const body = await processRefreshTokenResponse(metadata, provider.client, response)
    const claims = await validateIdToken(endpoint, { response, body, now })
    if (claims !== undefined && claims.sub !== sub) {
      throw new AuthError('id_token_invalid', { expected: 'the sub of the sign-in', got: 'another sub' })
    }
    const next = received({ body, metadata, claims, scopes, now })
    const { refreshToken = tokens.refreshToken, idToken = tokens.idToken } = next.tokens
    return { ...next, tokens: { ...next.tokens, refreshToken, idToken } }
  })
}

interface Body {
  readonly body: TokenEndpointResponse
  readonly metadata: AuthorizationServer
  readonly claims: Claims | undefined
  readonly scopes: readonly string[]
  readonly now: number
}

function received({ body, metadata, claims, scopes, now }: Body): Received {
  // another kind of token can't be used as RFC 6750 says (RFC 6749 §7.1)
  if (body.token_type !== 'bearer') {
    throw new AuthError('token_response_invalid', { expected: 'token_type Bearer', got: body.token_type.slice(0, 50) })
  }
  const lifetime = body.expires_in
  const expiresAt = lifetime === undefined ? undefined : Math.floor(now / 1000 + lifetime)
  return {
    tokens: {
      accessToken: body.access_token,
      refreshToken: body.refresh_token,
      idToken: metadata.end_session_endpoint === undefined ? undefined : body.id_token,
      expiresAt,
      renewAt: expiresAt === undefined || lifetime === undefined ? undefined : expiresAt - Math.min(30, lifetime / 4),
    },
    scopes: grantedScopes(body.scope, scopes),
    claims,
  }
}

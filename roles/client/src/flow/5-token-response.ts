/**
 * Step 5, the client's part: whether the tokens are what the standard says, and the ID token really from this
 * provider, for this client, about this sign-in.
 *
 * @see RFC 6749 §5.1, §5.2; OpenID Connect Core §3.1.3.5, §3.1.3.7, §3.1.3.8, §12.2
 */
import { hash, timingSafeEqual } from 'node:crypto'
import { verificationAlgorithms } from '@symbolon/protocol/algorithms'
import type { Claims } from '@symbolon/protocol/claims'
import { decodeProtectedHeader } from 'jose'
import {
  type AuthorizationServer,
  getValidatedIdTokenClaims,
  OperationProcessingError,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  ResponseBodyError,
  type TokenEndpointResponse,
  UnsupportedOperationError,
  validateApplicationLevelSignature,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi'
import { AuthError } from '../errors.ts'
import { transport } from '../network.ts'
import { clockDifference } from '../providers/openid.ts'
import { isErrorName } from './3-authorization-response.ts'
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
  /** Epoch milliseconds. */
  readonly now: number
}

/** What the code gave. */
export async function validateTokenResponse(
  endpoint: TokenEndpoint,
  answer: Response,
  { nonce, scopes, now }: Expected,
): Promise<Received> {
  const { provider, metadata } = endpoint
  return explained(answer.status, async () => {
    const response = await provider.readTokenResponse(answer)
    const body = await processAuthorizationCodeResponse(metadata, provider.client, response, {
      ...(provider.openid && { expectedNonce: nonce, requireIdToken: true }),
    })
    const claims = await validateIdToken(endpoint, response, body, now)
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
    const claims = await validateIdToken(endpoint, response, body, now)
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

/** What oauth4webapi leaves to us: the signature, the algorithm, `at_hash`, and an `iat` from the future. */
async function validateIdToken(
  { metadata, network }: TokenEndpoint,
  response: Response,
  body: TokenEndpointResponse,
  now: number,
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

/** Gives every failure its reason. What the library caught is not passed on: its causes hold tokens. */
async function explained<T>(status: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AuthError) throw error
    if (status >= 500) throw new AuthError('provider_unavailable', { expected: '200', got: `${status}` })
    if (error instanceof ResponseBodyError) throw refusedByProvider(error.error)
    if (error instanceof WWWAuthenticateChallengeError) throw refusedByProvider(await errorIn(error.response))
    if (error instanceof OperationProcessingError || error instanceof UnsupportedOperationError) {
      const aboutIdToken = /JWT|JWS|ID Token|id_token|verification key|signature/i.test(error.message)
      throw new AuthError(aboutIdToken ? 'id_token_invalid' : 'token_response_invalid', { got: error.message })
    }
    throw new AuthError('token_response_invalid', { got: 'an unreadable answer' })
  }
}

function refusedByProvider(name: string): AuthError {
  const seen = { got: isErrorName(name) ? name : '(an unreadable error)' }
  return new AuthError(name === 'temporarily_unavailable' ? 'provider_unavailable' : 'provider_refused', seen)
}

async function errorIn(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined)
  const name = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined
  return typeof name === 'string' ? name : 'invalid_client'
}

/**
 * An OpenID provider for tests: it answers on loopback as the standard says, and exactly one thing can be changed at
 * a time. It keeps what it was sent, so that a test can look.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly form: URLSearchParams
}

/** What a test may change; each gets what would have been sent. */
export interface Changes {
  metadata?: (metadata: Record<string, unknown>) => Record<string, unknown>
  redirect?: (answer: URLSearchParams) => URLSearchParams
  claims?: (claims: JWTPayload) => JWTPayload
  tokens?: (body: Record<string, unknown>) => Record<string, unknown>
  idToken?: (token: string) => string
  /** Gives an ID token at a refresh too. */
  idTokenAgain?: boolean
  userinfoStatus?: number
  userinfo?: (claims: Record<string, unknown>) => Record<string, unknown>
  /** Answers a token request in our place. */
  token?: (asked: Asked) => { readonly status: number; readonly body: unknown } | undefined
  beforeToken?: () => Promise<void>
  api?: (asked: Asked) => { readonly status: number; readonly challenge?: string } | undefined
}

export interface StandIn {
  readonly issuer: string
  readonly asked: Asked[]
  readonly change: Changes
  readonly tokenRequests: (grant?: string) => readonly Asked[]
  /** Opens an authorization address as a person would who allows everything; gives the address sent back to. */
  readonly allow: (authorizationUrl: string) => Promise<URL>
  readonly stop: () => Promise<void>
}

interface Granted {
  readonly params: URLSearchParams
  readonly scope: string
}

export async function startStandIn({ path = '' }: { readonly path?: string } = {}): Promise<StandIn> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }
  const asked: Asked[] = []
  const change: Changes = {}
  const codes = new Map<string, Granted>()
  const refreshTokens = new Map<string, Granted>()
  const accessTokens = new Set<string>()
  let issuer = ''

  const metadata = (): Record<string, unknown> => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    revocation_endpoint: `${issuer}/revoke`,
    end_session_endpoint: `${issuer}/end`,
    id_token_signing_alg_values_supported: ['ES256'],
    authorization_response_iss_parameter_supported: true,
  })

  const tokensFor = async (granted: Granted, withIdToken: boolean) => {
    const accessToken = randomBytes(16).toString('hex')
    const refreshToken = randomBytes(16).toString('hex')
    accessTokens.add(accessToken)
    refreshTokens.set(refreshToken, granted)
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: issuer,
      aud: granted.params.get('client_id') ?? '',
      sub: 'alice',
      nonce: granted.params.get('nonce') ?? undefined,
      iat: now,
      // clocks of tests go on for days
      exp: now + 90 * 24 * 3600,
      at_hash: createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url'),
    }
    const changed = change.claims?.(claims) ?? claims
    const signed = await new SignJWT(changed).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(privateKey)
    const body = {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: 300,
      refresh_token: refreshToken,
      scope: granted.scope,
      ...(withIdToken && { id_token: change.idToken?.(signed) ?? signed }),
    }
    return change.tokens?.(body) ?? body
  }

  const token = async (request: Asked, response: ServerResponse) => {
    await change.beforeToken?.()
    const instead = change.token?.(request)
    if (instead) return sendJson(response, instead.status, instead.body)
    const { form } = request
    const store = form.get('grant_type') === 'refresh_token' ? refreshTokens : codes
    const handle = form.get(store === codes ? 'code' : 'refresh_token') ?? ''
    const granted = store.get(handle)
    store.delete(handle)
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    const proven = store === refreshTokens || challenge === granted?.params.get('code_challenge')
    if (!granted || !proven) return sendJson(response, 400, { error: 'invalid_grant' })
    return sendJson(response, 200, await tokensFor(granted, store === codes || change.idTokenAgain === true))
  }

  const authorize = (request: Asked, response: ServerResponse) => {
    const { searchParams } = new URL(request.path, issuer)
    const code = randomBytes(16).toString('hex')
    codes.set(code, { params: searchParams, scope: searchParams.get('scope') ?? '' })
    const answer = new URLSearchParams({ code, state: searchParams.get('state') ?? '', iss: issuer })
    const to = new URL(searchParams.get('redirect_uri') ?? '')
    to.search = (change.redirect?.(answer) ?? answer).toString()
    response.writeHead(302, { location: to.href }).end()
  }

  const api = (request: Asked, response: ServerResponse) => {
    const instead = change.api?.(request)
    const known = accessTokens.has(request.headers.authorization?.replace(/^Bearer /, '') ?? '')
    if (instead) {
      if (instead.challenge !== undefined) response.setHeader('www-authenticate', instead.challenge)
      return sendJson(response, instead.status, {})
    }
    if (!known) response.setHeader('www-authenticate', 'Bearer error="invalid_token"')
    return sendJson(response, known ? 200 : 401, { ok: known })
  }

  const routes: Readonly<Record<string, (request: Asked, response: ServerResponse) => unknown>> = {
    [`${path}/.well-known/openid-configuration`]: (_, response) =>
      sendJson(response, 200, change.metadata?.(metadata()) ?? metadata()),
    [`${path}/authorize`]: authorize,
    [`${path}/token`]: token,
    [`${path}/jwks`]: (_, response) => sendJson(response, 200, { keys: [jwk] }),
    [`${path}/userinfo`]: (_, response) => {
      const claims = { sub: 'alice', name: 'Alice', email: 'alice@example.com' }
      return sendJson(response, change.userinfoStatus ?? 200, change.userinfo?.(claims) ?? claims)
    },
    [`${path}/revoke`]: (_, response) => response.writeHead(200).end(),
    [`${path}/end`]: (_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('signed out'),
    [`${path}/photos`]: api,
  }

  const server = createServer((message, response) => {
    readAll(message).then(async (body) => {
      const request = {
        method: message.method ?? '',
        path: message.url ?? '',
        headers: message.headers,
        form: new URLSearchParams(body),
      }
      asked.push(request)
      const route = routes[new URL(request.path, issuer).pathname]
      if (route) await route(request, response)
      else response.writeHead(404).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`

  return {
    issuer,
    asked,
    change,
    tokenRequests: (grant) =>
      asked.filter(
        (each) => each.path === `${path}/token` && (grant === undefined || each.form.get('grant_type') === grant),
      ),
    async allow(url) {
      const response = await fetch(url, { redirect: 'manual' })
      return new URL(response.headers.get('location') ?? '')
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

export async function readAll(message: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of message) text += chunk
  return text
}

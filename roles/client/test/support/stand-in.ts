/**
 * An OpenID provider for tests: it answers on loopback as the standard says, and exactly one thing can be changed at
 * a time. It keeps what it was sent, so that a test can look.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import { type Asked, listenTo, sendHtml, sendJson, sentBack } from './http.ts'

/** What a test may change; each gets what would have been sent. */
export interface Changes {
  metadata?: (metadata: Record<string, unknown>) => Record<string, unknown>
  redirect?: (answer: URLSearchParams) => URLSearchParams
  claims?: (claims: JWTPayload) => JWTPayload
  /** Of ID tokens that come with the authorization response. */
  frontClaims?: (claims: JWTPayload) => JWTPayload
  header?: (header: JWTHeaderParameters) => JWTHeaderParameters
  keys?: (keys: readonly JWK[]) => readonly JWK[]
  /** What the check-session page answers. */
  sessionState?: 'unchanged' | 'changed' | 'error'
  /** Userinfo as a JWT. */
  userinfoJwt?: (claims: Record<string, unknown>) => Promise<string>
  /** Answers a registration, of which it gets the metadata. */
  register?: (metadata: Record<string, unknown>) => { readonly status: number; readonly body: unknown }
  tokens?: (body: Record<string, unknown>) => Record<string, unknown>
  idToken?: (token: string) => string | Promise<string>
  /** A refresh token that comes twice ends all that followed from it (RFC 9700 §4.14.2). */
  revokesOnReuse?: boolean
  /** Gives an ID token at a refresh too. */
  idTokenAgain?: boolean
  userinfoStatus?: number
  userinfo?: (claims: Record<string, unknown>) => Record<string, unknown>
  /** Answers a token request in our place. */
  token?: (asked: Asked) => { readonly status: number; readonly body: unknown } | undefined
  beforeToken?: () => Promise<void>
  api?: (asked: Asked) => { readonly status: number; readonly challenge?: string } | undefined
  /** Answers any request in our place, when it says so. */
  answer?: (asked: Asked, response: ServerResponse) => boolean | Promise<boolean>
}

export interface StandIn {
  readonly issuer: string
  readonly asked: Asked[]
  readonly change: Changes
  /** Signs as this provider does today. */
  readonly sign: (claims: JWTPayload, header?: Partial<JWTHeaderParameters>) => Promise<string>
  /** From now on with another key. */
  readonly rotate: () => Promise<void>
  readonly tokenRequests: (grant?: string) => readonly Asked[]
  /** Opens an authorization address as a person would who allows everything; gives the address sent back to. */
  readonly allow: (authorizationUrl: string) => Promise<URL>
  readonly stop: () => Promise<void>
}

interface Granted {
  readonly params: URLSearchParams
  readonly scope: string
}

export interface StandInSettings {
  readonly path?: string
  readonly alg?: string
}

export async function startStandIn({ path = '', alg = 'ES256' }: StandInSettings = {}): Promise<StandIn> {
  const newKey = async (kid: string) => {
    const { publicKey, privateKey } = await generateKeyPair(alg, { modulusLength: 2048 })
    const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }
    return { privateKey, jwk, kid }
  }
  let signing = await newKey('k1')
  const sign: StandIn['sign'] = (claims, header = {}) => {
    const usual = { alg, kid: signing.kid, ...header }
    return new SignJWT(claims).setProtectedHeader(change.header?.(usual) ?? usual).sign(signing.privateKey)
  }
  const asked: Asked[] = []
  const change: Changes = {}
  const codes = new Map<string, Granted>()
  const refreshTokens = new Map<string, Granted>()
  const spentRefreshTokens = new Map<string, Granted>()
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
    registration_endpoint: `${issuer}/register`,
    check_session_iframe: `${issuer}/check-session`,
    id_token_signing_alg_values_supported: [alg],
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
      at_hash: halfHash(alg, accessToken),
    }
    const signed = await sign(change.claims?.(claims) ?? claims)
    const body = {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: 300,
      refresh_token: refreshToken,
      scope: granted.scope,
      ...(withIdToken && { id_token: (await change.idToken?.(signed)) ?? signed }),
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
    const reused = change.revokesOnReuse ? spentRefreshTokens.get(handle) : undefined
    for (const [each, of] of refreshTokens) if (of === reused) refreshTokens.delete(each)
    if (granted && store === refreshTokens) spentRefreshTokens.set(handle, granted)
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    const proven = store === refreshTokens || challenge === granted?.params.get('code_challenge')
    if (!granted || !proven) return sendJson(response, 400, { error: 'invalid_grant' })
    return sendJson(response, 200, await tokensFor(granted, store === codes || change.idTokenAgain === true))
  }

  const authorize = async (request: Asked, response: ServerResponse) => {
    const { searchParams } = new URL(request.path, issuer)
    const words = searchParams.get('response_type')?.split(' ') ?? []
    const answer = new URLSearchParams({ state: searchParams.get('state') ?? '', iss: issuer })
    if (words.includes('code')) {
      const code = randomBytes(16).toString('hex')
      codes.set(code, { params: searchParams, scope: searchParams.get('scope') ?? '' })
      answer.set('code', code)
    }
    if (words.includes('token')) {
      const accessToken = randomBytes(16).toString('hex')
      accessTokens.add(accessToken)
      for (const [name, value] of Object.entries({
        access_token: accessToken,
        token_type: 'Bearer',
        expires_in: '300',
      })) {
        answer.set(name, value)
      }
    }
    if (words.includes('id_token')) {
      const now = Math.floor(Date.now() / 1000)
      const [code, accessToken] = [answer.get('code'), answer.get('access_token')]
      const claims = {
        iss: issuer,
        aud: searchParams.get('client_id') ?? '',
        sub: 'alice',
        nonce: searchParams.get('nonce') ?? undefined,
        iat: now,
        exp: now + 300,
        ...(code && { c_hash: halfHash(alg, code) }),
        ...(accessToken && { at_hash: halfHash(alg, accessToken) }),
      }
      const common = change.claims?.(claims) ?? claims
      const signed = await sign(change.frontClaims?.(common) ?? common)
      answer.set('id_token', (await change.idToken?.(signed)) ?? signed)
    }
    const to = new URL(searchParams.get('redirect_uri') ?? '')
    const sent = change.redirect?.(answer) ?? answer
    const isPosted = searchParams.get('response_mode') === 'form_post'
    if (isPosted && request.headers.accept?.includes('text/html')) return postForm(response, to, sent)
    // where tokens go unless they are asked for elsewhere (OAuth 2.0 Multiple Response Types §5)
    const carrier = words.join() === 'code' || searchParams.has('response_mode') ? 'search' : 'hash'
    to[carrier] = sent.toString()
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
    [`${path}/jwks`]: (_, response) => sendJson(response, 200, { keys: change.keys?.([signing.jwk]) ?? [signing.jwk] }),
    [`${path}/register`]: ({ body }, response) => {
      const metadata = JSON.parse(body)
      const usual = {
        ...metadata,
        client_id: 'registered',
        client_secret: 'the secret that was given',
        client_secret_expires_at: 0,
      }
      const answer = change.register?.(metadata) ?? { status: 201, body: usual }
      return sendJson(response, answer.status, answer.body)
    },
    [`${path}/userinfo`]: async (_, response) => {
      const claims = { sub: 'alice', name: 'Alice', email: 'alice@example.com' }
      const jwt = await change.userinfoJwt?.(claims)
      if (jwt !== undefined) return response.writeHead(200, { 'content-type': 'application/jwt' }).end(jwt)
      return sendJson(response, change.userinfoStatus ?? 200, change.userinfo?.(claims) ?? claims)
    },
    [`${path}/revoke`]: (_, response) => response.writeHead(200).end(),
    [`${path}/end`]: (_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('signed out'),
    [`${path}/photos`]: api,
    [`${path}/check-session`]: (_, response) => sendHtml(response, checkSession),
    [`${path}/session-state`]: (_, response) => sendJson(response, 200, change.sessionState ?? 'unchanged'),
  }

  const server = await listenTo(async (request, response) => {
    asked.push(request)
    if (await change.answer?.(request, response)) return
    const route = routes[new URL(request.path, issuer).pathname]
    if (route) await route(request, response)
    else response.writeHead(404).end()
  })
  issuer = `${server.url}${path}`

  return {
    issuer,
    asked,
    change,
    sign,
    async rotate() {
      signing = await newKey(`k${Number(signing.kid.slice(1)) + 1}`)
    },
    tokenRequests: (grant) =>
      asked.filter(
        (each) => each.path === `${path}/token` && (grant === undefined || each.form.get('grant_type') === grant),
      ),
    allow: sentBack,
    stop: server.stop,
  }
}

/** OAuth 2.0 Form Post Response Mode §2, for a browser. */
function postForm(response: ServerResponse, to: URL, fields: URLSearchParams): void {
  const inputs = [...fields].map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`).join('')
  sendHtml(
    response,
    `<form method="post" action="${to.href}">${inputs}</form><script>document.forms[0].submit()</script>`,
  )
}

/** OpenID Connect Session Management §3.2, with the answer a test chose. */
const checkSession = `<script>addEventListener('message', async ({ source, origin }) =>
source.postMessage(await (await fetch('session-state')).json(), origin))</script>`

/** The left half of the digest that a signature algorithm uses (OpenID Connect Core §3.1.3.6). */
function halfHash(alg: string, value: string): string {
  const name = alg.endsWith('256') ? 'sha256' : alg.endsWith('384') ? 'sha384' : 'sha512'
  const digest = createHash(name).update(value).digest()
  return digest.subarray(0, digest.length / 2).toString('base64url')
}

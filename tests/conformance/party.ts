/**
 * A relying party as the suite plays it: asks for authorization in every response type and mode, redeems codes by every
 * method, and looks at all that it gets.
 */
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { clientId, clientSecret, type Family, type Place, type ResponseType } from 'conformance/clients'
import { type CryptoKey, type JWTPayload, SignJWT } from 'jose'
import type { Answer, Browser, Journey } from './browser.ts'
import { checkAnswer, checkClaimTypes, checkEntropy, checkIdToken } from './checks.ts'
import type { Harness } from './harness.ts'

type Json = Readonly<Record<string, unknown>>

export interface PartyClient {
  readonly clientId: string
  readonly redirectUri: string
  readonly credentials:
    | { readonly by: 'client_secret_basic' | 'client_secret_post'; readonly secret: string }
    | {
        readonly by: 'private_key_jwt'
        readonly key: CryptoKey
        readonly kid?: string
        readonly algorithm: string
        /** The token endpoint, but for the one module that names the issuer. */
        readonly audience?: string
      }
    | { readonly by: 'none' }
}

export function staticClient(harness: Harness, family: Family, place: Place = 'first'): PartyClient {
  const by = place === 'post' ? 'client_secret_post' : 'client_secret_basic'
  const redirectUri = place === 'second' ? harness.at.secondCallback : harness.at.callback
  const credentials = { by, secret: clientSecret(family, place) } as const
  return { clientId: clientId(family, place), redirectUri, credentials }
}

export interface PartySettings {
  readonly harness: Harness
  readonly client: PartyClient
  readonly responseType: ResponseType
  readonly responseMode: 'default' | 'form_post'
}

/** `undefined` leaves a parameter out. */
export type Parameters = Readonly<Record<string, string | undefined>>

export interface Asked {
  readonly parameters: Parameters
  readonly url: string
}

export interface Tokens {
  /** What came through the browser. */
  readonly front: JWTPayload | undefined
  /** What came from the token endpoint. */
  readonly back: JWTPayload | undefined
  /** Either of them: both name the same person. */
  readonly claims: JWTPayload
  /** Unread, for hints. */
  readonly idToken: string
  readonly code: string | undefined
  /** The newest that was given; of `id_token` there is none. */
  readonly accessToken: string | undefined
  readonly refreshToken: string | undefined
}

/** What each word of a response type brings. */
const answered = [
  ['code', 'code'],
  ['id_token', 'id_token'],
  ['token', 'access_token'],
] as const

export interface Party extends PartySettings {
  /** An authorization request with a long `state` and a `nonce`; changed by `changes`. */
  ask(changes?: Parameters): Asked
  /** Asks and must get what it asked for. */
  authorize(browser: Browser, changes?: Parameters): Promise<Journey & { readonly tokens: Tokens }>
  /** Asks and must get an error, in the place where answers of this type and mode are; gives the error. */
  expectError(browser: Browser, changes?: Parameters): Promise<string>
  /** Asks and must be left on a page of the server. */
  expectPage(browser: Browser, changes?: Parameters): Promise<Journey>
  /** From the answer to the tokens, with every check on the way. */
  finish(answer: Answer | undefined, asked: Asked, more?: { readonly verifier?: string }): Promise<Tokens>
  token(form: Parameters, client?: PartyClient): Promise<Response>
  userinfo(accessToken: string | undefined, how?: RequestInit): Promise<Json>
}

export function createParty(settings: PartySettings): Party {
  const { harness, client, responseType, responseMode } = settings
  const gives = new Set(responseType.split(' '))
  const carrier = responseMode === 'form_post' ? 'form_post' : responseType === 'code' ? 'query' : 'fragment'

  function ask(changes: Parameters = {}): Asked {
    const parameters: Parameters = {
      response_type: responseType,
      client_id: client.clientId,
      redirect_uri: client.redirectUri,
      scope: 'openid',
      state: `${randomBytes(93).toString('base64url')}-._~`,
      nonce: `${randomBytes(24).toString('base64url')}-._~`,
      ...(responseMode === 'form_post' && { response_mode: responseMode }),
      ...changes,
    }
    return { parameters, url: `${harness.endpoint('authorization_endpoint')}?${formOf(parameters).toString()}` }
  }

  async function token(form: Parameters, by: PartyClient = client): Promise<Response> {
    const { headers, fields } = await authentication(by, harness)
    return fetch(harness.endpoint('token_endpoint'), { method: 'POST', headers, body: formOf({ ...form, ...fields }) })
  }

  async function redeem(code: string, verifier: string | undefined): Promise<Json> {
    const response = await token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: client.redirectUri,
      code_verifier: verifier,
    })
    return checkTokenAnswer(response)
  }

  async function finish(answer: Answer | undefined, asked: Asked, { verifier }: { readonly verifier?: string } = {}) {
    assert.ok(answer !== undefined, 'the suite was reached')
    const { parameters } = answer
    checkAnswer(answer, harness, asked.parameters.state)
    assert.ok(!('error' in parameters), parameters.error_description ?? '')
    assert.equal(answer.carrier, carrier)
    for (const [type, name] of answered) assert.equal(name in parameters, gives.has(type), name)
    const { code, access_token: frontToken, id_token: frontIdToken } = parameters
    if (code !== undefined) checkEntropy(code)
    if (frontToken !== undefined) {
      assert.match(parameters.token_type ?? '', /^bearer$/i)
      assert.match(parameters.expires_in ?? '', /^[1-9]\d*$/)
    }
    const facts = { clientId: client.clientId, nonce: asked.parameters.nonce }
    const front =
      frontIdToken === undefined
        ? undefined
        : await checkIdToken(frontIdToken, harness, { ...facts, isFrontChannel: true, accessToken: frontToken, code })
    const redeemed = code === undefined ? undefined : await redeem(code, verifier)
    const backIdToken = redeemed?.id_token
    assert.equal(typeof backIdToken === 'string', code !== undefined, 'a code gives an ID token')
    const backToken = textIn(redeemed, 'access_token')
    const back =
      typeof backIdToken === 'string'
        ? await checkIdToken(backIdToken, harness, {
            ...facts,
            isFrontChannel: false,
            accessToken: backToken,
            ...(decoded(backIdToken).c_hash !== undefined && { code }),
          })
        : undefined
    if (front !== undefined && back !== undefined)
      for (const claim of ['iss', 'sub', 'auth_time'] as const) assert.equal(front[claim], back[claim], claim)
    const claims = back ?? front
    const idToken = typeof backIdToken === 'string' ? backIdToken : frontIdToken
    assert.ok(claims !== undefined && idToken !== undefined)
    // What scopes give is for userinfo, whenever there is an access token for it (OpenID Connect Core §5.4).
    if (responseType !== 'id_token')
      for (const personal of ['name', 'email', 'address', 'phone_number'])
        for (const one of [front, back]) assert.ok(one === undefined || !(personal in one), personal)
    const accessToken = backToken ?? frontToken
    return { front, back, claims, idToken, code, accessToken, refreshToken: textIn(redeemed, 'refresh_token') }
  }

  return {
    ...settings,
    ask,
    finish,
    token,
    async authorize(browser, changes) {
      const asked = ask(changes)
      const journey = await browser.visit(asked.url)
      return { ...journey, tokens: await finish(journey.answer, asked) }
    },
    async expectError(browser, changes) {
      const asked = ask(changes)
      const { answer, asked: pages } = await browser.visit(asked.url)
      assert.ok(answer !== undefined, `the suite was reached, and not ${pages.join(' ')}`)
      checkAnswer(answer, harness, asked.parameters.state)
      for (const name of ['code', 'id_token', 'access_token']) assert.ok(!(name in answer.parameters), name)
      const place = 'response_type' in (changes ?? {}) ? errorCarrier(asked.parameters) : carrier
      assert.equal(answer.carrier, place)
      return answer.parameters.error ?? ''
    },
    async expectPage(browser, changes) {
      const journey = await browser.visit(ask(changes).url)
      assert.equal(journey.answer, undefined, 'nothing was sent to the suite')
      return journey
    },
    async userinfo(accessToken, how = {}) {
      assert.ok(accessToken !== undefined, 'there is an access token')
      const headers = { authorization: `Bearer ${accessToken}`, ...how.headers }
      const response = await fetch(harness.endpoint('userinfo_endpoint'), { ...how, headers })
      assert.equal(response.status, 200)
      assert.match(response.headers.get('content-type') ?? '', /^application\/json(;|$)/)
      const claims = (await response.json()) as Json
      checkClaimTypes(claims)
      return claims
    },
  }
}

/** Where an error is whose request has no response type that says it. */
const errorCarrier = ({ response_mode: mode }: Parameters) => (mode === 'form_post' ? 'form_post' : 'query')

export function formOf(parameters: Parameters): URLSearchParams {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) form.append(name, value)
  return form
}

const decoded = (jwt: string): Json => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())

function textIn(json: Json | undefined, name: string): string | undefined {
  const value = json?.[name]
  return typeof value === 'string' ? value : undefined
}

const expectedOfTokens = ['access_token', 'token_type', 'expires_in', 'scope', 'id_token', 'refresh_token']

/** A good answer of the token endpoint (RFC 6749 §5.1). */
export async function checkTokenAnswer(response: Response): Promise<Json> {
  const body = (await response.json()) as Json
  assert.equal(response.status, 200, JSON.stringify(body.error_description))
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
  assert.match(response.headers.get('cache-control') ?? '', /no-store/)
  assert.match(String(body.token_type), /^bearer$/i)
  assert.ok(Number.isInteger(body.expires_in))
  assert.deepEqual(
    Object.keys(body).filter((name) => !expectedOfTokens.includes(name)),
    [],
  )
  checkEntropy(String(body.access_token))
  return body
}

/** A refusal of the token endpoint, in JSON (RFC 6749 §5.2); gives the error. */
export async function checkTokenRefusal(response: Response): Promise<string> {
  assert.equal(response.status, 400)
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
  const { error, ...more } = (await response.json()) as Json
  assert.deepEqual(
    Object.keys(more).filter((name) => name !== 'error_description' && name !== 'error_uri'),
    [],
  )
  return String(error)
}

interface Authentication {
  readonly headers: Readonly<Record<string, string>>
  readonly fields: Parameters
}

async function authentication({ clientId, credentials }: PartyClient, harness: Harness): Promise<Authentication> {
  switch (credentials.by) {
    case 'client_secret_basic': {
      const pair = [clientId, credentials.secret].map(encodeURIComponent).join(':')
      const authorization = `Basic ${Buffer.from(pair).toString('base64')}`
      return { headers: { authorization }, fields: {} }
    }
    case 'client_secret_post':
      return { headers: {}, fields: { client_id: clientId, client_secret: credentials.secret } }
    case 'none':
      return { headers: {}, fields: { client_id: clientId } }
    case 'private_key_jwt': {
      const now = Math.floor(Date.now() / 1_000)
      const { audience = harness.endpoint('token_endpoint') } = credentials
      const assertion = await new SignJWT({ iss: clientId, sub: clientId, aud: audience, jti: randomUUID() })
        .setProtectedHeader({
          alg: credentials.algorithm,
          ...(credentials.kid !== undefined && { kid: credentials.kid }),
        })
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(now + 60)
        .sign(credentials.key)
      const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
      return { headers: {}, fields: { client_id: clientId, client_assertion_type: type, client_assertion: assertion } }
    }
  }
}

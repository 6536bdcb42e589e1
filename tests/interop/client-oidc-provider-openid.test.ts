/** The client as a relying party of all that a stranger's provider can do, panva's oidc-provider again. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import {
  type Auth,
  type AuthError,
  createAuth,
  memoryStore,
  type OpenIdSettings,
  openid,
  type Registration,
} from '@symbolon/client'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { newStranger, type Stranger, visit } from './support/client-visitor.ts'

// oidc-provider wants https of clients that get tokens from its authorization endpoint
const baseUrl = 'https://shop.example.com'
const secret = 'a secret of this test, long enough to be one'
const clientSecret = 'a client secret of at least 32 bytes, for HS256'

let issuer: string
let close: () => Promise<void>
let keys: { readonly signing: JWK; readonly reading: JWK; readonly agreeing: JWK }
/** Whom the provider calls back; the app of the test under way. */
let app: Auth | undefined
const notices: (readonly [status: number | undefined, body: string])[] = []

const make = async (alg: string, kid: string): Promise<JWK> => {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), alg, kid }
}

const toPublic = ({ kty, n, e, crv, x, y, alg, kid }: JWK, use: string): JWK =>
  JSON.parse(JSON.stringify({ kty, n, e, crv, x, y, alg, kid, use }))

before(async () => {
  keys = {
    signing: await make('ES256', 's1'),
    reading: await make('RSA-OAEP-256', 'e1'),
    agreeing: await make('ECDH-ES', 'e2'),
  }
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = await startProvider()
  const answer = provider.callback()
  server.on('request', async (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return answer(request, response)
    const { params } = await provider.interactionDetails(request, response)
    const grant = new provider.Grant({ accountId: 'alice', clientId: params.client_id ?? '' })
    grant.addOIDCScope(params.scope ?? '')
    grant.addOIDCClaims(['nickname'])
    const login = { accountId: 'alice', acr: 'mfa', amr: ['pwd', 'otp'] }
    await provider.interactionFinished(request, response, { login, consent: { grantId: await grant.save() } })
  })
  close = async () => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
})
after(() => close())

async function startProvider(): Promise<Stranger> {
  const client = {
    client_secret: clientSecret,
    redirect_uris: [`${baseUrl}/api/auth/callback/stranger`],
    post_logout_redirect_uris: [`${baseUrl}/api/auth/signedout/stranger`],
    grant_types: ['authorization_code', 'implicit', 'refresh_token'],
    backchannel_logout_uri: `${baseUrl}/api/auth/backchannel-logout/stranger`,
    backchannel_logout_session_required: true,
    response_types: [...responseTypes],
  }
  const signing = await Promise.all([
    make('RS256', 'r1'),
    make('PS256', 'p1'),
    make('ES256', 'c1'),
    make('EdDSA', 'd1'),
  ])
  return newStranger(issuer, {
    clients: [
      { ...client, client_id: 'any' },
      { ...client, client_id: 'elliptic', id_token_signed_response_alg: 'ES256' },
      { ...client, client_id: 'edwards', id_token_signed_response_alg: 'EdDSA' },
      { ...client, client_id: 'probabilistic', id_token_signed_response_alg: 'PS256' },
      {
        ...client,
        client_id: 'symmetric',
        id_token_signed_response_alg: 'HS256',
        token_endpoint_auth_method: 'client_secret_jwt',
      },
      {
        ...client,
        client_id: 'sealed',
        jwks: { keys: [toPublic(keys.reading, 'enc'), toPublic(keys.agreeing, 'enc')] },
        id_token_encrypted_response_alg: 'RSA-OAEP-256',
        id_token_encrypted_response_enc: 'A256GCM',
        userinfo_signed_response_alg: 'RS256',
        userinfo_encrypted_response_alg: 'ECDH-ES',
        userinfo_encrypted_response_enc: 'A128CBC-HS256',
      },
      {
        ...client,
        client_id: 'objects',
        jwks: { keys: [toPublic(keys.signing, 'sig')] },
        request_object_signing_alg: 'ES256',
        token_endpoint_auth_method: 'private_key_jwt',
      },
    ],
    responseTypes,
    jwks: { keys: signing },
    acrValues: ['mfa'],
    claims: { openid: ['sub'], profile: ['name', 'nickname'], email: ['email'], acr: null, amr: null, auth_time: null },
    cookies: { keys: ['the keys of this test'] },
    conformIdTokenClaims: true,
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256'],
      requestObjectSigningAlgValues: ['ES256'],
    },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      backchannelLogout: { enabled: true },
      encryption: { enabled: true },
      jwtUserinfo: { enabled: true },
      registration: { enabled: true },
      requestObjects: { enabled: true },
      claimsParameter: { enabled: true },
    },
    fetch: async (url: string, init: RequestInit) => {
      const response = await app?.handle(
        new Request(url, { method: init.method ?? 'GET', headers: init.headers ?? {}, body: init.body ?? null }),
      )
      notices.push([response?.status, String(await response?.clone().text())])
      return response ?? new Response(null, { status: 404 })
    },
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ sub, name: 'Alice', nickname: 'Al', email: 'alice@example.com' }),
    }),
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    ttl: {
      AccessToken: 60,
      AuthorizationCode: 60,
      Grant: 600,
      IdToken: 600,
      Interaction: 600,
      RefreshToken: 600,
      Session: 600,
    },
  })
}

const responseTypes = [
  'code',
  'code id_token',
  'code token',
  'code id_token token',
  'id_token',
  'id_token token',
] as const

function shop(change: Partial<OpenIdSettings> = {}) {
  const logged: Error[] = []
  const settings = {
    issuer,
    clientId: 'any',
    clientSecret,
    apis: [`${issuer}/me`],
    ...change,
  } as OpenIdSettings
  const auth = createAuth({
    baseUrl,
    secret,
    session: { kind: 'store', store: memoryStore() },
    providers: { stranger: openid(settings) },
    log: (error) => logged.push(error),
  })
  app = auth
  return { auth, logged, visitor: visit(auth) }
}

async function signedIn(change: Partial<OpenIdSettings> = {}) {
  const made = shop(change)
  const page = await made.visitor.follow('/api/auth/signin/stranger?returnTo=/photos')
  assert.deepEqual(made.logged, [])
  assert.equal(await page.text(), 'the page /photos')
  return { ...made, session: await made.auth.require(made.visitor.request()) }
}

describe('the client as a relying party of oidc-provider', () => {
  for (const responseType of responseTypes) {
    it(`signs a person in by ${responseType}`, async () => {
      const { auth, session, visitor } = await signedIn({ responseType })
      assert.equal(session.user.sub, 'alice')
      assert.equal(session.access, responseType === 'id_token' ? 'ended' : 'active')
      if (responseType !== 'id_token') {
        const { response } = await auth.fetch(visitor.request(), `${issuer}/me`)
        assert.equal(response.status, 200)
      }
    })
  }

  for (const [clientId, signed] of [
    ['elliptic', 'ES256'],
    ['edwards', 'EdDSA'],
    ['probabilistic', 'PS256'],
  ] as const) {
    it(`takes ID tokens signed by ${signed}, in both channels`, async () => {
      const { session } = await signedIn({ clientId, idToken: { signed }, responseType: 'code id_token token' })
      assert.equal(session.user.name, 'Alice')
    })
  }

  it('takes ID tokens signed by the client secret, and authenticates by it', async () => {
    const { session } = await signedIn({
      clientId: 'symmetric',
      idToken: { signed: 'HS256' },
      clientAuthentication: 'client_secret_jwt',
    })
    assert.equal(session.user.name, 'Alice')
  })

  it('refuses a signature algorithm that is not the registered one', async () => {
    const { logged, visitor } = shop({ clientId: 'elliptic', idToken: { signed: 'RS256' } })
    await visitor.follow('/api/auth/signin/stranger')
    const error = logged[0] as AuthError | undefined
    assert.deepEqual([error?.code, error?.expected, error?.got], ['id_token_invalid', 'alg RS256', 'ES256'])
  })

  for (const responseType of ['code', 'code id_token'] as const) {
    it(`reads encrypted ID tokens and signed, encrypted userinfo, by ${responseType}`, async () => {
      const { session } = await signedIn({
        clientId: 'sealed',
        responseType,
        decryptionKeys: [keys.reading, keys.agreeing],
        idToken: { encrypted: { alg: 'RSA-OAEP-256', enc: 'A256GCM' } },
        userinfo: { signed: 'RS256', encrypted: { alg: 'ECDH-ES', enc: 'A128CBC-HS256' } },
      })
      assert.deepEqual(session.user, { sub: 'alice', name: 'Alice', nickname: 'Al', email: 'alice@example.com' })
    })
  }

  it('signs its requests', async () => {
    const { session } = await signedIn({
      clientId: 'objects',
      clientSecret: undefined,
      privateKey: keys.signing,
      requestObject: 'value',
    } as Partial<OpenIdSettings>)
    assert.equal(session.user.sub, 'alice')
  })

  it('asks for claims, for the way of signing in and for its time, and is told', async () => {
    const { session } = await signedIn({
      scopes: ['openid'],
      parameters: { max_age: '300' },
      claims: { userinfo: { nickname: null }, id_token: { acr: { essential: true, value: 'mfa' } } },
    })
    assert.deepEqual(session.user, { sub: 'alice', nickname: 'Al' })
    const { time = 0, acr } = session.authentication
    assert.ok(Math.abs(time - Date.now() / 1000) < 60)
    assert.equal(acr, 'mfa')
  })

  it('is told that nobody is signed in there, without a page', async () => {
    const { logged, visitor } = shop()
    const page = await visitor.follow('/api/auth/signin/stranger?prompt=none')
    assert.equal(page.status, 400)
    assert.equal((logged[0] as AuthError | undefined)?.code, 'login_required')
  })

  it('finds the person again by a sign-in that nobody sees', async () => {
    const { visitor } = await signedIn()
    const headers = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'iframe' }
    const page = await visitor.follow('/api/auth/signin/stranger?prompt=none&silent=1', { headers })
    assert.match(await page.text(), /symbolon:'signed-in'/)
  })

  it('registers itself, hears on the back channel that the person signed out there, and signs out there itself', async () => {
    const kept: Registration[] = []
    const register = {
      name: 'Shop',
      load: async () => kept[0],
      save: async (registration: Registration) => void kept.push(registration),
    }
    const change = { clientId: undefined, clientSecret: undefined, register, logoutNotices: true } as unknown
    const { auth, logged, visitor } = await signedIn(change as Partial<OpenIdSettings>)
    const confirm = async (url: URL) => {
      const xsrf = /name="xsrf" value="([^"]+)"/.exec(await (await visitor.go(url)).text())?.[1] ?? ''
      const init = { method: 'POST', body: new URLSearchParams({ xsrf, logout: 'yes' }) }
      notices.length = 0
      return visitor.go(new URL(`${issuer}/session/end/confirm`), init)
    }
    assert.equal(kept.length, 1)

    await confirm(new URL(`${issuer}/session/end`))
    assert.deepEqual(
      notices.map(([status]) => status),
      [200],
    )
    assert.equal(await auth.session(visitor.request()), undefined)

    await visitor.follow('/api/auth/signin/stranger')
    assert.ok(await auth.session(visitor.request()))
    const body = new URLSearchParams({ provider: '1', returnTo: '/bye' })
    const init = { method: 'POST', body, headers: { origin: baseUrl } }
    const leaving = await visitor.go(new URL('/api/auth/signout', baseUrl), init)
    const done = await confirm(new URL(leaving.headers.get('location') ?? ''))
    const back = await visitor.follow(done.headers.get('location') ?? '')
    assert.deepEqual(logged, [])
    assert.equal(await back.text(), 'the page /bye')
    assert.equal(kept.length, 1)
  })
})

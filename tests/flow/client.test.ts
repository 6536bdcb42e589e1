/** Our client with our server: both halves of every step, with a person between them. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Auth, type AuthError, createAuth, memoryStore, type OpenIdSettings, openid } from '@symbolon/client'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { createPerson, type Person } from '../support/person.ts'
import { library, password, secret, startTestServer, type TestServer } from '../support/server.ts'

const baseUrl = 'https://shop.example'
const appSecret = 'a secret of this test, long enough to be one'

let server: TestServer
let privateKey: JWK

before(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true })
  privateKey = { ...(await exportJWK(pair.privateKey)), alg: 'ES256', kid: 'shop-1' }
  const publicKey = { ...(await exportJWK(pair.publicKey)), alg: 'ES256', kid: 'shop-1', use: 'sig' }
  const client = {
    redirect_uris: [`${baseUrl}/api/auth/callback/symbolon`],
    post_logout_redirect_uris: [`${baseUrl}/bye`],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid profile email offline_access photos:read photos:write',
  }
  server = await startTestServer({
    lifetimes: { accessToken: 60 },
    clients: [
      { ...client, client_id: 'shop-public', client_name: 'Shop', token_endpoint_auth_method: 'none' },
      { ...client, client_id: 'shop-basic', client_name: 'Shop', client_secret: secret },
      {
        ...client,
        client_id: 'shop-post',
        client_name: 'Shop',
        client_secret: secret,
        token_endpoint_auth_method: 'client_secret_post',
      },
      {
        ...client,
        client_id: 'shop-hybrid',
        client_name: 'Shop',
        client_secret: secret,
        grant_types: ['authorization_code', 'implicit', 'refresh_token'],
        response_types: ['code', 'code id_token', 'id_token'],
        id_token_signed_response_alg: 'ES256',
      },
      {
        ...client,
        client_id: 'shop-key',
        client_name: 'Shop',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [publicKey] },
      },
    ],
  })
})
after(() => server.close())

type Change = Partial<OpenIdSettings> & { readonly kind?: 'cookie' | 'store'; readonly now?: () => number }

function shop({ kind = 'cookie', now = Date.now, ...change }: Change = {}) {
  const logged: Error[] = []
  const auth = createAuth({
    baseUrl,
    secret: appSecret,
    session: kind === 'cookie' ? { kind } : { kind, store: memoryStore({ now }) },
    providers: {
      symbolon: openid({
        issuer: server.url,
        clientId: 'shop-public',
        scopes: ['openid', 'profile', 'email', 'offline_access', 'photos:read'],
        resource: library,
        apis: [`${server.url}/userinfo`],
        postLogoutRedirectUri: `${baseUrl}/bye`,
        ...change,
      }),
    },
    log: (error) => logged.push(error),
    now,
  })
  return { auth, logged, visitor: visit(auth) }
}

/** The cookies that the shop sets, beside the person, who keeps those of the server. */
function visit(auth: Auth) {
  const person = createPerson({ stopAt: [baseUrl] })
  const cookies = new Map<string, string>()
  const keep = (lines: readonly string[]) => {
    for (const line of lines) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      if (line.includes('Max-Age=0')) cookies.delete(pair.slice(0, at))
      else cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
  }
  const cookie = () => [...cookies].map((pair) => pair.join('=')).join('; ')
  const go = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { accept: 'text/html', cookie: cookie(), ...init.headers }
    const response = await auth.handle(new Request(new URL(url, baseUrl), { ...init, headers }))
    if (!response) throw new Error(`no route of the client: ${url}`)
    keep(response.headers.getSetCookie())
    return response
  }
  const signIn = async (url = '/api/auth/signin/symbolon', decision = 'allow'): Promise<Response> => {
    const start = (await go(url)).headers.get('location') ?? ''
    return go(await decide(person, start, decision))
  }
  return { person, go, keep, signIn, request: () => ({ headers: new Headers({ cookie: cookie() }) }) }
}

async function decide(person: Person, url: string, decision: string): Promise<string> {
  let shown = await person.open(url)
  for (let step = 0; step < 6 && shown.status !== 0; step++) {
    const asksWho = shown.page.querySelector('input[name=password]') !== null
    const fields: Readonly<Record<string, string>> = asksWho ? { login: 'alice@example.com', password } : {}
    shown = await person.submit(shown, fields, asksWho ? undefined : `decision=${decision}`)
  }
  return shown.url
}

describe('our client with our server', () => {
  for (const [what, change] of [
    ['a public client', () => ({})],
    ['a public client with sessions in a store', () => ({ kind: 'store' as const })],
    ['client_secret_basic', () => ({ clientId: 'shop-basic', clientSecret: secret })],
    [
      'client_secret_post',
      () => ({ clientId: 'shop-post', clientSecret: secret, clientAuthentication: 'client_secret_post' as const }),
    ],
    ['private_key_jwt', () => ({ clientId: 'shop-key', privateKey })],
  ] as const) {
    it(`signs a person in, as ${what}`, async () => {
      const { auth, logged, visitor } = shop(change())
      const response = await visitor.signIn('/api/auth/signin/symbolon?returnTo=/photos')
      assert.deepEqual(logged, [])
      assert.equal(response.headers.get('location'), `${baseUrl}/photos`)
      const session = await auth.require(visitor.request())
      assert.deepEqual([session.issuer, session.user.sub, session.user.name], [server.url, 'alice-0001', 'Alice Adams'])
      assert.ok(session.scopes.includes('photos:read') && session.scopes.includes('openid'))
      const { response: userinfo } = await auth.fetch(visitor.request(), `${server.url}/userinfo`)
      assert.equal(userinfo.status, 200)
    })
  }

  for (const responseType of ['code', 'code id_token', 'id_token'] as const) {
    it(`takes an answer by ${responseType} that the server makes the browser post`, async () => {
      const { auth, logged, visitor } = shop({
        clientId: 'shop-hybrid',
        clientSecret: secret,
        responseType,
        responseMode: 'form_post',
        idToken: { signed: 'ES256' },
      })
      const start = (await visitor.go('/api/auth/signin/symbolon')).headers.get('location') ?? ''
      let shown = await visitor.person.open(start)
      shown = await visitor.person.submit(shown, { login: 'alice@example.com', password })
      const form = () => shown.page.querySelector(`form[action^="${baseUrl}"]`)
      if (!form()) shown = await visitor.person.submit(shown, {}, 'decision=allow')
      const inputs = form()?.querySelectorAll('input[name]') ?? []
      const body = new URLSearchParams(
        inputs.map((input) => [input.getAttribute('name') ?? '', input.getAttribute('value') ?? '']),
      )
      const response = await visitor.go(form()?.getAttribute('action') ?? '', { method: 'POST', body })
      assert.deepEqual(logged, [])
      assert.deepEqual([response.status, response.headers.get('location')], [303, `${baseUrl}/`])
      assert.equal((await auth.require(visitor.request())).user.sub, 'alice-0001')
    })
  }

  it('lives with Don’t allow', async () => {
    const { auth, logged, visitor } = shop({
      clientId: 'shop-post',
      clientSecret: secret,
      clientAuthentication: 'client_secret_post',
      parameters: { prompt: 'consent' },
    })
    const response = await visitor.signIn(undefined, 'deny')
    assert.equal(response.status, 403)
    assert.deepEqual(
      logged.map((error) => (error as AuthError).code),
      ['person_refused'],
    )
    assert.equal(await auth.session(visitor.request()), undefined)
  })

  it('asks for more only when it is needed, and holds both then', async () => {
    const { auth, visitor } = shop()
    await visitor.signIn()
    const wanted = auth.missingScopes(await auth.require(visitor.request()), ['photos:read', 'photos:write'])
    assert.deepEqual(wanted, ['photos:write'])
    await visitor.signIn(auth.signInUrl('symbolon', { scopes: wanted, returnTo: '/sheets' }))
    const { scopes } = await auth.require(visitor.request())
    assert.deepEqual(
      ['photos:read', 'photos:write'].filter((scope) => !scopes.includes(scope)),
      [],
    )
  })

  it('renews in fifty requests at two processes with one cookie, and nobody is signed out', async () => {
    let clock = Date.now()
    const now = () => clock
    const [one, two] = [shop({ now }), shop({ now })]
    await one.visitor.signIn()
    const before = one.visitor.request()
    clock += 50_000
    const call = (request: { readonly headers: Headers }, turn: number) =>
      (turn % 2 ? one : two).auth.fetch(request, `${server.url}/userinfo`)
    const answers = await Promise.all(Array.from({ length: 50 }, (_, turn) => call(before, turn)))
    assert.ok(answers.every(({ response }) => response.status === 200))
    clock += 50_000
    one.visitor.keep(answers[0]?.setCookies ?? [])
    assert.equal((await call(one.visitor.request(), 1)).response.status, 200)
  })

  it('gives the tokens back when a person signs out, and signs out there too when asked', async () => {
    const { auth, visitor } = shop()
    await visitor.signIn()
    const kept = visitor.request()
    const init = { method: 'POST', body: new URLSearchParams({ provider: '1' }), headers: { origin: baseUrl } }
    const out = (await visitor.go('/api/auth/signout', init)).headers.get('location') ?? ''
    assert.equal((await visitor.person.open(out)).url, `${baseUrl}/bye`)
    await assert.rejects(auth.fetch(kept, `${server.url}/userinfo`), { code: 'session_cannot_renew' })
    const again = (await visitor.go('/api/auth/signin/symbolon')).headers.get('location') ?? ''
    const shown = await visitor.person.open(again)
    assert.ok(shown.page.querySelector('input[name=password]'), 'the server asks who it is again')
  })
})

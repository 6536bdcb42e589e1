/** The client against a stranger's provider: panva's oidc-provider, which forgives no refresh token used twice. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { type AuthError, createAuth, memoryStore, type OpenIdSettings, openid } from '@symbolon/client'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { newStranger, type Stranger, visit } from './support/client-visitor.ts'

const baseUrl = 'http://localhost:4200'
const secret = 'a secret of this test, long enough to be one'

let issuer: string
let close: () => Promise<void>
let privateKey: JWK
let refuse = false
const grants: string[] = []

before(async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = await startProvider()
  provider.on('grant.success', ({ oidc }) => grants.push(oidc.params.grant_type))
  const answer = provider.callback()
  server.on('request', async (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return answer(request, response)
    const { params } = await provider.interactionDetails(request, response)
    if (refuse) return provider.interactionFinished(request, response, { error: 'access_denied' })
    const grant = new provider.Grant({ accountId: 'alice', clientId: params.client_id ?? '' })
    grant.addOIDCScope(params.scope ?? '')
    const result = { login: { accountId: 'alice' }, consent: { grantId: await grant.save() } }
    await provider.interactionFinished(request, response, result)
  })
  close = async () => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
})
after(() => close())

async function startProvider(): Promise<Stranger> {
  const pair = await generateKeyPair('ES256', { extractable: true })
  privateKey = { ...(await exportJWK(pair.privateKey)), alg: 'ES256', kid: 'shop-1' }
  const signing = await generateKeyPair('RS256', { extractable: true })
  const client = {
    redirect_uris: [`${baseUrl}/api/auth/callback/stranger`],
    post_logout_redirect_uris: [`${baseUrl}/bye`],
    grant_types: ['authorization_code', 'refresh_token'],
  }
  return newStranger(issuer, {
    clients: [
      { ...client, client_id: 'public', token_endpoint_auth_method: 'none' },
      { ...client, client_id: 'basic', client_secret: 'se:cr/et %+' },
      { ...client, client_id: 'post', client_secret: 'secret', token_endpoint_auth_method: 'client_secret_post' },
      {
        ...client,
        client_id: 'key',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [{ ...(await exportJWK(pair.publicKey)), alg: 'ES256', kid: 'shop-1', use: 'sig' }] },
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(signing.privateKey)), alg: 'RS256', use: 'sig', kid: 'r1' }] },
    claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
    cookies: { keys: ['the keys of this test'] },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ sub, name: 'Alice', email: 'alice@example.com' }),
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

type Change = Partial<OpenIdSettings> & { readonly kind?: 'cookie' | 'store'; readonly now?: () => number }

function shop({ kind = 'cookie', now = Date.now, ...change }: Change = {}) {
  const logged: Error[] = []
  const settings: OpenIdSettings = {
    issuer,
    clientId: 'public',
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    // this provider gives a refresh token only after the person was asked
    parameters: { prompt: 'consent' },
    apis: [`${issuer}/me`],
    postLogoutRedirectUri: `${baseUrl}/bye`,
    ...change,
  }
  const auth = createAuth({
    baseUrl,
    secret,
    session: kind === 'cookie' ? { kind } : { kind, store: memoryStore({ now }) },
    providers: { stranger: openid(settings) },
    log: (error) => logged.push(error),
    now,
  })
  return { auth, logged, visitor: visit(auth) }
}

describe('the client with oidc-provider', () => {
  for (const [what, change] of [
    ['a public client', {}],
    ['a public client, with sessions in a store', { kind: 'store' }],
    ['client_secret_basic', { clientId: 'basic', clientSecret: 'se:cr/et %+' }],
    ['client_secret_post', { clientId: 'post', clientSecret: 'secret', clientAuthentication: 'client_secret_post' }],
    ['an answer by form_post', { responseMode: 'form_post' }],
  ] as const) {
    it(`signs a person in, as ${what}`, async () => {
      const { auth, logged, visitor } = shop(change)
      const page = await visitor.follow('/api/auth/signin/stranger?returnTo=/photos')
      assert.deepEqual(logged, [])
      assert.equal(await page.text(), 'the page /photos')
      const session = await auth.require(visitor.request())
      assert.deepEqual(session.user, { sub: 'alice', name: 'Alice', email: 'alice@example.com' })
      assert.equal(session.issuer, issuer)
      assert.deepEqual([...session.scopes].sort(), ['email', 'offline_access', 'openid', 'profile'])
      const { response } = await auth.fetch(visitor.request(), `${issuer}/me`)
      assert.equal(((await response.json()) as { readonly sub: string }).sub, 'alice')
    })
  }

  it('signs a person in, as a client with a private key (RFC 10070 §4)', async () => {
    const { auth, logged, visitor } = shop({ clientId: 'key', privateKey })
    await visitor.follow('/api/auth/signin/stranger')
    assert.deepEqual(logged, [])
    assert.equal((await auth.require(visitor.request())).user.sub, 'alice')
  })

  for (const kind of ['cookie', 'store'] as const) {
    it(`renews once for fifty requests at a time, with sessions in a ${kind}, and goes on after`, async () => {
      let clock = Date.now()
      const { auth, visitor } = shop({ kind, now: () => clock })
      await visitor.follow('/api/auth/signin/stranger')
      grants.length = 0
      for (let round = 1; round <= 3; round++) {
        clock += 50_000
        const request = visitor.request()
        const answers = await Promise.all(Array.from({ length: 50 }, () => auth.fetch(request, `${issuer}/me`)))
        assert.ok(answers.every(({ response }) => response.status === 200))
        visitor.keep(answers[round]?.setCookies ?? [])
        assert.deepEqual(grants, Array(round).fill('refresh_token'))
      }
    })
  }

  it('gives the tokens back when a person signs out, so that a cookie somebody kept calls nothing', async () => {
    const { auth, visitor } = shop()
    await visitor.follow('/api/auth/signin/stranger')
    const kept = visitor.request()
    assert.equal((await auth.fetch(kept, `${issuer}/me`)).response.status, 200)
    await auth.signOut(kept)
    await assert.rejects(auth.fetch(kept, `${issuer}/me`), { code: 'session_cannot_renew' })
  })

  it('says that the person did not allow it', async () => {
    refuse = true
    const { auth, logged, visitor } = shop()
    const page = await visitor.follow('/api/auth/signin/stranger')
    refuse = false
    assert.equal(page.status, 403)
    assert.deepEqual(
      logged.map((error) => (error as AuthError).code),
      ['person_refused'],
    )
    assert.equal(await auth.session(visitor.request()), undefined)
  })

  it('signs out here and is understood there', async () => {
    const { auth, visitor } = shop()
    await visitor.follow('/api/auth/signin/stranger')
    const init = { method: 'POST', body: new URLSearchParams({ provider: '1' }), headers: { origin: baseUrl } }
    const response = await visitor.go(new URL('/api/auth/signout', baseUrl), init)
    const page = await visitor.go(new URL(response.headers.get('location') ?? ''))
    assert.equal(page.status, 200)
    assert.match(await page.text(), /<form[^>]+action="[^"]+\/session\/end\/confirm"/)
    assert.equal(await auth.session(visitor.request()), undefined)
  })

  it('does not take an issuer that is written otherwise', async () => {
    const { logged, visitor } = shop({ issuer: `${issuer}/` })
    assert.equal((await visitor.follow('/api/auth/signin/stranger')).status, 502)
    const error = logged[0] as AuthError
    assert.deepEqual([error.code, error.expected, error.got], ['discovery_failed', `${issuer}/`, issuer])
  })
})

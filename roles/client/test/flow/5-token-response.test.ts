/** One good token response; each refusal is that response with one change. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { AuthError } from '@symbolon/client'
import { type App, signIn, start, startApp } from '../support/app.ts'
import { openBrowser } from '../support/browser.ts'

let app: App

/** The code of the refusal, or the page that the browser was sent to. */
async function outcome(): Promise<string | undefined> {
  app.logged.length = 0
  const response = await signIn({ ...app, browser: openBrowser(app.auth) })
  const error = app.logged[0] as AuthError | undefined
  return error?.code ?? response.headers.get('location') ?? undefined
}

const home = 'http://localhost:4200/'

before(async () => {
  app = await startApp()
})
after(() => app.stop())
afterEach(() => {
  for (const name of Object.keys(app.standIn.change)) delete app.standIn.change[name as 'claims']
})

describe('the token response', () => {
  it('is accepted as the standard says it, with members we do not know (RFC 6749 §5.1) [RFC6749-5.1-03] [OIDC-Core-2-06]', async () => {
    app.standIn.change.tokens = (body) => ({ ...body, unknown: { deep: true } })
    app.standIn.change.claims = (claims) => ({ ...claims, unknown: [1] })
    assert.equal(await outcome(), home)
  })

  for (const [what, change, reason] of [
    ['without an access token', { access_token: undefined }, 'token_response_invalid'],
    ['with an empty access token', { access_token: '' }, 'token_response_invalid'],
    ['without a token type', { token_type: undefined }, 'token_response_invalid'],
    ['with a token type that we can not use [RFC6749-7.1-01]', { token_type: 'DPoP' }, 'token_response_invalid'],
    ['with a token type that nobody knows [RFC6749-7.1-01]', { token_type: 'mac' }, 'token_response_invalid'],
    ['with a life that is no number', { expires_in: 'soon' }, 'token_response_invalid'],
    ['with a scope that is no text', { scope: ['openid'] }, 'token_response_invalid'],
    ['without the ID token that was asked for [OIDC-Core-3.1.3.5-01]', { id_token: undefined }, 'id_token_invalid'],
  ] as const) {
    it(`is refused ${what} (RFC 6749 §5.1)`, async () => {
      app.standIn.change.tokens = (body) => ({ ...body, ...change })
      assert.equal(await outcome(), reason)
    })
  }

  for (const [status, body, reason] of [
    [400, { error: 'invalid_grant' }, 'provider_refused'],
    [401, { error: 'invalid_client' }, 'provider_refused'],
    [400, { error: 'temporarily_unavailable' }, 'provider_unavailable'],
    [400, 'no JSON object', 'token_response_invalid'],
    [500, { error: 'server_error' }, 'provider_unavailable'],
    [503, '<html>', 'provider_unavailable'],
    [302, '', 'token_response_invalid'],
  ] as const) {
    it(`is refused as ${reason} with ${status} ${JSON.stringify(body)} (RFC 6749 §5.2)`, async () => {
      app.standIn.change.token = () => ({ status, body })
      assert.equal(await outcome(), reason)
    })
  }
})

describe('the ID token', () => {
  const now = () => Math.floor(Date.now() / 1000)

  for (const [what, change] of [
    ['without the nonce that was sent (attack 64) [RFC9700-4.5.3.2-01]', () => ({ nonce: undefined })],
    ['with another nonce (attack 64) [OIDC-Core-3.1.3.7-05]', () => ({ nonce: 'another' })],
    ['of another issuer [OIDC-Core-3.1.3.7-01]', () => ({ iss: 'https://evil.example.com' })],
    ['for another client (attack 109) [OIDC-Core-3.1.3.7-02]', () => ({ aud: 'another-app' })],
    [
      'for another client besides, that it was given to (attack 109) [OIDC-Core-3.1.3.7-02]',
      () => ({ aud: ['print-shop', 'x'], azp: 'x' }),
    ],
    [
      'for another client besides, without saying whom it was given to [OIDC-Core-3.1.3.7-02]',
      () => ({ aud: ['print-shop', 'x'] }),
    ],
    ['that is over [OIDC-Core-3.1.3.7-05]', () => ({ exp: now() - 31 })],
    ['that is from the future', () => ({ iat: now() + 120 })],
    ['without sub', () => ({ sub: undefined })],
    ['without exp', () => ({ exp: undefined })],
    ['with the at_hash of another access token [OIDC-Core-3.1.3.8-01]', () => ({ at_hash: 'x'.repeat(22) })],
    ['with an at_hash that is no text [OIDC-Core-3.1.3.8-01]', () => ({ at_hash: 1 })],
  ] as const) {
    it(`is refused ${what} (OpenID Connect Core §3.1.3.7)`, async () => {
      app.standIn.change.claims = (claims) => JSON.parse(JSON.stringify({ ...claims, ...change() }))
      assert.equal(await outcome(), 'id_token_invalid')
    })
  }

  it('may be over by the difference of two clocks, 30 seconds', async () => {
    app.standIn.change.claims = (claims) => ({ ...claims, exp: now() - 20 })
    assert.equal(await outcome(), home)
  })

  it('is refused with a signature that does not verify [OIDC-Core-3.1.3.7-03] [OIDC-Core-16.3-01]', async () => {
    app.standIn.change.idToken = (token) => {
      const [header, payload, signature = ''] = token.split('.')
      return [header, payload, `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`].join('.')
    }
    assert.equal(await outcome(), 'id_token_invalid')
  })

  for (const header of [
    { alg: 'none' },
    { alg: 'HS256', kid: 'k1' },
    { alg: 'RS256', kid: 'k1' },
    { alg: 'ES256', kid: 'another' },
    { alg: 'ES256', kid: 'k1', crit: ['x'], x: 1 },
  ]) {
    it(`is refused with the header ${JSON.stringify(header)} [OIDC-Core-3.1.3.7-03]`, async () => {
      app.standIn.change.idToken = (token) => {
        const [, payload, signature] = token.split('.')
        return [Buffer.from(JSON.stringify(header)).toString('base64url'), payload, signature].join('.')
      }
      assert.equal(await outcome(), 'id_token_invalid')
    })
  }

  it('with alg none is refused also when the metadata lists it', async () => {
    const own = await startApp()
    own.standIn.change.metadata = (metadata) => ({
      ...metadata,
      id_token_signing_alg_values_supported: ['none', 'HS256'],
    })
    own.standIn.change.idToken = (token) =>
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`
    await signIn(own)
    assert.equal((own.logged[0] as AuthError).code, 'id_token_invalid')
    await own.stop()
  })
})

describe('who signed in', () => {
  const session = async (settings: Parameters<typeof startApp>[0] = {}) => {
    const own = await startApp(settings)
    const signedIn = async () => {
      await signIn(own)
      return own.auth.session(own.browser.request())
    }
    return { own, signedIn }
  }

  it('is told by the ID token and, in more detail, by userinfo about the same person [OIDC-Core-5.3.1-01]', async () => {
    const { own, signedIn } = await session()
    const { user, issuer } = (await signedIn()) ?? {}
    assert.deepEqual(user, { sub: 'alice', name: 'Alice', email: 'alice@example.com' })
    assert.equal(issuer, own.standIn.issuer)
    const asked = own.standIn.asked.find(({ path }) => path === '/userinfo')
    assert.equal(asked?.method, 'GET')
    assert.match(asked?.headers.authorization ?? '', /^Bearer /)
    await own.stop()
  })

  it('is nobody when userinfo speaks of somebody else (OpenID Connect Core §5.3.2) [OIDC-Core-5.3.2-02]', async () => {
    const { own, signedIn } = await session()
    own.standIn.change.userinfo = (claims) => ({ ...claims, sub: 'mallory' })
    assert.equal(await signedIn(), undefined)
    assert.equal((own.logged[0] as AuthError).code, 'userinfo_invalid')
    await own.stop()
  })

  for (const status of [401, 403, 500]) {
    it(`is known by the ID token alone when userinfo answers ${status}`, async () => {
      const { own, signedIn } = await session()
      own.standIn.change.userinfoStatus = status
      assert.deepEqual((await signedIn())?.user, { sub: 'alice' })
      await own.stop()
    })
  }

  it('is issuer and sub: the same email elsewhere is another person [OIDC-Core-5.7-01] [OIDC-Core-5.1-01]', async () => {
    const [first, second] = await Promise.all([session(), session()])
    const [a, b] = [await first.signedIn(), await second.signedIn()]
    assert.equal(a?.user.email, b?.user.email)
    assert.notEqual(a?.issuer, b?.issuer)
    await Promise.all([first.own.stop(), second.own.stop()])
  })

  it('holds the scopes that were granted and not those that were asked for (RFC 6749 §5.1)', async () => {
    const { own, signedIn } = await session({ openid: { scopes: ['openid', 'photos:read', 'photos:write'] } })
    own.standIn.change.tokens = (body) => ({ ...body, scope: 'openid photos:read' })
    assert.deepEqual((await signedIn())?.scopes, ['openid', 'photos:read'])
    own.standIn.change.tokens = ({ scope: _, ...body }) => body
    assert.deepEqual((await signedIn())?.scopes, ['openid', 'photos:read', 'photos:write'])
    await own.stop()
  })
})

describe('what is told of a failure', () => {
  it('holds neither code nor token nor verifier', async () => {
    app.standIn.change.claims = (claims) => ({ ...claims, nonce: 'another' })
    app.logged.length = 0
    const browser = openBrowser(app.auth)
    const back = await app.standIn.allow((await start(browser)).href)
    const response = await browser.get(`${back.pathname}${back.search}`)
    const sent = app.standIn.tokenRequests().at(-1)?.form
    const told = `${await response.text()} ${app.logged.map((error) => `${error.stack} ${JSON.stringify(error)} ${error.cause}`)}`
    for (const secret of [back.searchParams.get('code'), sent?.get('code_verifier')]) {
      assert.ok(secret)
      assert.equal(told.includes(secret), false)
    }
    assert.doesNotMatch(told, /eyJ/)
  })
})

describe('a sign-in of which more was asked', () => {
  const now = () => Math.floor(Date.now() / 1000)
  const asking = async (parameters: Readonly<Record<string, string>>, claims: Readonly<Record<string, unknown>>) => {
    const other = await startApp({ openid: { parameters } })
    other.standIn.change.claims = (usual) => JSON.parse(JSON.stringify({ ...usual, ...claims }))
    const response = await signIn(other)
    await other.stop()
    const error = other.logged[0] as AuthError | undefined
    return error?.code ?? response.headers.get('location')
  }

  for (const [what, parameters, claims, expected] of [
    ['lately enough', { max_age: '60' }, { auth_time: now() - 50 }, home],
    ['long ago', { max_age: '60' }, { auth_time: now() - 100 }, 'id_token_invalid'],
    ['at a time that is not told', { max_age: '60' }, { auth_time: undefined }, 'id_token_invalid'],
    ['at a time that is no number', { max_age: '60' }, { auth_time: `${now()}` }, 'id_token_invalid'],
    ['just now, as max_age=0 asks', { max_age: '0' }, { auth_time: now() }, home],
    ['in one of the ways that were asked for', { acr_values: 'phr mfa' }, { acr: 'mfa' }, home],
    ['in another way', { acr_values: 'phr mfa' }, { acr: 'pwd' }, 'id_token_invalid'],
    ['in a way that is not told', { acr_values: 'phr mfa' }, {}, 'id_token_invalid'],
    ['whenever and however, where nothing was asked', {}, { auth_time: 1, acr: '0' }, home],
    ['with an ID token from before it began', {}, { iat: now() - 120 }, 'id_token_invalid'],
  ] as const)
    it(`ends in ${expected === home ? 'a session' : 'a refusal'} when it was ${what} (OpenID Connect Core §3.1.3.7) [OIDC-Core-3.1.3.7-06]`, async () => {
      assert.equal(await asking(parameters, claims), expected)
    })
})

/** Sessions that end because the provider says so, and signing out there from here. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, describe, it } from 'node:test'
import { type AuthError, memoryStore, type SessionSettings, type SessionStore } from '@symbolon/client'
import { CompactEncrypt, exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import { type App, signIn, startApp } from '../support/app.ts'
import { openBrowser } from '../support/browser.ts'

const own = { origin: 'http://localhost:4200' }
const event = 'http://schemas.openid.net/event/backchannel-logout'

/** What a notice says that is right. */
const noticeFrom = ({ standIn }: App, change: JWTPayload): JWTPayload => {
  const now = Math.floor(Date.now() / 1000)
  const usual = { iss: standIn.issuer, aud: 'print-shop', iat: now, exp: now + 120, jti: randomUUID() }
  const all = { ...usual, events: { [event]: {} }, ...change }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

const kinds: Readonly<Record<string, () => SessionSettings>> = {
  cookie: () => ({ kind: 'cookie', store: memoryStore() }),
  store: () => ({ kind: 'store', store: memoryStore() }),
}

for (const [kind, session] of Object.entries(kinds)) {
  describe(`logout by the provider, with sessions in a ${kind}`, () => {
    let app: App
    let sid = 'none'
    before(async () => {
      app = await startApp({ openid: { logoutNotices: true }, auth: { session: session() } })
      app.standIn.change.claims = (claims) => ({ ...claims, sid })
    })
    after(() => app.stop())
    afterEach(() => {
      app.logged.length = 0
    })

    const signedIn = async () => {
      sid = randomUUID()
      const browser = openBrowser(app.auth)
      await signIn({ ...app, browser })
      return { browser, sid, isSignedIn: async () => (await app.auth.session(browser.request())) !== undefined }
    }
    const claims = (change: JWTPayload = {}) => noticeFrom(app, change)
    const post = (token: string) =>
      openBrowser(app.auth).post('/api/auth/backchannel-logout/symbolon', { logout_token: token })
    const send = async (change: JWTPayload, header: Partial<JWTHeaderParameters> = { typ: 'logout+jwt' }) =>
      post(await app.standIn.sign(claims(change), header))

    it('oidcc-client-test-rp-backchannel-rpinitlogout (OpenID Connect Back-Channel Logout §2.7, §2.8) [OIDC-BCLogout-2.7-01] [OIDC-BCLogout-2.8-01]', async () => {
      const [one, two] = [await signedIn(), await signedIn()]
      const response = await send({ sid: one.sid, sub: 'alice' })
      assert.deepEqual([response.status, response.headers.get('cache-control')], [200, 'no-store'])
      assert.deepEqual([await one.isSignedIn(), await two.isSignedIn()], [false, true])
      await assert.rejects(app.auth.fetch(one.browser.request(), `${app.standIn.issuer}/photos`), {
        code: 'session_missing',
      })
    })

    it('ends every session of the person when it names no session, and none that begins after', async () => {
      const before = [await signedIn(), await signedIn()]
      assert.equal((await send({ sub: 'alice' })).status, 200)
      for (const each of before) assert.equal(await each.isSignedIn(), false)
      const after = await signedIn()
      assert.equal(await after.isSignedIn(), true)
    })

    it('leaves nothing to whoever kept the cookie of a session that was signed out here', async () => {
      const one = await signedIn()
      const kept = one.browser.request()
      await one.browser.post('/api/auth/signout', {}, own)
      assert.equal(await app.auth.session(kept), undefined)
    })

    it('ends nothing of another person', async () => {
      const one = await signedIn()
      assert.equal((await send({ sub: 'bob' })).status, 200)
      assert.equal((await send({ sid: 'another' })).status, 200)
      assert.equal(await one.isSignedIn(), true)
    })

    const module = 'oidcc-client-test-rp-backchannel-rpinitlogout'
    for (const [title, change, expected] of [
      [`${module}-no-event`, { events: undefined }, `events: ${event}`],
      [`${module}-wrong-event`, { events: { 'https://other.example/event': {} } }, `events: ${event}`],
      ['an event that is no object', { events: { [event]: true } }, `events: ${event}`],
      [`${module}-with-nonce`, { nonce: 'n' }, 'no nonce'],
      [`${module}-wrong-aud`, { aud: 'another-client' }, 'aud: print-shop'],
      [`${module}-wrong-iss`, { iss: 'https://other.example' }, /^iss: http/],
      [
        'an aud besides, which may show it here',
        { aud: ['print-shop', 'another-client'] },
        'aud: nobody but print-shop',
      ],
      ['no iat', { iat: undefined }, 'iat: a time in the past'],
      ['no exp', { exp: undefined }, 'exp: a time to come'],
      ['an exp that is over', { exp: 1 }, 'exp: a time to come'],
      ['no jti', { jti: undefined }, 'jti'],
      ['neither sid nor sub', { sid: undefined }, 'sid, sub or both'],
    ] as const) {
      it(`${title} (OpenID Connect Back-Channel Logout §2.6) [OIDC-BCLogout-2.6-01]`, async () => {
        const one = await signedIn()
        const response = await send({ sid: one.sid, ...change } as JWTPayload)
        const body = (await response.json()) as { readonly error: string }
        assert.deepEqual([response.status, body.error], [400, 'invalid_request'])
        assert.equal(response.headers.get('cache-control'), 'no-store')
        const error = app.logged[0] as AuthError | undefined
        assert.equal(error?.code, 'logout_token_invalid')
        if (typeof expected === 'string') assert.equal(error?.expected, expected)
        else assert.match(error?.expected ?? '', expected)
        assert.equal(await one.isSignedIn(), true)
      })
    }

    it(`${module}-alg-none`, async () => {
      const one = await signedIn()
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const response = await post(`${part({ alg: 'none', typ: 'logout+jwt' })}.${part(claims({ sid: one.sid }))}.`)
      assert.deepEqual([response.status, await one.isSignedIn()], [400, true])
    })

    it(`${module}-wrong-alg`, async () => {
      const one = await signedIn()
      const { privateKey } = await generateKeyPair('RS256')
      const token = await new SignJWT(claims({ sid: one.sid }))
        .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
        .sign(privateKey)
      assert.deepEqual([(await post(token)).status, await one.isSignedIn()], [400, true])
      assert.equal((app.logged[0] as AuthError).expected, 'alg ES256')
    })

    it('refuses an access token or another JWT in its place', async () => {
      const one = await signedIn()
      assert.equal((await send({ sid: one.sid }, { typ: 'at+jwt' })).status, 400)
      assert.equal(await one.isSignedIn(), true)
    })

    it('refuses a logout token that was used, so that nobody ends later sessions with it [OIDC-BCLogout-2.6-01]', async () => {
      await signedIn()
      const token = await app.standIn.sign(claims({ sub: 'alice' }), { typ: 'logout+jwt' })
      assert.equal((await post(token)).status, 200)
      const later = await signedIn()
      assert.equal((await post(token)).status, 400)
      assert.equal(await later.isSignedIn(), true)
    })

    it('wants a POST with a logout token', async () => {
      assert.equal((await openBrowser(app.auth).post('/api/auth/backchannel-logout/symbolon', {})).status, 400)
      assert.equal((await openBrowser(app.auth).get('/api/auth/backchannel-logout/symbolon')).status, 405)
    })

    const frontChannel = (query: Record<string, string>) =>
      openBrowser(app.auth).get(`/api/auth/frontchannel-logout/symbolon?${new URLSearchParams(query)}`)

    it('oidcc-client-test-rp-frontchannel-rpinitlogout (OpenID Connect Front-Channel Logout §2) [OIDC-FCLogout-2-03]', async () => {
      const [one, two] = [await signedIn(), await signedIn()]
      const response = await frontChannel({ iss: app.standIn.issuer, sid: one.sid })
      assert.deepEqual([response.status, response.headers.get('cache-control')], [200, 'no-store'])
      assert.match(response.headers.get('content-security-policy') ?? '', /frame-ancestors \*/)
      assert.deepEqual([await one.isSignedIn(), await two.isSignedIn()], [false, true])
    })

    it('oidcc-client-test-rp-frontchannel-opinitlogout', async () => {
      const one = await signedIn()
      const query = new URLSearchParams({ iss: app.standIn.issuer, sid: one.sid })
      const response = await one.browser.get(`/api/auth/frontchannel-logout/symbolon?${query}`)
      assert.deepEqual([response.status, await one.isSignedIn()], [200, false])
      assert.equal(one.browser.cookies.size, 0)
    })

    for (const [what, change] of [
      ['of another issuer', { iss: 'https://other.example' }],
      ['without an issuer', { iss: '' }],
      ['without a session', { sid: '' }],
    ] as const) {
      it(`refuses a front-channel notice ${what} (OpenID Connect Front-Channel Logout §3)`, async () => {
        const one = await signedIn()
        const response = await frontChannel({ iss: app.standIn.issuer, sid: one.sid, ...change })
        assert.deepEqual([response.status, await one.isSignedIn()], [400, true])
        assert.equal((app.logged[0] as AuthError).code, 'logout_notice_wrong')
      })
    }
  })
}

describe('logout notices', () => {
  it('may be encrypted as ID tokens are, and need not be (OpenID Connect Back-Channel Logout §2.4)', async () => {
    const way = { alg: 'RSA-OAEP-256', enc: 'A256GCM' }
    const { publicKey, privateKey } = await generateKeyPair(way.alg, { extractable: true })
    const app = await startApp({
      openid: {
        logoutNotices: true,
        decryptionKeys: [{ ...(await exportJWK(privateKey)), alg: way.alg }],
        idToken: { encrypted: way },
      },
      auth: { session: { kind: 'store', store: memoryStore() } },
    })
    const encrypted = (token: string) =>
      new CompactEncrypt(new TextEncoder().encode(token)).setProtectedHeader(way).encrypt(publicKey)
    const signed = () => app.standIn.sign(noticeFrom(app, { sid: 's' }), { typ: 'logout+jwt' })
    const [plain, sealed] = [await signed(), await encrypted(await signed())]
    for (const logout_token of [plain, sealed]) {
      assert.equal((await app.browser.post('/api/auth/backchannel-logout/symbolon', { logout_token })).status, 200)
    }
    await app.stop()
  })

  it('store nothing when strangers send them', async () => {
    const stored: string[] = []
    const kept = memoryStore()
    const store: SessionStore = {
      ...kept,
      set: async (entry) => {
        stored.push(entry.key)
        return kept.set(entry)
      },
    }
    const app = await startApp({ openid: { logoutNotices: true }, auth: { session: { kind: 'cookie', store } } })
    const { issuer } = app.standIn
    await app.browser.get(
      `/api/auth/frontchannel-logout/symbolon?${new URLSearchParams({ iss: issuer, sid: 'made up' })}`,
    )
    await app.browser.post('/api/auth/backchannel-logout/symbolon', { logout_token: 'e30.e30.AAAA' })
    assert.deepEqual(stored, [])
    await app.stop()
  })

  it('may be sent again when what they end could not be stored', async () => {
    const kept = memoryStore()
    let away = false
    const store: SessionStore = {
      ...kept,
      delete: async (key) => {
        if (away) throw new Error('away')
        return kept.delete(key)
      },
    }
    const app = await startApp({ openid: { logoutNotices: true }, auth: { session: { kind: 'store', store } } })
    app.standIn.change.claims = (claims) => ({ ...claims, sid: 's1' })
    await signIn(app)
    const logout_token = await app.standIn.sign(noticeFrom(app, { sid: 's1' }), { typ: 'logout+jwt' })
    away = true
    assert.equal((await app.browser.post('/api/auth/backchannel-logout/symbolon', { logout_token })).status, 503)
    away = false
    assert.equal((await app.browser.post('/api/auth/backchannel-logout/symbolon', { logout_token })).status, 200)
    assert.equal(await app.auth.session(app.browser.request()), undefined)
    await app.stop()
  })

  it('need a store, and are nowhere where they are not wanted', async () => {
    await assert.rejects(startApp({ openid: { logoutNotices: true } }), {
      code: 'client_settings_wrong',
      expected: 'session.store, which logoutNotices needs',
    })
    const app = await startApp()
    assert.equal((await app.browser.get('/api/auth/frontchannel-logout/symbolon?iss=x&sid=y')).status, 404)
    assert.equal((await app.browser.post('/api/auth/backchannel-logout/symbolon', { logout_token: 'x' })).status, 404)
    await app.stop()
  })
})

describe('signing out at the provider', () => {
  let app: App
  before(async () => {
    app = await startApp({ openid: { postLogoutRedirectUri: `${own.origin}/api/auth/signedout/symbolon` } })
  })
  after(() => app.stop())

  const leave = async () => {
    app.browser.cookies.clear()
    app.logged.length = 0
    await signIn(app)
    const response = await app.browser.post('/api/auth/signout', { provider: '1', returnTo: '/bye' }, own)
    return new URL(response.headers.get('location') ?? '').searchParams
  }

  it('oidcc-client-test-rp-init-logout (OpenID Connect RP-Initiated Logout §2, §3)', async () => {
    const sent = await leave()
    assert.match(sent.get('id_token_hint') ?? '', /^eyJ/)
    assert.equal(sent.get('post_logout_redirect_uri'), `${own.origin}/api/auth/signedout/symbolon`)
    const state = sent.get('state') ?? ''
    assert.match(state, /^[\w-]{32}$/)
    const back = await app.browser.get(`/api/auth/signedout/symbolon?state=${state}`)
    assert.deepEqual([back.status, back.headers.get('location')], [302, `${own.origin}/bye`])
    assert.equal(app.browser.cookies.size, 0)
    assert.equal((await app.browser.get(`/api/auth/signedout/symbolon?state=${state}`)).status, 400)
  })

  for (const [module, query, got] of [
    ['oidcc-client-test-rp-init-logout-other-state', '?state=another', 'another state'],
    ['oidcc-client-test-rp-init-logout-no-state', '', 'no state'],
  ] as const) {
    it(module, async () => {
      await leave()
      assert.equal((await app.browser.get(`/api/auth/signedout/symbolon${query}`)).status, 400)
      const error = app.logged[0] as AuthError | undefined
      assert.deepEqual([error?.code, error?.got], ['sign_out_unknown', got])
      assert.equal(await app.auth.session(app.browser.request()), undefined)
    })
  }
})

/** Both ways to keep sessions do the same; each has what is its own besides. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type AuthError, memoryStore, type SessionStore } from '@symbolon/client'
import { type App, appAt, secret, signIn, startApp } from '../support/app.ts'
import { openBrowser } from '../support/browser.ts'
import { spied } from '../support/store.ts'

for (const kind of ['cookie', 'store'] as const) {
  describe(`sessions in a ${kind}`, () => {
    let clock = Date.now()
    let app: App
    const session = () => (kind === 'cookie' ? { kind } : { kind, store: memoryStore({ now: () => clock }) })
    before(async () => {
      app = await startApp({ auth: { now: () => clock, session: { ...session(), lifetime: 3600 } } })
    })
    after(() => app.stop())

    it('tell scripts and the app who it is, and nobody a token (RFC 10017 §6.1.3.2)', async () => {
      await signIn(app)
      const response = await app.browser.get('/api/auth/session')
      const { expiresAt, ...shown } = (await response.json()) as { readonly expiresAt: number }
      assert.deepEqual(shown, {
        provider: 'symbolon',
        issuer: app.standIn.issuer,
        user: { sub: 'alice', name: 'Alice', email: 'alice@example.com' },
        scopes: ['openid', 'profile', 'email'],
        access: 'active',
        authentication: {},
      })
      assert.equal(expiresAt, Math.floor(clock / 1000) + 3600)
      assert.equal(response.headers.get('cache-control'), 'no-store')
      assert.equal(response.headers.get('vary'), 'Cookie')
    })

    it('are null for nobody, and for whoever brings something else (attack 110)', async () => {
      for (const value of [undefined, 'x', '{"error":"configuration"}', 'eyJhbGciOiJub25lIn0.e30.', 'a.b.c.d.e']) {
        const browser = openBrowser(app.auth)
        if (value !== undefined) browser.cookies.set('symbolon-4200.session', value)
        assert.equal(await (await browser.get('/api/auth/session')).json(), null)
        assert.equal(await app.auth.session(browser.request()), undefined)
        await assert.rejects(app.auth.require(browser.request()), { code: 'session_missing', status: 401 })
      }
    })

    it('end by themselves', async () => {
      await signIn(app)
      clock += 3599_000
      assert.ok(await app.auth.session(app.browser.request()))
      clock += 1_000
      assert.equal(await app.auth.session(app.browser.request()), undefined)
    })

    it('are nobody’s once the provider has another issuer, and its tokens go to no other (attack 78) [MCP-Auth-Authorization_Server_Binding-01] [MCP-Auth-Authorization_Server_Location-02]', async () => {
      const kept = session()
      const first = await startApp({ auth: { now: () => clock, session: kept } })
      await signIn(first)
      const second = await startApp({ auth: { now: () => clock, session: kept } })
      const request = first.browser.request()
      assert.equal(await second.auth.session(request), undefined)
      await assert.rejects(second.auth.fetch(request, `${second.standIn.issuer}/photos`), { code: 'session_missing' })
      assert.equal(second.standIn.asked.filter(({ path }) => path !== '/.well-known/openid-configuration').length, 0)
      await Promise.all([first.stop(), second.stop()])
    })

    it('survive a change of the secret while the old one is still known', async () => {
      const kept = session()
      const with_ = (secrets: readonly string[]) =>
        appAt(app.standIn, { auth: { secret: secrets, session: kept, now: () => clock } }).auth
      app.standIn.change.claims = (claims) => ({ ...claims, iat: Math.floor(clock / 1000) })
      const browser = openBrowser(with_([secret]))
      await signIn({ ...app, browser })
      assert.ok(await with_(['another secret, just as long as the first', secret]).session(browser.request()))
      assert.equal(await with_(['another secret, just as long as the first']).session(browser.request()), undefined)
    })

    it('of one site are none of another that has the same secret', async () => {
      const kept = session()
      const at = (baseUrl: string) => appAt(app.standIn, { auth: { baseUrl, session: kept, now: () => clock } }).auth
      const browser = openBrowser(at('http://localhost:4200'))
      await signIn({ ...app, browser })
      const cookie = browser.cookies.get('symbolon-4200.session') ?? ''
      const elsewhere = { headers: new Headers({ cookie: `symbolon-4300.session=${cookie}` }) }
      assert.equal(await at('http://localhost:4300').session(elsewhere), undefined)
    })
  })
}

describe('a session in a cookie', () => {
  it('is split over several cookies when it is long, and put together again', async () => {
    const app = await startApp()
    app.standIn.change.userinfo = (claims) => ({ ...claims, picture: `https://example.com/${'x'.repeat(5000)}` })
    await signIn(app)
    assert.deepEqual(
      [...app.browser.cookies.keys()],
      ['symbolon-4200.session.0', 'symbolon-4200.session.1', 'symbolon-4200.session.2'],
    )
    for (const [name, value] of app.browser.cookies) assert.ok(name.length + value.length < 4000)
    assert.equal((await app.auth.session(app.browser.request()))?.user.picture?.length, 5020)

    delete app.standIn.change.userinfo
    await signIn(app)
    assert.deepEqual([...app.browser.cookies.keys()], ['symbolon-4200.session'])
    await app.stop()
  })

  it('is refused when it would not fit, with the way out', async () => {
    const app = await startApp()
    app.standIn.change.userinfo = (claims) => ({ ...claims, picture: 'x'.repeat(20_000) })
    assert.equal((await signIn(app)).status, 500)
    assert.equal((app.logged[0] as AuthError).code, 'session_too_large')
    assert.match(app.logged[0]?.message ?? '', /kind: 'store'/)
    await app.stop()
  })
})

describe('a session in a store', () => {
  it('leaves the store neither its handle nor anything of its content', async () => {
    const store = spied()
    const app = await startApp({ auth: { session: { kind: 'store', store } } })
    await signIn(app)
    const handle = app.browser.cookies.get('symbolon-4200.session') ?? ''
    assert.equal(Buffer.from(handle, 'base64url').length, 32)
    const stored = store.written.map(({ key, value }) => `${key} ${value}`).join(' ')
    for (const secret of [handle, 'alice', 'access']) assert.equal(stored.includes(secret), false)
    await app.stop()
  })

  it('can not be made to give one person the session of another (RFC 9700 §4.13)', async () => {
    const store = spied()
    const app = await startApp({ auth: { session: { kind: 'store', store } } })
    await signIn(app)
    const [hers] = store.written
    const other = openBrowser(app.auth)
    await signIn({ ...app, browser: other })
    const his = store.written.at(-1)
    assert.ok(hers && his && hers.key !== his.key)
    await store.set({ ...his, value: hers.value })
    assert.equal(await app.auth.session(other.request()), undefined)
    assert.ok(await app.auth.session(app.browser.request()))
    await app.stop()
  })

  it('that can not be reached is an error and never a missing or a present session (attack 110)', async () => {
    const away = async () => {
      throw new Error('connection refused')
    }
    const store: SessionStore = { get: away, set: away, delete: away, lease: away }
    const app = await startApp({ auth: { session: { kind: 'store', store } } })
    app.browser.cookies.set('symbolon-4200.session', 'x'.repeat(43))
    await assert.rejects(app.auth.session(app.browser.request()), { code: 'storage_unavailable', status: 503 })
    await assert.rejects(app.auth.require(app.browser.request()), { code: 'storage_unavailable' })
    const response = await app.browser.get('/api/auth/session', { accept: 'application/json' })
    assert.equal(response.status, 503)
    assert.equal(((await response.json()) as { readonly error: string }).error, 'storage_unavailable')
    await app.stop()
  })
})

describe('memoryStore', () => {
  it('keeps a bounded number of sessions, the latest ones', async () => {
    const store = memoryStore({ most: 2 })
    const expiresAt = Math.floor(Date.now() / 1000) + 60
    for (const key of ['a', 'b', 'c']) await store.set({ key, value: key, expiresAt, onlyIfPresent: false })
    assert.deepEqual([await store.get('a'), await store.get('b'), await store.get('c')], [undefined, 'b', 'c'])
  })

  it('does not bring back what was deleted', async () => {
    const store = memoryStore()
    assert.equal(await store.set({ key: 'a', value: 'a', expiresAt: 9e9, onlyIfPresent: true }), false)
    assert.equal(await store.get('a'), undefined)
  })

  it('lends to one at a time, until it is given back or over', async () => {
    let clock = 0
    const store = memoryStore({ now: () => clock })
    const lease = await store.lease('a', 100)
    assert.ok(lease)
    assert.equal(await store.lease('a', 100), undefined)
    await lease.release()
    const second = await store.lease('a', 100)
    assert.ok(second)
    clock = 100
    assert.ok(await store.lease('a', 100))
    await second.release()
    assert.equal(await store.lease('a', 100), undefined)
  })
})

/** Tokens that the app wants new, though the old ones are not over. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { memoryStore, type SessionStore } from '@symbolon/client'
import { type App, appAt, signIn, startApp, using } from './support/app.ts'
import { openBrowser } from './support/browser.ts'
import { type SpiedStore, spied } from './support/store.ts'

for (const kind of ['cookie', 'store'] as const) {
  describe(`tokens renewed at once, with a session in a ${kind}`, () => {
    const signedIn = async () => {
      const session = kind === 'cookie' ? { kind } : { kind, store: memoryStore() }
      const app = await startApp({ auth: { session } })
      await signIn(app)
      return app
    }

    it('are new, and used from then on (RFC 6749 §6)', async () => {
      const app = await signedIn()
      const { session, setCookies } = await app.auth.renew(app.browser.request())
      app.browser.keep(setCookies)
      assert.deepEqual([session.user.sub, session.access], ['alice', 'active'])
      assert.equal(app.standIn.tokenRequests('refresh_token').length, 1)
      const { response } = await app.auth.fetch(app.browser.request(), `${app.standIn.issuer}/photos`)
      assert.equal(response.status, 200)
      await app.stop()
    })

    it('are asked for once by many at a time', async () => {
      const app = await signedIn()
      const request = app.browser.request()
      await Promise.all([app.auth.renew(request), app.auth.renew(request), app.auth.renew(request)])
      assert.equal(app.standIn.tokenRequests('refresh_token').length, 1)
      await app.stop()
    })

    it('are refused to nobody, and where the provider gives none', async () => {
      const app = await signedIn()
      await assert.rejects(app.auth.renew(openBrowser(app.auth).request()), { code: 'session_missing' })
      app.standIn.change.token = () => ({ status: 400, body: { error: 'invalid_grant' } })
      await assert.rejects(app.auth.renew(app.browser.request()), { code: 'session_cannot_renew' })
      await app.stop()
    })
  })
}

for (const kind of ['cookie', 'store'] as const) {
  describe(`two processes of an app with one store, and a session in a ${kind}`, () => {
    const sharing = async (work: (shared: Shared) => Promise<void>) => {
      const clock = { now: Date.now() }
      const now = () => clock.now
      const store = spied(memoryStore({ now }))
      const settings = { auth: { now, session: { kind, store } } }
      await using(settings, async (app) => {
        app.standIn.change.revokesOnReuse = true
        await signIn(app)
        await work({ app, settings, other: appAt(app.standIn, settings), clock, store })
      })
    }
    const photos = ({ auth, standIn }: App, { browser }: App) =>
      auth.fetch(browser.request(), `${standIn.issuer}/photos`)

    it('renew once between them, so that nobody is signed out by a provider that revokes on reuse (RFC 9700 §4.14.2)', () =>
      sharing(async ({ app, other, clock }) => {
        clock.now += 3600_000
        const calls = Array.from({ length: 20 }, (_, at) => photos(at % 2 ? app : other, app))
        const answers = await Promise.all(calls)
        assert.ok(answers.every(({ response }) => response.status === 200))
        assert.equal(app.standIn.tokenRequests('refresh_token').length, 1)
        for (const { setCookies } of answers) app.browser.keep(setCookies)
        assert.equal((await other.auth.renew(app.browser.request())).session.access, 'active')
      }))

    it('find what a request before the last one gave, whichever of them renewed', () =>
      sharing(async ({ app, other }) => {
        const request = app.browser.request()
        await app.auth.renew(request)
        const late = await photos(other, app)
        assert.equal(late.response.status, 200)
        assert.equal((await other.auth.renew(request)).session.access, 'active')
        assert.equal(app.standIn.tokenRequests('refresh_token').length, kind === 'cookie' ? 1 : 2)
      }))

    it('do not bring back in one what was signed out in the other', () =>
      sharing(async ({ app, other }) => {
        const request = app.browser.request()
        app.standIn.change.beforeToken = async () => {
          await other.auth.signOut(request)
        }
        const { setCookies } = await app.auth.renew(request)
        app.browser.keep((await other.auth.signOut(request)).setCookies)
        app.browser.keep(setCookies)
        assert.equal(await app.auth.session(app.browser.request()), undefined)
      }))

    it('leave the store no token and no session (RFC 9700 §4.13)', () =>
      sharing(async ({ app, other, store }) => {
        const tokens: string[] = []
        app.standIn.change.tokens = (body) => {
          tokens.push(String(body.access_token), String(body.refresh_token))
          return body
        }
        const { setCookies } = await app.auth.renew(app.browser.request())
        await other.auth.renew(app.browser.request())
        app.browser.keep(setCookies)
        const stored = store.written.map(({ key, value }) => `${key} ${value}`).join(' ')
        assert.ok(tokens.length >= 2 && store.written.length > 0)
        for (const each of [...tokens, ...app.browser.cookies.values()]) assert.equal(stored.includes(each), false)
        for (const { value } of store.written) {
          const thief = new Headers({ cookie: `symbolon-4200.session=${value}` })
          assert.equal(await app.auth.session({ headers: thief }), undefined)
        }
      }))

    it('wait for one that died no longer than it may be at work', () =>
      sharing(async ({ app, settings, clock }) => {
        const dies = Promise.withResolvers<never>()
        const asks = Promise.withResolvers<void>()
        const fetch: typeof globalThis.fetch = (url, init) => {
          if (!String(url).endsWith('/token')) return globalThis.fetch(url, init)
          asks.resolve()
          return dies.promise
        }
        const dying = appAt(app.standIn, { auth: { ...settings.auth, fetch } }).auth.renew(app.browser.request())
        await asks.promise
        const waiting = app.auth.renew(app.browser.request())
        clock.now += 60_000
        assert.equal((await waiting).session.access, 'active')
        dies.reject(new TypeError('gone'))
        await assert.rejects(dying, { code: 'provider_unavailable' })
      }))
  })
}

describe('a store in the hands of somebody', () => {
  it('can not be made to give one person the renewed session of another (RFC 9700 §4.13)', async () => {
    const store = spied()
    const settings = { auth: { session: { kind: 'cookie', store } } } as const
    await using(settings, async (app) => {
      await signIn(app)
      await app.auth.renew(app.browser.request())
      const [hers] = store.written.splice(0).slice(-1)
      app.standIn.change.claims = (claims) => ({ ...claims, sub: 'bob' })
      app.standIn.change.userinfo = () => ({ sub: 'bob' })
      const browser = openBrowser(app.auth)
      await signIn({ ...app, browser })
      await app.auth.renew(browser.request())
      const [his] = store.written.slice(-1)
      assert.ok(hers && his && hers.key !== his.key)
      await store.set({ ...his, value: hers.value })
      const renewing = appAt(app.standIn, settings).auth.renew(browser.request())
      await assert.rejects(renewing, { code: 'session_cannot_renew' })
    })
  })
})

describe('an app whose store fails once the provider has renewed', () => {
  it('goes on with the new tokens, which nobody could get again', async () => {
    const store = memoryStore()
    const broken: SessionStore = { ...store, set: () => Promise.reject(new Error('connection lost')) }
    await using({ auth: { session: { kind: 'cookie', store } } }, async (app) => {
      await signIn(app)
      const other = appAt(app.standIn, { auth: { session: { kind: 'cookie', store: broken } } })
      assert.equal((await other.auth.renew(app.browser.request())).session.access, 'active')
    })
  })
})

interface Shared {
  readonly app: App
  readonly other: App
  readonly settings: { readonly auth: object }
  readonly clock: { now: number }
  readonly store: SpiedStore
}

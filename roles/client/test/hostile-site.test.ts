/** A page of somebody else leads a person's browser here, or somebody holds what the browser of a person held before. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type AuthError, memoryStore } from '@symbolon/client'
import { type App, appAt, signIn, start, using } from './support/app.ts'
import { type Browser, openBrowser } from './support/browser.ts'

/** A form that another site sends: cookies that are Lax stay behind, those of the answer are kept. */
async function postFromElsewhere({ auth }: App, browser: Browser, form: Readonly<Record<string, string>>) {
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
  const init = { method: 'POST', headers, body: new URLSearchParams(form) }
  const answer = await auth.handle(new Request('http://localhost:4200/api/auth/initiate', init))
  browser.keep(answer?.headers.getSetCookie() ?? [])
  return answer
}

describe('a site that sends forms here again and again', () => {
  it('fills the browser with no more cookies than links do, although none comes with its forms (OpenID Connect Core §4) (RFC 9700 §4.7)', () =>
    using({}, async (app) => {
      const browser = openBrowser(app.auth)
      for (let count = 0; count < 20; count++) {
        const answer = await postFromElsewhere(app, browser, {
          iss: app.standIn.issuer,
          login_hint: 'alice',
          target_link_uri: `http://localhost:4200/photos?${'x'.repeat(500)}`,
        })
        const next = /^0;url=(.*)$/.exec(answer?.headers.get('refresh') ?? '')?.[1] ?? ''
        if (next.startsWith('http://localhost:4200/')) await browser.get(next)
      }
      assert.ok(browser.cookies.size > 0)
      const bytes = [...browser.cookies].reduce((sum, [name, value]) => sum + name.length + value.length, 0)
      assert.ok(browser.cookies.size <= 5 && bytes < 6_000, `${browser.cookies.size} cookies, ${bytes} bytes`)
    }))

  it('pushes nobody out of a store: what lives for minutes makes room for itself only', async () => {
    let clock = 0
    const store = memoryStore({ now: () => clock, most: 3 })
    const week = 7 * 24 * 3600
    await store.set({ key: 'session', value: 'of somebody', expiresAt: week, onlyIfPresent: false })
    for (let count = 0; count < 10; count++)
      await store.set({ key: `request ${count}`, value: 'of nobody', expiresAt: 600, onlyIfPresent: false })
    assert.equal(await store.get('session'), 'of somebody')
    assert.deepEqual([await store.get('request 6'), await store.get('request 9')], [undefined, 'of nobody'])
    // a key has one value, however long its values live
    await store.set({ key: 'session', value: 'for a moment', expiresAt: 60, onlyIfPresent: true })
    assert.equal(await store.get('session'), 'for a moment')
    clock = 61_000
    assert.equal(await store.get('session'), undefined)
  })
})

describe('whoever kept the cookie of a session', () => {
  it('has none with it when the person signs in again in the same session of the provider (attack 86)', () => {
    let clock = Date.now()
    const session = { kind: 'cookie', store: memoryStore() } as const
    return using({ openid: { logoutNotices: true }, auth: { session, now: () => clock } }, async (app) => {
      app.standIn.change.claims = (claims) => ({ ...claims, sid: 'the same' })
      const browser = openBrowser(app.auth)
      await signIn({ ...app, browser })
      const kept = browser.request()
      assert.equal((await app.auth.session(kept))?.user.sub, 'alice')
      await browser.post('/api/auth/signout', {}, { origin: 'http://localhost:4200' })
      clock += 1_000
      await signIn({ ...app, browser })
      assert.equal((await app.auth.session(browser.request()))?.user.sub, 'alice')
      assert.equal(await app.auth.session(kept), undefined)
    })
  })
})

describe('one answer opened in two processes of an app at once', () => {
  for (const kind of ['cookie', 'store'] as const) {
    it(`is redeemed once, and signs in in both, where they share a store, with sessions in a ${kind} (RFC 6749 §4.1.2) (attack 34)`, () => {
      const session = { kind, store: memoryStore() }
      return using({ auth: { session } }, async (app) => {
        const other = appAt(app.standIn, { auth: { session } })
        const { browser } = app
        const back = await app.standIn.allow((await start(browser)).href)
        const twin = openBrowser(other.auth, browser.cookies)
        const path = `${back.pathname}${back.search}`
        const answers = await Promise.all([browser.get(path), twin.get(path)])
        assert.deepEqual(
          answers.map(({ status }) => status),
          [302, 302],
        )
        assert.equal(app.standIn.tokenRequests('authorization_code').length, 1)
        for (const each of [browser, twin])
          for (const { auth } of [app, other]) assert.equal((await auth.session(each.request()))?.user.sub, 'alice')
      })
    })
  }

  it('is refused in both for the same reason (RFC 6749 §4.1.2) (attack 34)', () => {
    const session = { kind: 'store', store: memoryStore() } as const
    return using({ auth: { session } }, async (app) => {
      const other = appAt(app.standIn, { auth: { session } })
      app.standIn.change.claims = (claims) => ({ ...claims, nonce: 'another' })
      const { browser } = app
      const back = await app.standIn.allow((await start(browser)).href)
      const twin = openBrowser(other.auth, browser.cookies)
      const path = `${back.pathname}${back.search}`
      await Promise.all([browser.get(path), twin.get(path)])
      assert.equal(app.standIn.tokenRequests('authorization_code').length, 1)
      const seen = [...app.logged, ...other.logged].map((error) => [
        (error as AuthError).code,
        (error as AuthError).expected,
      ])
      assert.deepEqual(seen, Array(2).fill(['id_token_invalid', 'nonce of this sign-in']))
    })
  })
})

describe('an answer that is posted', () => {
  it('keeps the scope that was granted on its way through our page (RFC 6749 §4.2.2)', () =>
    using(
      { openid: { responseType: 'id_token token', scopes: ['openid', 'photos:read', 'photos:upload'] } },
      async (app) => {
        app.standIn.change.redirect = (answer) => {
          answer.set('scope', 'openid photos:read')
          return answer
        }
        const browser = openBrowser(app.auth)
        const back = await app.standIn.allow((await start(browser)).href)
        const page = await app.auth.handle(
          new Request(back.href.split('?')[0] ?? '', { method: 'POST', body: back.searchParams }),
        )
        const fields = [...((await page?.text()) ?? '').matchAll(/name="([^"]+)" value="([^"]*)"/g)]
        await browser.post(
          `${back.pathname}?hop=1`,
          Object.fromEntries(fields.map(([, name, value]) => [name ?? '', value ?? ''])),
        )
        assert.deepEqual((await app.auth.session(browser.request()))?.scopes, ['openid', 'photos:read'])
      },
    ))
})

describe('a link that asks for claims in a form of its own', () => {
  for (const values of [1, 'not alice', { includes: 1 }, null])
    it(`is no error of the app: values ${JSON.stringify(values)} (OpenID Connect Core §5.5.1)`, () =>
      using({}, async (app) => {
        const claims = JSON.stringify({ id_token: { sub: { values } } })
        const answer = await signIn(app, `/api/auth/signin/symbolon?${new URLSearchParams({ claims })}`)
        assert.deepEqual([app.logged, answer.status], [[], 302])
      }))
})

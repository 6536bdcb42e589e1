/** Signing out, here and at the provider. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { memoryStore } from '@symbolon/client'
import { type App, signIn, startApp } from '../support/app.ts'

const own = { origin: 'http://localhost:4200' }

for (const kind of ['cookie', 'store'] as const) {
  describe(`/signout with sessions in a ${kind}`, () => {
    let app: App
    before(async () => {
      const session = kind === 'cookie' ? { kind } : { kind, store: memoryStore() }
      app = await startApp({ openid: { postLogoutRedirectUri: 'http://localhost:4200/bye' }, auth: { session } })
    })
    after(() => app.stop())
    beforeEach(async () => {
      app.browser.cookies.clear()
      await signIn(app)
    })

    it('asks first, and a GET changes nothing', async () => {
      const response = await app.browser.get('/api/auth/signout?returnTo=/bye')
      const page = await response.text()
      assert.equal(response.status, 200)
      assert.match(page, /<form method="post" action="http:\/\/localhost:4200\/api\/auth\/signout">/)
      assert.match(page, /name="returnTo" value="\/bye"/)
      assert.match(page, /name="provider"/)
      assert.ok(await app.auth.session(app.browser.request()))
    })

    it('signs out here, also for somebody who kept the cookie, and gives the tokens back (RFC 7009 §2.1) [RFC7009-2.1-01]', async () => {
      const before = app.browser.request()
      const response = await app.browser.post('/api/auth/signout', { returnTo: '/bye' }, own)
      assert.deepEqual([response.status, response.headers.get('location')], [303, 'http://localhost:4200/bye'])
      assert.equal(app.browser.cookies.size, 0)
      if (kind === 'store') assert.equal(await app.auth.session(before), undefined)
      const revoked = app.standIn.asked.findLast(({ path }) => path === '/revoke')
      assert.match(revoked?.form.get('token') ?? '', /^[0-9a-f]{32}$/)
      assert.equal(revoked?.form.get('token_type_hint'), 'refresh_token')
      assert.equal(revoked?.form.get('client_id'), 'print-shop')
    })

    it('refuses a form of another site, which stays without effect', async () => {
      const response = await app.browser.post('/api/auth/signout', {}, { origin: 'https://evil.example' })
      assert.equal(response.status, 403)
      assert.ok(await app.auth.session(app.browser.request()))
    })

    it('goes on to the provider when that is asked for (OpenID Connect RP-Initiated Logout §2)', async () => {
      const response = await app.browser.post('/api/auth/signout', { provider: '1' }, own)
      const url = new URL(response.headers.get('location') ?? '')
      assert.equal(`${url.origin}${url.pathname}`, `${app.standIn.issuer}/end`)
      assert.equal(url.searchParams.get('post_logout_redirect_uri'), 'http://localhost:4200/bye')
      assert.equal(url.searchParams.get('client_id'), 'print-shop')
      assert.match(url.searchParams.get('id_token_hint') ?? '', /^eyJ/)
      assert.equal(await app.auth.session(app.browser.request()), undefined)
    })

    it('goes nowhere else than to a page of the app', async () => {
      assert.equal((await app.browser.post('/api/auth/signout', { returnTo: '//evil.example' }, own)).status, 400)
      assert.equal((await app.browser.get('/api/auth/signout?returnTo=//evil.example')).status, 400)
    })

    it('works for nobody too', async () => {
      app.browser.cookies.clear()
      assert.equal((await app.browser.post('/api/auth/signout', { provider: '1' }, own)).status, 303)
    })
  })
}

describe('signing out while the provider is away', () => {
  it('signs out here all the same', async () => {
    const app = await startApp()
    await signIn(app)
    await app.standIn.stop()
    const { setCookies } = await app.auth.signOut(app.browser.request())
    app.browser.keep(setCookies)
    assert.equal(await app.auth.session(app.browser.request()), undefined)
  })

  it('signs out here only, from a provider that can not sign out', async () => {
    const app = await startApp()
    app.standIn.change.metadata = ({ end_session_endpoint: _, ...metadata }) => metadata
    await signIn(app)
    assert.doesNotMatch(await (await app.browser.get('/api/auth/signout')).text(), /name="provider"/)
    const response = await app.browser.post('/api/auth/signout', { provider: '1' }, own)
    assert.equal(response.headers.get('location'), 'http://localhost:4200/')
    await app.stop()
  })
})

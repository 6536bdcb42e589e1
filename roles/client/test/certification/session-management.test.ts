/** A page of the app that hears when the person signs out at the provider. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type App, signIn, start, startApp } from '../support/app.ts'
import { openBrowser } from '../support/browser.ts'

describe('the session monitor', () => {
  let app: App
  before(async () => {
    app = await startApp({ openid: { parameters: { prompt: 'login' } } })
    app.standIn.change.redirect = (answer) => {
      if (!answer.has('error')) answer.set('session_state', 'state"<of>.salt')
      return answer
    }
  })
  after(() => app.stop())
  const sameOrigin = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'iframe' }
  const silent = '/api/auth/signin/symbolon?prompt=none&silent=1'

  it('oidcc-client-test-session-management (OpenID Connect Session Management §3.1)', async () => {
    await signIn(app)
    const response = await app.browser.get('/api/auth/monitor')
    const html = await response.text()
    assert.match(html, /data-message="print-shop state&#34;&#60;of&#62;.salt"/)
    assert.match(html, new RegExp(`<iframe src="${app.standIn.issuer}/check-session"`))
    const policy = response.headers.get('content-security-policy') ?? ''
    assert.match(policy, new RegExp(`frame-src 'self' ${app.standIn.issuer} `))
    assert.match(policy, /frame-ancestors 'self'/)
  })

  it('watches nothing for nobody, nor at a provider that can not be watched', async () => {
    const html = await (await openBrowser(app.auth).get('/api/auth/monitor')).text()
    assert.equal(html.includes('<iframe'), false)
  })

  const ask = async (path: string) => {
    const url = await start({ ...app.browser, get: (to) => app.browser.get(to, sameOrigin) }, path)
    const back = await app.standIn.allow(url.href)
    return { url, page: await app.browser.get(`${back.pathname}${back.search}`) }
  }

  it('finds the same person by a sign-in that nobody sees, although people are asked to log in', async () => {
    app.browser.cookies.clear()
    await signIn(app)
    const { url, page } = await ask(silent)
    assert.deepEqual([url.searchParams.get('prompt'), url.searchParams.has('id_token_hint')], ['none', true])
    assert.match(await page.text(), /postMessage\(\{symbolon:'signed-in'\},location\.origin\)/)
    assert.equal((await app.auth.require(app.browser.request())).user.sub, 'alice')
  })

  for (const [what, error] of [
    ['nobody', 'login_required'],
    ['somebody who must be asked', 'interaction_required'],
  ] as const) {
    it(`ends the session when it finds ${what}`, async () => {
      app.browser.cookies.clear()
      await signIn(app)
      const url = await start({ ...app.browser, get: (to) => app.browser.get(to, sameOrigin) }, silent)
      const answer = { error, state: url.searchParams.get('state') ?? '', iss: app.standIn.issuer }
      const page = await app.browser.get(`/api/auth/callback/symbolon?${new URLSearchParams(answer)}`)
      assert.match(await page.text(), /symbolon:'signed-out'/)
      assert.equal(await app.auth.session(app.browser.request()), undefined)
    })
  }

  it('ends the session when it finds another person', async () => {
    app.browser.cookies.clear()
    await signIn(app)
    app.standIn.change.claims = (claims) => ({ ...claims, sub: 'bob' })
    const { page } = await ask(silent)
    delete app.standIn.change.claims
    assert.match(await page.text(), /symbolon:'signed-out'/)
    assert.equal(await app.auth.session(app.browser.request()), undefined)
  })

  it('leaves the session alone while the provider does not answer', async () => {
    app.browser.cookies.clear()
    await signIn(app)
    app.standIn.change.token = () => ({ status: 503, body: {} })
    const { page } = await ask(silent)
    delete app.standIn.change.token
    assert.match(await page.text(), /symbolon:'unsure'/)
    assert.ok(await app.auth.session(app.browser.request()))
  })

  it('is asked for by a page of the app only, since the answer can sign a person out', async () => {
    app.browser.cookies.clear()
    await signIn(app)
    for (const from of ['cross-site', 'same-site', 'none']) {
      assert.equal((await app.browser.get(silent, { 'sec-fetch-site': from })).status, 403)
    }
    assert.equal((await app.browser.get('/api/auth/signin/symbolon?silent=1', sameOrigin)).status, 403)
  })
})

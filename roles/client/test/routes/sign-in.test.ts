/** Starting a sign-in. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { AuthError } from '@symbolon/client'
import { type App, appAt, signIn, start, startApp } from '../support/app.ts'
import { openBrowser } from '../support/browser.ts'

describe('/signin/:provider', () => {
  let app: App
  before(async () => {
    app = await startApp()
  })
  after(() => app.stop())

  it('sends the browser straight to the provider, and nobody keeps the answer (RFC 6749 §4.1.1)', async () => {
    const response = await app.browser.get('/api/auth/signin/symbolon')
    assert.equal(response.status, 302)
    assert.ok(response.headers.get('location')?.startsWith(`${app.standIn.issuer}/authorize?`))
    assert.equal(response.headers.get('cache-control'), 'no-store')
    assert.equal(response.headers.get('referrer-policy'), 'no-referrer')
  })

  it('names the app by its configured address, whatever the request calls it', async () => {
    const request = new Request('http://evil.example/api/auth/signin/symbolon', {
      headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
    })
    const location = new URL((await app.auth.handle(request))?.headers.get('location') ?? '')
    assert.equal(location.searchParams.get('redirect_uri'), 'http://localhost:4200/api/auth/callback/symbolon')
  })

  it('sets a cookie that scripts, other sites and other ports do not get', async () => {
    const browser = openBrowser(app.auth)
    const [line = ''] = (await browser.get('/api/auth/signin/symbolon')).headers.getSetCookie()
    assert.match(line, /^symbolon-4200\.attempt\.[\w-]{16}=[\w.-]+; Path=\/; Max-Age=1200; HttpOnly; SameSite=Lax$/)
    assert.ok(line.length < 4096)
  })

  it('keeps at most five sign-ins under way in a browser, the latest ones', async () => {
    let clock = Date.now()
    const own = await startApp({ auth: { now: () => clock } })
    const urls: URL[] = []
    for (let count = 0; count < 8; count++) {
      urls.push(await start(own.browser))
      clock += 1000
    }
    assert.equal(own.browser.cookies.size, 5)
    const oldest = await own.standIn.allow(urls[0]?.href ?? '')
    assert.equal((await own.browser.get(`${oldest.pathname}${oldest.search}`)).status, 400)
    const latest = await own.standIn.allow(urls[7]?.href ?? '')
    assert.equal((await own.browser.get(`${latest.pathname}${latest.search}`)).status, 302)
    await own.stop()
  })

  it('leaves room for other headers in the 16 KiB that servers take, whatever it remembers (RFC 9110 §5.4)', async () => {
    const own = await startApp()
    own.standIn.change.userinfo = (claims) => ({ ...claims, picture: 'x'.repeat(4_000) })
    await signIn(own)
    const urls: URL[] = []
    for (let count = 0; count < 6; count++) {
      urls.push(await start(own.browser, `/api/auth/signin/symbolon?returnTo=/${'a'.repeat(1000)}${count}`))
    }
    const { headers } = own.browser.request()
    assert.ok((headers.get('cookie') ?? '').length < 14.5 * 1024)
    const back = await own.standIn.allow(urls[5]?.href ?? '')
    assert.equal((await own.browser.get(`${back.pathname}${back.search}`)).status, 302)
    await own.stop()
  })

  it('starts nothing for a picture or a frame of another site, which would fill the browser with cookies (RFC 9700 §4.7)', async () => {
    const visit = (dest: string, site: string) =>
      app.browser.get('/api/auth/signin/symbolon', { 'sec-fetch-site': site, 'sec-fetch-dest': dest })
    for (const dest of ['image', 'iframe', 'empty', 'script']) {
      const response = await visit(dest, 'cross-site')
      assert.deepEqual([response.status, response.headers.getSetCookie()], [403, []])
      assert.equal((await visit(dest, 'same-origin')).status, 302)
    }
    for (const site of ['cross-site', 'same-site', 'none']) assert.equal((await visit('document', site)).status, 302)
  })

  it('lets go of attempt cookies that are not ours', async () => {
    const browser = openBrowser(app.auth)
    browser.cookies.set('symbolon-4200.attempt.AAAAAAAAAAAAAAAA', 'planted')
    await start(browser)
    assert.deepEqual(
      [...browser.cookies.values()].filter((value) => value === 'planted'),
      [],
    )
  })

  it('refuses to return to another site (attack 17) (attack 18)', async () => {
    const response = await app.browser.get('/api/auth/signin/symbolon?returnTo=//evil.example')
    assert.equal(response.status, 400)
    assert.equal(response.headers.get('location'), null)
    assert.throws(() => app.auth.signInUrl('symbolon', { returnTo: '/\\evil.example' }), { code: 'return_to_refused' })
  })

  it('refuses to return to a sign-in, which would go round for ever', async () => {
    assert.equal((await app.browser.get('/api/auth/signin/symbolon?returnTo=/api/auth/signin/symbolon')).status, 400)
  })

  it('does not know a provider that is not configured, whatever its name', async () => {
    for (const name of ['google', '__proto__', 'constructor', '%73ymbolon']) {
      assert.equal((await app.browser.get(`/api/auth/signin/${name}`)).status, 400, name)
    }
  })

  it('passes on what is not its own', async () => {
    for (const path of [
      '/',
      '/api/auth',
      '/api/auth/',
      '/api/authx/session',
      '/api/auth/signin',
      '/api/auth/session/x',
      '/api/auth/signin/a/b',
      '/api/auth/toString',
    ]) {
      assert.equal(await app.auth.handle(new Request(`http://localhost:4200${path}`)), undefined, path)
    }
  })

  it('takes a form of the app and of nobody else (RFC 10017 §6.1.3.3) [RFC10017-6.1.3.3-01]', async () => {
    const post = (headers: Readonly<Record<string, string>>) =>
      app.browser.post('/api/auth/signin/symbolon', { returnTo: '/photos' }, headers)
    assert.equal((await post({ origin: 'http://localhost:4200' })).status, 303)
    assert.equal((await post({ origin: 'http://localhost:4200', 'sec-fetch-site': 'same-origin' })).status, 303)
    // helmet has pages ask for no referrer, and browsers then hide their origin from the site itself too
    assert.equal((await post({ origin: 'null', 'sec-fetch-site': 'same-origin' })).status, 303)
    const foreign: readonly Readonly<Record<string, string>>[] = [
      {},
      { origin: 'null' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
      { origin: 'http://localhost:4201' },
      { origin: 'http://localhost:4200', 'sec-fetch-site': 'cross-site' },
      { origin: 'http://localhost:4200', 'sec-fetch-site': 'same-site' },
      { origin: 'http://localhost:4201', 'sec-fetch-site': 'same-origin' },
    ]
    for (const headers of foreign) assert.equal((await post(headers)).status, 403, JSON.stringify(headers))
  })

  it('leaves a page by a refresh after its form, which form-action does not stop', async () => {
    const response = await app.browser.post(
      '/api/auth/signin/symbolon',
      {},
      { origin: 'http://localhost:4200', 'sec-fetch-mode': 'navigate' },
    )
    assert.equal(response.status, 200)
    assert.ok(response.headers.get('refresh')?.startsWith(`0;url=${app.standIn.issuer}/authorize?`))
    assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/)
  })

  it('refuses other methods, bodies of another kind and bodies that are too large', async () => {
    const send = (init: RequestInit) =>
      app.auth.handle(
        new Request('http://localhost:4200/api/auth/signin/symbolon', {
          ...init,
          headers: { origin: 'http://localhost:4200', ...init.headers },
        }),
      )
    const put = await send({ method: 'PUT' })
    assert.deepEqual([put?.status, put?.headers.get('allow')], [405, 'GET, POST'])
    const type = { 'content-type': 'application/json' }
    assert.equal((await send({ method: 'POST', headers: type, body: '{}' }))?.status, 415)
    const body = new URLSearchParams({ returnTo: `/${'a'.repeat(20_000)}` })
    assert.equal((await send({ method: 'POST', body }))?.status, 413)
  })

  it('asks for more scopes on top of those held, when the app wants more (RFC 6749 §10.3) [RFC6749-10.3-02]', async () => {
    const own = await startApp({ openid: { scopes: ['openid', 'photos:read', 'photos:download'] } })
    own.standIn.change.tokens = (body) => ({ ...body, scope: 'openid photos:read' })
    await signIn(own)
    const session = await own.auth.require(own.browser.request())
    const scopes = own.auth.missingScopes(session, ['photos:read', 'photos:write'])
    assert.deepEqual(scopes, ['photos:write'])
    const url = await start(own.browser, own.auth.signInUrl('symbolon', { scopes, returnTo: '/sheets' }))
    assert.equal(url.searchParams.get('scope'), 'openid photos:read photos:write')
    await own.stop()
  })

  it('refuses scopes that are none', async () => {
    for (const scope of ['a%22b', 'a%20%20b', 'a'.repeat(513)]) {
      assert.equal((await app.browser.get(`/api/auth/signin/symbolon?scope=${scope}`)).status, 400)
    }
  })

  it('says that the provider does not answer, and when to try again', async () => {
    const own = await startApp()
    await own.standIn.stop()
    const response = await own.browser.get('/api/auth/signin/symbolon')
    assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '5'])
    assert.equal((own.logged[0] as AuthError).code, 'provider_unavailable')
  })
})

describe('the cookie of a sign-in over https', () => {
  const cookieLine = async (responseMode: 'query' | 'form_post') => {
    const app = await startApp()
    const { auth } = appAt(app.standIn, { openid: { responseMode }, auth: { baseUrl: 'https://shop.example.com' } })
    const response = await auth.handle(new Request('https://shop.example.com/api/auth/signin/symbolon'))
    await app.stop()
    return response?.headers.getSetCookie()[0] ?? ''
  }

  it('is bound to the host (RFC 10017 §6.1.3.2) [RFC10017-6.1.3.2-01]', async () => {
    const line = await cookieLine('query')
    assert.match(line, /^__Host-symbolon\.attempt\.[\w-]{16}=/)
    assert.match(line, /; Path=\/; Max-Age=1200; HttpOnly; SameSite=Lax; Secure$/)
  })

  it('stays closed to other sites also where the answer comes by a form of theirs', async () => {
    assert.match(await cookieLine('form_post'), /; SameSite=Lax; Secure$/)
  })
})

/** The browser comes back. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type AuthError, createAuth, openid } from '@symbolon/client'
import { type App, clientOf, secret, signIn, start, startApp } from '../support/app.ts'
import { type Browser, openBrowser } from '../support/browser.ts'
import { startStandIn } from '../support/stand-in.ts'

const pathOf = ({ pathname, search }: URL): string => `${pathname}${search}`

const codesOf = ({ logged }: App): readonly string[] => logged.map((error) => (error as AuthError).code)

describe('/callback/:provider', () => {
  let app: App
  let browser: Browser
  before(async () => {
    app = await startApp()
  })
  after(() => app.stop())
  beforeEach(() => {
    app.logged.length = 0
    browser = openBrowser(app.auth)
  })

  it('signs the person in and brings them back to the page they asked for', async () => {
    const response = await signIn({ ...app, browser }, '/api/auth/signin/symbolon?returnTo=/photos%3Fpage%3D2')
    assert.equal(response.status, 302)
    assert.equal(response.headers.get('location'), 'http://localhost:4200/photos?page=2')
    assert.equal((await app.auth.session(browser.request()))?.user.sub, 'alice')
    assert.deepEqual([...browser.cookies.keys()], ['symbolon-4200.session'])
  })

  it('keeps two tabs apart, in whatever order they come back', async () => {
    const first = await app.standIn.allow((await start(browser, '/api/auth/signin/symbolon?returnTo=/one')).href)
    const second = await app.standIn.allow((await start(browser, '/api/auth/signin/symbolon?returnTo=/two')).href)
    assert.equal((await browser.get(pathOf(second))).headers.get('location'), 'http://localhost:4200/two')
    assert.equal((await browser.get(pathOf(first))).headers.get('location'), 'http://localhost:4200/one')
    assert.deepEqual(app.logged, [])
  })

  it('finishes no sign-in that another browser started (attack 84) (attack 88) [RFC9700-2.1.1-05] [RFC6819-5.3.5-01] [RFC10017-6.3.2.2-01]', async () => {
    const back = await app.standIn.allow((await start(openBrowser(app.auth))).href)
    const before = app.standIn.tokenRequests().length
    const response = await browser.get(pathOf(back))
    assert.equal(response.status, 400)
    assert.deepEqual(codesOf(app), ['attempt_unknown'])
    assert.equal(browser.cookies.size, 0)
    assert.equal(app.standIn.tokenRequests().length, before)
  })

  it('names of the cookies that came only ours, in its page and its log', async () => {
    const back = await app.standIn.allow((await start(openBrowser(app.auth))).href)
    await start(browser)
    const [own = ''] = browser.cookies.keys()
    browser.cookies.set('clinic-appointment', '1')
    browser.cookies.set('symbolon-4300.session', 'of an app on another port')
    const response = await browser.get(pathOf(back))
    const told = [await response.text(), ...app.logged.map(({ message }) => message)]
    assert.equal(told.length, 2)
    for (const text of told) {
      assert.ok(text.includes(`of our cookies came 1: ${own})`))
      assert.doesNotMatch(text, /clinic|4300/)
    }
  })

  it('accepts no attempt cookie that another secret sealed or that was moved to another state (attack 90)', async () => {
    const url = await start(browser)
    const back = await app.standIn.allow(url.href)
    const [[name = '', value = ''] = []] = browser.cookies
    const other = await app.standIn.allow((await start(browser)).href)
    const otherName = [...browser.cookies.keys()].find((each) => each !== name) ?? ''
    browser.cookies.set(otherName, value)
    assert.equal((await browser.get(pathOf(other))).status, 400)
    browser.cookies.set(
      name,
      value.replace(/.{5}$/, (end) => (end.startsWith('A') ? `B${end.slice(1)}` : `A${end.slice(1)}`)),
    )
    assert.equal((await browser.get(pathOf(back))).status, 400)
    assert.deepEqual(codesOf(app), ['attempt_unknown', 'attempt_unknown'])
  })

  it('refuses an answer without state, also from a browser that has cookies of other sign-ins (attack 89)', async () => {
    await start(browser)
    const response = await browser.get(
      `/api/auth/callback/symbolon?code=x&iss=${encodeURIComponent(app.standIn.issuer)}`,
    )
    assert.equal(response.status, 400)
    assert.deepEqual(codesOf(app), ['state_missing'])
  })

  it('shows the page again when it is opened a second time, and sends the code once [RFC9700-4.2.4-03]', async () => {
    const back = await app.standIn.allow((await start(browser, '/api/auth/signin/symbolon?returnTo=/photos')).href)
    const before = app.standIn.tokenRequests().length
    await browser.get(pathOf(back))
    const again = await browser.get(pathOf(back))
    assert.equal(again.headers.get('location'), 'http://localhost:4200/photos')
    assert.equal(app.standIn.tokenRequests().length, before + 1)
  })

  it('says so when it is opened a second time by somebody who is not signed in', async () => {
    const back = await app.standIn.allow((await start(browser)).href)
    await browser.get(pathOf(back))
    browser.cookies.clear()
    const again = await browser.get(pathOf(back))
    assert.equal(again.status, 400)
    assert.match(await again.text(), /This sign-in was already used/)
  })

  it('sends the code once when the browser asks twice at the same time', async () => {
    const back = await app.standIn.allow((await start(browser)).href)
    const before = app.standIn.tokenRequests().length
    const answers = await Promise.all([browser.get(pathOf(back)), browser.get(pathOf(back))])
    assert.deepEqual(
      answers.map(({ status }) => status),
      [302, 302],
    )
    assert.equal(app.standIn.tokenRequests().length, before + 1)
  })

  it('takes one answer for an attempt: a second code with the same state is refused', async () => {
    const url = await start(browser)
    const [first, second] = [await app.standIn.allow(url.href), await app.standIn.allow(url.href)]
    const cookies = new Map(browser.cookies)
    await browser.get(pathOf(first))
    browser.cookies.clear()
    for (const [name, value] of cookies) browser.cookies.set(name, value)
    assert.equal((await browser.get(pathOf(second))).status, 400)
    assert.deepEqual(codesOf(app), ['attempt_unknown'])
  })

  it('forwards to no address that stands in its own query (attack 18) [RFC9700-4.1.3-02]', async () => {
    const back = await app.standIn.allow((await start(browser, '/api/auth/signin/symbolon?returnTo=/photos')).href)
    for (const name of ['returnTo', 'redirect_uri', 'callbackUrl'])
      back.searchParams.append(name, 'https://evil.example/')
    assert.equal((await browser.get(pathOf(back))).headers.get('location'), 'http://localhost:4200/photos')
  })

  it('does not sign in when the person does not allow it, and offers to try again', async () => {
    app.standIn.change.redirect = (answer) => {
      answer.delete('code')
      answer.set('error', 'access_denied')
      return answer
    }
    const response = await signIn({ ...app, browser }, '/api/auth/signin/symbolon?returnTo=/photos')
    delete app.standIn.change.redirect
    assert.equal(response.status, 403)
    const page = await response.text()
    assert.match(page, /You did not allow it/)
    assert.match(page, /href="http:\/\/localhost:4200\/api\/auth\/signin\/symbolon\?returnTo=%2Fphotos"/)
    assert.equal(browser.cookies.size, 0)
  })

  it('keeps who is signed in when asking for more is not allowed', async () => {
    await signIn({ ...app, browser })
    app.standIn.change.redirect = (answer) => {
      answer.delete('code')
      answer.set('error', 'access_denied')
      return answer
    }
    await signIn({ ...app, browser }, '/api/auth/signin/symbolon?scope=photos:write')
    delete app.standIn.change.redirect
    assert.deepEqual(codesOf(app), ['person_refused'])
    assert.equal((await app.auth.session(browser.request()))?.user.sub, 'alice')
  })

  it('gives each sign-in a new session and ends the one before: nothing planted survives (session fixation)', async () => {
    browser.cookies.set('symbolon-4200.session', 'planted')
    await signIn({ ...app, browser })
    const first = browser.cookies.get('symbolon-4200.session')
    assert.notEqual(first, 'planted')
    await signIn({ ...app, browser })
    assert.notEqual(browser.cookies.get('symbolon-4200.session'), first)
  })

  it('tells a script in JSON and a person on a page, the reference being the same as in the record', async () => {
    const response = await browser.get('/api/auth/callback/symbolon?code=x', { accept: 'application/json' })
    assert.equal(response.headers.get('content-type'), 'application/json')
    const body = (await response.json()) as Record<string, string>
    assert.equal(body.error, 'state_missing')
    assert.match(body.reference ?? '', /^[0-9A-Z]{4}-[0-9A-Z]{4}$/)
  })

  it('writes nothing of the request unescaped into its page, and runs no script there (RFC 6749 §3.1.2.5) [RFC6749-3.1.2.5-01]', async () => {
    await start(browser)
    const url = await start(browser)
    const state = url.searchParams.get('state') ?? ''
    const iss = '"><script>alert(1)</script>'
    const response = await browser.get(`/api/auth/callback/symbolon?${new URLSearchParams({ code: 'x', state, iss })}`)
    const page = await response.text()
    assert.equal(page.includes('<script>'), false)
    assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'; style-src 'sha256-/)
  })

  it('can be tried again with the same address when the provider was away for a moment', async () => {
    const back = await app.standIn.allow((await start(browser)).href)
    app.standIn.change.token = () => ({ status: 503, body: {} })
    assert.equal((await browser.get(pathOf(back))).status, 503)
    delete app.standIn.change.token
    assert.equal((await browser.get(pathOf(back))).status, 302)
  })
})

describe('an attempt', () => {
  it('ends after ten minutes', async () => {
    let clock = Date.now()
    const app = await startApp({ auth: { now: () => clock } })
    const back = await app.standIn.allow((await start(app.browser)).href)
    clock += 601_000
    assert.equal((await app.browser.get(pathOf(back))).status, 400)
    assert.deepEqual(codesOf(app), ['attempt_expired'])
    await app.stop()
  })
})

describe('two providers', () => {
  it('get a redirect address each, and an answer of one is none of the other (attack 38) (attack 87) [RFC8252-8.10-01] [RFC9700-2.1-04] [OAuth2.1-2.3.4-01]', async () => {
    const [honest, evil] = await Promise.all([startStandIn(), startStandIn()])
    const logged: Error[] = []
    const auth = createAuth({
      baseUrl: 'http://localhost:4200',
      secret,
      providers: { honest: openid(clientOf(honest)), evil: openid(clientOf(evil)) },
      log: (error) => logged.push(error),
    })
    const browser = openBrowser(auth)
    const url = await start(browser, '/api/auth/signin/honest')
    const back = await honest.allow(url.href)
    const moved = await browser.get(`/api/auth/callback/evil${back.search}`)
    assert.equal(moved.status, 400)
    assert.deepEqual(
      logged.map((error) => (error as AuthError).code),
      ['attempt_unknown'],
    )
    assert.equal(evil.tokenRequests().length, 0)
    assert.match(url.searchParams.get('redirect_uri') ?? '', /\/callback\/honest$/)
    await Promise.all([honest.stop(), evil.stop()])
  })
})

describe('an answer by form_post', () => {
  let app: App
  before(async () => {
    app = await startApp({ openid: { responseMode: 'form_post' } })
  })
  after(() => app.stop())

  it('is taken from another site, by its state and cookie, and left by 303', async () => {
    const back = await app.standIn.allow((await start(app.browser)).href)
    const headers = { origin: app.standIn.issuer, 'sec-fetch-site': 'cross-site' }
    const response = await app.browser.post(back.pathname, Object.fromEntries(back.searchParams), headers)
    assert.deepEqual([response.status, response.headers.get('location')], [303, 'http://localhost:4200/'])
    assert.equal((await app.auth.session(app.browser.request()))?.user.sub, 'alice')
  })

  it('is not taken from the query', async () => {
    const back = await app.standIn.allow((await start(app.browser)).href)
    assert.equal((await app.browser.get(pathOf(back))).status, 405)
  })
})

describe('an error page of the app', () => {
  it('gets the code, the provider and the page, and nothing that the provider wrote', async () => {
    const app = await startApp({ auth: { errorPage: '/sorry' } })
    app.standIn.change.redirect = (answer) => {
      answer.delete('code')
      answer.set('error', 'access_denied')
      answer.set('error_description', 'call this number')
      return answer
    }
    const response = await signIn(app, '/api/auth/signin/symbolon?returnTo=/photos')
    const url = new URL(response.headers.get('location') ?? '')
    const { reference, ...rest } = Object.fromEntries(url.searchParams)
    assert.equal(`${url.origin}${url.pathname}`, 'http://localhost:4200/sorry')
    assert.deepEqual(rest, { error: 'person_refused', provider: 'symbolon', returnTo: '/photos' })
    assert.match(reference ?? '', /^[0-9A-Z]{4}-[0-9A-Z]{4}$/)
    await app.stop()
  })
})

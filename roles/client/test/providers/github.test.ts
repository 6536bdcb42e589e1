/** Signing in with GitHub, which has no OpenID. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { type Auth, type AuthError, type AuthSettings, createAuth, github } from '@symbolon/client'
import { secret, start } from '../support/app.ts'
import { type Browser, openBrowser } from '../support/browser.ts'
import { clientSecret, type GitHubStandIn, startGitHub } from '../support/github.ts'

describe('GitHub', () => {
  let hub: GitHubStandIn
  let auth: Auth
  let clock = Date.now()
  const logged: Error[] = []
  const setUp = (
    settings: { readonly scopes?: readonly string[]; readonly clientSecret?: string } = {},
    network: NonNullable<AuthSettings['fetch']> = (url, init) => fetch(url, init),
  ): Auth =>
    createAuth({
      fetch: network,
      baseUrl: 'http://localhost:4200',
      secret,
      providers: { github: github({ clientId: 'app', clientSecret, web: hub.web, api: hub.api, ...settings }) },
      log: (error) => logged.push(error),
      now: () => clock,
    })
  const signIn = async (browser: Browser): Promise<Response> => {
    const back = await hub.allow((await start(browser, '/api/auth/signin/github')).href)
    return browser.get(`${back.pathname}${back.search}`)
  }
  before(async () => {
    hub = await startGitHub()
    auth = setUp()
  })
  after(() => hub.stop())
  afterEach(() => {
    for (const name of Object.keys(hub.change)) delete hub.change[name as 'granted']
    logged.length = 0
  })

  it('is asked with state and PKCE, and without nonce (attack 37) [OAuth2.1-4.1.1-01]', async () => {
    const { pathname, searchParams } = await start(openBrowser(auth), '/api/auth/signin/github')
    assert.equal(pathname, '/login/oauth/authorize')
    assert.deepEqual([...searchParams.keys()].sort(), [
      'client_id',
      'code_challenge',
      'code_challenge_method',
      'redirect_uri',
      'response_type',
      'scope',
      'state',
    ])
    assert.equal(searchParams.get('scope'), 'read:user user:email')
  })

  for (const formOnly of [false, true]) {
    it(`says who signed in by its API, its token endpoint answering ${formOnly ? 'form-encoded' : 'in JSON'}`, async () => {
      hub.change.formOnly = formOnly
      const browser = openBrowser(auth)
      assert.equal((await signIn(browser)).status, 302)
      assert.deepEqual(await auth.session(browser.request()), {
        provider: 'github',
        issuer: `${hub.web}/login/oauth`,
        user: {
          sub: '583231',
          preferred_username: 'octocat',
          name: 'The Octocat',
          picture: 'https://a/1',
          profile: 'https://g/octocat',
          email: 'octocat@example.com',
          email_verified: true,
        },
        scopes: ['read:user', 'user:email'],
        expiresAt: Math.floor(clock / 1000) + 7 * 24 * 3600,
        access: 'active',
        authentication: {},
      })
    })
  }

  it('may grant less, and is then not asked for what it did not grant', async () => {
    hub.change.granted = ''
    const browser = openBrowser(auth)
    const before = hub.asked.length
    await signIn(browser)
    const session = await auth.require(browser.request())
    assert.deepEqual([session.scopes, session.user.email], [[], undefined])
    assert.equal(
      hub.asked.slice(before).some(({ path }) => path === '/api/user/emails'),
      false,
    )
  })

  it('answers errors with status 200, which are errors all the same', async () => {
    const wrong = setUp({ clientSecret: 'wrong' })
    const response = await signIn(openBrowser(wrong))
    assert.equal(response.status, 502)
    assert.deepEqual(
      [(logged[0] as AuthError).code, (logged[0] as AuthError).got],
      ['provider_refused', 'invalid_client'],
    )
  })

  for (const user of [{ login: 'octocat' }, { id: '583231' }, { id: 1.5 }, null, []]) {
    it(`is not believed when it says that ${JSON.stringify(user)} signed in`, async () => {
      hub.change.user = user ?? 'nobody'
      const browser = openBrowser(auth)
      await signIn(browser)
      assert.equal((logged[0] as AuthError).code, 'token_response_invalid')
      assert.equal(await auth.session(browser.request()), undefined)
    })
  }

  it('is not believed when it says nothing that can be read, and nobody is shown what it said', async () => {
    const unreadable = setUp({}, async (url, init) =>
      url.endsWith('/user') ? new Response('<p>gho_secret', { status: 200 }) : fetch(url, init),
    )
    const browser = openBrowser(unreadable)
    await signIn(browser)
    assert.equal((logged[0] as AuthError).code, 'token_response_invalid')
    assert.doesNotMatch(`${logged[0]?.message}`, /gho_secret/)
  })

  it('signs nobody else in where only the person who is signed in was wanted (OpenID Connect Core §3.1.2.1)', async () => {
    const browser = openBrowser(auth)
    await signIn(browser)
    const again = async () => {
      const back = await hub.allow((await start(browser, '/api/auth/signin/github?prompt=none')).href)
      return browser.get(`${back.pathname}${back.search}`)
    }
    assert.equal((await again()).status, 302)
    hub.change.user = { id: 7, login: 'somebody else' }
    assert.deepEqual([(await again()).status, (logged[0] as AuthError).code], [502, 'userinfo_invalid'])
    assert.equal((await auth.session(browser.request()))?.user.sub, '583231')
  })

  it('renews a token that expires, and ends access when the refresh token is refused', async () => {
    hub.change.expiring = true
    const browser = openBrowser(auth)
    await signIn(browser)
    const call = () => auth.fetch(browser.request(), `${hub.api}/user`, { headers: { 'user-agent': 'test' } })
    clock += 28_800_000
    const old = browser.request()
    const { response, setCookies } = await call()
    assert.equal(response.status, 200)
    clock += 28_800_000
    browser.keep(setCookies)
    await call()
    // the cookie that was not kept holds a refresh token that has been used
    await assert.rejects(setUp().fetch(old, `${hub.api}/user`), { code: 'session_cannot_renew' })
  })
})

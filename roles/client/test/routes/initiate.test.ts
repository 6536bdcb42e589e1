/** A sign-in that somebody else asks for, and what may be chosen for a sign-in. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { AuthError } from '@symbolon/client'
import { type App, signIn, start, startApp, using } from '../support/app.ts'

let app: App
before(async () => {
  app = await startApp()
})
after(() => app.stop())
beforeEach(() => {
  app.browser.cookies.clear()
  app.logged.length = 0
  delete app.standIn.change.claims
})

const refusal = () => (app.logged[0] as AuthError | undefined)?.code
const query = (of: Record<string, string>) => `/api/auth/initiate?${new URLSearchParams(of)}`

describe('a sign-in initiated by a third party', () => {
  it('oidcc-client-test-3rd-party-init-login (OpenID Connect Core §4) [OIDC-Core-4-01]', async () => {
    const target_link_uri = 'http://localhost:4200/photos?album=7'
    const about = { iss: app.standIn.issuer, login_hint: 'alice', target_link_uri }
    const url = await start(app.browser, query(about))
    assert.equal(`${url.origin}${url.pathname}`, `${app.standIn.issuer}/authorize`)
    assert.equal(url.searchParams.get('login_hint'), 'alice')
    const back = await app.standIn.allow(url.href)
    const response = await app.browser.get(`${back.pathname}${back.search}`)
    assert.equal(response.headers.get('location'), target_link_uri)
  })

  it('comes by a form as well, which begins nothing before it is a visit', async () => {
    const about = { iss: app.standIn.issuer, login_hint: 'alice', target_link_uri: 'http://localhost:4200/photos' }
    const response = await app.browser.post('/api/auth/initiate', { ...about, more: 'of what nobody asked' })
    assert.deepEqual([response.status, app.browser.cookies.size], [303, 0])
    const visit = new URL(response.headers.get('location') ?? '')
    assert.equal(`${visit.origin}${visit.pathname}`, 'http://localhost:4200/api/auth/initiate')
    assert.deepEqual(Object.fromEntries(visit.searchParams), { ...about, target_link_uri: '/photos' })
    const url = await start(app.browser, `${visit.pathname}${visit.search}`)
    assert.deepEqual([url.origin, url.searchParams.get('login_hint')], [app.standIn.issuer, 'alice'])
  })

  it('is refused by a form as by a link, before anybody is sent on', async () => {
    const response = await app.browser.post('/api/auth/initiate', { iss: 'https://evil.example' })
    assert.deepEqual([response.status, refusal()], [400, 'provider_unknown'])
  })

  for (const [what, change, code] of [
    ['at an issuer that is not configured', { iss: 'https://evil.example' }, 'provider_unknown'],
    ['at no issuer', { iss: '' }, 'provider_unknown'],
    ['on the way to another site', { target_link_uri: 'https://evil.example/' }, 'return_to_refused'],
    ['on the way to another port', { target_link_uri: 'http://localhost:4201/' }, 'return_to_refused'],
    [
      'on the way to a route of ours',
      { target_link_uri: 'http://localhost:4200/api/auth/signout' },
      'return_to_refused',
    ],
    ['on the way to a script', { target_link_uri: 'javascript:alert(1)' }, 'return_to_refused'],
    ['for somebody whose name has a line break', { login_hint: 'a\nb' }, 'parameter_malformed'],
  ] as const) {
    it(`is refused ${what} (OpenID Connect Core §4) [OIDC-Core-4-01]`, async () => {
      const response = await app.browser.get(query({ iss: app.standIn.issuer, ...change }))
      assert.deepEqual([response.status, refusal()], [400, code])
      assert.equal(app.browser.cookies.size, 0)
    })
  }

  it('is refused in a frame of another site (OpenID Connect Core §4) [OIDC-Core-4-01]', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'iframe' }
    assert.equal((await app.browser.get(query({ iss: app.standIn.issuer }), headers)).status, 403)
  })
})

describe('what is chosen for a sign-in', () => {
  const claims = { id_token: { acr: { essential: true, values: ['mfa'] } }, userinfo: { nickname: null } }

  it('is sent as OpenID Connect names it (OpenID Connect Core §3.1.2.1)', async () => {
    const path = app.auth.signInUrl('symbolon', {
      prompt: 'login',
      maxAge: 60,
      acrValues: ['phr', 'mfa'],
      claims,
      loginHint: 'alice',
      uiLocales: ['de', 'en'],
      display: 'popup',
    })
    const sent = Object.fromEntries((await start(app.browser, path)).searchParams)
    const { prompt, max_age, acr_values, login_hint, ui_locales, display } = sent
    assert.deepEqual(
      { prompt, max_age, acr_values, login_hint, ui_locales, display },
      {
        prompt: 'login',
        max_age: '60',
        acr_values: 'phr mfa',
        login_hint: 'alice',
        ui_locales: 'de en',
        display: 'popup',
      },
    )
    assert.deepEqual(JSON.parse(sent.claims ?? ''), claims)
  })

  for (const [name, value] of [
    ['max_age', '-1'],
    ['max_age', 'soon'],
    ['claims', '[]'],
    ['claims', 'x'],
    ['login_hint', 'x'.repeat(301)],
  ] as const) {
    it(`is refused as ${name}=${value.slice(0, 10)}`, async () => {
      const response = await app.browser.get(`/api/auth/signin/symbolon?${new URLSearchParams({ [name]: value })}`)
      assert.deepEqual([response.status, refusal()], [400, 'parameter_malformed'])
    })
  }

  const now = Math.floor(Date.now() / 1000)
  for (const [what, request, answer, expected] of [
    ['max_age and an older sign-in', { maxAge: 60 }, { auth_time: now - 120 }, 'id_token_invalid'],
    ['max_age and a newer sign-in', { maxAge: 60 }, { auth_time: now - 20 }, undefined],
    ['acr_values and another one', { acrValues: ['mfa'] }, { acr: 'pwd' }, 'id_token_invalid'],
    ['an essential acr and another one', { claims }, { acr: 'pwd' }, 'id_token_invalid'],
    ['an essential acr and none', { claims }, {}, 'id_token_invalid'],
    ['an essential acr and that', { claims }, { acr: 'mfa' }, undefined],
    ['a voluntary acr and another one', { claims: { id_token: { acr: { value: 'mfa' } } } }, { acr: 'pwd' }, undefined],
    [
      'an essential auth_time and none',
      { claims: { id_token: { auth_time: { essential: true } } } },
      {},
      'id_token_invalid',
    ],
    ['one person and another', { claims: { id_token: { sub: { value: 'bob' } } } }, {}, 'id_token_invalid'],
    ['one person and that one', { claims: { id_token: { sub: { value: 'alice' } } } }, {}, undefined],
  ] as const) {
    it(`is answered: ${what} (OpenID Connect Core §3.1.3.7, §5.5.1.1)`, async () => {
      app.standIn.change.claims = (usual) => ({ ...usual, ...answer })
      await signIn(app, app.auth.signInUrl('symbolon', request))
      assert.equal(refusal(), expected)
    })
  }

  for (const [name, settings, chosen, sent] of [
    ['max_age', '60', '9999', '60'],
    ['max_age', '60', '0', '0'],
    ['acr_values', 'mfa', 'pwd', 'mfa'],
    ['claims', '{"id_token":{"acr":{"essential":true}}}', '{}', '{"id_token":{"acr":{"essential":true}}}'],
    ['prompt', 'login', 'none', 'login'],
    ['prompt', 'login consent', 'select_account', 'login consent select_account'],
    ['prompt', 'login', 'none login', 'login'],
    ['prompt', 'none', 'login', 'login'],
    ['prompt', 'none', 'none', 'none'],
  ] as const)
    it(`can make stronger and not weaker what the app asks for: ${name} ${settings} and ${chosen} (OpenID Connect Core §3.1.2.1)`, () =>
      using({ openid: { parameters: { [name]: settings } } }, async ({ browser }) => {
        const url = await start(browser, `/api/auth/signin/symbolon?${new URLSearchParams({ [name]: chosen })}`)
        assert.equal(url.searchParams.get(name), sent)
      }))

  it('holds the answer to the stronger of both (OpenID Connect Core §3.1.3.7)', () =>
    using({ openid: { parameters: { max_age: '600' } } }, async (strict) => {
      strict.standIn.change.claims = (usual) => ({ ...usual, auth_time: now - 120 })
      await signIn(strict, strict.auth.signInUrl('symbolon', { maxAge: 60 }))
      assert.equal((strict.logged[0] as AuthError).code, 'id_token_invalid')
    }))

  it('is told to the app with how and when the person signed in', async () => {
    app.standIn.change.claims = (usual) => ({ ...usual, auth_time: now - 5, acr: 'mfa', amr: ['pwd', 'otp'] })
    await signIn(app)
    const { authentication } = await app.auth.require(app.browser.request())
    assert.deepEqual(authentication, { time: now - 5, acr: 'mfa', amr: ['pwd', 'otp'] })
  })

  it('hints at the person who is signed in, with prompt=none, and takes nobody else', async () => {
    await signIn(app)
    const url = await start(app.browser, app.auth.signInUrl('symbolon', { prompt: 'none' }))
    assert.match(url.searchParams.get('id_token_hint') ?? '', /^eyJ/)
    app.standIn.change.claims = (usual) => ({ ...usual, sub: 'bob' })
    const back = await app.standIn.allow(url.href)
    await app.browser.get(`${back.pathname}${back.search}`)
    assert.equal(refusal(), 'id_token_invalid')
    assert.equal((await app.auth.require(app.browser.request())).user.sub, 'alice')
  })
})

/** Calling an API: the token is renewed once however many requests race for it, and goes nowhere else. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { AuthError, memoryStore } from '@symbolon/client'
import { signIn, startApp } from './support/app.ts'

for (const kind of ['cookie', 'store'] as const) {
  describe(`an API called with a session in a ${kind}`, () => {
    const signedIn = async () => {
      const clock = { now: Date.now() }
      const now = () => clock.now
      const session = kind === 'cookie' ? { kind } : { kind, store: memoryStore({ now }) }
      const app = await startApp({ openid: { scopes: ['openid'] }, auth: { now, session } })
      await signIn(app)
      const call = (request = app.browser.request(), init?: RequestInit) =>
        app.auth.fetch(request, `${app.standIn.issuer}/photos`, init)
      const refreshes = () => app.standIn.tokenRequests('refresh_token')
      return { app, clock, call, refreshes }
    }

    it('answers, with a token that is good', async () => {
      const { app, call, refreshes } = await signedIn()
      const { response, setCookies, session, missingScopes } = await call()
      assert.deepEqual([response.status, await response.json()], [200, { ok: true }])
      assert.deepEqual([setCookies, missingScopes, session.access], [[], [], 'active'])
      assert.equal(refreshes().length, 0)
      await app.stop()
    })

    it('gets a new token when the old one is nearly over, keeping the newest refresh token (RFC 6749 §6) [RFC6749-6-04]', async () => {
      const { app, clock, call, refreshes } = await signedIn()
      const used: (string | null)[] = []
      for (let count = 0; count < 3; count++) {
        clock.now += 271_000
        const { response, setCookies } = await call()
        app.browser.keep(setCookies)
        assert.equal(response.status, 200)
        used.push(refreshes().at(-1)?.form.get('refresh_token') ?? null)
      }
      assert.equal(new Set(used).size, 3)
      assert.equal(refreshes().length, 3)
      assert.equal(refreshes()[0]?.form.has('scope'), false)
      await app.stop()
    })

    it('keeps the refresh token when the provider gives no new one', async () => {
      const { app, clock, call, refreshes } = await signedIn()
      app.standIn.change.token = () => ({
        status: 200,
        body: { access_token: `t${clock.now}`, token_type: 'bearer', expires_in: 300 },
      })
      app.standIn.change.api = () => ({ status: 200 })
      for (let count = 0; count < 3; count++) {
        clock.now += 271_000
        app.browser.keep((await call()).setCookies)
      }
      assert.equal(refreshes().length, 3)
      assert.equal(new Set(refreshes().map(({ form }) => form.get('refresh_token'))).size, 1)
      await app.stop()
    })

    it('renews once for fifty requests at a time, and all of them end with the same session', async () => {
      const { app, clock, call, refreshes } = await signedIn()
      clock.now += 3600_000
      const request = app.browser.request()
      const answers = await Promise.all(Array.from({ length: 50 }, () => call(request)))
      assert.equal(refreshes().length, 1)
      assert.ok(answers.every(({ response }) => response.status === 200))
      const late = await call(request)
      assert.deepEqual([late.response.status, refreshes().length], [200, 1])

      const tokens = app.standIn.asked
        .filter(({ path }) => path === '/photos')
        .map(({ headers }) => headers.authorization)
      assert.equal(new Set(tokens).size, 1)
      app.browser.keep(answers[49]?.setCookies ?? [])
      const { response } = await call()
      assert.deepEqual([response.status, refreshes().length], [200, 1])
      await app.stop()
    })

    it('gets a new token once when it says invalid_token, for fifty requests at a time', async () => {
      const { app, call, refreshes } = await signedIn()
      const first = app.standIn.asked.length
      let old: string | undefined
      app.standIn.change.api = ({ headers: { authorization } }) => {
        old ??= authorization
        return authorization === old ? { status: 401, challenge: 'Bearer error="invalid_token"' } : undefined
      }
      const request = app.browser.request()
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => call(request, { method: 'PUT', body: 'again' })),
      )
      assert.ok(answers.every(({ response }) => response.status === 200))
      assert.equal(refreshes().length, 1)
      assert.ok(app.standIn.asked.length > first + 100)
      await app.stop()
    })

    it('that refuses every token does not make us ask the provider for one at each call', async () => {
      const { app, call, refreshes } = await signedIn()
      app.standIn.change.api = () => ({ status: 401, challenge: 'Bearer error="invalid_token"' })
      for (let count = 0; count < 5; count++) {
        const { response, setCookies } = await call()
        app.browser.keep(setCookies)
        assert.equal(response.status, 401)
      }
      assert.equal(refreshes().length, 1)
      await app.stop()
    })

    it('is sent a stream once, of whatever kind, and never an empty one in its place', async () => {
      const { app, call, refreshes } = await signedIn()
      app.standIn.change.api = () => ({ status: 401, challenge: 'Bearer error="invalid_token"' })
      const pieces = async function* () {
        yield new TextEncoder().encode('once')
      }
      for (const body of [new Blob(['once']).stream(), pieces()]) {
        const init = { method: 'PUT', body: body as BodyInit, ...{ duplex: 'half' } }
        const { response, understood } = await call(undefined, init)
        assert.deepEqual([response.status, understood.kind, refreshes().length], [401, 'token-refused', 0])
      }
      await app.stop()
    })

    it('fails without telling a log the cookie of the session (RFC 6750 §5.3)', async () => {
      const { app, clock, call } = await signedIn()
      clock.now += 3600_000
      const { issuer } = app.standIn
      await call(undefined, { headers: { 'x-first': 'a renewal' } })
      const failure = await app.auth
        .fetch(app.browser.request(), `${issuer}/elsewhere`)
        .catch((error: unknown) => error)
      assert.ok(failure instanceof AuthError)
      assert.equal(failure.setCookies.length, kind === 'cookie' ? 1 : 0)
      for (const shown of [inspect(failure), JSON.stringify(failure)])
        assert.equal(shown.includes('symbolon-4200'), false)
      await app.stop()
    })

    it('is asked twice and no more when no token pleases it', async () => {
      const { app, call, refreshes } = await signedIn()
      app.standIn.change.api = () => ({ status: 401, challenge: 'Bearer error="invalid_token"' })
      const { response } = await call()
      assert.deepEqual([response.status, refreshes().length], [401, 1])
      await app.stop()
    })

    it('leads its challenge nowhere: our credentials stay with the configured issuer (attack 78)', async () => {
      const { app, call, refreshes } = await signedIn()
      const evil = await startApp()
      app.standIn.change.api = () => ({
        status: 401,
        challenge: `Bearer error="invalid_token", resource_metadata="${evil.standIn.issuer}/.well-known/oauth-protected-resource"`,
      })
      await call()
      assert.deepEqual([evil.standIn.asked.length, refreshes().length], [0, 1])
      await Promise.all([app.stop(), evil.stop()])
    })

    it('is not asked again when the body was a stream, which can be read once', async () => {
      const { app, call, refreshes } = await signedIn()
      app.standIn.change.api = () => ({ status: 401, challenge: 'Bearer error="invalid_token"' })
      const body = new Blob(['once']).stream()
      const { response } = await call(undefined, { method: 'POST', body, ...{ duplex: 'half' } })
      assert.deepEqual([response.status, refreshes().length], [401, 0])
      await app.stop()
    })

    it('names the scopes that are missing, all at once', async () => {
      const { app, call } = await signedIn()
      app.standIn.change.api = () => ({
        status: 403,
        challenge: 'Bearer error="insufficient_scope", scope="openid photos:read photos:write"',
      })
      const { response, missingScopes } = await call()
      assert.deepEqual([response.status, missingScopes], [403, ['photos:read', 'photos:write']])
      await app.stop()
    })

    it('can not be called any more once the provider says invalid_grant, while the person stays signed in', async () => {
      const { app, clock, call, refreshes } = await signedIn()
      clock.now += 3600_000
      app.standIn.change.token = () => ({ status: 400, body: { error: 'invalid_grant' } })
      const error: unknown = await call().catch((reason: unknown) => reason)
      assert.equal((error as AuthError).code, 'session_cannot_renew')
      app.browser.keep((error as AuthError).setCookies)
      assert.equal((await app.auth.session(app.browser.request()))?.access, 'ended')
      await assert.rejects(call(), { code: 'session_cannot_renew', status: 401 })
      assert.equal(refreshes().length, 1)
      await app.stop()
    })

    for (const [what, answer] of [
      ['does not answer', { status: 503, body: {} }],
      ['refuses the client', { status: 401, body: { error: 'invalid_client' } }],
    ] as const) {
      it(`keeps its session when the provider ${what}`, async () => {
        const { app, clock, call } = await signedIn()
        clock.now += 3600_000
        app.standIn.change.token = () => answer
        await assert.rejects(call(), { code: answer.status === 503 ? 'provider_unavailable' : 'provider_refused' })
        delete app.standIn.change.token
        assert.equal((await call()).response.status, 200)
        await app.stop()
      })
    }

    it('is called with a token that is not quite over while the provider does not answer', async () => {
      const { app, clock, call } = await signedIn()
      clock.now += 280_000
      app.standIn.change.token = () => ({ status: 503, body: {} })
      assert.equal((await call()).response.status, 200)
      await app.stop()
    })

    it('takes a renewed ID token about the same person only (OpenID Connect Core §12.2)', async () => {
      const { app, clock, call, refreshes } = await signedIn()
      app.standIn.change.idTokenAgain = true
      clock.now += 3600_000
      app.browser.keep((await call()).setCookies)
      assert.equal(refreshes().length, 1)
      clock.now += 3600_000
      app.standIn.change.claims = (claims) => ({ ...claims, sub: 'mallory' })
      await assert.rejects(call(), { code: 'id_token_invalid', got: 'another person' })
      await app.stop()
    })

    it('stays closed to a session that was signed out while it was being renewed', async () => {
      const { app, clock, call } = await signedIn()
      clock.now += 3600_000
      const request = app.browser.request()
      app.standIn.change.beforeToken = async () => {
        delete app.standIn.change.beforeToken
        app.browser.keep((await app.auth.signOut(request)).setCookies)
      }
      const { setCookies } = await call(request)
      app.browser.keep(setCookies)
      assert.equal(await app.auth.session(app.browser.request()), undefined)
      await app.stop()
    })
  })
}

describe('an access token', () => {
  it('is for the resource of the provider and goes nowhere else (RFC 10017 §6.1.3.6) [RFC8707-3-01]', async () => {
    const app = await startApp()
    await signIn(app)
    const before = app.standIn.asked.length
    for (const url of ['https://evil.example/photos', `${app.standIn.issuer}/token`, 'not an address']) {
      await assert.rejects(app.auth.fetch(app.browser.request(), url), { code: 'resource_unknown' })
    }
    assert.equal(app.standIn.asked.length, before)
    await app.stop()
  })

  it('without a refresh token serves to its end and is then over', async () => {
    let clock = Date.now()
    const app = await startApp({ auth: { now: () => clock } })
    app.standIn.change.tokens = ({ refresh_token: _, ...body }) => body
    await signIn(app)
    const call = () => app.auth.fetch(app.browser.request(), `${app.standIn.issuer}/photos`)
    clock += 299_000
    assert.equal((await call()).response.status, 200)
    clock += 2_000
    await assert.rejects(call(), { code: 'session_cannot_renew' })
    await app.stop()
  })

  it('that does not say how long it lives is used until the API refuses it', async () => {
    let clock = Date.now()
    const app = await startApp({ auth: { now: () => clock } })
    app.standIn.change.tokens = ({ expires_in: _, ...body }) => body
    await signIn(app)
    clock += 3 * 24 * 3600_000
    const { response } = await app.auth.fetch(app.browser.request(), `${app.standIn.issuer}/photos`)
    assert.deepEqual([response.status, app.standIn.tokenRequests('refresh_token').length], [200, 0])
    await app.stop()
  })

  it('of a redirect is not passed on: the redirect is the answer', async () => {
    const app = await startApp()
    await signIn(app)
    app.standIn.change.api = () => ({ status: 307 })
    const { response } = await app.auth.fetch(app.browser.request(), `${app.standIn.issuer}/photos`)
    assert.equal(response.status, 307)
    await app.stop()
  })

  it('that was renewed reaches the browser although the API does not answer', async () => {
    let clock = Date.now()
    const away = await startApp()
    await away.stop()
    const apis = [away.standIn.issuer]
    const app = await startApp({ openid: { apis }, auth: { now: () => clock } })
    await signIn(app)
    clock += 3600_000
    const call = async () => {
      const error: unknown = await app.auth
        .fetch(app.browser.request(), away.standIn.issuer)
        .catch((reason: unknown) => reason)
      assert.equal((error as AuthError).code, 'provider_unavailable')
      return (error as AuthError).setCookies
    }
    app.browser.keep(await call())
    assert.deepEqual(await call(), [])
    assert.equal(app.standIn.tokenRequests('refresh_token').length, 1)
    await app.stop()
  })

  it('stays where it is when the caller gives up, or asks for what can not be sent', async () => {
    const app = await startApp()
    await signIn(app)
    const url = `${app.standIn.issuer}/photos`
    const given = AbortSignal.abort(new Error('given up'))
    await assert.rejects(app.auth.fetch(app.browser.request(), url, { signal: given }), { message: 'given up' })
    await assert.rejects(app.auth.fetch(app.browser.request(), url, { method: 'GET', body: 'x' }), TypeError)
    await app.stop()
  })

  it('can not be had by nobody', async () => {
    const app = await startApp()
    await assert.rejects(app.auth.fetch(app.browser.request(), `${app.standIn.issuer}/photos`), {
      code: 'session_missing',
    })
    await app.stop()
  })
})

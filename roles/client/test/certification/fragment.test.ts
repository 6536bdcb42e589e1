/** Answers in the fragment of the address, which only the browser knows: a page of ours takes them out and posts them. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { AuthError } from '@symbolon/client'
import { openid } from '@symbolon/client'
import { type App, start, startApp } from '../support/app.ts'

describe('an answer in the fragment', () => {
  let app: App
  before(async () => {
    app = await startApp({ openid: { responseType: 'code id_token token', responseMode: 'fragment' } })
  })
  after(() => app.stop())

  it('is taken by a page of ours and posted to the same address, where it signs in (OAuth 2.0 Multiple Response Types §5)', async () => {
    const url = await start(app.browser)
    // the provider does so unasked
    assert.equal(url.searchParams.has('response_mode'), false)
    const back = await app.standIn.allow(url.href)
    assert.equal(back.search, '')
    const page = await app.browser.get(back.pathname)
    const html = await page.text()
    assert.match(
      html,
      /<form method="post" action="http:\/\/localhost:4200\/api\/auth\/callback\/symbolon\?hop=1"><\/form>/,
    )
    assert.match(page.headers.get('content-security-policy') ?? '', /script-src 'sha256-[^']+'; form-action 'self'/)
    assert.equal(page.headers.get('cache-control'), 'no-store')
    const fields = Object.fromEntries(new URLSearchParams(back.hash.slice(1)))
    const answer = await app.browser.post('/api/auth/callback/symbolon?hop=1', fields)
    assert.deepEqual([answer.status, answer.headers.get('location')], [303, 'http://localhost:4200/'])
    assert.equal((await app.auth.require(app.browser.request())).user.sub, 'alice')
  })

  it('is not read from a query, which logs and other sites see (RFC 9700 §4.3)', async () => {
    const back = await app.standIn.allow((await start(app.browser)).href)
    const page = await app.browser.get(`${back.pathname}?${back.hash.slice(1)}`)
    assert.equal(page.status, 200)
    assert.equal((await page.text()).includes('eyJ'), false)
  })

  it('is refused when nobody here began it', async () => {
    const answer = await app.browser.post('/api/auth/callback/symbolon?hop=1', { state: 'x', code: 'y' })
    assert.equal(answer.status, 400)
    assert.equal((app.logged.at(-1) as AuthError).code, 'attempt_unknown')
  })

  it('is no place for a code alone', () => {
    assert.throws(() => openid({ issuer: app.standIn.issuer, clientId: 'a', responseMode: 'fragment' }), {
      code: 'client_settings_wrong',
    })
  })
})

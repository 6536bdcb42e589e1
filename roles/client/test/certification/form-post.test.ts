/** Answers that another site's page posts: none of our cookies comes with them, and none needs to. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { AuthError } from '@symbolon/client'
import { memoryStore } from '@symbolon/client'
import { type App, start, startApp } from '../support/app.ts'
import { openBrowser } from '../support/browser.ts'

describe('an answer that another site posts', () => {
  let app: App
  before(async () => {
    app = await startApp({
      openid: { responseType: 'code id_token' },
      auth: { session: { kind: 'store', store: memoryStore() } },
    })
  })
  after(() => app.stop())

  /** What a browser does with cookies that are Lax: a form of another site comes without them. */
  const posted = async (fields: Record<string, string>) => {
    const path = '/api/auth/callback/symbolon'
    const request = new Request(`http://localhost:4200${path}`, { method: 'POST', body: new URLSearchParams(fields) })
    return app.auth.handle(request)
  }

  it('is sent on once by a page of ours, with its cookies, and then signs in (OAuth 2.0 Form Post Response Mode §4)', async () => {
    const browser = openBrowser(app.auth)
    const back = await app.standIn.allow((await start(browser)).href)
    const sent = Object.fromEntries(back.searchParams)
    const page = await posted({ ...sent, more: 'of what nobody asked' })
    const html = (await page?.text()) ?? ''
    assert.equal(page?.status, 200)
    assert.match(page?.headers.get('content-security-policy') ?? '', /script-src 'sha256-[^']+'; form-action 'self'/)
    assert.equal(page?.headers.get('cache-control'), 'no-store')
    assert.match(html, /<button>Continue<\/button>/)
    const fields = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)]
    assert.deepEqual(Object.fromEntries(fields.map(([, name, value]) => [name, value])), sent)
    const action = /<form method="post" action="([^"]+)"/.exec(html)?.[1] ?? ''
    assert.equal(action, 'http://localhost:4200/api/auth/callback/symbolon?hop=1')
    const answer = await browser.post(action, sent)
    assert.deepEqual([answer.status, answer.headers.get('location')], [303, 'http://localhost:4200/'])
  })

  it('is refused when nobody here began it, and not sent on again', async () => {
    const response = await openBrowser(app.auth).post('/api/auth/callback/symbolon?hop=1', { state: 'x', code: 'y' })
    assert.equal(response.status, 400)
    assert.equal((app.logged.at(-1) as AuthError).code, 'attempt_unknown')
  })

  it('stands in the page as text and never as markup', async () => {
    const html = (await (await posted({ state: '"><script>alert(1)</script>' }))?.text()) ?? ''
    assert.equal(html.includes('<script>alert'), false)
  })

  it('oidcc-client-test-form-post-error', async () => {
    const browser = openBrowser(app.auth)
    const url = await start(browser, '/api/auth/signin/symbolon?prompt=none&max_age=0')
    assert.deepEqual([url.searchParams.get('prompt'), url.searchParams.get('max_age')], ['none', '0'])
    const state = url.searchParams.get('state') ?? ''
    const fields = { error: 'login_required', state, iss: app.standIn.issuer }
    assert.equal((await browser.post('/api/auth/callback/symbolon', fields)).status, 400)
    assert.equal((app.logged.at(-1) as AuthError).code, 'login_required')
  })
})

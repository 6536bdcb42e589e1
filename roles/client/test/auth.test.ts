/** The whole client against a stand-in: sign in, be remembered, sign out. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type App, signIn, startApp } from './support/app.ts'
import { openBrowser } from './support/browser.ts'

describe('signing in', () => {
  let app: App
  before(async () => {
    app = await startApp()
  })
  after(() => app.stop())

  it('signs a person in and brings them back to the page they asked for', async () => {
    const browser = openBrowser(app.auth)
    const response = await signIn({ ...app, browser }, '/api/auth/signin/symbolon?returnTo=/photos%3Fpage%3D2')
    assert.deepEqual(
      app.logged.map((e) => e.message),
      [],
    )
    assert.equal(response.status, 302)
    assert.equal(response.headers.get('location'), 'http://localhost:4200/photos?page=2')
    const session = await app.auth.session(browser.request())
    assert.equal(session?.user.name, 'Alice')
  })
})

/** Tokens that the app wants new, though the old ones are not over. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { memoryStore } from '@symbolon/client'
import { signIn, startApp } from './support/app.ts'
import { openBrowser } from './support/browser.ts'

for (const kind of ['cookie', 'store'] as const) {
  describe(`tokens renewed at once, with a session in a ${kind}`, () => {
    const signedIn = async () => {
      const session = kind === 'cookie' ? { kind } : { kind, store: memoryStore() }
      const app = await startApp({ auth: { session } })
      await signIn(app)
      return app
    }

    it('are new, and used from then on (RFC 6749 §6)', async () => {
      const app = await signedIn()
      const { session, setCookies } = await app.auth.renew(app.browser.request())
      app.browser.keep(setCookies)
      assert.deepEqual([session.user.sub, session.access], ['alice', 'active'])
      assert.equal(app.standIn.tokenRequests('refresh_token').length, 1)
      const { response } = await app.auth.fetch(app.browser.request(), `${app.standIn.issuer}/photos`)
      assert.equal(response.status, 200)
      await app.stop()
    })

    it('are asked for once by many at a time', async () => {
      const app = await signedIn()
      const request = app.browser.request()
      await Promise.all([app.auth.renew(request), app.auth.renew(request), app.auth.renew(request)])
      assert.equal(app.standIn.tokenRequests('refresh_token').length, 1)
      await app.stop()
    })

    it('are refused to nobody, and where the provider gives none', async () => {
      const app = await signedIn()
      await assert.rejects(app.auth.renew(openBrowser(app.auth).request()), { code: 'session_missing' })
      app.standIn.change.token = () => ({ status: 400, body: { error: 'invalid_grant' } })
      await assert.rejects(app.auth.renew(app.browser.request()), { code: 'session_cannot_renew' })
      await app.stop()
    })
  })
}

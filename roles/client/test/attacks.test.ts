/** Attacks on clients that no single step answers alone. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { AuthError } from '@symbolon/client'
import { type App, signIn, startApp } from './support/app.ts'
import { openBrowser } from './support/browser.ts'

/** Signs in in a browser of its own; the session that came of it. */
async function sessionOf(app: App) {
  const browser = openBrowser(app.auth)
  await signIn({ ...app, browser })
  return app.auth.session(browser.request())
}

describe('a client under attack', () => {
  it('knows people by issuer and sub, and never by an e-mail address that somebody claims (OpenID Connect Core §5.7) (attack 56)', async () => {
    const app = await startApp()
    const as = (sub: string, email: string) => {
      app.standIn.change.claims = (claims) => ({ ...claims, sub, email, email_verified: true })
      app.standIn.change.userinfo = (claims) => ({ ...claims, sub, email, email_verified: true })
      return sessionOf(app)
    }
    const victim = await as('victim', 'victim@example.com')
    const moved = await as('victim', 'moved@example.com')
    const thief = await as('thief', 'victim@example.com')
    await app.stop()
    assert.deepEqual([victim?.user.sub, moved?.user.sub, thief?.user.sub], ['victim', 'victim', 'thief'])
    assert.equal(victim?.issuer, app.standIn.issuer)
    // There is nothing by which an app could look somebody up by address.
    assert.ok(Object.keys(app.auth).every((name) => !/mail|find|lookup|user/i.test(name)))
  })

  it('refuses an at_hash whose algorithm it does not know, instead of leaving it unchecked (OpenID Connect Core §3.1.3.8) (attack 62)', async () => {
    const app = await startApp()
    for (const alg of ['none', 'HS256', 'ES256K', 'XS999', 'RS1', '']) {
      app.logged.length = 0
      app.standIn.change.claims = (claims) => ({ ...claims, at_hash: 'x'.repeat(22) })
      app.standIn.change.idToken = (token) => {
        const [, payload, signature] = token.split('.')
        return [Buffer.from(JSON.stringify({ alg, kid: 'k1' })).toString('base64url'), payload, signature].join('.')
      }
      assert.equal(await sessionOf(app), undefined, alg)
      assert.equal((app.logged[0] as AuthError | undefined)?.code, 'id_token_invalid', alg)
    }
    await app.stop()
  })

  it('starts no program and opens no address: a provider that names a command is refused (attack 79)', async () => {
    for (const authorization_endpoint of ['file:///bin/sh', 'cmd:calc', 'ms-settings:x', '$(id)']) {
      const app = await startApp()
      app.standIn.change.metadata = (metadata) => ({ ...metadata, authorization_endpoint })
      const answer = await app.browser.get('/api/auth/signin/symbolon')
      await app.stop()
      assert.equal(answer.headers.get('location'), null, authorization_endpoint)
      assert.equal((app.logged[0] as AuthError | undefined)?.code, 'discovery_failed', authorization_endpoint)
    }
    const source = join(import.meta.dirname, '../src')
    for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.ts')))
      assert.doesNotMatch(readFileSync(join(source, name), 'utf8'), /child_process|worker_threads|node:vm/, name)
  })
})

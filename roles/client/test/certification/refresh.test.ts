/** What comes with renewed tokens is looked at as what came first. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AuthError } from '@symbolon/client'
import type { JWTPayload } from 'jose'
import { signIn, startApp } from '../support/app.ts'

describe('a refreshed ID token', () => {
  const refreshed = async (change: JWTPayload | undefined) => {
    let clock = Date.now()
    const app = await startApp({ auth: { now: () => clock } })
    app.standIn.change.claims = (claims) => ({ ...claims, auth_time: 1_000 })
    await signIn(app)
    clock += 290_000
    if (change) {
      app.standIn.change.idTokenAgain = true
      app.standIn.change.claims = (claims) => ({ ...claims, auth_time: 1_000, ...change })
    }
    clock += 20_000
    const outcome = await app.auth.fetch(app.browser.request(), `${app.standIn.issuer}/photos`).then(
      ({ response }) => response.status,
      (error: AuthError) => [error.code, error.expected],
    )
    await app.stop()
    return outcome
  }

  it('oidcc-client-test-refresh-token', async () => {
    assert.deepEqual([await refreshed(undefined), await refreshed({})], [200, 200])
  })

  for (const [title, change, expected] of [
    ['oidcc-client-test-refresh-token-invalid-issuer', { iss: 'https://other.example' }, /^iss: http/],
    ['oidcc-client-test-refresh-token-invalid-sub', { sub: 'mallory' }, /^sub: the person of before$/],
    ['is refused for another client', { aud: 'another' }, /^aud: print-shop$/],
    ['is refused with another time of sign-in', { auth_time: 2_000 }, /^auth_time: 1000$/],
  ] as const) {
    it(`${title} (OpenID Connect Core §12.2)`, async () => {
      const [code, seen] = (await refreshed(change)) as readonly string[]
      assert.equal(code, 'id_token_invalid')
      assert.match(seen ?? '', expected)
    })
  }
})

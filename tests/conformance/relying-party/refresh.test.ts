/**
 * Renewed tokens: what comes with them is looked at as what came first.
 *
 * @see OpenID Connect Core §12
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Changes } from '../../../roles/client/test/support/stand-in.ts'
import { basic, having, hybrid, startHarness, titled, unasked } from './harness.ts'

describe('a refreshed ID token', async () => {
  const harness = await startHarness()
  const { provider } = harness
  const types = unasked([...basic, ...hybrid])

  /** Wrong from the refresh on. */
  const later = (change: object): Changes => ({
    idTokenAgain: true,
    claims: (claims) => (provider.tokenRequests('refresh_token').length > 0 ? having(change)(claims) : claims),
  })

  for (const variant of types)
    it(titled('oidcc-client-test-refresh-token', variant), async () => {
      const run = await harness.run('oidcc-client-test-refresh-token', { variant, changes: later({}) })
      assert.deepEqual(run.logged, [])
      assert.match(run.page.html, /With a new access token, userinfo answers.*alice/s)
      assert.deepEqual(run.asked.slice(-2), ['/token', '/userinfo'])
      const tokens = provider.asked
        .filter(({ path }) => path === '/userinfo')
        .map(({ headers }) => headers.authorization)
      assert.equal(new Set(tokens).size, 2)
    })

  for (const [module, change] of [
    ['oidcc-client-test-refresh-token-invalid-issuer', { iss: 'https://other.example' }],
    ['oidcc-client-test-refresh-token-invalid-sub', { sub: 'mallory' }],
  ] as const)
    for (const variant of types)
      it(titled(module, variant), async () => {
        const { page, asked } = await harness.run(module, { variant, changes: later(change) })
        assert.match(page.html, /That did not work.*id_token_invalid/)
        assert.equal(page.status, 502)
        assert.equal(asked.at(-1), '/token')
        assert.equal(provider.tokenRequests('refresh_token').length, 1)
      })
})

/** What can't work is refused before anybody signs in, and says what was expected. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type AuthSettings, createAuth, openid } from '@symbolon/client'
import { exportJWK, generateKeyPair } from 'jose'
import { secret, startApp } from './support/app.ts'
import { settings as client } from './support/attempt.ts'

const good: AuthSettings = { baseUrl: 'https://shop.example.com', secret, providers: { symbolon: openid(client) } }

describe('the settings', () => {
  it('are read with their defaults', () => {
    const auth = createAuth(good)
    assert.deepEqual(
      [auth.baseUrl, auth.basePath, auth.providers],
      ['https://shop.example.com', '/api/auth', ['symbolon']],
    )
    assert.equal(auth.signInUrl('symbolon'), 'https://shop.example.com/api/auth/signin/symbolon')
    assert.equal(auth.signOutUrl({ returnTo: '/bye' }), 'https://shop.example.com/api/auth/signout?returnTo=%2Fbye')
  })

  for (const [what, change] of [
    ['a base address with a path', { baseUrl: 'https://shop.example.com/app' }],
    [
      'a base address, and so a redirect address, over plain http (RFC 6749 §3.1.2.1) [RFC6749-3.1.2.1-01]',
      { baseUrl: 'http://shop.example.com' },
    ],
    ['a base address that only begins like this machine', { baseUrl: 'http://localhost.example.com' }],
    ['no address', { baseUrl: 'shop.example.com' }],
    ['a short secret', { secret: 'x'.repeat(31) }],
    ['a short secret among others', { secret: [secret, 'short'] }],
    ['no secret', { secret: [] }],
    ['a base path that is none', { basePath: 'api/auth' }],
    ['a base path with an end slash', { basePath: '/api/auth/' }],
    ['an error page elsewhere', { errorPage: '//evil.example' }],
    ['a session that never was', { session: { kind: 'cookie', lifetime: 0 } }],
    ['no provider', { providers: {} }],
    ['a provider with a slash in its name', { providers: { 'a/b': openid(client) } }],
    [
      'a provider that overrules PKCE',
      { providers: { a: openid({ ...client, parameters: { code_challenge_method: 'plain' } }) } },
    ],
  ] as const) {
    it(`refuse ${what}`, () => {
      assert.throws(() => createAuth({ ...good, ...change }), { code: 'client_settings_wrong' })
    })
  }

  for (const [what, change] of [
    ['an issuer over plain http', { issuer: 'http://id.example.com' }],
    ['an issuer that is no address', { issuer: 'id.example.com' }],
    ['scopes without openid', { scopes: ['profile'] }],
    ['a resource with a fragment (RFC 8707 §2) [RFC8707-2-01]', { resource: 'https://api.example.com/#x' }],
    ['a resource that is no URI (RFC 8707 §2) [RFC8707-2-01]', { resource: 'photos' }],
  ] as const) {
    it(`of a provider refuse ${what}`, () => {
      assert.throws(() => openid({ ...client, ...change }), { code: 'client_settings_wrong' })
    })
  }

  it('never stand in an error with the secret they hold', () => {
    assert.throws(
      () => createAuth({ ...good, secret: 'not-long-enough' }),
      (error: Error) => !error.message.includes('not-long-enough') && error.message.includes('15 bytes'),
    )
  })

  for (const clientAuthentication of ['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const) {
    it(`refuse ${clientAuthentication} without what it needs`, async () => {
      const app = await startApp({ openid: { clientAuthentication } })
      const response = await app.browser.get('/api/auth/signin/symbolon')
      assert.equal(response.status, 500)
      assert.match(app.logged[0]?.message ?? '', /^client_settings_wrong/)
      await app.stop()
    })
  }

  it('refuse a public key in place of the private one', async () => {
    const { publicKey } = await generateKeyPair('ES256')
    const app = await startApp({ openid: { privateKey: { ...(await exportJWK(publicKey)), alg: 'ES256' } } })
    assert.equal((await app.browser.get('/api/auth/signin/symbolon')).status, 500)
    assert.match(app.logged[0]?.message ?? '', /^client_settings_wrong/)
    await app.stop()
  })
})

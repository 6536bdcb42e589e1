/** What a client can not be registered with, so that nobody has to refuse it later. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ConfigurationError, readConfig } from '@symbolon/server'
import { archive, callback, configFor, secret } from '../support/server.ts'

const read = (client: Readonly<Record<string, unknown>>) =>
  readConfig(
    configFor({
      port: 4000,
      url: 'http://localhost:4000',
      clients: [{ client_id: 'one', redirect_uris: [callback], ...client }],
    }),
  )

describe('a client of the configuration', () => {
  const refused: readonly (readonly [what: string, key: string, client: object, good: object])[] = [
    [
      'a public client that keeps its refresh token (RFC 9700 §2.2.2) [RFC9700-2.2.2-01]',
      'rotate_refresh_tokens',
      { rotate_refresh_tokens: false },
      { rotate_refresh_tokens: false, client_secret: secret },
    ],
    [
      'a public client that asks about tokens (RFC 7662 §2.1) [RFC7662-2.1-01]',
      'introspects',
      { introspects: [archive] },
      { introspects: [archive], client_secret: secret },
    ],
    [
      'the response type code without the grant that redeems it (RFC 7591 §2.1)',
      'response_types',
      { response_types: ['code'], grant_types: ['client_credentials'], client_secret: secret },
      { response_types: ['code'], grant_types: ['authorization_code'] },
    ],
    [
      'refreshing without a grant that gives a refresh token (RFC 6749 §6)',
      'grant_types',
      { grant_types: ['refresh_token'], client_secret: secret },
      { grant_types: ['refresh_token', 'authorization_code'] },
    ],
  ]
  for (const [what, key, client, good] of refused) {
    it(`is not ${what}`, () => {
      assert.throws(
        () => read({ ...client }),
        (error) => error instanceof ConfigurationError && error.message.includes(`].${key}`),
      )
      assert.ok(read({ ...good }))
    })
  }
})

describe('where a client may have people sent after signing out (RP-Initiated Logout §3.1) [OIDC-RPLogout-3.1-01]', () => {
  for (const address of ['https://app.example/bye', 'http://127.0.0.1:4200/bye', 'com.example.app:/bye'])
    it(`may be ${address}`, () => assert.ok(read({ post_logout_redirect_uris: [address] })))

  for (const address of ['http://app.example/bye', 'javascript:alert(1)', '/bye', 'https://app.example/bye#x'])
    it(`is never ${address}`, () =>
      assert.throws(() => read({ post_logout_redirect_uris: [address] }), ConfigurationError))
})

describe('where a client hears that its person has signed out', () => {
  const front = (address: string) =>
    read({ frontchannel_logout_uri: address, redirect_uris: ['https://app.example/cb'] })
  const back = (address: string, more = {}) => read({ backchannel_logout_uri: address, ...more })

  it('is in the browser an address with scheme, host and port of one of its redirect addresses (Front-Channel Logout §2) [OIDC-FCLogout-2-01]', () => {
    assert.ok(front('https://app.example/gone?tenant=1'))
    for (const address of [
      'https://other.example/gone',
      'http://app.example/gone',
      'https://app.example:8443/gone',
      'https://app.example/gone#x',
      '/gone',
      'com.example.app:/gone',
    ])
      assert.throws(() => front(address), ConfigurationError, address)
  })

  it('is for us any https address, and http only for a client with credentials (Back-Channel Logout §2.2) [OIDC-BCLogout-2.2-01]', () => {
    assert.ok(back('https://elsewhere.example/gone'))
    assert.ok(back('http://127.0.0.1:4200/gone', { client_secret: secret }))
    for (const address of [
      'http://127.0.0.1:4200/gone',
      'http://app.example/gone',
      'https://app.example/gone#x',
      '/gone',
    ])
      assert.throws(() => back(address), ConfigurationError, address)
  })
})

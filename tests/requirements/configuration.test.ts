/** What a client may be registered with where people are sent after signing out. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ConfigurationError, readConfig } from '@symbolon/server'
import { callback, configFor } from '../support/server.ts'

const withGoodbye = (address: string) =>
  configFor({
    port: 4000,
    url: 'http://localhost:4000',
    clients: [{ client_id: 'leaver', redirect_uris: [callback], post_logout_redirect_uris: [address] }],
  })

describe('where a client may have people sent after signing out (RP-Initiated Logout §3.1) [OIDC-RPLogout-3.1-01]', () => {
  for (const address of ['https://app.example/bye', 'http://127.0.0.1:4200/bye', 'com.example.app:/bye'])
    it(`may be ${address}`, () => assert.ok(readConfig(withGoodbye(address))))

  for (const address of ['http://app.example/bye', 'javascript:alert(1)', '/bye', 'https://app.example/bye#x'])
    it(`is never ${address}`, () => assert.throws(() => readConfig(withGoodbye(address)), ConfigurationError))
})

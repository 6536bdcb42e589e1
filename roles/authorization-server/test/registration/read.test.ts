/** Whatever a stranger wants to register: it is refused by its error, or it is what the rules allow. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { clientFrom } from '../../src/client.ts'
import { createSealing } from '../../src/keys/sealing.ts'
import { defaultSettings } from '../../src/ports/issuer.ts'
import { members } from '../../src/registration/members.ts'
import { readRegistration } from '../../src/registration/read.ts'
import { registered } from '../../src/registration/registered.ts'

const text = fc.oneof(
  fc.string(),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.constantFrom(
    'https://shop.example/cb',
    'http://localhost/cb',
    'https://*/cb',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://shop.example@attacker.example/',
    'https://shop.example\\@attacker.example/',
    'com.example.app:/cb',
    'RS256',
    'none',
    'code',
    'code id_token',
    'pairwise',
  ),
)
const value = fc.oneof(
  text,
  fc.array(fc.oneof(text, fc.jsonValue()), { maxLength: 3 }),
  fc.jsonValue(),
  fc.record({ keys: fc.array(fc.oneof(fc.jsonValue(), fc.record({ kty: fc.constantFrom('RSA', 'oct'), d: text }))) }),
)
const names = [...Object.keys(members), 'client_name#de', 'client_name#', 'software_statement', '__proto__', 'reviewed']
const body = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 8 })

const errors = new Set([
  'client_metadata_invalid',
  'registration_redirect_uri_invalid',
  'software_statement_unapproved',
])
const scopes = ['openid', 'photos.read']
const sealing = createSealing('a secret of at least thirty-two characters')

describe('what a stranger may register (RFC 7591 §5)', () => {
  it('is never more than the rules allow, whatever is sent [RFC7591-5-02] [RFC7591-2-01] (attack 71) (attack 3) (attack 14)', () => {
    fc.assert(
      fc.property(fc.oneof(body, fc.jsonValue()), fc.boolean(), (sent, withAddress) => {
        const isMap = typeof sent === 'object' && sent !== null && !Array.isArray(sent)
        const asked = withAddress && isMap ? { ...sent, redirect_uris: ['https://shop.example/cb'] } : sent
        const read = readRegistration({
          body: asked,
          settings: defaultSettings,
          url: 'https://id.example',
          scopes,
          reviewed: false,
        })
        if (!read.ok) return assert.ok(errors.has(read.reason), read.reason)
        const { client: record } = registered(read.value, {
          issuer: { random: (bytes) => new Uint8Array(bytes), url: 'https://id.example', sealing },
          standing: { reviewed: false, compatible: false },
          now: 0,
          before: undefined,
        })
        const client = clientFrom(record)
        for (const uri of [...client.redirectUris, ...client.postLogoutRedirectUris]) {
          const { protocol, username, hash, hostname } = new URL(uri)
          assert.ok(protocol === 'https:' || protocol.includes('.') || hostname === 'localhost', uri)
          assert.deepEqual([username, hash, uri.includes('*')], ['', '', false])
        }
        for (const name of ['client_uri', 'logo_uri', 'policy_uri', 'tos_uri'] as const) {
          assert.match(client.page(name) ?? 'https:', /^https?:/)
        }
        for (const key of client.jwks?.keys ?? []) assert.ok(!('d' in key) && key.kty !== 'oct')
        assert.ok(client.unreviewed && client.requirePkce && !client.skipConsent)
        assert.equal(client.secrets.length > 0, client.authenticationMethod.startsWith('client_secret_'))
        assert.ok((client.scopes ?? []).every((scope) => scopes.includes(scope)))
        assert.ok(
          client.grantTypes.includes('implicit') ||
            client.responseTypes.every((type) => type === 'code' || type === 'none'),
        )
      }),
      { numRuns: 500 },
    )
  })
})

/**
 * ID tokens that are as they should be, and all the ways in which the suite's provider makes them wrong. An app that
 * refuses one sends nothing more: an ID token that the browser brought is refused before the code goes anywhere.
 *
 * @see OpenID Connect Core §3.1.3.7, §3.2.2.11, §3.3.2.11
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Variant } from 'conformance/suite-api'
import { exportJWK, generateKeyPair } from 'jose'
import type { Changes } from '../../../roles/client/test/support/stand-in.ts'
import {
  basic,
  every,
  having,
  hybrid,
  implicit,
  type Run,
  showsRefused,
  showsSignedIn,
  startHarness,
  titled,
  unasked,
  variantsOf,
  without,
} from './harness.ts'

const words = ({ response_type = '' }: Variant) => response_type.split(' ')
const gives = (variant: Variant, word: string) => words(variant).includes(word)

describe('ID tokens', async () => {
  const harness = await startHarness()

  const requests = ({ asked }: Run) => ({
    token: asked.filter((path) => path === '/token').length,
    userinfo: asked.filter((path) => path === '/userinfo').length,
  })

  const accepted = (module: string, types: readonly string[], changes: Changes = {}) => {
    for (const variant of variantsOf(types))
      it(titled(module, variant), async () => {
        const run = await harness.run(module, { variant, changes })
        showsSignedIn(run)
        const [code, token] = [gives(variant, 'code'), gives(variant, 'token')]
        assert.deepEqual(requests(run), { token: code ? 1 : 0, userinfo: code || token ? 1 : 0 })
        assert.ok(run.asked.includes('/jwks'))
      })
  }

  const refused = (module: string, types: readonly string[], changes: Changes, expected: RegExp) => {
    for (const variant of unasked(types))
      it(titled(module, variant), async () => {
        const run = await harness.run(module, { variant, changes })
        await showsRefused(run, 'id_token_invalid', expected)
        assert.deepEqual(requests(run), { token: gives(variant, 'id_token') ? 0 : 1, userinfo: 0 })
      })
  }

  accepted('oidcc-client-test', every)
  accepted('oidcc-client-test-idtoken-sig-rs256', every)
  accepted('oidcc-client-test-kid-absent-single-jwks', every, { header: ({ kid: _, ...header }) => header })

  refused('oidcc-client-test-invalid-iss', every, { claims: having({ iss: 'https://other.example' }) }, /^iss: http/)
  refused('oidcc-client-test-missing-sub', every, { claims: without('sub') }, /^sub: /)
  refused('oidcc-client-test-invalid-aud', every, { claims: having({ aud: 'another' }) }, /^aud: relying-party$/)
  refused('oidcc-client-test-missing-iat', every, { claims: without('iat') }, /^iat: /)
  refused('oidcc-client-test-nonce-invalid', every, { claims: having({ nonce: 'another' }) }, /^nonce of this sign-in$/)

  const broken = (token: string) => {
    const [header, payload, signature = ''] = token.split('.')
    return [header, payload, `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`].join('.')
  }
  refused('oidcc-client-test-invalid-sig-rs256', every, { idToken: broken }, /^a signature by one key/)

  const unsigned = (token: string) => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`
  refused('oidcc-client-test-idtoken-sig-none', basic, { idToken: unsigned }, /^alg RS256$/)

  const wrong = 'x'.repeat(22)
  const withToken = ['id_token token', 'code id_token token']
  refused('oidcc-client-test-invalid-athash', withToken, { frontClaims: having({ at_hash: wrong }) }, /^at_hash/)
  refused('oidcc-client-test-missing-athash', withToken, { frontClaims: without('at_hash') }, /^at_hash/)
  const withCode = ['code id_token', 'code id_token token']
  refused('oidcc-client-test-invalid-chash', withCode, { frontClaims: having({ c_hash: wrong }) }, /^c_hash/)
  refused('oidcc-client-test-missing-chash', withCode, { frontClaims: without('c_hash') }, /^c_hash/)

  const other = await (async () => {
    const { publicKey } = await generateKeyPair('RS256')
    const { kty = '', n = '', e = '' } = await exportJWK(publicKey)
    return { kty, n, e, alg: 'RS256', use: 'sig' }
  })()
  refused(
    'oidcc-client-test-kid-absent-multiple-jwks',
    every,
    {
      keys: (keys) => [...keys.map(({ kid: _, ...key }) => key), other],
      header: ({ kid: _, ...header }) => header,
    },
    /^a signature by one key/,
  )

  it('oidcc-client-test-idtoken-sig-none [code, registered so]', async () => {
    const register = (metadata: object) => ({
      status: 201,
      body: {
        ...metadata,
        client_id: 'c',
        client_secret: 's',
        client_secret_expires_at: 0,
        id_token_signed_response_alg: 'none',
      },
    })
    const run = await harness.run('oidcc-client-test-idtoken-sig-none', {
      variant: { client_registration: 'dynamic_client' },
      changes: { register, idToken: unsigned },
    })
    await showsRefused(run, 'id_token_invalid', /^alg RS256$/)
    assert.deepEqual(requests(run), { token: 1, userinfo: 0 })
  })

  for (const variant of variantsOf([...implicit, ...hybrid]))
    it(titled('oidcc-client-test-nonce-unless-code-flow', variant), async () => {
      const run = await harness.run('oidcc-client-test-nonce-unless-code-flow', { variant })
      showsSignedIn(run)
      const sent = harness.sentTo('/authorize')
      assert.match(sent.get('nonce') ?? '', /^[\w-]{43}$/)
      assert.equal(sent.get('response_mode'), variant.response_mode === 'form_post' ? 'form_post' : null)
    })
})

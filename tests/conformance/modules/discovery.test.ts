/** What discovery says, held to the suite's schema: types, addresses, keys, and no member that nobody knows. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { exportJWK, importJWK } from 'jose'
import { startHarness } from '../harness.ts'

/** Of OpenID Connect Discovery §3 and its logout specifications, RFC 8414 §2, RFC 9207 §3, RFC 9728 §4 and JARM §4. */
const addresses =
  'authorization_endpoint token_endpoint userinfo_endpoint jwks_uri registration_endpoint introspection_endpoint revocation_endpoint end_session_endpoint check_session_iframe pushed_authorization_request_endpoint device_authorization_endpoint op_policy_uri op_tos_uri service_documentation'
const flags =
  'claims_parameter_supported request_parameter_supported request_uri_parameter_supported require_request_uri_registration authorization_response_iss_parameter_supported frontchannel_logout_supported frontchannel_logout_session_supported backchannel_logout_supported backchannel_logout_session_supported'
const kinds =
  'id_token_signing_alg id_token_encryption_alg id_token_encryption_enc userinfo_signing_alg userinfo_encryption_alg userinfo_encryption_enc request_object_signing_alg request_object_encryption_alg request_object_encryption_enc authorization_signing_alg authorization_encryption_alg authorization_encryption_enc token_endpoint_auth_signing_alg introspection_endpoint_auth_signing_alg revocation_endpoint_auth_signing_alg'
const lists = [
  ...'scopes response_types response_modes grant_types acr subject_types display claim_types claims claims_locales ui_locales prompt code_challenge_methods token_endpoint_auth_methods introspection_endpoint_auth_methods revocation_endpoint_auth_methods'
    .split(' ')
    .map((name) =>
      name === 'acr' || name === 'display' || name === 'prompt' ? `${name}_values_supported` : `${name}_supported`,
    ),
  ...kinds.split(' ').map((name) => `${name}_values_supported`),
  'protected_resources',
]

describe('discovery', async () => {
  const harness = await startHarness()
  const { metadata, issuer } = harness
  const listOf = (name: string): readonly string[] => {
    const value = metadata[name]
    assert.ok(Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string'), name)
    return value
  }
  const includes = (name: string, ...wanted: readonly string[]) => {
    const listed = listOf(name)
    for (const one of wanted) assert.ok(listed.includes(one), `${name} has ${one}`)
  }

  it('oidcc-discovery-endpoint-verification', async () => {
    assert.equal(metadata.issuer, issuer)
    const { protocol, search, hash } = new URL(issuer)
    assert.deepEqual([protocol, search, hash], ['https:', '', ''])
    for (const [name, value] of Object.entries(metadata)) {
      if (name === 'issuer') continue
      else if (addresses.split(' ').includes(name)) assert.equal(new URL(String(value)).protocol, 'https:', name)
      else if (flags.split(' ').includes(name)) assert.equal(typeof value, 'boolean', name)
      else {
        assert.ok(lists.includes(name), `${name} is known`)
        const listed = listOf(name)
        assert.equal(new Set(listed).size, listed.length, name)
      }
    }
    for (const name of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'registration_endpoint'])
      harness.endpoint(name)
    includes('response_types_supported', 'code', 'id_token', 'id_token token', 'code id_token', 'code token')
    includes('response_types_supported', 'code id_token token')
    includes('grant_types_supported', 'authorization_code', 'implicit')
    includes('id_token_signing_alg_values_supported', 'RS256')
    includes('scopes_supported', 'openid')
    includes('claims_supported', 'sub', 'name', 'email')
    includes('subject_types_supported', 'public', 'pairwise')
    includes('token_endpoint_auth_methods_supported', 'client_secret_basic', 'client_secret_post', 'private_key_jwt')
    for (const name of ['ui_locales_supported', 'claims_locales_supported'])
      if (name in metadata) assert.equal(Intl.getCanonicalLocales(listOf(name)).length, listOf(name).length)

    const { keys } = await harness.keys()
    assert.equal(new Set(keys.map(({ kid }) => kid)).size, keys.length, 'every key has a name of its own')
    for (const key of keys) {
      assert.ok(typeof key.kid === 'string' && key.kid !== '')
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) assert.ok(!(secret in key), `${key.kid} is public`)
      const read = await importJWK({ ...key, ext: true }, key.alg)
      assert.equal((await exportJWK(read)).kty, key.kty)
    }
  })
})

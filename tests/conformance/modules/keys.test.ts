/** The modules about keys, of the server and of its clients, and about userinfo as a JWT. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ResponseType } from 'conformance/clients'
import { type CryptoKey, createLocalJWKSet, exportJWK, generateKeyPair, type JWK, jwtVerify } from 'jose'
import { newBrowser } from '../browser.ts'
import { register } from '../dynamic.ts'
import { startHarness } from '../harness.ts'
import { checkTokenAnswer, checkTokenRefusal, createParty, type PartyClient } from '../party.ts'
import { withCode, withToken } from '../variants.ts'

describe('keys of the server and of its clients', async () => {
  const harness = await startHarness()
  const browser = newBrowser(harness)

  const idOf = async (responseType: ResponseType, changes: Readonly<Record<string, unknown>>) =>
    (await register(harness, responseType, changes)).client.clientId
  const newKey = async (kid: string) => {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } }
  }
  const publish = (name: string, ...keys: readonly JWK[]) =>
    harness.suite.serve(`/${name}`, { body: JSON.stringify({ keys }) })
  const signingClient = (
    clientId: string,
    { privateKey, kid }: { readonly privateKey: CryptoKey; readonly kid: string },
  ) => ({
    clientId,
    redirectUri: harness.at.callback,
    credentials: { by: 'private_key_jwt', key: privateKey, kid, algorithm: 'ES256' } as const,
  })
  const partyOf = (client: PartyClient, responseType: ResponseType) =>
    createParty({ harness, client, responseType, responseMode: 'default' })

  for (const responseType of withToken) {
    it(`oidcc-userinfo-rs256 [${responseType}]`, async () => {
      assert.ok((harness.metadata.userinfo_signing_alg_values_supported as readonly string[]).includes('RS256'))
      const key = await newKey('rs256')
      const clientId = await idOf(responseType, {
        userinfo_signed_response_alg: 'RS256',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [key.jwk] },
      })
      const party = partyOf(signingClient(clientId, key), responseType)
      const { tokens } = await party.authorize(browser)
      const headers = { authorization: `Bearer ${tokens.accessToken}` }
      const response = await fetch(harness.endpoint('userinfo_endpoint'), { headers })
      assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'application/jwt'])
      const expected = { algorithms: ['RS256'], issuer: harness.issuer, audience: clientId }
      const { payload } = await jwtVerify(await response.text(), createLocalJWKSet(await harness.keys()), expected)
      assert.equal(payload.sub, tokens.claims.sub)
      assert.ok(!('nonce' in payload))
    })
  }

  for (const responseType of withCode) {
    it(`oidcc-registration-jwks-uri [${responseType}]`, async () => {
      const key = await newKey('first')
      const clientId = await idOf(responseType, {
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: undefined,
        jwks_uri: publish(`jwks-uri-${encodeURIComponent(responseType)}`, key.jwk),
      })
      const { tokens } = await partyOf(signingClient(clientId, key), responseType).authorize(browser)
      assert.ok(tokens.back !== undefined)
    })
  }

  for (const responseType of withCode) {
    it(`oidcc-ensure-client-assertion-with-iss-aud-succeeds [${responseType}]`, async () => {
      const { client } = await register(harness, responseType, { token_endpoint_auth_method: 'private_key_jwt' })
      assert.ok(client.credentials.by === 'private_key_jwt')
      const credentials = { ...client.credentials, audience: harness.issuer }
      const { tokens } = await partyOf({ ...client, credentials }, responseType).authorize(browser)
      assert.ok(tokens.back !== undefined)
    })
  }

  for (const responseType of withCode)
    it(`oidcc-refresh-token-rp-key-rotation [${responseType}]`, async () => {
      const [before, after] = [await newKey('before'), await newKey('after')]
      const name = `rotated-${encodeURIComponent(responseType)}`
      const clientId = await idOf(responseType, {
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: undefined,
        jwks_uri: publish(name, before.jwk),
        grant_types: ['authorization_code', 'refresh_token', ...(responseType === 'code' ? [] : ['implicit'])],
      })
      const party = partyOf(signingClient(clientId, before), responseType)
      const { tokens } = await party.authorize(browser, { scope: 'openid offline_access', prompt: 'consent' })
      assert.ok(tokens.refreshToken)
      const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refreshToken }
      publish(name, after.jwk)
      // No need to wait: an unknown kid is looked for at once.
      await checkTokenAnswer(await party.token(refresh, signingClient(clientId, after)))
      const refused = await party.token(refresh, signingClient(clientId, before))
      assert.equal(refused.status, 401)
      assert.equal((await refused.json()).error, 'invalid_client')
      assert.equal(
        await checkTokenRefusal(await party.token({ grant_type: 'none' }, signingClient(clientId, after))),
        'unsupported_grant_type',
      )
    })

  it('oidcc-server-rotate-keys', async () => {
    const kids = async () => (await harness.keys()).keys.map(({ kid }) => kid)
    const before = await kids()
    assert.equal(new Set(before).size, before.length)
    const rotate = () => fetch(`${harness.conformance.control}/rotate-keys`, { method: 'POST' })
    assert.equal((await rotate()).status, 200)
    const after = await kids()
    assert.ok(after.length > before.length)
    assert.equal(new Set(after).size, after.length)
    for (const kid of before) assert.ok(after.includes(kid), 'the old one is still there')
    // The next run of the plan asks again, before the new one has begun to sign.
    const again = rotate()
    harness.later(11)
    assert.equal((await again).status, 200)
    assert.ok(
      (await kids()).some((kid) => !after.includes(kid)),
      'there is another new one',
    )
  })
})

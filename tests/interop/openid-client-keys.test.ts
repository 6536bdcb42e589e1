/**
 * A stranger's client: openid-client, verifying every signature that we make, reading what is encrypted to it, and
 * publishing keys that we fetch.
 */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { type SigningAlgorithm, signingAlgorithms } from '@symbolon/protocol/algorithms'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose'
import * as client from 'openid-client'
import { allow, callback, secret, startTestServer, type TestServer } from '../support/server.ts'

const scope = 'openid email'
const app = { redirect_uris: [callback], scope: `${scope} offline_access` }
const confidential = { ...app, client_secret: secret, grant_types: ['authorization_code', 'refresh_token'] }

interface Key {
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

async function newKey(alg: string, kid: string, more: JWK = {}): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, ...more } }
}

describe('openid-client and keys', () => {
  let server: TestServer
  let published: readonly JWK[] = []
  let fetches = 0
  const keys = createServer((_, response) => {
    fetches++
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: published }))
  })
  let rsa: Key
  let ec: Key

  before(async () => {
    await new Promise<void>((done) => keys.listen(0, '127.0.0.1', done))
    const jwksUri = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/keys`
    rsa = await newKey('RSA-OAEP-256', 'rsa', { use: 'enc' })
    ec = await newKey('ECDH-ES+A256KW', 'ec', { use: 'enc' })
    server = await startTestServer({
      more: { development: true },
      clients: [
        ...signingAlgorithms.map((alg) => ({
          ...confidential,
          client_id: `signed-${alg}`,
          id_token_signed_response_alg: alg,
          userinfo_signed_response_alg: alg,
        })),
        {
          ...confidential,
          client_id: 'secretive',
          jwks: { keys: [rsa.jwk, ec.jwk] },
          id_token_encrypted_response_alg: 'RSA-OAEP-256',
          id_token_encrypted_response_enc: 'A256CBC-HS512',
          userinfo_signed_response_alg: 'ES256',
          userinfo_encrypted_response_alg: 'ECDH-ES+A256KW',
          userinfo_encrypted_response_enc: 'A128GCM',
          authorization_encrypted_response_alg: 'RSA-OAEP-256',
          authorization_encrypted_response_enc: 'A256GCM',
        },
        {
          ...app,
          client_id: 'publisher',
          grant_types: ['authorization_code', 'refresh_token'],
          token_endpoint_auth_method: 'private_key_jwt',
          jwks_uri: jwksUri,
        },
      ],
    })
  })
  after(async () => {
    await server?.close()
    keys.close()
  })

  type Settings = ((config: client.Configuration) => void)[]

  const known = (id: string, metadata: Partial<client.ClientMetadata>, execute: Settings = []) =>
    client.discovery(new URL(server.url), id, metadata, client.ClientSecretBasic(secret), {
      execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks, ...execute],
    })

  async function signIn(config: client.Configuration, asked = scope) {
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()]
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: callback,
      scope: asked,
      state: expectedState,
      nonce: expectedNonce,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      prompt: 'consent',
    })
    const back = await allow(server.person(), url.href)
    return client.authorizationCodeGrant(config, back, { pkceCodeVerifier, expectedState, expectedNonce })
  }

  const emailAt = async (config: client.Configuration, accessToken: string) =>
    (await client.fetchUserInfo(config, accessToken, 'alice-0001')).email

  it('verifies ID tokens and userinfo of every algorithm', async () => {
    for (const alg of signingAlgorithms) {
      const metadata = { id_token_signed_response_alg: alg, userinfo_signed_response_alg: alg }
      const config = await known(`signed-${alg}`, metadata)
      const tokens = await signIn(config)
      assert.equal(tokens.claims()?.sub, 'alice-0001', alg)
      assert.equal(await emailAt(config, tokens.access_token), 'alice@example.com', alg)
    }
  })

  it('reads what is encrypted to it: the authorization response, the ID token, userinfo', async () => {
    const decrypting = (config: client.Configuration) =>
      client.enableDecryptingResponses(
        config,
        ['A256CBC-HS512', 'A128GCM', 'A256GCM'],
        { key: rsa.privateKey, kid: 'rsa' },
        { key: ec.privateKey, alg: 'ECDH-ES+A256KW', kid: 'ec' },
      )
    const metadata = { userinfo_signed_response_alg: 'ES256' satisfies SigningAlgorithm }
    for (const execute of [[decrypting], [decrypting, client.useJwtResponseMode]]) {
      const config = await known('secretive', metadata, execute)
      const tokens = await signIn(config)
      assert.equal(tokens.claims()?.sub, 'alice-0001')
      assert.equal(await emailAt(config, tokens.access_token), 'alice@example.com')
    }
  })

  it('authenticates with keys that it publishes, and with the next as soon as they are there', async () => {
    const [first, second] = [await newKey('ES256', 'first'), await newKey('ES256', 'second')]
    const signing = ({ privateKey, jwk }: Key) =>
      client.discovery(
        new URL(server.url),
        'publisher',
        {},
        client.PrivateKeyJwt({ key: privateKey, kid: String(jwk.kid) }),
        { execute: [client.allowInsecureRequests] },
      )
    published = [first.jwk]
    const tokens = await signIn(await signing(first), `${scope} offline_access`)
    assert.ok(tokens.refresh_token)
    assert.equal(fetches, 1)
    published = [second.jwk]
    const refreshed = await client.refreshTokenGrant(await signing(second), tokens.refresh_token)
    assert.ok(refreshed.access_token)
    assert.equal(fetches, 2)
    const late = client.refreshTokenGrant(await signing(first), tokens.refresh_token)
    await assert.rejects(late, (error) => error instanceof client.WWWAuthenticateChallengeError && error.status === 401)
  })
})

/**
 * A stranger's client: openid-client registers itself, and with keys of its own asks by signed requests, proves itself by
 * signed assertions and reads what was encrypted to it.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { exportJWK, generateKeyPair } from 'jose'
import * as client from 'openid-client'
import { allowOn, callback, startTestServer, type TestServer } from '../support/server.ts'

const signedOut = `${callback}/signed-out`

/** What every app here registers; each test adds what it is about. */
const scope = 'openid profile email'
const app = {
  client_name: 'By Itself',
  redirect_uris: [callback],
  post_logout_redirect_uris: [signedOut],
  scope,
}

type Settings = readonly ((config: client.Configuration) => void)[]

describe('openid-client that registers itself', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer({ more: { registration: { mode: 'open' }, clientSecretJwt: true } })
  })
  after(() => server?.close())

  const register = (
    metadata: Partial<client.ClientMetadata>,
    more: { readonly authentication?: client.ClientAuth; readonly execute?: Settings } = {},
  ) =>
    client.dynamicClientRegistration(new URL(server.url), { ...app, ...metadata }, more.authentication, {
      execute: [client.allowInsecureRequests, ...(more.execute ?? [])],
    })

  /** A key of the client, and its public half as it is registered. */
  async function keyFor(use: 'sig' | 'enc', algorithm: string) {
    const { privateKey, publicKey } = await generateKeyPair(algorithm)
    const jwk = { ...(await exportJWK(publicKey)), use, alg: algorithm, kid: `${use}-${algorithm}` }
    return { key: privateKey, jwk, kid: jwk.kid, alg: algorithm }
  }

  /** What a request is made of, and the checks of its answer. */
  async function request() {
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()]
    const parameters = {
      redirect_uri: callback,
      scope,
      state: expectedState,
      nonce: expectedNonce,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    }
    return { parameters, checks: { pkceCodeVerifier, expectedState, expectedNonce } }
  }

  async function answerTo(url: URL) {
    const person = server.person()
    const { url: answer } = await allowOn(await person.open(url.href), person)
    return { person, answer: new URL(answer) }
  }

  it('signs a person in as what it registered (RFC 7591 §3), and out again (RP-Initiated Logout §2)', async () => {
    const config = await register(
      {
        token_endpoint_auth_method: 'client_secret_post',
        response_types: ['code id_token'],
        grant_types: ['authorization_code', 'implicit'],
        id_token_signed_response_alg: 'ES256',
      },
      { execute: [client.useCodeIdTokenResponseType, client.enableDetachedSignatureResponseChecks] },
    )
    assert.equal(config.clientMetadata().client_name, 'By Itself')
    const { parameters, checks } = await request()
    const { person, answer } = await answerTo(client.buildAuthorizationUrl(config, parameters))
    const tokens = await client.authorizationCodeGrant(config, answer, checks)
    assert.equal(tokens.claims()?.sub, 'alice-0001')
    const out = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: signedOut,
      state: 'bye',
    })
    assert.equal((await person.open(out.href)).url, `${signedOut}?state=bye`)
  })

  it('asks by a signed request object (RFC 9101 §5) and authenticates with a key (RFC 7523 §2.2)', async () => {
    const { key, jwk, kid } = await keyFor('sig', 'PS256')
    const config = await register(
      {
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'PS256',
        request_object_signing_alg: 'PS256',
        jwks: { keys: [jwk] },
      },
      { authentication: client.PrivateKeyJwt({ key, kid }) },
    )
    const { parameters, checks } = await request()
    const url = await client.buildAuthorizationUrlWithJAR(config, parameters, { key, kid })
    assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request'])
    const { answer } = await answerTo(url)
    const tokens = await client.authorizationCodeGrant(config, answer, checks)
    assert.equal(tokens.claims()?.sub, 'alice-0001')
  })

  it('proves that it has the secret it was given, and never sends it (OpenID Connect Core §9) [OIDC-Core-9-01]', async () => {
    const told = await register({
      token_endpoint_auth_method: 'client_secret_jwt',
      token_endpoint_auth_signing_alg: 'HS256',
    })
    const { client_id, client_secret = '', ...metadata } = told.clientMetadata()
    const knowing = (secret: string) =>
      client.discovery(new URL(server.url), client_id, metadata, client.ClientSecretJwt(secret), {
        execute: [client.allowInsecureRequests],
      })
    const { parameters, checks } = await request()
    const { answer } = await answerTo(client.buildAuthorizationUrl(told, parameters))
    const guessing = await knowing(`${client_secret}x`)
    await assert.rejects(client.authorizationCodeGrant(guessing, answer, checks), { status: 401 })
    const config = await knowing(client_secret)
    const tokens = await client.authorizationCodeGrant(config, answer, checks)
    assert.equal(tokens.claims()?.sub, 'alice-0001')
    await client.tokenRevocation(config, tokens.access_token)
    await assert.rejects(client.fetchUserInfo(config, tokens.access_token, 'alice-0001'), { status: 401 })
  })

  for (const [algorithm, encryption] of [
    ['RSA-OAEP-256', 'A128CBC-HS256'],
    ['ECDH-ES', 'A256GCM'],
  ] as const)
    it(`reads ID tokens, userinfo and responses encrypted by ${algorithm} and ${encryption}`, async () => {
      const { key, jwk, kid, alg } = await keyFor('enc', algorithm)
      const decrypting = (config: client.Configuration) =>
        client.enableDecryptingResponses(config, [encryption], { key, kid, alg })
      const config = await register(
        {
          token_endpoint_auth_method: 'client_secret_post',
          jwks: { keys: [jwk] },
          id_token_encrypted_response_alg: algorithm,
          id_token_encrypted_response_enc: encryption,
          userinfo_signed_response_alg: 'ES256',
          userinfo_encrypted_response_alg: algorithm,
          userinfo_encrypted_response_enc: encryption,
          authorization_encrypted_response_alg: algorithm,
          authorization_encrypted_response_enc: encryption,
        },
        { execute: [decrypting, client.useJwtResponseMode] },
      )
      const { parameters, checks } = await request()
      const { answer } = await answerTo(client.buildAuthorizationUrl(config, parameters))
      assert.equal(answer.searchParams.get('response')?.split('.').length, 5)
      const tokens = await client.authorizationCodeGrant(config, answer, checks)
      assert.equal(tokens.id_token?.split('.').length, 5)
      assert.equal(tokens.claims()?.sub, 'alice-0001')
      const userinfo = await client.fetchUserInfo(config, tokens.access_token, 'alice-0001')
      assert.equal(userinfo.name, 'Alice Adams')
    })

  it('reads userinfo that is signed and not encrypted (OpenID Connect Core §5.3.2)', async () => {
    const config = await register(
      { token_endpoint_auth_method: 'client_secret_post', userinfo_signed_response_alg: 'RS256' },
      { execute: [client.enableNonRepudiationChecks] },
    )
    const { parameters, checks } = await request()
    const { answer } = await answerTo(client.buildAuthorizationUrl(config, parameters))
    const tokens = await client.authorizationCodeGrant(config, answer, checks)
    const userinfo = await client.fetchUserInfo(config, tokens.access_token, 'alice-0001')
    assert.equal(userinfo.email, 'alice@example.com')
  })

  it('is told what it may not register', async () => {
    await assert.rejects(register({ redirect_uris: ['http://app.example/callback'] }), (thrown) => {
      assert.ok(thrown instanceof client.ResponseBodyError)
      assert.equal(thrown.error, 'invalid_redirect_uri')
      return true
    })
  })
})

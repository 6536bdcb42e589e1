/** A stranger's client: oauth4webapi bare, every request and response by hand as its own examples show. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { exportJWK } from 'jose'
import * as oauth from 'oauth4webapi'
import {
  allow,
  archive,
  callback,
  library,
  password,
  secret,
  startTestServer,
  type TestServer,
} from '../support/server.ts'

const loopback = { [oauth.allowInsecureRequests]: true }
const robotScopes = 'photos:read archive:read'

describe('oauth4webapi', () => {
  let server: TestServer
  let as: oauth.AuthorizationServer
  let keyAuthentication: oauth.ClientAuth

  before(async () => {
    const { publicKey, privateKey } = await oauth.generateKeyPair('ES256')
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'k1', use: 'sig' }] }
    const key = { token_endpoint_auth_method: 'private_key_jwt', jwks }
    server = await startTestServer({
      clients: [
        {
          ...key,
          client_id: 'key',
          redirect_uris: [callback],
          grant_types: ['authorization_code', 'refresh_token'],
          id_token_signed_response_alg: 'ES256',
          scope: 'openid profile offline_access photos:read',
        },
        { ...key, client_id: 'key-robot', grant_types: ['client_credentials'], scope: robotScopes },
      ],
    })
    keyAuthentication = oauth.PrivateKeyJwt({ key: privateKey, kid: 'k1' })
    const issuer = new URL(server.url)
    as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, loopback))
  })
  after(() => server?.close())

  async function authorizationRequest(client: oauth.Client, parameters: Readonly<Record<string, string>>) {
    const verifier = oauth.generateRandomCodeVerifier()
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
    const url = new URL(as.authorization_endpoint ?? '')
    const all = {
      client_id: client.client_id,
      redirect_uri: callback,
      response_type: 'code',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      ...(parameters.scope?.includes('openid') ? { nonce } : {}),
      ...parameters,
    }
    for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value)
    return { url, verifier, state, nonce }
  }

  async function signIn(client: oauth.Client, authentication: oauth.ClientAuth, sent: Record<string, string>) {
    const { url, verifier, state, nonce } = await authorizationRequest(client, sent)
    const current = await allow(server.person(), url.href)
    const parameters = oauth.validateAuthResponse(as, client, current, state)
    assert.equal(parameters.get('iss'), server.url)
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      authentication,
      parameters,
      callback,
      verifier,
      loopback,
    )
    if (!sent.scope?.includes('openid')) return oauth.processAuthorizationCodeResponse(as, client, response)
    const expected = { expectedNonce: nonce, requireIdToken: true }
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, expected)
    await oauth.validateApplicationLevelSignature(as, response, loopback)
    return tokens
  }

  async function introspect(token: string): Promise<oauth.IntrospectionResponse> {
    const [api, authentication] = [{ client_id: 'library' }, oauth.ClientSecretBasic(secret)]
    const response = await oauth.introspectionRequest(as, api, authentication, token, loopback)
    return oauth.processIntrospectionResponse(as, api, response)
  }

  it('finds the server by RFC 8414 and learns that its answers say who gives them (RFC 9207 §3)', async () => {
    const issuer = new URL(server.url)
    const response = await oauth.discoveryRequest(issuer, { ...loopback, algorithm: 'oauth2' })
    const found = await oauth.processDiscoveryResponse(issuer, response)
    assert.equal(found.authorization_response_iss_parameter_supported, true)
  })

  for (const [id, authenticationOf, change] of [
    ['web', () => oauth.ClientSecretBasic(secret), {}],
    ['post', () => oauth.ClientSecretPost(secret), {}],
    ['spa', () => oauth.None(), {}],
    ['key', () => keyAuthentication, { id_token_signed_response_alg: 'ES256' }],
  ] as const)
    it(`signs a person in, verifies the ID token, reads userinfo and renews twice, as ${id}`, async () => {
      const client: oauth.Client = { client_id: id, ...change }
      const authentication = authenticationOf()
      const tokens = await signIn(client, authentication, { scope: 'openid profile offline_access' })
      const claims = oauth.getValidatedIdTokenClaims(tokens)
      assert.deepEqual([claims?.sub, claims?.iss, claims?.aud], ['alice-0001', server.url, id])

      const userinfo = await oauth.userInfoRequest(as, client, tokens.access_token, loopback)
      assert.equal((await oauth.processUserInfoResponse(as, client, 'alice-0001', userinfo)).name, 'Alice Adams')

      const renew = async ({ refresh_token = '' }: oauth.TokenEndpointResponse) =>
        oauth.processRefreshTokenResponse(
          as,
          client,
          await oauth.refreshTokenGrantRequest(as, client, authentication, refresh_token, loopback),
        )
      const once = await renew(tokens)
      const twice = await renew({ ...tokens, ...once })
      assert.equal(new Set([tokens, once, twice].map((one) => one.access_token)).size, 3)
    })

  it('takes an answer that comes as a form (OAuth 2.0 Form Post Response Mode §2)', async () => {
    const client = { client_id: 'web' }
    const { url, verifier, state, nonce } = await authorizationRequest(client, {
      scope: 'openid',
      response_mode: 'form_post',
      prompt: 'consent',
    })
    const person = server.person()
    const consent = await person.submit(await person.open(url.href), { login: 'alice', password })
    const form = (await person.submit(consent, {}, 'decision=allow')).page.querySelector('form')
    assert.deepEqual([form?.getAttribute('method')?.toLowerCase(), form?.getAttribute('action')], ['post', callback])
    const fields = form?.querySelectorAll('input') ?? []
    const body = new URLSearchParams(
      fields.map((field): [string, string] => [field.getAttribute('name') ?? '', field.getAttribute('value') ?? '']),
    )

    const parameters = oauth.validateAuthResponse(as, client, body, state)
    assert.equal(parameters.get('iss'), server.url)
    const authentication = oauth.ClientSecretBasic(secret)
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      authentication,
      parameters,
      callback,
      verifier,
      loopback,
    )
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: nonce })
    assert.equal(oauth.getValidatedIdTokenClaims(tokens)?.sub, 'alice-0001')
  })

  it("does not take another issuer's answer for this one's (RFC 9207 §2.4)", async () => {
    const client = { client_id: 'web' }
    const { url, state } = await authorizationRequest(client, { scope: 'openid' })
    const current = await allow(server.person(), url.href)
    const other = { ...as, issuer: 'https://other.example' }
    assert.throws(() => oauth.validateAuthResponse(other, client, current, state), { code: oauth.INVALID_RESPONSE })
  })

  for (const [id, authenticationOf] of [
    ['robot', () => oauth.ClientSecretBasic(secret)],
    ['key-robot', () => keyAuthentication],
  ] as const)
    it(`acts for itself, as ${id}, and the library understands the token (RFC 6749 §4.4, RFC 9068)`, async () => {
      const client = { client_id: id }
      const sent = { scope: 'photos:read', resource: library }
      const response = await oauth.clientCredentialsGrantRequest(as, client, authenticationOf(), sent, loopback)
      const { access_token } = await oauth.processClientCredentialsResponse(as, client, response)

      const call = new Request(`${library}/photos`, { headers: { authorization: `Bearer ${access_token}` } })
      const claims = await oauth.validateJwtAccessToken(as, call, library, loopback)
      assert.deepEqual([claims.client_id, claims.scope, claims.iss], [id, 'photos:read', server.url])

      const seen = await introspect(access_token)
      assert.deepEqual([seen.active, seen.client_id, seen.scope], [true, id, 'photos:read'])
    })

  it('reads why a client with a wrong secret is refused (RFC 6749 §5.2)', async () => {
    const client = { client_id: 'robot' }
    const wrong = oauth.ClientSecretBasic('not the secret')
    const response = await oauth.clientCredentialsGrantRequest(as, client, wrong, {}, loopback)
    const refused = oauth.processClientCredentialsResponse(as, client, response)
    await assert.rejects(refused, (error: unknown) => {
      // The answer carries a challenge too, which this library reads first (RFC 6749 §5.2).
      assert.ok(error instanceof oauth.WWWAuthenticateChallengeError)
      assert.deepEqual([error.status, error.cause[0]?.scheme], [401, 'basic'])
      return true
    })
  })

  it('revokes a refresh token, and with it what it gave (RFC 7009 §2.1)', async () => {
    const [client, authentication] = [{ client_id: 'key' }, keyAuthentication]
    const tokens = await signIn(client, authentication, { scope: 'photos:read offline_access', resource: library })
    assert.equal((await introspect(tokens.access_token)).active, true)

    const { refresh_token = '' } = tokens
    const revoked = await oauth.revocationRequest(as, client, authentication, refresh_token, loopback)
    await oauth.processRevocationResponse(revoked)
    assert.equal((await introspect(tokens.access_token)).active, false)
    const response = await oauth.refreshTokenGrantRequest(as, client, authentication, refresh_token, loopback)
    await assert.rejects(oauth.processRefreshTokenResponse(as, client, response), { error: 'invalid_grant' })
  })

  it('tells a client nothing of an opaque token that is not for it (RFC 7662 §2.1)', async () => {
    const client = { client_id: 'web' }
    const authentication = oauth.ClientSecretBasic(secret)
    const tokens = await signIn(client, authentication, { scope: 'archive:read', resource: archive })
    assert.equal((await introspect(tokens.access_token)).active, true)
    const [other, byRobot] = [{ client_id: 'robot' }, oauth.ClientSecretBasic(secret)]
    const response = await oauth.introspectionRequest(as, other, byRobot, tokens.access_token, loopback)
    assert.deepEqual({ ...(await oauth.processIntrospectionResponse(as, other, response)) }, { active: false })
  })
})

/** A stranger's client: openid-client, used as its own documentation shows, against the server as people run it. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import * as client from 'openid-client'
import { allow, archive, callback, library, secret, startTestServer } from '../support/server.ts'

describe('openid-client', async () => {
  const server = await startTestServer()
  after(() => server.close())
  const issuer = new URL(server.url)
  const loopback = { execute: [client.allowInsecureRequests] }

  const signIn = async (config: client.Configuration, parameters: Record<string, string>) => {
    const verifier = client.randomPKCECodeVerifier()
    const [state, nonce] = [client.randomState(), client.randomNonce()]
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: callback,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      ...(parameters.scope?.includes('openid') ? { nonce } : {}),
      ...parameters,
    })
    const current = await allow(server.person(), url.href)
    const checks = {
      pkceCodeVerifier: verifier,
      expectedState: state,
      idTokenExpected: parameters.scope?.includes('openid') ?? false,
    }
    return client.authorizationCodeGrant(config, current, {
      ...checks,
      ...(parameters.scope?.includes('openid') ? { expectedNonce: nonce } : {}),
    })
  }

  for (const [id, authentication] of [
    ['web', client.ClientSecretBasic(secret)],
    ['post', client.ClientSecretPost(secret)],
    ['spa', client.None()],
  ] as const)
    it(`signs a person in, reads userinfo and renews, as ${id}`, async () => {
      const config = await client.discovery(issuer, id, undefined, authentication, loopback)
      const tokens = await signIn(config, { scope: 'openid profile email offline_access' })
      const claims = tokens.claims()
      assert.equal(claims?.sub, 'alice-0001')
      const userinfo = await client.fetchUserInfo(config, tokens.access_token, 'alice-0001')
      assert.equal(userinfo.name, 'Alice Adams')
      assert.equal(userinfo.email, 'alice@example.com')
      const renewed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
      assert.notEqual(renewed.access_token, tokens.access_token)
    })

  it('finds the server by RFC 8414 too', async () => {
    const config = await client.discovery(issuer, 'web', undefined, client.ClientSecretBasic(secret), {
      ...loopback,
      algorithm: 'oauth2',
    })
    assert.equal(config.serverMetadata().issuer, server.url)
  })

  for (const [resource, scope] of [
    [library, 'photos:read'],
    [archive, 'archive:read'],
  ] as const)
    it(`gets a token for ${resource}, introspects and revokes it (RFC 8707, RFC 7662, RFC 7009)`, async () => {
      const web = await client.discovery(issuer, 'web', undefined, client.ClientSecretBasic(secret), loopback)
      const api = await client.discovery(issuer, 'library', undefined, client.ClientSecretBasic(secret), loopback)
      const tokens = await signIn(web, { scope, resource })
      const seen = await client.tokenIntrospection(api, tokens.access_token)
      assert.deepEqual([seen.active, seen.scope, seen.client_id, seen.sub], [true, scope, 'web', 'alice-0001'])
      await client.tokenRevocation(web, tokens.access_token)
      assert.deepEqual({ ...(await client.tokenIntrospection(api, tokens.access_token)) }, { active: false })
      await assert.rejects(client.refreshTokenGrant(web, tokens.refresh_token ?? ''), { error: 'invalid_grant' })
    })

  it('acts for itself with client credentials (RFC 6749 §4.4)', async () => {
    const robot = await client.discovery(issuer, 'robot', undefined, client.ClientSecretBasic(secret), loopback)
    const tokens = await client.clientCredentialsGrant(robot, { scope: 'photos:read', resource: library })
    assert.equal(tokens.scope, 'photos:read')
    assert.equal(tokens.refresh_token, undefined)
  })

  it('understands the refusal of a person (RFC 6749 §4.1.2.1)', async () => {
    const config = await client.discovery(issuer, 'web', undefined, client.ClientSecretBasic(secret), loopback)
    const verifier = client.randomPKCECodeVerifier()
    const challenge = await client.calculatePKCECodeChallenge(verifier)
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: callback,
      scope: 'openid',
      state: 's1',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      prompt: 'consent',
    })
    const person = server.person()
    const consent = await person.submit(await person.open(url.href), { login: 'bob', password: 'print my photos' })
    const refused = await person.submit(consent, {}, 'decision=deny')
    await assert.rejects(
      client.authorizationCodeGrant(config, new URL(refused.url), { pkceCodeVerifier: verifier, expectedState: 's1' }),
      { error: 'access_denied' },
    )
  })
})

/**
 * A stranger's client: openid-client, in every response type and response mode it has, as its own documentation shows.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as client from 'openid-client'
import { allowOn, callback, secret, startTestServer, type TestServer } from '../support/server.ts'

const scope = 'openid profile email'

const app = {
  client_secret: secret,
  redirect_uris: [callback],
  grant_types: ['authorization_code', 'implicit', 'refresh_token'],
  response_types: ['code', 'code id_token', 'id_token'],
  scope: `${scope} offline_access`,
} as const

type Settings = readonly ((config: client.Configuration) => void)[]
type Parameters = Readonly<Record<string, string>>

const hybrid: Settings = [client.useCodeIdTokenResponseType]
const detached: Settings = [...hybrid, client.enableDetachedSignatureResponseChecks]
const implicit: Settings = [client.useIdTokenResponseType]
const signed: Settings = [client.useJwtResponseMode]

/** What a request adds for a response mode. */
const modes: readonly (readonly [name: string, asked: Parameters])[] = [
  ['left out', {}],
  ['form_post', { response_mode: 'form_post' }],
]

describe('openid-client, response by response', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer({
      clients: [
        { ...app, client_id: 'all', client_name: 'All Responses' },
        {
          ...app,
          client_id: 'other-algorithms',
          client_name: 'Other Algorithms',
          id_token_signed_response_alg: 'EdDSA',
          authorization_signed_response_alg: 'PS256',
        },
      ],
    })
  })
  after(() => server?.close())

  const known = (id: string, execute: Settings, metadata = {}) =>
    client.discovery(new URL(server.url), id, metadata, client.ClientSecretBasic(secret), {
      execute: [client.allowInsecureRequests, ...execute],
    })

  /** Asks, signs in and allows; what comes back as the client's web framework would hand it over. */
  async function ask(config: client.Configuration, parameters: Parameters = {}) {
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()]
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: callback,
      scope,
      state: expectedState,
      nonce: expectedNonce,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      ...parameters,
    })
    const person = server.person()
    const end = await allowOn(await person.open(url.href), person)
    const answer = end.posted ? new Request(end.url, { method: 'POST', body: end.posted }) : new URL(end.url)
    return { person, answer, checks: { pkceCodeVerifier, expectedState, expectedNonce } }
  }

  for (const [name, mode] of modes) {
    const types: readonly (readonly [string, Settings])[] = [
      ['code', [client.enableNonRepudiationChecks]],
      ['code id_token', hybrid],
      ['code id_token as a detached signature', detached],
    ]
    for (const [type, execute] of types)
      it(`signs a person in by ${type}, response mode ${name}`, async () => {
        const config = await known('all', execute)
        const { answer, checks } = await ask(config, mode)
        const tokens = await client.authorizationCodeGrant(config, answer, { ...checks, maxAge: 600 })
        assert.equal(tokens.claims()?.sub, 'alice-0001')
        const userinfo = await client.fetchUserInfo(config, tokens.access_token, 'alice-0001')
        assert.equal(userinfo.email, 'alice@example.com')
      })

    it(`signs a person in by id_token, response mode ${name}, with the claims in the token as there is no other place`, async () => {
      const config = await known('all', implicit)
      const { answer, checks } = await ask(config, { ...mode, max_age: '600' })
      const { expectedState, expectedNonce } = checks
      const claims = await client.implicitAuthentication(config, answer, expectedNonce, { expectedState, maxAge: 600 })
      assert.deepEqual([claims.sub, claims.name, claims.email], ['alice-0001', 'Alice Adams', 'alice@example.com'])
    })
  }

  it('signs a person in by a signed response (JARM), by the usual algorithms and by others', async () => {
    for (const [id, metadata] of [
      ['all', {}],
      ['other-algorithms', { id_token_signed_response_alg: 'EdDSA', authorization_signed_response_alg: 'PS256' }],
    ] as const) {
      const config = await known(id, signed, metadata)
      const { answer, checks } = await ask(config)
      assert.ok(answer instanceof URL)
      assert.deepEqual([...answer.searchParams.keys()], ['response'])
      const tokens = await client.authorizationCodeGrant(config, answer, checks)
      assert.equal(tokens.claims()?.sub, 'alice-0001')
    }
  })

  it('is told of a refusal in the mode it asked for', async () => {
    const parameters = { prompt: 'none', redirect_uri: callback, scope, state: 's1', nonce: 'n1' }
    const ways: readonly (readonly [Settings, Parameters])[] = [
      ...modes.map(([, mode]) => [hybrid, mode] as const),
      [signed, {}],
    ]
    for (const [execute, mode] of ways) {
      const config = await known('all', execute)
      const person = server.person()
      const challenge = await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier())
      const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }
      const url = client.buildAuthorizationUrl(config, { ...parameters, ...pkce, ...mode })
      const end = await allowOn(await person.open(url.href), person)
      const answer = end.posted ? new Request(end.url, { method: 'POST', body: end.posted }) : new URL(end.url)
      const checks = { expectedState: 's1', expectedNonce: 'n1' }
      await assert.rejects(client.authorizationCodeGrant(config, answer, checks), { error: 'login_required' })
    }
  })
})

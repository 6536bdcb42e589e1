import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildMetadata, metadata } from '../../src/endpoints/metadata.ts'
import { routes } from '../../src/endpoints/routes.ts'
import { defaultSettings } from '../../src/ports/issuer.ts'
import { createWorld, resources } from '../support/back-channel/world.ts'

const url = 'https://id.example/tenant'
const settings = defaultSettings
const document = buildMetadata({ url, resources, settings })
const names = (pattern: RegExp) => Object.keys(document).filter((name) => pattern.test(name))

describe("the authorization server's metadata (RFC 8414 §2, OpenID Connect Discovery §3)", () => {
  it('has what both specifications require [RFC8414-2-01] [OIDC-Discovery-3-01] [RFC9068-4-03]', () => {
    assert.equal(document.issuer, url)
    const required = [
      'authorization_endpoint',
      'token_endpoint',
      'jwks_uri',
      'response_types_supported',
      'subject_types_supported',
      'id_token_signing_alg_values_supported',
    ]
    for (const name of required) assert.ok(document[name], name)
  })

  it('names every endpoint below the issuer', () => {
    for (const name of names(/_endpoint$|_uri$/)) assert.ok(String(document[name]).startsWith(`${url}/`), name)
  })

  it('names only endpoints that are served', () => {
    const paths = new Set(routes.map(({ path }) => path))
    for (const name of names(/_endpoint$|_uri$/)) assert.ok(paths.has(String(document[name]).slice(url.length)), name)
  })

  it('says that PKCE is done with S256 and nothing else [RFC8414-2-05] [RFC9700-2.1.1-04] [MCP-Auth-Authorization_Code_Protection-01] (attack 26)', () => {
    assert.deepEqual(document.code_challenge_methods_supported, ['S256'])
  })

  it('lists what is served: tokens through the browser only where the installation says so [RFC9700-2.1.2-01] [JARM-4-01]', () => {
    const compatible = buildMetadata({ url, resources, settings: { ...settings, compatibleProfile: true } })
    assert.deepEqual(document.response_types_supported, ['code', 'id_token', 'code id_token', 'none'])
    assert(!(document.grant_types_supported as readonly string[]).includes('implicit'))
    assert((compatible.grant_types_supported as readonly string[]).includes('implicit'))
    assert.deepEqual(compatible.response_types_supported, [
      ...['code', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token', 'token', 'none'],
    ])
    const modes = ['query', 'fragment', 'form_post', 'query.jwt', 'fragment.jwt', 'form_post.jwt', 'jwt']
    assert.deepEqual(document.response_modes_supported, modes)
    assert((document.authorization_signing_alg_values_supported as readonly string[]).includes('RS256'))
  })

  it('says that iss comes with every authorization response [RFC9207-2.3-01]', () => {
    assert.equal(document.authorization_response_iss_parameter_supported, true)
  })

  it('lists RS256 for ID tokens, and none nowhere [OIDC-Discovery-3-02] [RFC8414-2-04] [OIDC-Core-2-04] (attack 26)', () => {
    assert.ok((document.id_token_signing_alg_values_supported as readonly string[]).includes('RS256'))
    for (const name of names(/_alg_values_supported$/)) {
      const algorithms = document[name] as readonly string[]
      assert.ok(!algorithms.some((algorithm) => algorithm === 'none' || algorithm.startsWith('HS')), name)
    }
  })

  it('says what a request may hold, and that an address for one must be registered [OIDC-Discovery-3-03]', () => {
    assert.equal(document.claims_parameter_supported, true)
    assert.equal(document.request_parameter_supported, true)
    assert.equal(document.request_uri_parameter_supported, true)
    assert.equal(document.require_request_uri_registration, true)
    assert((document.request_object_signing_alg_values_supported as readonly string[]).includes('RS256'))
  })

  it('lists unsigned request objects and making an account only where they are on [OIDC-PromptCreate-4.2-01]', () => {
    const open = buildMetadata({
      url,
      resources,
      settings: { ...settings, unsignedRequestObjects: true, signUp: true },
    })
    assert((open.request_object_signing_alg_values_supported as readonly string[]).includes('none'))
    assert.deepEqual(open.prompt_values_supported, ['none', 'login', 'consent', 'select_account', 'create'])
    assert.deepEqual(document.prompt_values_supported, ['none', 'login', 'consent', 'select_account'])
  })

  it('lists the scopes of OpenID and of every resource [RFC8414-2-03]', () => {
    const scopes = document.scopes_supported as readonly string[]
    for (const scope of ['openid', 'offline_access', 'photos.read', 'prints.order']) assert.ok(scopes.includes(scope))
  })

  it('leaves out what is empty [RFC8414-3.2-01]', () => {
    for (const value of Object.values(buildMetadata({ url, resources: [], settings }))) {
      assert.ok(!Array.isArray(value) || value.length > 0)
    }
  })

  it('lists no public method for introspection', () => {
    const methods = document.introspection_endpoint_auth_methods_supported as readonly string[]
    assert.ok(!methods.includes('none'))
  })

  it('stands appended and inserted, for OpenID and for OAuth [OIDC-Discovery-4-01] [RFC8414-3-01] [RFC8615-3-01] [MCP-Auth-Overview-04]', () => {
    const places = routes.filter(({ path }) => path.startsWith('/.well-known/'))
    const written = places.map(({ path, atOrigin = false }) => `${path} ${atOrigin}`).toSorted()
    assert.deepEqual(written, [
      '/.well-known/oauth-authorization-server false',
      '/.well-known/oauth-authorization-server true',
      '/.well-known/openid-configuration false',
      '/.well-known/openid-configuration true',
    ])
  })

  it('is answered as JSON that may be kept for a while [RFC8414-3.2-01] [OIDC-Discovery-4.2-01] [RFC9700-2.6-01]', async () => {
    await using world = await createWorld()
    const said = await world.call(metadata, { method: 'GET' })
    assert.deepEqual([said.status, said.answer.kind, said.body.issuer], [200, 'json', 'https://id.example'])
    assert.match(String(said.headers['cache-control']), /^public, max-age=\d+$/)
  })

  it('tells of a new resource in the next second, and asks the database once in each (RFC 8414 §3.2)', async () => {
    await using world = await createWorld()
    const scopes = async () => (await world.call(metadata, { method: 'GET' })).body.scopes_supported as string[]
    const before = await scopes()
    const [photos] = resources
    assert(photos)
    const [scope] = photos.scopes
    assert(scope)
    const added = { ...photos, resource: 'https://notes.example', scopes: [{ ...scope, scope: 'notes.read' }] }
    await world.issuer.store.commit([{ do: 'put-resource', resource: added }])
    assert.deepEqual(await scopes(), before)
    world.clock.now += 1
    assert.deepEqual((await scopes()).toSorted(), [...before, 'notes.read'].toSorted())
  })
})

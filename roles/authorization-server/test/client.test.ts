import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { clientFrom, isPublic } from '../src/client.ts'
import { clientRecord } from './support/back-channel/world.ts'

const from = (metadata: Readonly<Record<string, unknown>>, hasSecret = false) =>
  clientFrom({ ...clientRecord('app'), metadata, secrets: hasSecret ? [{ hash: 'h', expiresAt: null }] : [] })

describe("a client's registration (RFC 7591 §2)", () => {
  it('has the defaults of the standards where it says nothing', () => {
    const client = from({})
    assert.deepEqual(client.grantTypes, ['authorization_code'])
    assert.deepEqual(client.responseTypes, ['code'])
    assert.equal(client.applicationType, 'web')
    assert.equal(client.idTokenSigningAlgorithm, 'RS256')
    assert.deepEqual([client.scopes, client.resources], [undefined, undefined])
  })

  it('is public without a secret, and authenticates by Basic with one, unless it says otherwise (OAuth 2.1 §2.1) [OAuth2.1-2.1-01]', () => {
    assert.ok(isPublic(from({})))
    assert.equal(from({}, true).authenticationMethod, 'client_secret_basic')
    const method = 'client_secret_post'
    assert.equal(from({ token_endpoint_auth_method: method }, true).authenticationMethod, method)
  })

  it('takes an empty scope for none, not for any', () => {
    assert.deepEqual(from({ scope: '' }).scopes, [])
  })

  it('needs PKCE and asks the person unless it says otherwise', () => {
    assert.deepEqual([from({}).requirePkce, from({}).skipConsent], [true, false])
    const loose = from({ require_pkce: false, consent: 'never' }, true)
    assert.deepEqual([loose.requirePkce, loose.skipConsent], [false, true])
  })

  it('rotates refresh tokens of public clients, and of others when told to (RFC 9700 §2.2.2) [RFC9700-2.2.2-01]', () => {
    assert.deepEqual([from({}).rotateRefreshTokens, from({}, true).rotateRefreshTokens], [true, false])
    assert.equal(from({ rotate_refresh_tokens: true }, true).rotateRefreshTokens, true)
  })

  it('reads its name in the language nearest to the one asked for, and without a tag as it is (§2.2) [RFC7591-2.2-01]', () => {
    const { name } = from({ client_name: 'Prints', 'client_name#de': 'Abzüge', 'client_name#pt-BR': 'Impressões' })
    assert.deepEqual(
      ['en', 'de', 'de-AT', 'pt-BR', 'pt-br', 'pt-PT'].map((locale) => name(locale)),
      ['Prints', 'Abzüge', 'Abzüge', 'Impressões', 'Impressões', 'Prints'],
    )
    assert.equal(from({}).name('en'), 'app')
  })

  it('reads values of a wrong type as if they were not there', () => {
    const client = from({
      scope: 5,
      redirect_uris: 'https://a.example',
      contacts: [1, 'a'],
      jwks: [],
      default_max_age: -1,
    })
    assert.deepEqual([client.scopes, client.redirectUris, client.contacts], [undefined, [], ['a']])
    assert.deepEqual([client.jwks, client.defaultMaxAge], [undefined, undefined])
  })
})

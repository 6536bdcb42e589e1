import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, it } from 'node:test'
import type { Reason } from '@symbolon/protocol/refusals'
import { clientFrom } from '../../src/client.ts'
import { type Asked, decideAuthorization, replyToAgain } from '../../src/flow/1-authorization-request.ts'
import { defaultSettings } from '../../src/ports/issuer.ts'
import { aClient, authorizationParams, callback, photos } from '../support/front-channel/world.ts'

type Change = Parameters<typeof authorizationParams>[0]

interface How {
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly disabled?: boolean
  readonly hint?: Asked['hint']
  readonly unknown?: boolean
  readonly compatible?: boolean
}

function decide(change: Change = {}, how: How = {}) {
  const { metadata = {}, disabled = false, hint, unknown = false, compatible = false } = how
  const client = unknown ? undefined : clientFrom({ ...aClient('shop', metadata), disabled })
  const settings = { ...defaultSettings, compatibleProfile: compatible }
  return decideAuthorization({ params: authorizationParams(change), client, resources: [photos], hint, settings })
}

function proceeds(change: Change = {}, how: How = {}) {
  const decision = decide(change, how)
  assert(decision.outcome === 'proceed', 'refused' in decision ? decision.refused.reason : '')
  return decision
}

describe('an authorization request', () => {
  it('proceeds when all is well, and is read once (RFC 6749 §4.1.1)', () => {
    const { request, replyTo, checks } = proceeds({
      prompt: 'login consent',
      max_age: '60',
      login_hint: 'alice',
      ui_locales: 'de fr',
    })
    assert.deepEqual(request, {
      clientId: 'shop',
      redirectUri: callback,
      redirectUriSent: true,
      responseType: 'code',
      responseMode: 'query',
      state: 'the state',
      scope: ['openid', 'email', 'photos:read'],
      resources: [photos.resource],
      codeChallenge: authorizationParams().get('code_challenge'),
      nonce: 'the-nonce',
      prompt: ['login', 'consent'],
      maxAge: 60,
      loginHint: 'alice',
      hintedPerson: null,
      hintProven: false,
      claims: null,
      uiLocales: ['de', 'fr'],
    })
    const { client, ...where } = replyTo
    assert.equal(client.id, 'shop')
    assert.deepEqual(where, { redirectUri: callback, responseMode: 'query', state: 'the state' })
    assert(checks.length > 10 && checks.every(({ ok }) => ok))
  })

  const toThePerson: readonly (readonly [Reason, Change, How?])[] = [
    ['client_unknown', { client_id: 'nobody' }, { unknown: true }],
    ['client_unknown', { client_id: undefined }, { unknown: true }],
    ['client_disabled', {}, { disabled: true }],
    ['parameter_repeated', { client_id: ['shop', 'other'] }],
    ['parameter_repeated', { redirect_uri: [callback, 'https://evil.example/'] }],
    ['redirect_uri_missing', { redirect_uri: undefined }],
    ['redirect_uri_missing', { redirect_uri: '' }],
    [
      'redirect_uri_missing',
      { redirect_uri: undefined, scope: 'photos:read' },
      { metadata: { redirect_uris: [callback, `${callback}2`] } },
    ],
    ['redirect_uri_missing', { redirect_uri: undefined, scope: 'photos:read' }, { metadata: { redirect_uris: [] } }],
    ['redirect_uri_not_registered', { redirect_uri: 'https://evil.example/' }],
    ['redirect_uri_not_registered', { redirect_uri: 'https://evil.example/', response_type: 'bogus' }],
    ['redirect_uri_not_registered', { redirect_uri: 'https://evil.example/', response_mode: 'form_post' }],
    [
      'redirect_uri_not_registered',
      { redirect_uri: 'https://evil.example/', response_mode: 'fragment', scope: 'bogus' },
    ],
  ]
  const rowsOf: Partial<Record<Reason, string>> = {
    redirect_uri_missing: ' [RFC6749-3.1.2.3-01] [OAuth2.1-2.3.2-01]',
    redirect_uri_not_registered: ' [RFC6749-3.1.2.4-01] [OIDC-Core-3.1.2.6-01]',
  }
  for (const [reason, change, how] of toThePerson) {
    it(`tells only the person of ${reason}: ${JSON.stringify(change)} (RFC 6749 §4.1.2.1) [RFC6749-4.1.2.1-01]${rowsOf[reason] ?? ''} (attack 8) (attack 10)`, () => {
      const decision = decide(change, how)
      assert.equal(decision.outcome, 'tell-the-person')
      assert(decision.outcome === 'tell-the-person')
      assert.equal(decision.refused.reason, reason)
      assert.equal(decision.checks.at(-1)?.ok, false)
    })
  }

  const state2001 = 's'.repeat(2_001)
  const toTheClient: readonly (readonly [Reason, string, Change, How?])[] = [
    ['parameter_repeated', 'RFC6749-3.1-05', { scope: ['openid', 'email'] }],
    ['parameter_repeated', 'RFC6749-3.1-05', { state: ['a', 'b'] }],
    ['parameter_repeated', 'RFC6749-3.1-05, OAuth2.1-3.1-01', { extra: ['a', 'b'] }],
    ['parameter_too_long', 'RFC6749-10.14-01', { state: state2001 }],
    ['parameter_too_long', 'RFC6749-10.14-01', { nonce: 'n'.repeat(513) }],
    ['parameter_too_long', 'RFC6749-10.14-01', { resource: Array.from({ length: 11 }, () => photos.resource) }],
    ['request_object_unsupported', 'OIDC-Core-6.1-01', { request: 'e30.e30.' }],
    ['request_uri_unsupported', 'OIDC-Core-6.2-01', { request_uri: 'https://shop.example.com/request' }],
    ['registration_unsupported', 'OIDC-Core-3.1.2.6-02', { registration: '{}' }],
    ['response_type_missing', 'RFC6749-3.1.1-01, OIDC-Core-3.1.2.2-01', { response_type: undefined }],
    ['response_type_missing', 'RFC6749-3.1-04', { response_type: '' }],
    ['response_type_unsupported', 'RFC6749-3.1.1-01, OAuth2.1-10.1-01, RFC10017-7.2-01', { response_type: 'token' }],
    ['response_type_unsupported', 'RFC6749-3.1.1-01', { response_type: 'code code' }],
    ['response_type_not_allowed', 'RFC6749-4.1.2.1-02', { response_type: 'code id_token' }],
    ['response_type_not_allowed', 'RFC6749-4.1.2.1-02', {}, { metadata: { response_types: ['none'] } }],
    ['response_type_not_allowed', 'RFC6749-4.1.2.1-02', {}, { metadata: { grant_types: ['client_credentials'] } }],
    ['response_mode_unsupported', 'OAuth-MultiResp-2.1-01', { response_mode: 'web_message' }],
    ['response_mode_unsupported', 'OAuth-MultiResp-2.1-01', { response_mode: 'toString' }],
    [
      'code_challenge_missing',
      'RFC7636-4.4.1-01, OAuth2.1-4.1.2.1-01, RFC10017-6.3.2.1-01',
      { code_challenge: undefined, code_challenge_method: undefined },
    ],
    ['code_challenge_missing', 'RFC7636-4.4.1-01', { code_challenge: '' }],
    [
      'code_challenge_missing',
      'RFC7636-4.4.1-01',
      { code_challenge: undefined },
      { metadata: { require_pkce: false, token_endpoint_auth_method: 'client_secret_basic' } },
    ],
    ['code_challenge_method_unsupported', 'RFC7636-4.4.1-01, OAuth2.1-4.1.2.1-02', { code_challenge_method: 'plain' }],
    ['code_challenge_method_unsupported', 'RFC7636-4.4.1-01', { code_challenge_method: undefined }],
    ['code_challenge_method_unsupported', 'RFC7636-4.4.1-01', { code_challenge_method: 's256' }],
    [
      'code_challenge_method_unsupported',
      'RFC7636-4.4.1-01',
      { code_challenge_method: 'plain' },
      { metadata: { require_pkce: false, token_endpoint_auth_method: 'client_secret_basic' } },
    ],
    ['code_challenge_malformed', 'RFC7636-4.4.1-01', { code_challenge: 'a'.repeat(44) }],
    ['scope_malformed', 'RFC6749-4.1.2.1-02', { scope: 'openid  email' }],
    ['scope_malformed', 'RFC6749-4.1.2.1-02', { scope: 'openid "email"' }],
    ['scope_unknown', 'RFC6749-4.1.2.1-02', { scope: 'openid nonsense' }],
    ['scope_not_allowed', 'RFC6749-4.1.2.1-02', { scope: 'openid photos:read' }, { metadata: { scope: 'openid' } }],
    ['scope_missing', 'RFC6749-4.1.2.1-02', { scope: undefined }, { metadata: { scope: undefined } }],
    ['resource_malformed', 'RFC8707-2-02', { resource: 'photos' }],
    ['resource_malformed', 'RFC8707-2-02', { resource: `${photos.resource}#all` }],
    ['resource_unknown', 'RFC8707-2-02', { resource: 'https://other.example.com' }],
    ['resource_unknown', 'RFC8707-2-02', { resource: photos.resource }, { metadata: { resources: [] } }],
    ['prompt_unknown', 'RFC6749-4.1.2.1-02', { prompt: 'sometimes' }],
    ['prompt_none_not_alone', 'OIDC-Core-3.1.2.1-05', { prompt: 'none login' }],
    ['max_age_malformed', 'RFC6749-4.1.2.1-02', { max_age: '-1' }],
    ['max_age_malformed', 'RFC6749-4.1.2.1-02', { max_age: '1e3' }],
    ['id_token_hint_invalid', 'OIDC-Core-3.1.2.2-03', { id_token_hint: 'not-ours' }],
    [
      'id_token_hint_invalid',
      'OIDC-Core-3.1.2.2-03',
      { id_token_hint: 'x' },
      { hint: { sub: 'person-alice', aud: 'other' } },
    ],
  ]
  /** A request_uri is fetched by nobody, so there is nothing to lead astray. */
  const attacksOf = (reason: Reason) =>
    reason.startsWith('code_challenge')
      ? ' (attack 22) (attack 27)'
      : reason === 'request_uri_unsupported'
        ? ' (attack 68) (attack 77)'
        : ''
  for (const [reason, row, change, how] of toTheClient) {
    it(`tells the client of ${reason}: ${JSON.stringify(change).slice(0, 60)} (RFC 6749 §4.1.2.1) [${row}]${attacksOf(reason)}`, () => {
      const decision = decide(change, how)
      assert(decision.outcome === 'tell-the-client')
      assert.equal(decision.refused.reason, reason)
      assert.equal(decision.replyTo.redirectUri, callback)
      assert.deepEqual(decision.checks.at(-1), { rule: reason, ok: false })
    })
  }

  it('keeps state exactly, in errors too, and says none that came twice (RFC 6749 §4.1.2) [RFC6749-4.1.2-04]', () => {
    const state = ' a+b/=%20"ü\u0007'
    assert.equal(proceeds({ state }).replyTo.state, state)
    const refused = decide({ state, scope: 'nonsense' })
    assert(refused.outcome === 'tell-the-client')
    assert.equal(refused.replyTo.state, state)
    const twice = decide({ state: ['a', 'b'] })
    assert(twice.outcome === 'tell-the-client')
    assert.equal(twice.replyTo.state, null)
  })

  it('takes the longest state, and refuses what would not fit into a cookie [RFC6749-10.14-01]', () => {
    // Text that no compression shortens.
    const random = (length: number) =>
      Array.from({ length: 40 }, (_, at) => hash('sha512', String(at + length), 'base64'))
        .join('')
        .slice(0, length)
    assert.equal(proceeds({ state: random(2_000).replaceAll(/[+/]/g, '-') }).request.state?.length, 2_000)
    const decision = decide({ state: random(2_000), nonce: random(512), login_hint: random(320), scope: undefined })
    assert(decision.outcome === 'tell-the-client')
    assert.equal(decision.refused.reason, 'parameter_too_long')
  })

  it('answers an unreadable response_mode in the query [OIDC-Core-3.1.2.5-01]', () => {
    const decision = decide({ response_mode: 'bogus' })
    assert(decision.outcome === 'tell-the-client')
    assert.equal(decision.replyTo.responseMode, 'query')
  })

  for (const mode of ['query', 'fragment', 'form_post'] as const) {
    it(`takes response_mode=${mode} [OAuth-MultiResp-2.1-01]`, () =>
      assert.equal(proceeds({ response_mode: mode }).replyTo.responseMode, mode))
  }

  const polite = {
    claims: '{"userinfo":{"name":{"essential":true}}}',
    acr_values: '1 2',
    display: 'popup',
    claims_locales: 'se',
    extra: 'foobar',
    ui_locales: 'se',
    nonce: undefined,
  }
  for (const [name, value] of Object.entries(polite)) {
    const row =
      name === 'extra'
        ? 'RFC6749-3.1-04] [OAuth2.1-3.1-01'
        : name.endsWith('locales')
          ? 'OIDC-Core-3.1.2.1-09'
          : 'OIDC-Core-15.1-01'
    it(`goes on with ${name}=${value} (OpenID Connect Core §15.1) [${row}]`, () => {
      proceeds({ [name]: value })
    })
  }

  it('needs no PKCE of a client that is registered without it, and keeps a challenge that comes (RFC 9700 §2.1.1)', () => {
    const how = { metadata: { require_pkce: false, token_endpoint_auth_method: 'client_secret_basic' } }
    assert.equal(
      proceeds({ code_challenge: undefined, code_challenge_method: undefined }, how).request.codeChallenge,
      null,
    )
    assert.equal(proceeds({}, how).request.codeChallenge, authorizationParams().get('code_challenge'))
  })

  it('may leave out the only redirect URI in plain OAuth, and remembers that it did (RFC 6749 §3.1.2.3)', () => {
    const { request } = proceeds({ redirect_uri: undefined, scope: 'photos:read' })
    assert.equal(request.redirectUri, callback)
    assert.equal(request.redirectUriSent, false)
  })

  it('asks for no lasting access when the client could not use it (OpenID Connect Core §11)', () => {
    const scope = 'openid offline_access'
    assert.deepEqual(proceeds({ scope }).request.scope, ['openid', 'offline_access'])
    assert.deepEqual(proceeds({ scope }, { metadata: { grant_types: ['authorization_code'] } }).request.scope, [
      'openid',
    ])
  })

  it('names its resources, or gets those of its scopes (RFC 8707 §2.1) [RFC8707-2.1-01]', () => {
    assert.deepEqual(proceeds({ scope: 'openid', resource: photos.resource }).request.resources, [photos.resource])
    assert.deepEqual(proceeds({ scope: 'openid' }).request.resources, [])
  })

  it('names the person of id_token_hint, however old it is [OIDC-Core-3.1.2.2-03]', () => {
    const hint = { sub: 'person-alice', aud: ['shop'], exp: 1 }
    assert.equal(proceeds({ id_token_hint: 'x' }, { hint }).request.hintedPerson, 'person-alice')
  })

  it('takes the max_age that the client is registered with, when it sends none', () => {
    assert.equal(proceeds({}, { metadata: { default_max_age: 30 } }).request.maxAge, 30)
    assert.equal(proceeds({ max_age: '0' }, { metadata: { default_max_age: 30 } }).request.maxAge, 0)
  })
})

describe('the way back of a frozen request', () => {
  it('is proven again, and gone when the client changed meanwhile (attack 11)', () => {
    const { request } = proceeds()
    assert.equal(replyToAgain(request, clientFrom(aClient('shop')))?.redirectUri, callback)
    assert.equal(
      replyToAgain(request, clientFrom(aClient('shop', { redirect_uris: ['https://new.example/'] }))),
      undefined,
    )
    assert.equal(replyToAgain(request, clientFrom({ ...aClient('shop'), disabled: true })), undefined)
  })
})

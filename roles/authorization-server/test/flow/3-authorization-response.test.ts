import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { refuse } from '@symbolon/protocol/decision'
import { type Reason, refusals } from '@symbolon/protocol/refusals'
import type { ResponseMode } from '@symbolon/protocol/response-types'
import { clientFrom } from '../../src/client.ts'
import { decideAuthorization } from '../../src/flow/1-authorization-request.ts'
import {
  type AuthorizationOutcome,
  buildAuthorizationResponse,
  claimsOf,
  parametersOf,
} from '../../src/flow/3-authorization-response.ts'
import { defaultSettings } from '../../src/ports/issuer.ts'
import { aClient, authorizationParams, issuerUrl, photos } from '../support/front-channel/world.ts'

interface How {
  readonly redirectUri?: string
  readonly state?: string | undefined
  readonly mode?: ResponseMode
  readonly development?: boolean
}

const build = (outcome: AuthorizationOutcome, how: How = {}) => {
  const { redirectUri = 'https://shop.example.com/cb', mode = 'query' } = how
  const state = 'state' in how ? how.state : 'a b&c=/+ü'
  const client = clientFrom(aClient('shop', { redirect_uris: [redirectUri] }))
  const request = authorizationParams({ redirect_uri: redirectUri, state, response_mode: mode })
  const settings = defaultSettings
  const decision = decideAuthorization({ params: request, client, resources: [photos], hint: undefined, settings })
  assert(decision.outcome === 'proceed')
  const { replyTo } = decision
  const development = how.development ?? false
  const params = parametersOf({ issuer: issuerUrl, replyTo, outcome, flow: '8S1K-42QD', development })
  const claims = claimsOf(replyTo, params, 1_000)
  return { ...buildAuthorizationResponse(replyTo, params, claims && 'a.signed.answer'), claims }
}

const code = { issued: { code: 'the-code' } }
const denied = { refused: refuse('person_refused') }

describe('an authorization response', () => {
  for (const [what, outcome] of [
    ['a code', code],
    ['an error', denied],
  ] as const) {
    it(`carries ${what} with state exactly and iss (RFC 9207 §2) [RFC9207-2-01] [RFC6749-4.1.2-04]`, () => {
      const response = build(outcome)
      assert(response.by === 'redirect')
      const { searchParams } = new URL(response.location)
      assert.equal(searchParams.get('state'), 'a b&c=/+ü')
      assert.equal(searchParams.get('iss'), issuerUrl)
      assert.equal(searchParams.get('code'), outcome === code ? 'the-code' : null)
      assert.equal(searchParams.get('error'), outcome === code ? null : 'access_denied')
    })
  }

  it('has no state when none came [OIDC-Core-13.3-01]', () => {
    assert.deepEqual(build(code, { state: undefined }).params, [
      ['code', 'the-code'],
      ['iss', issuerUrl],
    ])
  })

  it('goes into the query, the fragment or a form [OIDC-Core-3.1.2.5-01] [OAuth-MultiResp-2.1-01] [OAuth-FormPost-2-01]', () => {
    const query = build(code, { mode: 'query', state: 's' })
    const fragment = build(code, { mode: 'fragment', state: 's' })
    const form = build(code, { mode: 'form_post', state: 's' })
    const encoded = 'code=the-code&state=s&iss=https%3A%2F%2Fid.example.com%2Fpeople'
    assert(query.by === 'redirect' && fragment.by === 'redirect' && form.by === 'form')
    assert.equal(query.location, `https://shop.example.com/cb?${encoded}`)
    assert.equal(fragment.location, `https://shop.example.com/cb#${encoded}`)
    assert.equal(form.action, 'https://shop.example.com/cb')
    assert.deepEqual(form.fields, [
      ['code', 'the-code'],
      ['state', 's'],
      ['iss', issuerUrl],
    ])
  })

  for (const [uri, start] of [
    ['https://shop.example.com/cb?foo=bar', 'https://shop.example.com/cb?foo=bar&code='],
    ['https://shop.example.com/cb?a=%20&a=+', 'https://shop.example.com/cb?a=%20&a=+&code='],
    ['https://shop.example.com/cb?', 'https://shop.example.com/cb?code='],
    ['com.example.app:/cb', 'com.example.app:/cb?code='],
  ] as const) {
    it(`keeps ${uri} as it is registered (RFC 6749 §3.1.2) [RFC6749-3.1.2-01]`, () => {
      const response = build(code, { redirectUri: uri })
      assert(response.by === 'redirect' && response.location.startsWith(start))
    })
  }

  it('says the generic sentence, and why only in development; both with the reference', () => {
    const said = (development: boolean) => build({ refused: refuse('scope_unknown') }, { development }).params[1]?.[1]
    assert.equal(said(false), 'The scope is unknown, malformed or more than is allowed. Ref 8S1K-42QD')
    assert.equal(said(true), 'No resource of this server has such a scope. Ref 8S1K-42QD')
  })

  it('keeps every description to the characters that it may have (RFC 6749 §4.1.2.1) [RFC6749-4.1.2.1-03]', () => {
    for (const reason of Object.keys(refusals) as Reason[]) {
      for (const development of [true, false]) {
        const [, description] = build({ refused: refuse(reason) }, { development }).params[1] ?? []
        assert.match(description ?? '', /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
      }
    }
  })
})

/** What leaves with the browser. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startAttempt } from '@symbolon/client/attempts'
import { buildAuthorizationRequest, scopesToAsk } from '@symbolon/client/flow/1-authorization-request'
import { challengeOf } from '@symbolon/protocol/pkce'
import { attempt, connection } from '../support/attempt.ts'

const sent = (change: Parameters<typeof connection>[0] = {}) =>
  Object.fromEntries(buildAuthorizationRequest(connection(change), attempt).searchParams)

describe('the authorization request', () => {
  it('asks for a code, with state, nonce and an S256 challenge (RFC 6749 §4.1.1) (attack 37) [RFC6749-4.1.1-01] [RFC7636-4.3-01] [RFC7636-4.2-01] [RFC9700-2.1.2-01] [OIDC-Core-3.1.2.1-02] [RFC6749-3.1-02] [RFC7636-5-01] [RFC7636-7.2-01] [RFC9700-2.1.1-01] [OAuth2.1-16-4.1.1-01] [RFC6819-4.4.1.8-01]', () => {
    assert.deepEqual(sent(), {
      tenant: '1',
      response_type: 'code',
      client_id: 'print-shop',
      redirect_uri: attempt.redirectUri,
      scope: 'openid profile',
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: challengeOf(attempt.verifier),
      code_challenge_method: 'S256',
    })
  })

  it('never carries the verifier (RFC 7636 §4.3)', () => {
    const { href } = buildAuthorizationRequest(connection(), attempt)
    assert.equal(href.includes(attempt.verifier), false)
  })

  it('names the resource when there is one (RFC 8707 §2) [MCP-Auth-Canonical_Server_URI-01] [RFC9728-7.4-01]', () => {
    assert.equal(sent({ resource: 'https://api.example.com' }).resource, 'https://api.example.com')
  })

  it('asks for form_post only when it is configured', () => {
    assert.equal(sent({ responseMode: 'form_post' }).response_mode, 'form_post')
    assert.equal('response_mode' in sent(), false)
  })

  it('sends further parameters along, and its own over them', () => {
    assert.equal(sent({ parameters: { prompt: 'login' } }).prompt, 'login')
    assert.equal(sent({ parameters: { state: 'chosen' } }).state, attempt.state)
  })
})

describe('an attempt', () => {
  const { state: _state, nonce: _nonce, verifier: _verifier, ...about } = attempt

  it('has independent random state, nonce and verifier of 32 bytes each (attack 29) [RFC7636-4.1-01] [RFC7636-4.1-02] [RFC7636-7.1-01] [RFC7636-7.3-01] [OIDC-Core-3.1.2.1-04]', () => {
    const attempts = Array.from({ length: 50 }, () => startAttempt(about))
    const values = attempts.flatMap(({ state, nonce, verifier }) => [state, nonce, verifier])
    assert.equal(new Set(values).size, 150)
    for (const value of values) assert.equal(Buffer.from(value, 'base64url').length, 32)
    assert.ok(attempts.every(({ verifier }) => /^[A-Za-z0-9\-._~]{43,128}$/.test(verifier)))
    for (const { state, nonce, verifier } of attempts) {
      assert.notEqual(challengeOf(verifier), state)
      assert.notEqual(challengeOf(verifier), nonce)
    }
  })
})

describe('the scopes to ask for', () => {
  const configured = ['openid', 'offline_access', 'photos:read', 'photos:download']

  it('are the configured ones at first', () => {
    assert.deepEqual(scopesToAsk(configured, { more: [], held: undefined }), configured)
  })

  it('are what is held and what is wanted besides, when more is needed [MCP-Auth-Step-Up_Authorization_Flow-01]', () => {
    assert.deepEqual(scopesToAsk(configured, { more: ['photos:write'], held: ['openid', 'photos:read'] }), [
      'openid',
      'offline_access',
      'photos:read',
      'photos:write',
    ])
  })

  it('are the configured ones and what is wanted besides, when nobody is signed in', () => {
    assert.deepEqual(scopesToAsk(['openid'], { more: ['photos:write', 'openid'], held: undefined }), [
      'openid',
      'photos:write',
    ])
  })
})

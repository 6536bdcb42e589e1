/** One good answer; each refusal is that answer with one change. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type AuthorizationResponse, decideAuthorizationResponse } from '@symbolon/client/flow/3-authorization-response'
import fc from 'fast-check'
import { attempt, issuer } from '../support/attempt.ts'

const params = (change: Readonly<Record<string, string | undefined>> = {}): URLSearchParams => {
  const all = { code: 'the-code', state: attempt.state, iss: issuer, ...change }
  return new URLSearchParams(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

const good: AuthorizationResponse = {
  params: params(),
  attempt,
  cookie: '__Host-symbolon.attempt.x',
  ownCookies: ['__Host-symbolon.session'],
  provider: 'symbolon',
  issuer,
  responseType: 'code',
  issPromised: true,
  now: attempt.startedAt + 60,
}

const reasonOf = (change: Partial<AuthorizationResponse>): string => {
  const decision = decideAuthorizationResponse({ ...good, ...change })
  return decision.ok ? 'allowed' : decision.reason
}

describe('the authorization response', () => {
  it('is allowed when it answers this attempt', () => {
    assert.deepEqual(decideAuthorizationResponse(good), { ok: true, value: attempt })
  })

  it('may carry parameters we do not know (RFC 6749 §4.1.2) [RFC6749-4.1.2-05]', () => {
    assert.equal(reasonOf({ params: params({ session_state: 'x', scope: 'openid' }) }), 'allowed')
  })

  for (const name of ['code', 'state', 'iss', 'error']) {
    it(`is refused with ${name} twice (RFC 6749 §3.1)`, () => {
      const twice = params({ [name]: 'once' })
      twice.append(name, 'again')
      assert.equal(reasonOf({ params: twice }), 'parameter_repeated')
    })
  }

  it('is refused without state, with or without an attempt (RFC 6749 §10.12) (attack 89) (attack 91) [RFC6749-10.12-01]', () => {
    for (const state of [undefined, '']) {
      assert.equal(reasonOf({ params: params({ state }) }), 'state_missing')
      assert.equal(reasonOf({ params: params({ state }), attempt: undefined }), 'state_missing')
    }
  })

  it('is refused when the attempt has no state either: nothing equals nothing is no match (attack 89)', () => {
    assert.equal(
      reasonOf({ params: params({ state: undefined }), attempt: { ...attempt, state: '' } }),
      'state_missing',
    )
    assert.equal(reasonOf({ attempt: { ...attempt, state: '' } }), 'attempt_unknown')
  })

  it('may leave iss out beside an ID token, which has its own, and nowhere else (RFC 9700 §4.4.2.1)', () => {
    const [responseType, id_token] = ['code id_token' as const, 'x']
    assert.equal(reasonOf({ responseType, params: params({ iss: undefined, id_token }) }), 'allowed')
    assert.equal(reasonOf({ params: params({ iss: undefined, id_token }) }), 'issuer_missing')
    assert.equal(
      reasonOf({ responseType, params: params({ iss: undefined, error: 'access_denied' }) }),
      'issuer_missing',
    )
    assert.equal(
      reasonOf({ responseType, params: params({ iss: 'https://evil.example', id_token }) }),
      'issuer_mismatch',
    )
  })

  it('is refused in a browser without the cookie of the attempt (attack 84) (attack 88) [RFC9700-2.1-03] [SecBCP-update-2.3.2-01] [OAuth2.1-7.10-01] [RFC9700-4.7.1-01]', () => {
    assert.equal(reasonOf({ attempt: undefined }), 'attempt_unknown')
  })

  for (const [ownCookies, came] of [
    [[], '0'],
    [['__Host-symbolon.session'], '1: __Host-symbolon.session'],
    [
      ['__Host-symbolon.session.0', '__Host-symbolon.session.1'],
      '2: __Host-symbolon.session.0, __Host-symbolon.session.1',
    ],
  ] as const)
    it(`is refused with the cookie that was looked for and what came of ours: ${came}`, () => {
      assert.deepEqual(decideAuthorizationResponse({ ...good, attempt: undefined, ownCookies }), {
        ok: false,
        reason: 'attempt_unknown',
        expected: { clear: 'the cookie __Host-symbolon.attempt.x of this sign-in' },
        got: { clear: `no such cookie, or one that does not open (of our cookies came ${came})` },
      })
    })

  it('is refused with another state than the attempt has (attack 90) [OAuth2.1-2.3.3-01]', () => {
    assert.equal(reasonOf({ params: params({ state: `t${attempt.state.slice(1)}` }) }), 'attempt_unknown')
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (state) => {
        fc.pre(state !== attempt.state)
        assert.equal(reasonOf({ params: params({ state }) }), 'attempt_unknown')
      }),
    )
  })

  it('is refused at the redirect address of another provider (attack 38) (attack 87) [RFC9700-4.4.2.2-01] [SecBCP-update-2.2.2-01]', () => {
    assert.equal(reasonOf({ provider: 'github' }), 'attempt_unknown')
  })

  it('is refused when the provider has another issuer by now [RFC9700-4.4.2-01]', () => {
    assert.equal(reasonOf({ attempt: { ...attempt, issuer: 'https://old.example.com' } }), 'issuer_mismatch')
  })

  it('is refused from ten minutes on', () => {
    assert.equal(reasonOf({ now: attempt.startedAt + 599 }), 'allowed')
    assert.equal(reasonOf({ now: attempt.startedAt + 600 }), 'attempt_expired')
  })

  it('is refused without iss from a provider that promises it (RFC 9207 §2.4) [RFC9207-2.4-02]', () => {
    assert.equal(reasonOf({ params: params({ iss: undefined }) }), 'issuer_missing')
    assert.equal(reasonOf({ params: params({ iss: undefined }), issPromised: false }), 'allowed')
  })

  it('is refused with an iss that differs in any character (RFC 9207 §2.4) [RFC9207-2.4-01] [RFC9207-2.4-03] [RFC9700-4.4.2.1-01] [OAuth2.1-7.15-01]', () => {
    for (const iss of [`${issuer}/`, 'https://ID.example.com', 'https://evil.example.com', '']) {
      assert.equal(reasonOf({ params: params({ iss }) }), 'issuer_mismatch', iss)
      assert.equal(reasonOf({ params: params({ iss }), issPromised: false }), 'issuer_mismatch', iss)
    }
  })

  it('is checked for its issuer before an error in it is believed [MCP-Auth-Authorization_Response_Validation-02]', () => {
    const error = params({ code: undefined, error: 'access_denied', iss: 'https://evil.example.com' })
    assert.equal(reasonOf({ params: error }), 'issuer_mismatch')
  })

  it('keeps the reference under which the provider recorded it, and nothing else of what it describes', () => {
    const got = (error_description: string) => {
      const about = params({ code: undefined, error: 'access_denied', error_description })
      const decision = decideAuthorizationResponse({ ...good, params: about })
      return !decision.ok && decision.got && 'clear' in decision.got ? decision.got.clear : undefined
    }
    assert.equal(got('The request was refused. Ref 8S1K-42QD'), 'access_denied (Ref 8S1K-42QD at the provider)')
    assert.equal(got('secret words Ref 8S1K-42QD-and more'), 'access_denied')
  })

  for (const [error, reason] of [
    ['access_denied', 'person_refused'],
    ['login_required', 'login_required'],
    ['temporarily_unavailable', 'provider_unavailable'],
    ['server_error', 'provider_refused'],
    ['constructor', 'provider_refused'],
  ]) {
    it(`is refused as ${reason} when the provider says ${error} (RFC 6749 §4.1.2.1)`, () => {
      assert.equal(reasonOf({ params: params({ code: undefined, error }) }), reason)
    })
  }

  it('shows no more of an error than its name, and that only when it can be one', () => {
    const refused = decideAuthorizationResponse({ ...good, params: params({ error: '<script>\n' }) })
    assert.deepEqual(refused, { ok: false, reason: 'provider_refused', got: { clear: '(an unreadable error)' } })
  })

  it('is refused without a code; a token instead of one is no sign-in (attack 109) [RFC6749-10.16-01] [OIDC-Core-16.11-01]', () => {
    const token = params({ code: undefined, access_token: 'a-token-of-another-app', token_type: 'Bearer' })
    assert.equal(reasonOf({ params: token }), 'parameter_missing')
  })
})

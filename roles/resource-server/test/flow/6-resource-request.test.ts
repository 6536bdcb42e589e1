import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { firstBroken, type Rule } from '@symbolon/protocol/decision'
import type { Reason } from '@symbolon/protocol/refusals'
import {
  applyRules,
  type ClaimFacts,
  type HeaderFacts,
  headerRules,
  introspectionRules,
  jwtRules,
  presentationRules,
  signatureRules,
  verifiedToken,
} from '../../src/flow/6-resource-request.ts'
import type { Presentation } from '../../src/request.ts'

const now = 1_800_000_000

/** One good input; each refusal is the good input with one change. */
function table<Input extends object>(
  rules: readonly Rule<Input>[],
  good: Input,
  cases: readonly (readonly [title: string, reason: Reason | undefined, change: Partial<Input>])[],
): void {
  it('lets the good input pass', () => assert.equal(firstBroken(rules, good), undefined))
  for (const [title, reason, change] of cases)
    it(title, () => assert.equal(firstBroken(rules, { ...good, ...change })?.reason, reason))
}

describe('how the token is sent', () => {
  const good: Presentation = {
    method: 'GET',
    path: '/notes',
    authorization: ['Bearer abc.DEF-_~+/=='],
    tokenInQuery: false,
    bearer: 'abc.DEF-_~+/==',
  }
  table(presentationRules, good, [
    ['refuses a token in the URL (RFC 6750 §2.3)', 'token_in_query', { tokenInQuery: true }],
    [
      'refuses two Authorization headers (RFC 6750 §3.1)',
      'token_several',
      { authorization: ['Bearer a', 'Bearer b'], bearer: 'a' },
    ],
    [
      'refuses two tokens joined into one header (RFC 6750 §3.1)',
      'token_several',
      { authorization: ['Bearer a, Bearer b'], bearer: 'a, Bearer b' },
    ],
    [
      'refuses a token beside other credentials (RFC 6750 §3.1)',
      'token_several',
      { authorization: ['Basic eDp5, bearer b'], bearer: undefined },
    ],
    ['asks for a token where there is none (RFC 6750 §3)', 'token_missing', { authorization: [], bearer: undefined }],
    ['asks for a token where another scheme is used (RFC 6750 §3.1)', 'token_missing', { bearer: undefined }],
    ['refuses an empty token (RFC 6750 §2.1)', 'token_malformed', { bearer: '' }],
    ['refuses characters no token has (RFC 6750 §2.1)', 'token_malformed', { bearer: 'a b' }],
    ['refuses a token too large to be one (attack 70)', 'token_malformed', { bearer: 'a'.repeat(16_385) }],
  ])
})

describe('what the header of a JWT says', () => {
  const header = { typ: 'at+jwt', alg: 'ES256', kid: 'k' }
  const claims = { iss: 'https://id.example' }
  const good: HeaderFacts = { token: { header, claims }, algorithms: ['ES256', 'RS256'], issuer: 'https://id.example' }
  const withHeader = (change: Readonly<Record<string, unknown>>) => ({
    token: { header: { ...header, ...change }, claims },
  })
  table(headerRules, good, [
    ['refuses what is no JWT (RFC 9068 §4)', 'token_malformed', { token: undefined }],
    [
      'refuses a JWT whose payload is no object (RFC 7519 §7.2)',
      'token_malformed',
      { token: { header, claims: undefined } },
    ],
    ['reads typ without regard to case (RFC 7515 §4.1.9)', undefined, withHeader({ typ: 'AT+JWT' })],
    ['reads typ in its long form (RFC 9068 §4) [RFC9068-4-01]', undefined, withHeader({ typ: 'application/at+jwt' })],
    [
      'refuses a JWT of another kind (RFC 9068 §4) [RFC9068-4-01] [RFC8725-3.12-01]',
      'token_type_wrong',
      withHeader({ typ: 'JWT' }),
    ],
    [
      'refuses a JWT that does not say its kind (RFC 9068 §4) [RFC9068-4-01]',
      'token_type_wrong',
      withHeader({ typ: undefined }),
    ],
    [
      'refuses a signed introspection answer (RFC 9701 §8.1) [RFC9701-8.1-01]',
      'token_type_wrong',
      withHeader({ typ: 'token-introspection+jwt' }),
    ],
    [
      'refuses alg none (RFC 9068 §4) [RFC9068-4-02] [RFC7518-3.6-01] (attack 61)',
      'token_algorithm_refused',
      withHeader({ alg: 'none' }),
    ],
    ['refuses alg None (RFC 7518 §3.1) (attack 61)', 'token_algorithm_refused', withHeader({ alg: 'None' })],
    [
      'refuses a symmetric algorithm (RFC 8725 §3.1) [RFC8725-3.1-01] (attack 59)',
      'token_algorithm_refused',
      withHeader({ alg: 'HS256' }),
    ],
    [
      'refuses an algorithm that is not configured (RFC 8725 §3.1) [RFC8725-3.1-01]',
      'token_algorithm_refused',
      withHeader({ alg: 'ES384' }),
    ],
    ['refuses a missing algorithm (RFC 7515 §4.1.1)', 'token_algorithm_refused', withHeader({ alg: undefined })],
    [
      'refuses extensions that must be understood (RFC 7515 §4.1.11) [RFC7515-4.1.11-01] (attack 52)',
      'token_extension_unknown',
      withHeader({ crit: ['b64'], b64: false }),
    ],
    ['refuses an empty crit (RFC 7515 §4.1.11)', 'token_extension_unknown', withHeader({ crit: [] })],
    ['refuses a kid that is no text (RFC 7515 §4.1.4)', 'token_malformed', withHeader({ kid: { $ne: '' } })],
    [
      'refuses another issuer (RFC 9068 §4) [RFC8725-3.8-01]',
      'token_issuer_wrong',
      { token: { header, claims: { iss: 'https://id.example/' } } },
    ],
    ['refuses a missing issuer (RFC 9068 §4)', 'token_issuer_wrong', { token: { header, claims: {} } }],
  ])
})

describe('whether the signature holds', () => {
  table(signatureRules, { kid: 'k', candidates: 1, verified: true }, [
    [
      'refuses a key the issuer does not publish (RFC 9068 §4) [RFC8725-3.10-01]',
      'token_key_unknown',
      { candidates: 0, verified: false },
    ],
    [
      'refuses a signature that does not verify (RFC 8725 §3.3) [RFC8725-3.3-01]',
      'token_signature_wrong',
      { verified: false },
    ],
  ])
})

const claims = {
  iss: 'https://id.example',
  aud: ['https://api.example', 'https://other.example'],
  sub: 'person',
  client_id: 'client',
  exp: now + 300,
  iat: now,
  scope: 'notes:read notes:write',
}
const facts: ClaimFacts = {
  claims,
  issuer: 'https://id.example',
  audience: 'https://api.example',
  needed: ['notes:read'],
  now,
  clockTolerance: 30,
}
const withClaims = (change: Readonly<Record<string, unknown>>) => ({ claims: { ...claims, ...change } })

describe('what the claims of a JWT allow', () => {
  table(jwtRules, facts, [
    ...['sub', 'client_id', 'exp', 'iat'].map(
      (name) =>
        [
          `refuses a token without ${name} (RFC 9068 §2.2)`,
          'token_malformed',
          withClaims({ [name]: undefined }),
        ] as const,
    ),
    ['refuses an exp that is no number (RFC 7519 §4.1.4)', 'token_malformed', withClaims({ exp: '9999999999' })],
    [
      'refuses an exp that is no time (RFC 7519 §4.1.4)',
      'token_malformed',
      withClaims({ exp: Number.POSITIVE_INFINITY }),
    ],
    ['refuses an empty sub (RFC 9068 §2.2)', 'token_malformed', withClaims({ sub: '' })],
    ['refuses a scope that is no text (RFC 9068 §2.2.3)', 'token_malformed', withClaims({ scope: ['notes:read'] })],
    ['reads an audience that is one text (RFC 7519 §4.1.3)', undefined, withClaims({ aud: 'https://api.example' })],
    [
      'refuses a token for another resource (RFC 9068 §4) [RFC9068-4-01] [RFC9700-4.10.2-01] [RFC7519-4.1.3-01] [RFC8725-3.9-01] (attack 44)',
      'token_audience_wrong',
      withClaims({ aud: 'https://other.example' }),
    ],
    [
      'compares the audience character for character (RFC 7519 §4.1.3)',
      'token_audience_wrong',
      withClaims({ aud: 'https://api.example/' }),
    ],
    ['refuses a token for nobody (RFC 9068 §4) (attack 53)', 'token_audience_wrong', withClaims({ aud: undefined })],
    [
      'refuses an expired token (RFC 9068 §4) [RFC7519-4.1.4-01] [RFC6749-7-01]',
      'token_expired',
      withClaims({ exp: now - 30 }),
    ],
    ['allows for clocks that differ a little (RFC 7519 §4.1.4)', undefined, withClaims({ exp: now - 29 })],
    ['refuses a token that is not yet valid (RFC 7519 §4.1.5)', 'token_not_yet_valid', withClaims({ nbf: now + 31 })],
    ['refuses a token from the future (RFC 7519 §4.1.6)', 'token_not_yet_valid', withClaims({ iat: now + 31 })],
    ['refuses a token bound to a key (RFC 9449 §7.2)', 'token_bound_to_key', withClaims({ cnf: { jkt: 'x' } })],
    [
      'refuses a token that lacks scope (RFC 6750 §3.1) [RFC6749-7-01] [OAuth2.1-5.2-01]',
      'scope_insufficient',
      { needed: ['notes:read', 'notes:delete'] },
    ],
    ['refuses a token without any scope (RFC 6750 §3.1)', 'scope_insufficient', withClaims({ scope: undefined })],
    ['takes no part of a scope for the scope (RFC 6749 §3.3)', 'scope_insufficient', { needed: ['notes'] }],
  ])

  it('says which scopes were needed and which were there (RFC 6750 §3.1)', () => {
    const refused = firstBroken(jwtRules, { ...facts, needed: ['notes:read', 'notes:delete'] })
    assert.deepEqual(refused?.expected, { clear: 'notes:read notes:delete' })
    assert.deepEqual(refused?.got, { clear: 'notes:read notes:write' })
  })
})

describe('what the issuer says of an opaque token', () => {
  const answer = { ...claims, active: true, token_type: 'Bearer' }
  const says = (change: Readonly<Record<string, unknown>>) => ({ claims: { ...answer, ...change } })
  table(introspectionRules, { ...facts, claims: answer }, [
    [
      'needs neither exp, iat nor iss (RFC 7662 §2.2)',
      undefined,
      says({ exp: undefined, iat: undefined, iss: undefined }),
    ],
    ['refuses an inactive token (RFC 7662 §2.2)', 'token_inactive', says({ active: false })],
    ['refuses active in any other form than true (RFC 7662 §2.2)', 'token_inactive', says({ active: 'true' })],
    ['refuses another issuer (RFC 7662 §2.2)', 'token_issuer_wrong', says({ iss: 'https://other.example' })],
    [
      'refuses a token for another resource (RFC 9700 §4.10.2) [RFC9700-4.10.2-01]',
      'token_audience_wrong',
      says({ aud: 'https://other.example' }),
    ],
    [
      'refuses a token for nobody, as a refresh token is (RFC 9700 §4.10.2) (attack 69)',
      'token_audience_wrong',
      says({ aud: undefined }),
    ],
    [
      'refuses a token of no type, as a refresh token is (RFC 7662 §2.2) (attack 69)',
      'token_type_wrong',
      says({ token_type: undefined }),
    ],
    [
      'reads the use where there is no type (RFC 7662 §2.2)',
      undefined,
      says({ token_type: undefined, token_use: 'access_token' }),
    ],
    [
      'refuses a token of another use (RFC 7662 §2.2) (attack 69)',
      'token_type_wrong',
      says({ token_use: 'refresh_token' }),
    ],
    [
      'refuses a token of another type (RFC 7662 §2.2) (attack 69)',
      'token_type_wrong',
      says({ token_type: 'refresh_token' }),
    ],
    ['refuses a token that is expired here (RFC 7662 §2.2)', 'token_expired', says({ exp: now - 31 })],
    ['refuses a bound token by its type (RFC 9449 §6.2)', 'token_bound_to_key', says({ token_type: 'DPoP' })],
    ['refuses a token of nobody (RFC 7662 §2.2)', 'token_malformed', says({ sub: undefined })],
    ['refuses a token that lacks scope (RFC 6750 §3.1)', 'scope_insufficient', says({ scope: 'other' })],
  ])
})

describe('applyRules', () => {
  it('says which rules were passed before one refused', () => {
    const { refused, checks } = applyRules(signatureRules, { kid: 'k', candidates: 1, verified: false })
    assert.equal(refused?.reason, 'token_signature_wrong')
    assert.deepEqual(checks, [
      { rule: 'token_key_unknown', ok: true },
      { rule: 'token_signature_wrong', ok: false },
    ])
    assert.equal(applyRules(jwtRules, facts).checks.length, jwtRules.length)
  })
})

describe('verifiedToken', () => {
  it('gives what an API needs, in words of its own', () => {
    const { claims: kept, ...rest } = verifiedToken(facts)
    assert.equal(kept, claims)
    assert.deepEqual(rest, {
      sub: 'person',
      clientId: 'client',
      scopes: ['notes:read', 'notes:write'],
      audience: ['https://api.example', 'https://other.example'],
      issuer: 'https://id.example',
      expiresAt: now + 300,
    })
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { challengeOf } from '@symbolon/protocol/pkce'
import type { Reason } from '@symbolon/protocol/refusals'
import { type AuthenticatedClient, clientFrom } from '../../src/client.ts'
import { decideRedemption, type Redemption } from '../../src/flow/4-token-request.ts'
import { defaultSettings } from '../../src/ports/issuer.ts'
import type { ClientRecord, CodeRecord } from '../../src/ports/records.ts'
import { createTrail } from '../../src/trace/trail.ts'
import { callback, clientRecord, photos, prints, resources, verifier } from '../support/back-channel/world.ts'

const now = 1_000

const code: CodeRecord = {
  codeHash: 'code',
  grantId: 'grant',
  flow: 'AAAA-BBBB',
  clientId: 'app',
  personId: 'alice',
  sessionId: 'session',
  redirectUri: callback('app'),
  redirectUriSent: true,
  codeChallenge: challengeOf(verifier),
  scope: ['openid', 'photos.read'],
  resources: [photos],
  nonce: 'nonce',
  claims: null,
  authTime: 900,
  amr: ['pwd'],
  createdAt: 990,
  expiresAt: 1_050,
  redeemedAt: null,
}
const person = { personId: 'alice', disabled: false }
const authenticated = (record: ClientRecord) => clientFrom(record) as AuthenticatedClient
const request = { codeHash: 'code', redirectUri: callback('app'), codeVerifier: verifier, resources: [] }
const good: Redemption = {
  request,
  client: authenticated(clientRecord('app')),
  found: { code, person },
  resources,
  settings: defaultSettings,
  now,
}
const decide = (change: Partial<Redemption> = {}) => decideRedemption({ ...good, ...change }, createTrail())
const withCode = (change: Partial<CodeRecord>): Partial<Redemption> => ({
  found: { code: { ...code, ...change }, person },
})

describe('step 4, redeeming an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.6)', () => {
  it('issues what the person allowed, and spends the code for it (§4.1.2)', () => {
    const decision = decide()
    assert.ok(decision.ok)
    const { grant, audience, idToken, writes } = decision.value
    assert.deepEqual([grant?.grantId, grant?.personId, grant?.flow], ['grant', 'alice', 'AAAA-BBBB'])
    assert.deepEqual([audience.resource?.resource, audience.scope], [photos, ['openid', 'photos.read']])
    assert.deepEqual(idToken, { nonce: 'nonce' })
    assert.deepEqual(writes[0], { do: 'redeem-code', codeHash: 'code', now })
  })

  const confidential = authenticated(clientRecord('app', { token_endpoint_auth_method: 'client_secret_basic' }))
  const withoutPkce = authenticated(
    clientRecord('app', { token_endpoint_auth_method: 'client_secret_basic', require_pkce: false }),
  )
  const refused: Record<string, readonly [change: Partial<Redemption>, reason: Reason]> = {
    'an unknown code': [{ found: undefined }, 'code_unknown'],
    'a code of another client (§4.1.2) [RFC6749-4.1.2-03] [RFC6749-4.1.3-02] [OIDC-Core-3.1.3.2-01] (attack 30)': [
      withCode({ clientId: 'other' }),
      'code_of_another_client',
    ],
    'a code in the second it expires (§4.1.2) [RFC6749-4.1.2-01] (attack 34)': [{ now: 1_050 }, 'code_expired'],
    'no redirect_uri where the authorization request had one [OAuth2.1-10.2-01]': [
      { request: { ...request, redirectUri: undefined } },
      'redirect_uri_missing',
    ],
    'another redirect_uri (§10.6) [RFC6749-10.6-01] [RFC6749-4.1.3-02] [OIDC-Core-3.1.3.2-01]': [
      { request: { ...request, redirectUri: `${callback('app')}/` } },
      'redirect_uri_changed',
    ],
    'another redirect_uri, too, where the authorization request had none': [
      { ...withCode({ redirectUriSent: false }), request: { ...request, redirectUri: 'https://evil.example' } },
      'redirect_uri_changed',
    ],
    'no code_verifier for a code with a challenge [RFC9700-2.1.1-02] [OAuth2.1-4.1.1-02] [OAuth2.1-4.1.3-02] [OAuth2.1-7.5.1.1-01] (attack 20) (attack 21)':
      [{ request: { ...request, codeVerifier: undefined } }, 'code_verifier_missing'],
    'a wrong code_verifier [RFC7636-4.6-01]': [
      { request: { ...request, codeVerifier: 'x'.repeat(43) } },
      'code_verifier_wrong',
    ],
    'the challenge sent as the verifier, as plain PKCE would': [
      { request: { ...request, codeVerifier: challengeOf(verifier) } },
      'code_verifier_wrong',
    ],
    'a code_verifier for a code without a challenge (RFC 9700 §4.8.2) [RFC9700-4.8.2-01] [OAuth2.1-4.1.3-02] (attack 20)':
      [withCode({ codeChallenge: null }), 'code_verifier_unexpected'],
    'a code_verifier for a code without a challenge of a client that need not use PKCE [RFC9700-2.1.1-03] (attack 23)':
      [{ ...withCode({ codeChallenge: null }), client: withoutPkce }, 'code_verifier_unexpected'],
    'a code without a challenge of a client that must use PKCE [OAuth2.1-16-4.1.3-01] (attack 22)': [
      { ...withCode({ codeChallenge: null }), request: { ...request, codeVerifier: undefined }, client: confidential },
      'code_verifier_missing',
    ],
    'a code of a person who is gone': [{ found: { code, person: undefined } }, 'person_unavailable'],
    'a code of a person who is turned off': [
      { found: { code, person: { ...person, disabled: true } } },
      'person_unavailable',
    ],
    'a resource that was not allowed (RFC 8707 §2.2) [RFC8707-2.2-01] (attack 43)': [
      { request: { ...request, resources: [prints] } },
      'resource_not_granted',
    ],
    'two resources for one token (RFC 8707 §2.2)': [
      { request: { ...request, resources: [photos, prints] } },
      'resources_several',
    ],
  }
  for (const [title, [change, reason]] of Object.entries(refused)) {
    it(`refuses ${title}`, () => {
      const decision = decide(change)
      assert.ok(!decision.ok)
      assert.deepEqual([decision.reason, decision.revokeGrant], [reason, undefined])
    })
  }

  it('ends the grant when its own client sends the code again (§4.1.2) [RFC6749-4.1.2-02] [OAuth2.1-7.5.2-01] (attack 25)', () => {
    const decision = decide(withCode({ redeemedAt: 995 }))
    assert.ok(!decision.ok)
    assert.deepEqual([decision.reason, decision.revokeGrant], ['code_replayed', 'grant'])
  })

  it('ends nothing when another client sends a code that was used (attack 30)', () => {
    const decision = decide(withCode({ redeemedAt: 995, clientId: 'other' }))
    assert.ok(!decision.ok)
    assert.deepEqual([decision.reason, decision.revokeGrant], ['code_of_another_client', undefined])
  })

  it('takes a replay for one even after the code has expired', () => {
    const decision = decide({ ...withCode({ redeemedAt: 995 }), now: 2_000 })
    assert.equal(!decision.ok && decision.reason, 'code_replayed')
  })

  it('needs no redirect_uri where the authorization request had none (§4.1.3)', () => {
    assert.ok(decide({ ...withCode({ redirectUriSent: false }), request: { ...request, redirectUri: undefined } }).ok)
  })

  it('lets a confidential client registered as not using PKCE go without', () => {
    const change = { ...withCode({ codeChallenge: null }), request: { ...request, codeVerifier: undefined } }
    assert.ok(decide({ ...change, client: withoutPkce }).ok)
  })

  it('never lets a public client go without PKCE, whatever its registration says (RFC 9700 §2.1.1) [OAuth2.1-4.1.2.1-01] (attack 22)', () => {
    const client = authenticated(clientRecord('app', { require_pkce: false }))
    const change = { ...withCode({ codeChallenge: null }), request: { ...request, codeVerifier: undefined } }
    const decision = decide({ ...change, client })
    assert.equal(!decision.ok && decision.reason, 'code_verifier_missing')
  })

  it('names well-known mistakes with the verifier, and gives no verifier or challenge away', () => {
    const evidenceOf = (change: Partial<Redemption>) => {
      const decision = decide(change)
      assert.ok(!decision.ok)
      return [decision.expected, decision.got]
    }
    const wrong = { request: { ...request, codeVerifier: 'x'.repeat(43) } }
    assert.deepEqual(evidenceOf(wrong), [{ hidden: challengeOf(verifier) }, { hidden: challengeOf('x'.repeat(43)) }])
    const [empty] = evidenceOf(withCode({ codeChallenge: challengeOf('') }))
    assert.deepEqual(empty, { clear: 'the hash of an empty text' })
    const [, plain] = evidenceOf({ request: { ...request, codeVerifier: challengeOf(verifier) } })
    assert.deepEqual(plain, { clear: 'the code_challenge itself' })
  })

  const refreshOf = (change: Partial<Redemption>) => {
    const decision = decide(change)
    return decision.ok && decision.value.refreshToken.do
  }

  it('gives a refresh token to OpenID clients that were granted offline_access (OpenID Connect Core §11)', () => {
    assert.equal(refreshOf(withCode({ scope: ['openid', 'offline_access'] })), 'issue')
    assert.equal(refreshOf(withCode({ scope: ['openid', 'photos.read'] })), 'nothing')
  })

  it('gives a refresh token to plain OAuth clients that are registered for refreshing', () => {
    assert.equal(refreshOf(withCode({ scope: ['photos.read'] })), 'issue')
    const client = authenticated(clientRecord('app', { grant_types: ['authorization_code'] }))
    assert.equal(refreshOf({ ...withCode({ scope: ['photos.read'] }), client }), 'nothing')
  })

  it('gives none to a client that gives up openid for it, or may not keep access any more (OpenID Connect Core §11)', () => {
    const left = (scope: string) => ({ client: authenticated(clientRecord('app', { scope })) })
    assert.equal(refreshOf({ ...withCode({ scope: ['openid', 'photos.read'] }), ...left('photos.read') }), 'nothing')
    const lasting = withCode({ scope: ['openid', 'offline_access', 'photos.read'] })
    assert.equal(refreshOf({ ...lasting, ...left('openid photos.read') }), 'nothing')
    assert.equal(refreshOf({ ...lasting, ...left('photos.read') }), 'nothing')
    assert.equal(refreshOf({ ...lasting, ...left('openid offline_access') }), 'issue')
  })

  it('gives none to a client that nobody looked at, and that came to refresh after the person was asked', () => {
    const changed = (updatedAt: number) =>
      authenticated({ ...clientRecord('app', { reviewed: false }), createdAt: 500, updatedAt })
    const plain = withCode({ scope: ['photos.read'] })
    assert.equal(refreshOf({ ...plain, client: changed(code.createdAt) }), 'nothing')
    assert.equal(refreshOf({ ...plain, client: changed(code.createdAt - 1) }), 'issue')
    assert.equal(refreshOf({ ...plain, client: changed(500) }), 'issue')
  })

  it('gives nothing to a client that has lost all that was allowed (attack 51)', () => {
    const decision = decide({ client: authenticated(clientRecord('app', { scope: 'prints.order' })) })
    assert(!decision.ok)
    assert.equal(decision.reason, 'grant_revoked')
  })

  it('ends a family at the latest with its absolute life (RFC 10017 §6.3.2.3) [RFC10017-6.3.2.3-01]', () => {
    const settings = { ...defaultSettings, refreshTokenIdle: 5_000, refreshTokenLifetime: 3_000 }
    const decision = decide({ ...withCode({ scope: ['photos.read'] }), settings })
    assert.ok(decision.ok)
    assert.deepEqual(decision.value.refreshToken, { do: 'issue', expiresAt: now + 3_000 })
    assert.equal(decision.value.grant?.expiresAt, now + 3_000 + 600)
  })

  it('takes note of every rule that it applied', () => {
    const trail = createTrail()
    decideRedemption({ ...good, now: 1_050 }, trail)
    assert.deepEqual(trail.checks, [
      { rule: 'code_unknown', ok: true },
      { rule: 'code_of_another_client', ok: true },
      { rule: 'code_replayed', ok: true },
      { rule: 'code_expired', ok: false },
    ])
  })
})

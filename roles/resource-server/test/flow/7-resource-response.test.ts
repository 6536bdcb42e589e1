import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseChallenges } from '@symbolon/protocol/challenge'
import { refuse } from '@symbolon/protocol/decision'
import { type Reason, refusals } from '@symbolon/protocol/refusals'
import { buildRefusal, toResponse } from '../../src/flow/7-resource-response.ts'

const facts = {
  realm: 'notes',
  metadataUrl: 'https://api.example/.well-known/oauth-protected-resource',
  needed: ['notes:read', 'notes:write'],
}
const answer = (reason: Reason) => buildRefusal(refuse(reason), facts)
const challenge = (reason: Reason) => parseChallenges(answer(reason).headers['www-authenticate'] ?? '')

describe('buildRefusal', () => {
  it('asks for a token without calling its absence an error (RFC 6750 §3.1) [RFC6750-3-01] [RFC6750-3.1-01] [RFC9728-5.1-01] [MCP-Auth-Scope_Selection_Strategy-01]', () => {
    assert.equal(answer('token_missing').status, 401)
    assert.deepEqual(challenge('token_missing'), [
      {
        scheme: 'Bearer',
        parameters: { realm: 'notes', scope: 'notes:read notes:write', resource_metadata: facts.metadataUrl },
      },
    ])
    assert.equal(answer('token_missing').body.includes('error'), false)
  })

  it('names every scope needed at once when some are lacking (RFC 6750 §3.1) [RFC6750-3.1-02] [MCP-Auth-Runtime_Insufficient_Scope_Errors-01]', () => {
    assert.equal(answer('scope_insufficient').status, 403)
    assert.deepEqual(challenge('scope_insufficient')[0]?.parameters, {
      realm: 'notes',
      error: 'insufficient_scope',
      error_description: 'The access token lacks scope.',
      scope: 'notes:read notes:write',
      resource_metadata: facts.metadataUrl,
    })
  })

  it('says nothing twice in a challenge (RFC 6750 §3) [RFC6750-3-02]', () => {
    for (const reason of Object.keys(refusals) as Reason[]) {
      const header = answer(reason).headers['www-authenticate'] ?? ''
      const names = [...header.matchAll(/(?:^Bearer |, )([a-z_]+)=/g)].map(([, name]) => name)
      assert.equal(new Set(names).size, names.length, header)
    }
  })

  for (const reason of ['token_in_query', 'token_several'] as const)
    it(`answers ${reason} with 400 (RFC 6750 §3.1) [RFC6750-3.1-02]`, () => {
      assert.equal(answer(reason).status, 400)
      assert.equal(challenge(reason)[0]?.parameters.error, 'invalid_request')
    })

  it('does not tell on the wire which check a token failed (RFC 6750 §3.1)', () => {
    const reasons = Object.keys(refusals).filter(
      (reason): reason is Reason => refusals[reason as Reason].error === 'invalid_token' && reason !== 'token_missing',
    )
    assert.ok(reasons.includes('token_expired') && reasons.includes('token_signature_wrong'))
    const wire = reasons.map(answer).map(({ status, headers, body }) => JSON.stringify({ status, headers, body }))
    assert.equal(new Set(wire).size, 1)
    assert.equal(answer('token_expired').status, 401)
  })

  for (const reason of ['issuer_unavailable', 'discovery_failed'] as const)
    it(`answers ${reason} with 503 and when to come again, not with a challenge (RFC 9110 §15.6.4)`, () => {
      assert.equal(answer(reason).status, 503)
      assert.equal(answer(reason).headers['retry-after'], '5')
      assert.equal('www-authenticate' in answer(reason).headers, false)
      assert.equal(JSON.parse(answer(reason).body).error, undefined)
    })

  it('leaves out of the challenge what it does not know (RFC 6750 §3)', () => {
    const bare = buildRefusal(refuse('token_missing'), { realm: undefined, metadataUrl: undefined, needed: [] })
    assert.equal(bare.headers['www-authenticate'], 'Bearer')
  })

  it('is a problem document that nobody keeps (RFC 9457 §3)', async () => {
    const response = toResponse(answer('token_expired'))
    assert.equal(response.status, 401)
    assert.equal(response.headers.get('content-type'), 'application/problem+json')
    assert.equal(response.headers.get('cache-control'), 'no-store')
    assert.deepEqual(await response.json(), {
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      error: 'invalid_token',
      error_description: 'The access token is missing, expired, revoked or malformed.',
      scope: 'notes:read notes:write',
    })
  })
})

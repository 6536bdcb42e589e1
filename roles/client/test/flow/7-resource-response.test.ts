/** What an API's answer means. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { understandResourceResponse } from '@symbolon/client/flow/7-resource-response'
import fc from 'fast-check'

const understand = (status: number, challenge?: string) =>
  understandResourceResponse({
    status,
    headers: new Headers(challenge === undefined ? {} : { 'www-authenticate': challenge }),
  })

describe('the resource response', () => {
  it('is an answer below 400', () => {
    for (const status of [200, 204, 302, 304]) assert.deepEqual(understand(status), { kind: 'answered' })
  })

  it('asks for a new token with invalid_token (RFC 6750 §3.1)', () => {
    assert.deepEqual(understand(401, 'Bearer realm="photos", error="invalid_token"'), { kind: 'token-refused' })
    assert.deepEqual(understand(401, 'DPoP algs="ES256", bearer error=invalid_token'), { kind: 'token-refused' })
  })

  it('names the scopes that are missing (RFC 6750 §3.1)', () => {
    assert.deepEqual(understand(403, 'Bearer error="insufficient_scope", scope="photos:read photos:write"'), {
      kind: 'scope-missing',
      scopes: ['photos:read', 'photos:write'],
    })
  })

  it('asks for a stronger or newer sign-in (RFC 9470 §3)', () => {
    const challenge = 'Bearer error="insufficient_user_authentication", acr_values="mfa", max_age="300"'
    assert.deepEqual(understand(401, challenge), { kind: 'sign-in-too-weak', acrValues: ['mfa'], maxAge: 300 })
    assert.deepEqual(understand(401, 'Bearer error="insufficient_user_authentication", max_age="-1"'), {
      kind: 'sign-in-too-weak',
      acrValues: [],
      maxAge: undefined,
    })
  })

  for (const [status, challenge] of [
    [401, undefined],
    [401, 'Bearer'],
    [401, 'Basic realm="x", error="invalid_token"'],
    [403, 'Bearer error="invalid_token"'],
    [401, 'Bearer error="insufficient_scope"'],
    [401, 'Bearer error="invalid_token'],
    [500, 'Bearer error="invalid_token"'],
  ] as const) {
    it(`is no more than a refusal with ${status} and ${challenge ?? 'no challenge'}`, () => {
      assert.deepEqual(understand(status, challenge), { kind: 'refused' })
    })
  }

  it('is understood somehow whatever the header holds', () => {
    const printable = fc.string({ unit: 'grapheme-ascii' }).map((text) => text.replace(/[^\x20-\x7e]/g, ''))
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), printable, (status, challenge) => {
        assert.ok(understand(status, challenge).kind)
      }),
    )
  })
})

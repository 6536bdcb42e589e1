import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FlowEvent } from '@symbolon/protocol/trace'
import { stepsOf } from '../../src/trace/steps.ts'
import { flowEvent } from '../support/back-channel/flow-event.ts'

/** `4` for a step that was recorded, `(5)` for one that was filled in, the name for what stands beside. */
const told = (events: readonly FlowEvent[]) =>
  stepsOf(events).map(({ number, name, inferred }) =>
    number === undefined ? name : inferred ? `(${number})` : `${number}`,
  )

const code = { grant_type: { clear: 'authorization_code' } }
const request = flowEvent({ at: 1, step: 1 })
const signedIn = flowEvent({ at: 2, step: 2, band: 'sign-in' })
const answered = flowEvent({ at: 3, step: 3, band: 'code' })
const redeemed = flowEvent({ at: 4, step: 4, band: 'token', params: code })
const introspected = flowEvent({
  at: 5,
  step: undefined,
  band: 'introspection',
  from: 'resource-server',
  what: 'POST /introspect',
})

describe('a recorded flow as steps', () => {
  it('numbers what was recorded, request and response apart', () => {
    assert.deepEqual(told([request, signedIn, answered, redeemed]), ['1', '2', '3', '4', '5'])
  })

  it('puts events in order of time', () => {
    assert.deepEqual(told([redeemed, answered, request, signedIn]), ['1', '2', '3', '4', '5'])
  })

  it('fills in what nobody recorded but must have happened', () => {
    assert.deepEqual(told([request, redeemed]), ['1', '(2)', '(3)', '4', '5'])
  })

  it('tells a request that was answered at once as request and answer', () => {
    const hidden = { digest: 'd', length: 43 }
    const atOnce = flowEvent({ at: 1, step: 1, result: { code: hidden, iss: { clear: 'https://id.example' } } })
    assert.deepEqual(told([atOnce, redeemed]), ['1', '(2)', '3', '4', '5'])
    assert.equal(stepsOf([atOnce]).at(-1)?.event, atOnce)
  })

  it('takes a question about the token for the resource request that caused it', () => {
    const all = [request, signedIn, answered, redeemed, introspected]
    assert.deepEqual(told(all), ['1', '2', '3', '4', '5', '(6)', 'POST /introspect', '(7)'])
  })

  it('knows that an access token that came at once needs no token request (RFC 6749 §4.2)', () => {
    const result = { access_token: { length: 43 }, iss: { clear: 'https://id.example' } }
    const given = { ...answered, result }
    assert.deepEqual(told([request, signedIn, given, introspected]), ['1', '2', '3', '(6)', 'POST /introspect', '(7)'])
    assert.deepEqual(told([request, signedIn, given, redeemed]), ['1', '2', '3', '4', '5'])
    assert.deepEqual(told([{ ...request, result }]), ['1', '(2)', '3'])
  })

  it('fills in nothing before a refresh, or before a client that acts for itself', () => {
    for (const grantType of ['refresh_token', 'client_credentials']) {
      const event = flowEvent({ step: 4, params: { grant_type: { clear: grantType } } })
      assert.deepEqual(told([event]), ['4', '5'])
    }
  })

  it('ends where the flow ended', () => {
    assert.deepEqual(told([flowEvent({ step: 1, outcome: 'refused', reason: 'client_unknown' })]), ['1'])
    assert.deepEqual(told([]), [])
  })

  it('tells several events of one step, and what stands beside the main flow', () => {
    const consent = flowEvent({ at: 2.5, step: 2, band: 'consent' })
    const revoked = flowEvent({ at: 9, step: undefined, band: 'revoke', what: 'POST /revoke' })
    const all = [request, signedIn, consent, answered, redeemed, revoked]
    assert.deepEqual(told(all), ['1', '2', '2', '3', '4', '5', 'POST /revoke'])
  })
})

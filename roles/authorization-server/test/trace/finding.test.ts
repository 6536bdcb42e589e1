import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { refusals } from '@symbolon/protocol/refusals'
import type { FlowEvent } from '@symbolon/protocol/trace'
import { compareAddresses } from '../../src/trace/addresses.ts'
import { findingOf } from '../../src/trace/finding.ts'
import { flowEvent } from '../support/back-channel/flow-event.ts'

const likely = (change: Partial<FlowEvent>, before: readonly FlowEvent[] = []) =>
  findingOf([...before, flowEvent({ at: 100_000, outcome: 'refused', ...change })])?.likely

describe('the finding of a flow', () => {
  it('is none while nothing has failed', () => {
    assert.equal(findingOf([flowEvent(), flowEvent({ step: 4 })]), undefined)
  })

  it('is none when what failed went well in the end', () => {
    const wrong = flowEvent({ at: 2_000, step: 2, outcome: 'refused', reason: 'credentials_wrong' })
    const right = flowEvent({ at: 3_000, step: 2 })
    assert.equal(findingOf([flowEvent(), wrong, right]), undefined)
    assert.equal(findingOf([flowEvent(), wrong])?.reason, 'credentials_wrong')
  })

  it("is the refusal's own explanation, with what was expected and what came", () => {
    const failed = flowEvent({
      outcome: 'refused',
      reason: 'redirect_uri_changed',
      step: 4,
      expected: { clear: 'https://a.example/cb' },
      got: { clear: 'https://a.example/cb/' },
    })
    const { why, fix, spec } = refusals.redirect_uri_changed
    assert.deepEqual(findingOf([flowEvent(), failed]), {
      reason: 'redirect_uri_changed',
      step: 4,
      expected: { clear: 'https://a.example/cb' },
      got: { clear: 'https://a.example/cb/' },
      why,
      fix,
      spec,
      likely: 'They differ by a slash at the end.',
    })
  })

  it('tells how old a code was', () => {
    const issued = flowEvent({ at: 5_000, step: 3 })
    assert.equal(likely({ reason: 'code_expired', step: 4 }, [issued]), 'The code was 95 s old when it was redeemed.')
  })

  it('tells how long ago a code was first redeemed', () => {
    const first = flowEvent({ at: 98_000, step: 4 })
    assert.match(likely({ reason: 'code_replayed', step: 4 }, [first]) ?? '', /redeemed 2 s before/)
  })

  it('tells when the family was refreshed, which it may have been again without a record', () => {
    const last = flowEvent({ at: 40_000, step: 4, band: 'refresh' })
    const found = likely({ reason: 'refresh_token_replayed', band: 'refresh' }, [last])
    assert.match(found ?? '', /refreshed 60 s before, and perhaps later/)
  })

  it('names a challenge that is the hash of an empty text', () => {
    const expected = { clear: 'the hash of an empty text' }
    assert.match(likely({ reason: 'code_verifier_wrong', expected }) ?? '', /hash of an empty text/)
  })

  it('names a verifier that was decoded before it was hashed', () => {
    const expected = { digest: 'a', length: 43 }
    const got = { clear: 'a verifier that was decoded before it was hashed' }
    assert.match(likely({ reason: 'code_verifier_wrong', expected, got }) ?? '', /decoded before it was hashed/)
  })

  it('names a secret with a new line at its end', () => {
    const got = { clear: 'the secret with white space around it' }
    assert.match(likely({ reason: 'client_secret_wrong', got }) ?? '', /white space/)
  })

  it('names an assertion made for an endpoint', () => {
    const expected = { clear: 'https://id.example' }
    const got = { clear: 'https://id.example/token' }
    assert.match(likely({ reason: 'assertion_audience_wrong', expected, got }) ?? '', /endpoint/)
  })

  it('names an address that a logout token was never sent to', () => {
    const lost = (problem: string) => likely({ reason: 'logout_not_delivered', got: { clear: problem } })
    assert.match(lost('url_refused') ?? '', /not https/)
    assert.match(lost('address_refused') ?? '', /not public.*outgoing\.allow/)
    assert.equal(lost('status 400'), undefined)
  })
})

describe('how two addresses differ', () => {
  const registered = 'https://shop.example/callback http://localhost:4200/cb'
  const cases: Record<string, readonly [got: string, words: RegExp | undefined]> = {
    'a slash at the end': ['https://shop.example/callback/', /slash/],
    'localhost for the address': ['http://127.0.0.1:4200/cb', /localhost/],
    'http for https': ['http://shop.example/callback', /http/],
    'upper case': ['https://shop.example/Callback', /upper and lower case/],
    'encoded twice': ['https%3A%2F%2Fshop.example%2Fcallback', /encoded twice/],
    'the port': ['http://localhost:4300/cb', /port/],
    'the query': ['https://shop.example/callback?x=1', /query/],
    'the path': ['https://shop.example/auth/callback', /path/],
    'another host': ['https://evil.example/callback', undefined],
    'no address at all': ['nonsense', undefined],
  }
  for (const [title, [got, words]] of Object.entries(cases)) {
    it(`says so for ${title}`, () => {
      const found = compareAddresses(registered, got)
      if (words === undefined) assert.equal(found, undefined)
      else assert.match(found ?? '', words)
    })
  }

  it('says nothing of what are no addresses', () => {
    assert.equal(compareAddresses('photos.read', 'photos.write'), undefined)
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { accepted } from '../src/locale.ts'

describe('Accept-Language', () => {
  it('is read best first, without what is weighed 0 (RFC 9110 §12.5.4)', () =>
    assert.deepEqual(accepted('en;q=0.5, de-CH, fr;q=0, de;q=0.9'), ['de-CH', 'de', 'en']))
  it('yields nothing for what is not a language tag', () =>
    assert.deepEqual(accepted('*, <script>, ;;q=1, en_US;q=2'), []))
  it('yields nothing when it is not sent', () => assert.deepEqual(accepted(undefined), []))
})

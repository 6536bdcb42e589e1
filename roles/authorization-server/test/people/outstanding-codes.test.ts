import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { countOutstanding, mostOutstanding } from '../../src/people/outstanding-codes.ts'

const lifetime = 60

/** Gives a session so many codes, one a moment; what went for them. */
function give(outstanding: ReturnType<typeof countOutstanding>, session: string, codes: number, now = 1_000) {
  return Array.from({ length: codes }, (_, index) =>
    outstanding.add(session, { codeHash: `${session} ${index}`, expiresAt: now + lifetime }, now),
  ).flat()
}

describe('the codes that a session was given', () => {
  it('are never many more than there may be, and the oldest go first (RFC 6819 §4.4.1.11)', () => {
    const outstanding = countOutstanding()
    const given = 10 * mostOutstanding
    const gone = give(outstanding, 'a', given)
    assert(given - gone.length < 2 * mostOutstanding)
    assert(given - gone.length >= mostOutstanding)
    assert.deepEqual(
      gone,
      gone.map((_, index) => `a ${index}`),
    )
  })

  it('count for themselves only', () => {
    const outstanding = countOutstanding()
    for (const session of ['a', 'b', 'c']) assert.deepEqual(give(outstanding, session, mostOutstanding), [])
  })

  it('count no longer once they have expired', () => {
    const outstanding = countOutstanding()
    for (let round = 0; round < 10; round++) {
      assert.deepEqual(give(outstanding, 'a', mostOutstanding, 1_000 + round * lifetime), [])
    }
  })
})

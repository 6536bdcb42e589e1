import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { atOnce, countOutstanding, type Giving, type Outstanding } from '../../src/people/outstanding.ts'

const most = 32

const lifetime = 60

const settled = ({ gone, settle }: Giving<string>, committed = true) => [...gone, ...settle(committed)]

/** Gives a session so many, one a moment; what went for them. */
function give(outstanding: Outstanding<string>, session: string, codes: number, now = 1_000) {
  return Array.from({ length: codes }, (_, index) =>
    settled(outstanding.give(session, { what: `${session} ${index}`, expiresAt: now + lifetime }, now)),
  ).flat()
}

describe('what a session was given', () => {
  it('are never many more than there may be, and the oldest go first (RFC 6819 §4.4.1.11)', () => {
    const outstanding = countOutstanding<string>(most)
    const given = 10 * most
    const gone = give(outstanding, 'a', given)
    assert(given - gone.length < most + atOnce)
    assert(given - gone.length >= most)
    assert.deepEqual(
      gone,
      gone.map((_, index) => `a ${index}`),
    )
  })

  it('go after they were stored when many were on their way together, for nothing can go before', () => {
    const outstanding = countOutstanding<string>(most)
    const all = Array.from({ length: 10 * most }, (_, index) => `a ${index}`)
    const giving = all.map((what) => outstanding.give('a', { what, expiresAt: 1_000 + lifetime }, 1_000))
    assert(giving.every(({ gone }) => gone.length === 0))
    const gone = giving.flatMap(({ settle }) => settle(true))
    assert(all.length - gone.length < most + 2 * atOnce)
    assert.deepEqual(gone, all.slice(0, gone.length))
  })

  it('stay when the commit that was to take them is lost, and go with the next', () => {
    const outstanding = countOutstanding<string>(most)
    give(outstanding, 'a', most + atOnce - 1)
    const one = { what: 'lost', expiresAt: 1_000 + lifetime }
    const lost = outstanding.give('a', one, 1_000)
    assert.equal(lost.gone.length, atOnce)
    assert.deepEqual(lost.settle(false), [])
    assert.deepEqual(outstanding.give('a', one, 1_000).gone, lost.gone)
  })

  it('count for themselves only', () => {
    const outstanding = countOutstanding<string>(most)
    for (const session of ['a', 'b', 'c']) assert.deepEqual(give(outstanding, session, most), [])
  })

  it('count no longer once they have expired', () => {
    const outstanding = countOutstanding<string>(most)
    for (let round = 0; round < 10; round++) {
      assert.deepEqual(give(outstanding, 'a', most, 1_000 + round * lifetime), [])
    }
  })
})

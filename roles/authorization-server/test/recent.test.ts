import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPace, createRecent } from '../src/recent.ts'

describe('what was needed lately', () => {
  it('is kept for so many names; the one that was not needed for longest makes room', () => {
    const recent = createRecent<{ readonly value: number }>(2)
    recent.set('a', { value: 1 })
    recent.set('b', { value: 2 })
    assert.equal(recent.get('a')?.value, 1)
    recent.set('c', { value: 3 })
    assert.deepEqual(
      ['a', 'b', 'c'].map((name) => recent.get(name)?.value),
      [1, undefined, 3],
    )
  })
})

describe('a pace', () => {
  it('is so many in a minute for each name, and begins anew when the clock is set back', () => {
    const pace = createPace({ mostInAMinute: 2 })
    assert.deepEqual([pace.allows('a', 0), pace.allows('a', 59), pace.allows('a', 59)], [true, true, false])
    assert.equal(pace.allows('b', 59), true)
    assert.deepEqual([pace.allows('a', 60), pace.allows('a', 60), pace.allows('a', 60)], [true, true, false])
    assert.equal(pace.allows('a', -9_000), true)
  })

  it('is counted for so many names at once', () => {
    const pace = createPace({ mostInAMinute: 1, names: 2 })
    for (const name of ['a', 'b', 'c']) assert.equal(pace.allows(name, 0), true)
    assert.deepEqual([pace.allows('c', 0), pace.allows('a', 0)], [false, true])
  })
})

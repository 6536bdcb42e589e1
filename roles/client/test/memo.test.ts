/** Work that is done once. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Memo } from '@symbolon/client/memo'

describe('a memo', () => {
  it('does work once for all who ask at a time and for those who come late', async () => {
    const memo = new Memo<number>({ milliseconds: 60_000 })
    let count = 0
    const work = async () => ++count
    assert.deepEqual(await Promise.all([memo.run('a', work), memo.run('a', work), memo.run('b', work)]), [1, 1, 2])
    assert.equal(await memo.run('a', work), 1)
  })

  it('does it again when nothing is kept', async () => {
    const memo = new Memo<number>({ milliseconds: 0 })
    let count = 0
    await memo.run('a', async () => ++count)
    assert.equal(await memo.run('a', async () => ++count), 2)
  })

  it('hands a failure to all who wait, and forgets it', async () => {
    const memo = new Memo<number>({ milliseconds: 60_000 })
    const fail = async () => {
      throw new Error('no')
    }
    const results = await Promise.allSettled([memo.run('a', fail), memo.run('a', fail)])
    assert.ok(results.every(({ status }) => status === 'rejected'))
    assert.equal(await memo.run('a', async () => 1), 1)
  })

  it('keeps no more than its bound', async () => {
    const memo = new Memo<string>({ milliseconds: 60_000, most: 2 })
    for (const key of ['a', 'b', 'c']) await memo.run(key, async () => key)
    assert.deepEqual([memo.get('a'), await memo.get('b'), await memo.get('c')], [undefined, 'b', 'c'])
  })
})

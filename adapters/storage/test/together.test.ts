/** Looks that are shared: fewer than those who ask, and none that began before they asked. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { together } from '../src/together.ts'

/** Looks that a test answers, in the order in which they began. */
function looks() {
  const begun: PromiseWithResolvers<number>[] = []
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  const ask = together(() => {
    const look = Promise.withResolvers<number>()
    begun.push(look)
    for (const { count, resolve } of waiting) if (begun.length >= count) resolve()
    return look.promise
  })
  const begin = (count: number) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    if (begun.length >= count) resolve()
    waiting.push({ count, resolve })
    return promise
  }
  return { ask, begin, begun }
}

describe('together', () => {
  it('gives all who ask in one turn one look', async () => {
    const { ask, begin, begun } = looks()
    const asked = [ask(), ask(), ask()]
    await begin(1)
    begun[0]?.resolve(7)
    assert.deepEqual(await Promise.all(asked), [7, 7, 7])
    assert.equal(begun.length, 1)
  })

  it('lets those who come while one is under way share the next', async () => {
    const { ask, begin, begun } = looks()
    const first = ask()
    await begin(1)
    const later = [ask(), ask()]
    begun[0]?.resolve(1)
    await begin(2)
    begun[1]?.resolve(2)
    assert.deepEqual(await Promise.all([first, ...later]), [1, 2, 2])
    assert.equal(begun.length, 2)
  })

  it('does not wait for a look that hangs', async () => {
    const { ask, begin, begun } = looks()
    const hanging = ask()
    await begin(1)
    const later = ask()
    await begin(2)
    begun[1]?.resolve(2)
    assert.equal(await later, 2)
    begun[0]?.resolve(1)
    assert.equal(await hanging, 1)
  })

  it('fails those whose look failed, and nobody after them', async () => {
    const { ask, begin, begun } = looks()
    const first = ask()
    await begin(1)
    const later = ask()
    begun[0]?.reject(new Error('away'))
    await assert.rejects(first, /away/)
    await begin(2)
    begun[1]?.resolve(2)
    assert.equal(await later, 2)
    const last = ask()
    await begin(3)
    begun[2]?.resolve(3)
    assert.equal(await last, 3)
  })
})

/** Who goes together, who goes on, and who is told that it takes too long. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { StorageUnavailable } from '@symbolon/authorization-server/ports/store'
import { type Gathering, gather } from '../src/gather.ts'
import { many } from './contract/place.ts'

/** Batches wait until they are let go, each answered with its work. */
function station(limits: Partial<Gathering<number, number>> = {}) {
  const batches: number[][] = []
  const gates: (() => void)[] = []
  const { ask } = gather<number, number>({
    batches: 1,
    largest: 10,
    patience: 60_000,
    take: async (batch) => {
      batches.push(batch.map(({ work }) => work))
      const { promise, resolve } = Promise.withResolvers<void>()
      gates.push(resolve)
      await promise
      for (const { work, resolve } of batch) resolve(work)
      return []
    },
    ...limits,
  })
  const letGo = async () => {
    gates.shift()?.()
    await turn()
    await turn()
  }
  return { ask, batches, letGo }
}

describe('gathering', () => {
  it('takes those of one turn together, and those who come meanwhile in the next batch', async () => {
    const { ask, batches, letGo } = station()
    const first = [ask(1), ask(2)]
    await turn()
    const next = [ask(3), ask(4)]
    await turn()
    assert.deepEqual(batches, [[1, 2]])
    await letGo()
    assert.deepEqual(batches, [
      [1, 2],
      [3, 4],
    ])
    await letGo()
    assert.deepEqual(await Promise.all([...first, ...next]), [1, 2, 3, 4])
  })

  it('takes no more in a batch than may go, and no more batches', async () => {
    const { ask, batches, letGo } = station({ batches: 2 })
    const answers = many(25, ask)
    await turn()
    await turn()
    assert.deepEqual(
      batches.map(({ length }) => length),
      [10, 10],
    )
    await letGo()
    await letGo()
    await letGo()
    assert.deepEqual(await Promise.all(answers), many(25, Number))
  })

  it('sends the next batch beside one that takes long', async () => {
    const { ask, batches, letGo } = station({ batches: 2 })
    const slow = ask(1)
    await turn()
    const next = ask(2)
    while (batches.length < 2) await turn()
    await letGo()
    await letGo()
    assert.deepEqual(await Promise.all([slow, next]), [1, 2])
  })

  it('takes along again who was not answered, before all others', async () => {
    const batches: number[][] = []
    const { ask } = gather<number, number>({
      batches: 1,
      largest: 2,
      patience: 60_000,
      take: async (batch) => {
        batches.push(batch.map(({ work }) => work))
        const [first, ...others] = batch
        first?.resolve(first.work)
        return others
      },
    })
    assert.deepEqual(await Promise.all([ask(1), ask(2), ask(3)]), [1, 2, 3])
    assert.deepEqual(batches, [[1, 2], [2, 3], [3]])
  })

  it('tells those who have waited too long that the database is unavailable', async () => {
    const { ask, letGo } = station({ patience: 0 })
    const waited = ask(1)
    await assert.rejects(waited, StorageUnavailable)
    await letGo()
  })

  it('refuses who comes when far too many wait', async () => {
    const { ask, letGo } = station({ largest: 50_000 })
    const answers = many(20_000, ask)
    await assert.rejects(ask(20_000), StorageUnavailable)
    await turn()
    await letGo()
    assert.equal((await Promise.all(answers)).length, 20_000)
  })
})

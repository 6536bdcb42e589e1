/** The record of flows, written by several processes at once, and by one that is killed. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { event } from '../samples.ts'
import type { Order } from './child.ts'
import { many, openAt, type Place } from './place.ts'
import { allAtOnce, start } from './processes.ts'

const room = { people: 60, visitors: 60, machines: 60 }

export function recording(place: Place): void {
  describe('the record', () => {
    it('keeps the newest, whole, when two processes append and make room at once', async () => {
      const location = await place.fresh()
      await (await openAt(location)).close()
      const orderOf = (process: number): Order => ({
        do: 'append',
        location,
        room,
        batches: many(40, (number) => ({
          id: `${String(number).padStart(3, '0')}-${process}`,
          track: 'machines',
          events: many(5, (index) => ({
            ...event,
            id: `${process}-${number}-${index}`,
            flow: `F-${process}-${number}`,
          })),
        })),
      })
      assert.deepEqual(await allAtOnce(many(2, orderOf)), ['appended', 'appended'])
      await using storage = await openAt(location)
      const kept = await storage.store.flows.list({ limit: 1_000 })
      assert(kept.every(({ events }) => events === 5))
      const flows = new Set(kept.map(({ flow }) => flow))
      // One look is due for every batch; the last of both found all but what the other was just adding.
      assert(flows.size >= 12 && flows.size <= 14, `${flows.size} are kept`)
      for (const newest of ['F-0-39', 'F-1-39', 'F-0-38', 'F-1-38']) assert(flows.has(newest), newest)
    })

    it('has all that was written, and nothing of it half, when its writer is killed', async () => {
      const location = await place.fresh()
      const child = start({ do: 'append-on', location })
      let written = -1
      child.on('message', (number: number) => {
        written = number
        if (number === 30) child.kill('SIGKILL')
      })
      await once(child, 'disconnect')
      assert(written >= 30)
      await using storage = await openAt(location)
      const { flows } = storage.store
      const kept = await flows.list({ limit: 1_000 })
      assert(kept.length > written)
      for (const { flow, events } of kept) assert.equal((await flows.events(flow)).length, events)
      assert(kept.every(({ events }) => events === 10))
    })
  })
}

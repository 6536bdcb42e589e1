/** The record of flows: events as they were given, summaries, and the bound on one flow. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FlowEvent } from '@symbolon/protocol/trace'
import { openStorage } from '../../src/open.ts'
import { event } from '../samples.ts'
import { many, openFresh, type Place } from './place.ts'

const ends = 9_000

export function flows(place: Place): void {
  describe('flows', () => {
    it('gives events back as they were, in the order in which they happened', async () => {
      await using storage = await openFresh(place)
      const { flows } = storage.store
      const later: FlowEvent = { ...event, id: 'a-later', at: event.at + 1, step: undefined, client: undefined }
      const sameMoment: FlowEvent = { ...event, id: 'a-same', outcome: 'refused', reason: 'code_replayed' }
      await flows.append([later, event, sameMoment], ends)
      assert.deepEqual(await flows.events(event.flow), [event, sameMoment, later])
    })

    it('sums each flow up from its events, newest first', async () => {
      await using storage = await openFresh(place)
      const { flows } = storage.store
      const failed: FlowEvent = {
        ...event,
        id: 'event-2',
        at: event.at + 50,
        client: undefined,
        outcome: 'refused',
        reason: 'code_replayed',
      }
      const other: FlowEvent = { ...event, flow: '7777-7777', at: event.at + 20, client: undefined }
      await flows.append([event, other], ends)
      await flows.append([failed], ends)
      const summary = {
        flow: event.flow,
        startedAt: event.at,
        lastAt: failed.at,
        events: 2,
        client: 'print-shop',
        outcome: 'refused',
        reason: 'code_replayed',
      }
      const otherSummary = {
        flow: other.flow,
        startedAt: other.at,
        lastAt: other.at,
        events: 1,
        client: undefined,
        outcome: 'ok',
        reason: undefined,
      }
      assert.deepEqual(await flows.list({ limit: 10 }), [summary, otherSummary])
      assert.deepEqual(await flows.list({ limit: 1 }), [summary])
    })

    it('keeps the newest 300 events of a flow', async () => {
      await using storage = await openFresh(place)
      const { flows } = storage.store
      const events = many(310, (index) => ({ ...event, id: `event-${index}`, at: event.at + index }))
      await flows.append(events.slice(0, 200), ends)
      await flows.append(events.slice(200), ends)
      assert.deepEqual(await flows.events(event.flow), events.slice(10))
    })

    it('takes an event that comes twice once', async () => {
      await using storage = await openFresh(place)
      const { flows } = storage.store
      await flows.append([event], ends)
      await flows.append([event], ends)
      await flows.append([], ends)
      assert.deepEqual(await flows.events(event.flow), [event])
    })

    it('keeps only the newest flows of an issuer, for strangers can begin any number', async () => {
      const storage = await openStorage(await place.fresh(), { flowsKept: 3 })
      const [store, other] = [await storage.issuer('https://as.example'), await storage.issuer('https://other.example')]
      await other.flows.append([event], ends)
      for (let at = 1; at <= 6; at++) await store.flows.append([{ ...event, flow: `F-${at}`, at }], ends)
      const kept = await store.flows.list({ limit: 10 })
      assert.deepEqual(
        kept.map(({ flow }) => flow),
        ['F-6', 'F-5', 'F-4'],
      )
      assert.deepEqual(await store.flows.events('F-3'), [])
      assert.deepEqual(await other.flows.events(event.flow), [event])
      await storage.close()
    })

    it('shows an issuer no flow of another', async () => {
      await using storage = await openFresh(place)
      const { other } = storage
      await storage.store.flows.append([event], ends)
      assert.deepEqual(await other.flows.list({ limit: 10 }), [])
      assert.deepEqual(await other.flows.events(event.flow), [])
      await other.flows.append([{ ...event, what: 'its own' }], ends)
      assert.deepEqual(await storage.store.flows.events(event.flow), [event])
    })
  })
}

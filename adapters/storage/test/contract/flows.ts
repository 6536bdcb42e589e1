/** The record of flows: events as they were given, summaries, and the bound on one flow. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FlowEvent } from '@symbolon/protocol/trace'
import { openStorage } from '../../src/open.ts'
import { batch, event } from '../samples.ts'
import { many, openFresh, type Place } from './place.ts'

const ends = 9_000

export function flows(place: Place): void {
  describe('flows', () => {
    it('gives events back as they were, in the order in which they happened', async () => {
      await using storage = await openFresh(place)
      const { flows } = storage.store
      const later: FlowEvent = { ...event, id: 'a-later', at: event.at + 1, step: undefined, client: undefined }
      const sameMoment: FlowEvent = {
        ...event,
        id: 'a-same',
        outcome: 'refused',
        reason: 'code_replayed',
        expected: { clear: 'once' },
        got: { length: 3 },
        checks: [
          { rule: 'code_unknown', ok: true },
          { rule: 'code_replayed', ok: false },
        ],
        result: { error: { clear: 'two\nlines' }, refresh_token: { length: 43 } },
        person: 'abc',
        omitted: 1_204,
      }
      await flows.append([batch([later, event, sameMoment])], ends)
      assert.deepEqual(await flows.events(event.flow), [event, sameMoment, later])
    })

    it('puts a flow together from all batches and tracks, of several servers, too', async () => {
      await using storage = await openFresh(place)
      const { flows } = storage.store
      const at = (number: number): FlowEvent => ({ ...event, id: `event-${number}`, at: event.at + number })
      await flows.append([batch([at(3)], 'machines')], ends)
      await flows.append([batch([at(1)], 'visitors'), batch([at(4), { ...event, flow: '7777-7777' }])], ends)
      await flows.append([batch([at(2)])], ends)
      assert.deepEqual(await flows.events(event.flow), [1, 2, 3, 4].map(at))
      assert.deepEqual(await flows.events('%'), [])
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
        omitted: 7,
      }
      const other: FlowEvent = { ...event, flow: '7777-7777', at: event.at + 20, client: undefined }
      await flows.append([batch([event, other])], ends)
      await flows.append([batch([failed], 'machines')], ends)
      const summary = {
        flow: event.flow,
        startedAt: event.at,
        lastAt: failed.at,
        events: 2,
        client: 'print-shop',
        outcome: 'refused',
        reason: 'code_replayed',
        omitted: 7,
      }
      const otherSummary = {
        flow: other.flow,
        startedAt: other.at,
        lastAt: other.at,
        events: 1,
        client: undefined,
        outcome: 'ok',
        reason: undefined,
        omitted: 0,
      }
      assert.deepEqual(await flows.list({ limit: 10 }), [summary, otherSummary])
      assert.deepEqual(await flows.list({ limit: 1 }), [summary])
    })

    it('gives of a flow that has very many events what its person did, and then the newest', async () => {
      await using storage = await openFresh(place)
      const { flows } = storage.store
      const signIn = many(10, (index) => ({ ...event, id: `sign-in-${index}`, at: event.at + index }))
      const calls = many(310, (index) => ({ ...event, id: `call-${index}`, at: event.at + 100 + index }))
      await flows.append([batch(signIn)], ends)
      await flows.append([batch(calls, 'machines')], ends)
      assert.deepEqual(await flows.events(event.flow), [...signIn, ...calls.slice(20)])
      assert.equal((await flows.list({ limit: 1 }))[0]?.events, 320)
    })

    it('takes a batch that comes twice once', async () => {
      await using storage = await openFresh(place)
      const { flows } = storage.store
      const twice = batch([event])
      await flows.append([twice], ends)
      await flows.append([twice], ends)
      await flows.append([], ends)
      assert.deepEqual(await flows.events(event.flow), [event])
      assert.equal((await flows.list({ limit: 1 }))[0]?.events, 1)
    })

    it('keeps only the newest of each track of an issuer, for strangers can begin any number', async () => {
      const room = { people: 3, visitors: 2, machines: 2 }
      const storage = await openStorage(await place.fresh(), { flowRoom: room })
      const [store, other] = [await storage.issuer('https://as.example'), await storage.issuer('https://other.example')]
      const named = (name: string, at: number): readonly FlowEvent[] => [{ ...event, flow: name, at }]
      const kept = async () => (await store.flows.list({ limit: 99 })).map(({ flow }) => flow)
      await other.flows.append([batch([event])], ends)
      await store.flows.append([batch(named('PERSON', 0))], ends)
      for (let at = 1; at <= 30; at++) {
        await store.flows.append(
          [batch(named(`V-${at}`, at), 'visitors'), batch(named(`M-${at}`, at), 'machines')],
          ends,
        )
      }
      assert.deepEqual(await kept(), ['M-30', 'V-30', 'M-29', 'V-29', 'PERSON'])
      for (let at = 31; at <= 34; at++) await store.flows.append([batch(named(`P-${at}`, at))], ends)
      assert.deepEqual(
        (await kept()).filter((flow) => flow.startsWith('P')),
        ['P-34', 'P-33', 'P-32'],
      )
      assert.deepEqual(await store.flows.events('V-3'), [])
      assert.deepEqual(await other.flows.events(event.flow), [event])
      await storage.close()
    })

    it('never throws the newest batch away, however large it is', async () => {
      const storage = await openStorage(await place.fresh(), { flowRoom: { people: 3 } })
      const store = await storage.issuer('https://as.example')
      for (let at = 1; at <= 3; at++) {
        await store.flows.append([batch(many(10, (index) => ({ ...event, id: `${index}`, flow: `F-${at}` })))], ends)
      }
      assert.deepEqual(
        (await store.flows.list({ limit: 10 })).map(({ flow, events }) => [flow, events]),
        [['F-3', 10]],
      )
      await storage.close()
    })

    it('shows an issuer no flow of another', async () => {
      await using storage = await openFresh(place)
      const { other } = storage
      await storage.store.flows.append([batch([event])], ends)
      assert.deepEqual(await other.flows.list({ limit: 10 }), [])
      assert.deepEqual(await other.flows.events(event.flow), [])
      await other.flows.append([batch([{ ...event, what: 'its own' }])], ends)
      assert.deepEqual(await storage.store.flows.events(event.flow), [event])
    })
  })
}

/** Who hears that a session has ended: everybody who was given something in it, each once, whoever sends it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Store, Write } from '@symbolon/authorization-server/ports/store'
import * as a from '../samples.ts'
import { many, openAlone, type Place } from './place.ts'

const { now } = a
const until = 9_000
const sessionId = 'session-1'
const insert: Write = { do: 'insert-session', session: a.session }
const hold: Write = { do: 'hold-session', sessionId }
const remember = (clientId: string): Write => ({
  ...{ do: 'remember-client', sessionId, clientId },
  ...{ personId: 'alice-id', expiresAt: 5_000 },
})
const end: readonly Write[] = [
  { do: 'end-session', sessionId, now },
  { do: 'announce-logout', sessionId, flow: null, now, announcedUntil: until },
]
const told = async (store: Store) => (await store.logouts.ofSession(sessionId)).map(({ clientId }) => clientId)

export function logouts(place: Place): void {
  describe('the end of a session', () => {
    it('is announced to each of its clients once, however often it is ended', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      await store.commit([insert, remember('one'), remember('two'), remember('one')])
      await Promise.all([store.commit(end), store.commit(end)])
      assert.deepEqual(await told(store), ['one', 'two'])
      const [one] = await store.logouts.ofSession(sessionId)
      assert(one)
      const claim: Write = { do: 'claim-logout', sessionId, clientId: 'one', attempts: 0, dueAt: now + 30 }
      const over = { dueAt: null, failedAt: null, problem: null }
      await store.commit([claim, { do: 'note-logout', sessionId, clientId: 'one', attempts: 1, ...over }])
      await store.commit(end)
      assert.deepEqual(
        (await store.logouts.due(now + 999, 9)).map(({ clientId }) => clientId),
        ['two'],
      )
    })

    it('is heard by whoever was given something in it, whichever of both was committed first', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      for (const round of many(20, (index) => index)) {
        const session = { ...a.session, sessionId: `round-${round}` }
        const { sessionId } = session
        await store.commit([{ do: 'insert-session', session }])
        const give: readonly Write[] = [
          { do: 'hold-session', sessionId },
          { do: 'remember-client', sessionId, clientId: 'shop', personId: 'alice-id', expiresAt: 5_000 },
        ]
        const leave: readonly Write[] = [
          { do: 'end-session', sessionId, now },
          { do: 'announce-logout', sessionId, flow: null, now, announcedUntil: until },
        ]
        const both = (round % 2 === 0 ? [give, leave] : [leave, give]).map((writes) => store.commit(writes))
        const answers = await Promise.all(both)
        const given = answers[round % 2]
        const heard = (await store.logouts.ofSession(sessionId)).length
        assert.equal(heard, given?.committed ? 1 : 0, `round ${round}`)
      }
      await store.commit([insert, ...end])
      assert.deepEqual(await store.commit([hold, remember('late')]), { committed: false, lost: 'hold-session' })
      assert.deepEqual(await told(store), [])
    })

    it('is tried by one process at a time, and not noted by one whose time was over', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      await store.commit([insert, remember('one'), ...end])
      const claim = (attempts: number): Write => ({
        ...{ do: 'claim-logout', sessionId, clientId: 'one', attempts },
        dueAt: now + 30,
      })
      const claimed = await Promise.all(many(5, () => store.commit([claim(0)])))
      assert.equal(claimed.filter(({ committed }) => committed).length, 1)
      assert.deepEqual(await store.logouts.due(now + 29, 9), [])
      assert.equal((await store.logouts.due(now + 30, 9)).length, 1)
      assert.deepEqual(await store.commit([claim(1)]), { committed: true })
      const failed = { dueAt: null, failedAt: now, problem: 'too_slow' }
      await store.commit([{ do: 'note-logout', sessionId, clientId: 'one', attempts: 1, ...failed }])
      assert.equal((await store.logouts.ofSession(sessionId))[0]?.failedAt, null)
      await store.commit([{ do: 'note-logout', sessionId, clientId: 'one', attempts: 2, ...failed }])
      assert.equal((await store.logouts.ofSession(sessionId))[0]?.failedAt, now)
      assert.deepEqual(await store.commit([claim(2)]), { committed: false, lost: 'claim-logout' })
    })

    it('is announced, too, when the person is deleted, and nothing more is known of who was told', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      const over = { ...a.session, sessionId: 'session-over', endedAt: 900 }
      await store.commit([
        ...[{ do: 'put-person', person: a.person } as const, insert, remember('one')],
        { do: 'insert-session', session: over },
        { do: 'remember-client', sessionId: 'session-over', clientId: 'one', personId: 'alice-id', expiresAt: 5_000 },
      ])
      await store.commit([{ do: 'delete-person', personId: 'alice-id', now, announcedUntil: until }])
      const [due, ...more] = await store.logouts.due(now, 9)
      assert.deepEqual([due?.sessionId, due?.clientId, due?.personId], [sessionId, 'one', 'alice-id'])
      assert.deepEqual(more, [])
      assert.deepEqual(await store.logouts.clientsOf(sessionId), [])
    })

    it('is nothing to a client that was deleted', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      await store.commit([{ do: 'put-client', client: a.client }, insert, remember(a.client.clientId), ...end])
      await store.commit([{ do: 'delete-client', clientId: a.client.clientId }])
      assert.deepEqual(await told(store), [])
    })
  })
}

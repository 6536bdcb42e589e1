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
const remember = (
  clientId: string,
  more: { usedAt?: number; unreviewed?: boolean; sessionId?: string; atExpiry?: boolean } = {},
): Write => ({
  ...{ do: 'remember-client', sessionId, clientId },
  ...{ personId: 'alice-id', expiresAt: 5_000, usedAt: now, unreviewed: false, atExpiry: false },
  ...more,
})
const dueAt = (store: Store, at: number, unreviewed = false) => store.logouts.due({ now: at, limit: 9, unreviewed })
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
        (await dueAt(store, now + 999)).map(({ clientId }) => clientId),
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
        const give: readonly Write[] = [{ do: 'hold-session', sessionId }, remember('shop', { sessionId })]
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
      assert.deepEqual(await dueAt(store, now + 29), [])
      assert.equal((await dueAt(store, now + 30)).length, 1)
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
        remember('one', { sessionId: 'session-over' }),
      ])
      await store.commit([{ do: 'delete-person', personId: 'alice-id', now, announcedUntil: until }])
      const [due, ...more] = await dueAt(store, now)
      assert.deepEqual([due?.sessionId, due?.clientId, due?.personId], [sessionId, 'one', 'alice-id'])
      assert.deepEqual(more, [])
      assert.deepEqual(await store.logouts.clientsOf(sessionId), [])
    })

    it('is known to reviewed clients first, then to those used last, to the minute', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      const stranger = { usedAt: now + 500, unreviewed: true }
      await store.commit([insert, remember('early'), remember('late', { usedAt: now + 60 }), remember('new', stranger)])
      const order = async () => (await store.logouts.clientsOf(sessionId)).map(({ clientId }) => clientId)
      assert.deepEqual(await order(), ['late', 'early', 'new'])
      await store.commit([remember('early', { usedAt: now + 59 })])
      assert.deepEqual(await order(), ['late', 'early', 'new'])
      await store.commit([remember('early', { usedAt: now + 61 })])
      assert.deepEqual(await order(), ['early', 'late', 'new'])
      await store.commit([remember('new', { usedAt: now + 600, unreviewed: false })])
      assert.deepEqual(await order(), ['new', 'early', 'late'])
    })

    it('waits apart for clients that nobody has looked at', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      await store.commit([insert, remember('ours'), remember('a stranger', { unreviewed: true }), ...end])
      const due = async (unreviewed: boolean) => (await dueAt(store, now, unreviewed)).map(({ clientId }) => clientId)
      assert.deepEqual([await due(false), await due(true)], [['ours'], ['a stranger']])
      assert.deepEqual(await told(store), ['ours', 'a stranger'])
    })

    it('is put off for all that is due to one client, or given up where it was tried, and for nobody else', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      const sessions = many(3, (index) => ({ ...a.session, sessionId: `session-${index + 1}` }))
      await store.commit(
        sessions.flatMap((session, index): readonly Write[] => [
          { do: 'insert-session', session },
          ...['deaf', 'well'].map((clientId) => remember(clientId, { sessionId: session.sessionId })),
          { do: 'end-session', sessionId: session.sessionId, now: now + index },
          {
            ...{ do: 'announce-logout', sessionId: session.sessionId, flow: null },
            ...{ now: now + index, announcedUntil: until },
          },
        ]),
      )
      const claim: Write = { do: 'claim-logout', sessionId, clientId: 'deaf', attempts: 0, dueAt: now + 30 }
      await store.commit([claim, { do: 'put-off-logouts', clientId: 'deaf', now: now + 2, dueAt: now + 10 }])
      const due = async (at: number) =>
        (await dueAt(store, at)).map((one) => `${one.clientId} ${one.sessionId.slice(-1)} ${Number(one.dueAt) - now}`)
      assert.deepEqual(await due(now + 9), ['well 1 0', 'well 2 1', 'well 3 2'])
      assert.deepEqual((await due(now + 30)).slice(3), ['deaf 2 10', 'deaf 3 10', 'deaf 1 30'])
      const upTo = { announcedUpTo: now + 1, now: now + 10 }
      const giveUp: Write = { do: 'give-up-logouts', clientId: 'deaf', problem: 'too_slow', ...upTo }
      await store.commit([giveUp])
      assert.deepEqual((await due(now + 30)).slice(3), ['deaf 2 10', 'deaf 3 10', 'deaf 1 30'], 'never tried')
      for (const session of ['session-2', 'session-3']) {
        const once = { sessionId: session, clientId: 'deaf', attempts: 0, dueAt: now + 10 }
        await store.commit([{ do: 'claim-logout', ...once }])
      }
      await store.commit([giveUp])
      assert.deepEqual((await due(now + 30)).slice(3), ['deaf 3 10', 'deaf 1 30'])
      const failed = (await store.logouts.list(9)).filter(({ failedAt }) => failedAt !== null)
      assert.deepEqual(
        failed.map(({ clientId, sessionId, problem }) => [clientId, sessionId, problem]),
        [['deaf', 'session-2', 'too_slow']],
      )
    })

    it('is tried first where it was tried least, of those that wait for as long', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      for (const [index, attempts] of [2, 0, 1].entries()) {
        const session = { ...a.session, sessionId: `session-${index + 1}` }
        const { sessionId } = session
        const announced = { now: now + index, announcedUntil: until }
        await store.commit([{ do: 'insert-session', session }, remember('one', { sessionId })])
        await store.commit([{ do: 'announce-logout', sessionId, flow: null, ...announced }])
        for (const before of many(attempts, (at) => at)) {
          const claim = { sessionId, clientId: 'one', attempts: before, dueAt: now + 5 }
          await store.commit([{ do: 'claim-logout', ...claim }])
        }
      }
      await store.commit([{ do: 'put-off-logouts', clientId: 'one', now: now + 5, dueAt: now + 9 }])
      assert.deepEqual(
        (await dueAt(store, now + 9)).map((one) => one.sessionId),
        ['session-2', 'session-3', 'session-1'],
      )
    })

    it('is announced by the sweep to those who want to hear of sessions that ran out, once', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      const sessions = many(5, (index) => `session-${index + 1}`)
      await store.commit(
        sessions.flatMap((sessionId): readonly Write[] => [
          { do: 'insert-session', session: { ...a.session, sessionId } },
          remember('wants', { sessionId, atExpiry: true }),
          remember('does not', { sessionId }),
        ]),
      )
      const sweep = () => storage.sweep(5_000, 2)
      assert.equal(await storage.sweep(4_999, 2), 0)
      assert.deepEqual(await store.logouts.list(99), [])
      for (let rounds = 0; rounds < 9; rounds++) await Promise.all([sweep(), sweep()])
      const announced = await store.logouts.list(99)
      assert.deepEqual(
        announced.map((one) => [one.clientId, one.sessionId]),
        sessions.map((sessionId) => ['wants', sessionId]),
      )
      const [one] = announced
      assert.deepEqual(
        [one?.createdAt, one?.dueAt, one?.flow, one?.expiresAt],
        [5_000, 5_000, null, 5_000 + 7 * 86_400],
      )
      assert.deepEqual(await store.logouts.clientsOf('session-2'), [])
    })

    it('is not announced anew when a session that was ended would have run out, though its announcement is forgotten', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      const early = { do: 'announce-logout', sessionId, flow: null, now, announcedUntil: 4_000 } as const
      await store.commit([insert, remember('wants', { atExpiry: true }), { do: 'end-session', sessionId, now }, early])
      assert.deepEqual(await told(store), ['wants'])
      await storage.sweep(4_000, 9)
      assert.deepEqual(await told(store), [])
      await storage.sweep(5_000, 9)
      assert.deepEqual(await told(store), [])
    })

    it('is announced by the sweep to whoever came to want it, or not to, while the session lasted', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      await store.commit([insert, remember('came', {}), remember('left', { atExpiry: true })])
      const later = { usedAt: now + 60 }
      await store.commit([remember('came', { ...later, atExpiry: true }), remember('left', later)])
      await storage.sweep(5_000, 9)
      assert.deepEqual(await told(store), ['came'])
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

/** Sweeping takes what has expired, a bounded number at a time, and nothing else. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Write } from '@symbolon/authorization-server/ports/store'
import * as a from '../samples.ts'
import { many, openAlone, type Place } from './place.ts'

const end = 2_000

/** One row in every table that is swept, all expiring at `end`. */
const expiring: readonly Write[] = [
  { do: 'insert-session', session: { ...a.session, expiresAt: end } },
  {
    ...{ do: 'remember-client', sessionId: 'session-1', clientId: 'print-shop', personId: 'alice-id', expiresAt: end },
    ...{ usedAt: a.now, unreviewed: false, atExpiry: false },
  },
  { do: 'announce-logout', sessionId: 'session-1', flow: null, now: a.now, announcedUntil: end },
  { do: 'finish-interaction', outcome: { ...a.outcome, expiresAt: end } },
  { do: 'insert-grant', grant: { ...a.grant, expiresAt: end } },
  { do: 'insert-refresh-token', token: { ...a.refreshToken, expiresAt: end } },
  { do: 'insert-access-token', token: { ...a.accessToken, expiresAt: end } },
  { do: 'revoke-jti', jti: 'jti', expiresAt: end },
  { do: 'use-assertion', clientId: 'print-shop', jtiHash: 'jti', expiresAt: end },
  { do: 'count-failure', key: 'alice', now: a.now, expiresAt: end },
  { do: 'insert-invitation', invitation: { ...a.invitation, expiresAt: end } },
]
/** Of `flow_batches`. */
const rowsOfAnEvent = 1

export function sweeping(place: Place): void {
  describe('sweeping', () => {
    it('takes every kind of row when it has expired, for all issuers, and not before', async () => {
      await using storage = await openAlone(place)
      const stores = [storage.store, storage.other]
      for (const store of stores) {
        await store.commit(expiring)
        await store.flows.append([a.batch([a.event])], end)
      }
      assert.equal(await storage.sweep(end - 1, 100), 0)
      assert.equal(await storage.sweep(end, 100), 2 * (expiring.length + rowsOfAnEvent))
      for (const store of stores) {
        assert.deepEqual(await store.commit(expiring), { committed: true })
        assert.deepEqual(await store.flows.events(a.event.flow), [])
      }
    })

    it('keeps a code for ten minutes more, so that a replay is known as one', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      await store.commit([{ do: 'insert-code', code: a.code }])
      await store.commit([{ do: 'redeem-code', codeHash: 'code-1', now: a.now }])
      assert.equal(await storage.sweep(a.code.expiresAt + 599, 100), 0)
      assert.equal((await store.codes.find('code-1'))?.code.redeemedAt, a.now)
      assert.equal(await storage.sweep(a.code.expiresAt + 600, 100), 1)
      assert.equal(await store.codes.find('code-1'), undefined)
    })

    it('takes no more than its limit of each table, the oldest first', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      const keys = many(25, (index) => `key-${index}`)
      await store.commit(
        keys.map((key, index) => ({ do: 'count-failure', key, now: a.now, expiresAt: end - index }) as const),
      )
      assert.equal(await storage.sweep(end, 10), 10)
      const left = await store.throttles.find(keys)
      assert.deepEqual(
        left.map(({ expiresAt }) => expiresAt).sort(),
        many(15, (index) => end - 14 + index),
      )
      assert.equal(await storage.sweep(end, 10), 10)
      assert.equal(await storage.sweep(end, 10), 5)
      assert.equal(await storage.sweep(end, 10), 0)
    })

    it('leaves what never expires', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      await store.commit([
        { do: 'put-client', client: a.client },
        { do: 'put-resource', resource: a.resource },
        { do: 'put-person', person: a.person },
        { do: 'put-consent', consent: a.consent },
        { do: 'insert-key', key: a.key },
        { do: 'claim', name: 'keys', version: 0 },
      ])
      assert.equal(await storage.sweep(Number.MAX_SAFE_INTEGER, 100), 0)
    })

    it('may be done by two at once', async () => {
      await using storage = await openAlone(place)
      const writes = many(60, (index) => ({ do: 'count-failure', key: `k-${index}`, now: 1, expiresAt: end }) as const)
      await storage.store.commit(writes)
      const gone = await Promise.all([storage.sweep(end, 100), storage.sweep(end, 100)])
      assert.equal(gone[0] + gone[1], 60)
    })
  })
}

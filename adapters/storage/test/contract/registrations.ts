/** Clients that registered themselves: changed by one at a time, gone once, and gone by themselves only when unused. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Store, Write } from '@symbolon/authorization-server/ports/store'
import * as a from '../samples.ts'
import { many, openAlone, type Place } from './place.ts'

const { clientId, tokenHash } = a.registration
const registered: readonly Write[] = [
  { do: 'add-client', client: { ...a.client, declared: false } },
  { do: 'insert-registration', registration: a.registration },
]
const end: readonly Write[] = [
  { do: 'end-registration', clientId, tokenHash },
  { do: 'delete-client', clientId },
]
const change = (name: string, version = 0): readonly Write[] => [
  { do: 'change-registration', clientId, version },
  { do: 'put-client', client: { ...a.client, declared: false, metadata: { client_name: name } } },
]
const endUnused = (now: number): readonly Write[] => [
  { do: 'end-unused-registration', clientId, now },
  { do: 'delete-client', clientId },
]
const isThere = async (store: Store) => (await (await store.registry()).client(clientId)) !== undefined

export function registrations(place: Place): void {
  describe('a registration', () => {
    it('is kept with its token, and known to its issuer only', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      assert.equal((await store.commit(registered)).committed, true)
      assert.deepEqual(await store.registrations.find(clientId), a.registration)
      assert.equal(await storage.other.registrations.find(clientId), undefined)
    })

    it('is changed by one of many who decided on the same state, and never comes back after its end (RFC 7592 §2.2) [RFC7592-2.3-01]', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      await store.commit(registered)
      const changes = await Promise.all(many(8, (index) => store.commit(change(`Name ${index}`))))
      assert.equal(changes.filter(({ committed }) => committed).length, 1)
      assert.equal((await store.registrations.find(clientId))?.version, 1)
      const [ended] = await Promise.all([store.commit(end), store.commit(change('Late', 1))])
      assert.equal(ended.committed, true)
      assert.equal(await isThere(store), false)
      assert.deepEqual(await store.commit(change('Later', 2)), { committed: false, lost: 'change-registration' })
      assert.deepEqual(await store.commit(end), { committed: false, lost: 'end-registration' })
    })

    it('ends by itself when it is due and nobody has anything with the client', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      await store.commit(registered)
      assert.deepEqual(await store.registrations.due(2_999, 9), [])
      assert.deepEqual(await store.registrations.due(3_000, 9), [clientId])
      const early = await store.commit(endUnused(2_999))
      assert.deepEqual(early, { committed: false, lost: 'end-unused-registration' })
      const uses: readonly Write[] = [
        { do: 'put-consent', consent: a.consent },
        { do: 'insert-grant', grant: { ...a.grant, expiresAt: 4_000 } },
        { do: 'insert-code', code: { ...a.code, expiresAt: 4_000 } },
      ]
      for (const use of uses) {
        await store.commit([use])
        assert.equal((await store.commit(endUnused(3_000))).committed, false, use.do)
        await store.commit([{ do: 'delete-client', clientId }])
        await store.commit(registered)
      }
      await store.commit([{ do: 'keep-registration', clientId, dueAt: 5_000 }])
      assert.deepEqual(await store.registrations.due(4_999, 9), [])
      assert.equal((await store.commit(endUnused(5_000))).committed, true)
      assert.equal(await isThere(store), false)
    })
  })
}

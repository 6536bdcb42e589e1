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
  describe('an invitation', () => {
    const { tokenHash } = a.invitation
    const use = (now: number): Write => ({ do: 'use-invitation', tokenHash, now })

    it('is used as often as it may be, however many come at once, and before its end (RFC 7591 §1.3) [RFC7591-1.3-01]', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      await store.commit([{ do: 'insert-invitation', invitation: { ...a.invitation, most: 3 } }])
      assert.deepEqual(await store.commit([use(a.invitation.expiresAt)]), { committed: false, lost: 'use-invitation' })
      assert.equal((await storage.other.commit([use(a.now)])).committed, false)
      const uses = await Promise.all(many(8, () => store.commit([use(a.invitation.expiresAt - 1)])))
      assert.equal(uses.filter(({ committed }) => committed).length, 3)
      assert.equal((await store.invitations.find(tokenHash))?.used, 3)
      await store.commit([{ do: 'delete-invitation', tokenHash }])
      assert.equal((await store.commit([use(a.now)])).committed, false)
    })

    it('is listed, the newest first', async () => {
      await using storage = await openAlone(place)
      const { store } = storage
      const later = { ...a.invitation, tokenHash: 'later', createdAt: a.invitation.createdAt + 1 }
      for (const invitation of [a.invitation, later]) await store.commit([{ do: 'insert-invitation', invitation }])
      assert.deepEqual(await store.invitations.list(), [later, a.invitation])
    })
  })

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

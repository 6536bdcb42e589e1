/** The registry: remembered as long as nothing in it changes, and never what any process had changed before. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import type { ClientRecord } from '@symbolon/authorization-server/ports/records'
import type { Store, Write } from '@symbolon/authorization-server/ports/store'
import * as a from '../samples.ts'
import { many, openAt, openFresh, type Place } from './place.ts'
import { hear, start } from './processes.ts'

const newcomer = (index: number): ClientRecord => ({ ...a.client, clientId: `newcomer-${index}` })
const shop = async (store: Store) => (await store.registry()).client('print-shop')
const seen = async (store: Store) => [await shop(store), (await store.registry()).resources]
const put = (client: ClientRecord): Write => ({ do: 'put-client', client })

/** One after the other; what the registry says then. */
const changes: readonly { readonly title: string; readonly write: Write; readonly now: readonly unknown[] }[] = [
  { title: 'a new client', write: { do: 'add-client', client: a.client }, now: [a.client, []] },
  {
    title: 'a new resource',
    write: { do: 'put-resource', resource: a.resource },
    now: [a.client, [a.resource]],
  },
  {
    title: 'a client that is turned off',
    write: put({ ...a.client, disabled: true }),
    now: [{ ...a.client, disabled: true }, [a.resource]],
  },
  {
    title: 'a new secret',
    write: put({ ...a.client, secrets: [{ hash: 'of-another', expiresAt: null }] }),
    now: [{ ...a.client, secrets: [{ hash: 'of-another', expiresAt: null }] }, [a.resource]],
  },
  {
    title: 'other metadata',
    write: put({ ...a.client, metadata: { redirect_uris: ['https://print.example/other'] } }),
    now: [{ ...a.client, metadata: { redirect_uris: ['https://print.example/other'] } }, [a.resource]],
  },
  {
    title: 'a resource with another lifetime',
    write: { do: 'put-resource', resource: { ...a.resource, tokenLifetime: 7 } },
    now: [
      { ...a.client, metadata: { redirect_uris: ['https://print.example/other'] } },
      [{ ...a.resource, tokenLifetime: 7 }],
    ],
  },
  {
    title: 'a client that is deleted',
    write: { do: 'delete-client', clientId: 'print-shop' },
    now: [undefined, [{ ...a.resource, tokenLifetime: 7 }]],
  },
  {
    title: 'a client that is there again',
    write: { do: 'add-client', client: a.client },
    now: [a.client, [{ ...a.resource, tokenLifetime: 7 }]],
  },
  {
    title: 'a resource that is deleted',
    write: { do: 'delete-resource', resource: a.resource.resource },
    now: [a.client, []],
  },
]

export function registry(place: Place): void {
  describe('the registry', () => {
    it('shows every change at the next request, to whoever else has the database open', async () => {
      const location = await place.fresh()
      await using storage = await openAt(location)
      await using another = place.shared ? await openAt(location) : undefined
      const { store } = storage
      const elsewhere = another?.store ?? store
      assert.deepEqual(await seen(elsewhere), [undefined, []])
      for (const { title, write, now } of changes) {
        await seen(elsewhere)
        assert.deepEqual(await store.commit([write]), { committed: true })
        assert.deepEqual(await seen(elsewhere), now, title)
        assert.deepEqual(await seen(store), now, title)
        assert.deepEqual(await seen(storage.other), [undefined, []])
      }
    })

    it('is the same object, with the same records, as long as nothing in it changes', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      await store.commit([put(a.client), put(newcomer(0)), { do: 'put-resource', resource: a.resource }])
      const before = await store.registry()
      const client = await before.client('print-shop')
      assert.equal(await store.registry(), before)
      assert.equal(before.client('print-shop'), client)

      await store.commit([put({ ...newcomer(0), disabled: true })])
      const after = await store.registry()
      assert.notEqual(after, before)
      assert.equal(await after.client('print-shop'), client)
      assert.equal(after.resources, before.resources)
    })

    it('keeps all that it knows while a thousand clients are added', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      await store.commit([put(a.client), { do: 'put-resource', resource: a.resource }])
      const before = await store.registry()
      const client = await before.client('print-shop')
      const added = many(10, (tens) => many(100, (index) => newcomer(100 * tens + index)))
      await Promise.all(
        added.map((clients) => store.commit(clients.map((each) => ({ do: 'add-client', client: each }) as const))),
      )
      assert.equal(await store.registry(), before)
      assert.equal(before.client('print-shop'), client)
      assert.deepEqual(await before.client('newcomer-999'), newcomer(999))
    })

    it('does not remember who was not there', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      const before = await store.registry()
      assert.equal(await before.client('print-shop'), undefined)
      await store.commit([{ do: 'add-client', client: a.client }])
      assert.equal(await store.registry(), before)
      assert.deepEqual(await before.client('print-shop'), a.client)
    })

    it('leaves a client that is there already as it is when it is added', async () => {
      await using storage = await openFresh(place)
      const { store } = storage
      await store.commit([put(a.client)])
      const again = { do: 'add-client', client: { ...a.client, disabled: true } } as const
      assert.deepEqual(await store.commit([again]), { committed: false, lost: 'add-client' })
      assert.deepEqual(await shop(store), a.client)
    })

    if (place.shared) {
      it('never shows what another process had changed before the request began', async () => {
        const location = await place.fresh()
        await using storage = await openAt(location)
        const { store } = storage
        const child = start({ do: 'change-clients', location, times: 200 })
        let changed = -1
        let over = false
        child.on('message', (message: unknown) => {
          if (typeof message === 'number') changed = message
        })
        const ask = async () => {
          while (!over) {
            const committed = changed
            const [client, resource] = await seenNow(store)
            assert(client >= committed, `the client of change ${client} after change ${committed}`)
            assert(resource >= committed, `the resource of change ${resource} after change ${committed}`)
            await new Promise(setImmediate)
          }
        }
        await hear(child)
        child.send('begin')
        const end = async () => {
          await once(child, 'disconnect')
          over = true
        }
        await Promise.all([end(), ...many(8, ask)])
        assert.deepEqual(await seenNow(store), [199, 199])
      })
    }
  })
}

/** Which change made the client and the resource that stand now. */
async function seenNow(store: Store): Promise<readonly [number, number]> {
  const { client, resources } = await store.registry()
  const found = await client('print-shop')
  return [found?.updatedAt ?? -1, resources[0]?.tokenLifetime ?? -1]
}

/** The other process of migrating.ts: opens an empty database at a signal, or stops half-way in its migrations. */
import { once } from 'node:events'
import { openDatabase } from '../../src/open.ts'
import type { Migration } from '../../src/sql.ts'
import { openAt } from './place.ts'

const [, , order, location = '', texts = '[]'] = process.argv

if (order === 'open') {
  process.send?.('ready')
  await once(process, 'message')
  const storage = await openAt(location)
  await storage.store.commit([{ do: 'count-failure', key: 'children', now: 1, expiresAt: 2 }])
  await storage.close()
  process.send?.('open')
  process.disconnect?.()
} else {
  const database = await openDatabase(location)
  const stopping: Migration = {
    name: '0003-never',
    get text(): string {
      process.send?.('half-way')
      // The transaction is open and this process does nothing any more.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
      return ''
    },
  }
  await database.migrate([...(JSON.parse(texts) as readonly Migration[]), stopping])
}

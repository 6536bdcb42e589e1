/** Coming to the schema: by several at once, after a crash half-way, and never backwards. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { migrations } from '../../src/migrations.ts'
import { openDatabase } from '../../src/open.ts'
import { type Migration, statement } from '../../src/sql.ts'
import { StorageProblem } from '../../src/storage-problem.ts'
import * as a from '../samples.ts'
import { many, openAt, type Place } from './place.ts'
import { allAtOnce, hear, start } from './processes.ts'

const two: readonly Migration[] = [
  { name: '0001-one', text: 'create table one (id bigint); insert into one values (1);' },
  { name: '0002-two', text: 'create table two (id bigint); insert into two values (2);' },
]

const countOf = (table: string) =>
  statement<Record<never, never>, { n: number }>(`${table}.count`, `select count(*) as n from ${table}`)

export function migrating(place: Place): void {
  describe('migrating', () => {
    it('an empty database is done once, by however many processes start at once', async () => {
      const location = await place.fresh()
      const answers = await allAtOnce(many(4, () => ({ do: 'open', location })))
      assert.deepEqual(
        answers,
        many(4, () => 'open'),
      )
      // All of them asked for the same issuer and counted there.
      await using storage = await openAt(location)
      assert.equal((await storage.store.throttles.find(['children']))[0]?.failures, 4)
    })

    it('that is killed half-way leaves the old schema, and the next start goes on from there', async () => {
      const location = await place.fresh()
      const [first, second] = two
      assert(first && second)
      const before = await openDatabase(location)
      await before.migrate([first])
      await before.close()

      const migrator = start({ do: 'stop-half-way', location, migrations: two })
      assert.equal(await hear(migrator), 'half-way')
      migrator.kill('SIGKILL')
      await once(migrator, 'exit')

      const after = await openDatabase(location)
      await after.migrate([first])
      await assert.rejects(async () => after.one(countOf('two'), {}))
      await after.migrate(two)
      assert.deepEqual({ ...(await after.one(countOf('two'), {})) }, { n: 1 })
      assert.deepEqual({ ...(await after.one(countOf('one'), {})) }, { n: 1 })
      await after.close()
    })

    it('that fails leaves the old schema', async () => {
      const database = await openDatabase(await place.fresh())
      await assert.rejects(database.migrate([...two, { name: '0003-wrong', text: 'create tabel three (id bigint);' }]))
      await assert.rejects(async () => database.one(countOf('one'), {}))
      await database.migrate(two)
      assert.deepEqual({ ...(await database.one(countOf('two'), {})) }, { n: 1 })
      await database.close()
    })

    it('is refused by a program that is older than the database', async () => {
      const location = await place.fresh()
      const newer = await openDatabase(location)
      await newer.migrate([...migrations, { name: 'from-the-future', text: 'create table future (id bigint);' }])
      await newer.close()
      const known = migrations.length
      await assert.rejects(openAt(location), (error) => {
        assert(error instanceof StorageProblem)
        assert.match(error.message, new RegExp(`^The database has schema ${known + 1}; this program knows ${known}\\.`))
        return true
      })
    })

    it('keeps what is there', async () => {
      const location = await place.fresh()
      {
        await using storage = await openAt(location)
        await storage.store.commit([{ do: 'put-client', client: a.client }])
      }
      await using again = await openAt(location)
      assert.deepEqual(await again.store.clients.list(), [a.client])
    })
  })
}

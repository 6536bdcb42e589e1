/** The commit of one round trip, on one connection that has been through everything before. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sharedPostgres } from '../../../tests/support/postgres.ts'
import { openDatabase } from '../src/open.ts'
import { type Database, spending, statement, step } from '../src/sql.ts'

const insert = statement<{ id: number }>('things.insert', 'insert into things (id) values (:id)')
const update = statement<{ by: number }>('things.update', 'update things set id = id + :by')
const spend = spending<{ id: number }>('things.spend', 'delete from things where id = :id returning 1 as spent')
const wrong = statement<Record<never, never>>('things.wrong', 'update things set nothing = 1')
const list = statement<Record<never, never>, { id: number }>('things.list', 'select id from things order by id')

async function openOnce(): Promise<Database & AsyncDisposable> {
  const location = await (await sharedPostgres()).createDatabase()
  const database = await openDatabase(location, { connections: 1 })
  await database.migrate([{ name: 'things', text: 'create table things (id bigint primary key);' }])
  return { ...database, [Symbol.asyncDispose]: () => database.close() }
}

const ids = async (database: Database) => (await database.many(list, {})).map(({ id }) => id)

describe('a PostgreSQL commit', () => {
  it('lets each statement see what those before it did, and counts the rows', async () => {
    await using database = await openOnce()
    const steps = [
      step(insert, { id: 1 }),
      step(insert, { id: 10 }),
      step(update, { by: 100 }),
      step(spend, { id: 110 }),
    ]
    assert.deepEqual(await database.commit(steps), { lost: undefined, changes: 4 })
    assert.deepEqual(await ids(database), [101])
  })

  it('that failed leaves nothing, and the connection as good as new', async () => {
    await using database = await openOnce()
    const unknown = statement<Record<never, never>>('pid.find', 'select pg_backend_pid() as pid')
    const before = await database.one(unknown, {})
    for (const _ of [1, 2]) {
      assert.deepEqual(
        await database.commit([step(insert, { id: 1 }), step(spend, { id: 9 }), step(insert, { id: 2 })]),
        {
          lost: 1,
        },
      )
      await assert.rejects(database.commit([step(insert, { id: 1 }), step(wrong, {}), step(insert, { id: 2 })]), {
        code: '42703',
      })
      await assert.rejects(database.commit([step(insert, { id: 1 }), step(insert, { id: 1 })]), {
        name: 'StorageConflict',
      })
      assert.deepEqual(await ids(database), [])
    }
    await database.commit([step(insert, { id: 1 }), step(insert, { id: 2 }), step(spend, { id: 1 })])
    assert.deepEqual(await ids(database), [2])
    assert.deepEqual(await database.one(unknown, {}), before)
  })

  it('prepares its statements again when the server has lost them', async () => {
    await using database = await openOnce()
    const forget = statement<Record<never, never>>('all.forget', 'deallocate all')
    await database.commit([step(insert, { id: 1 })])
    await database.commit([step(forget, {})])
    assert.deepEqual(await database.commit([step(insert, { id: 2 }), step(insert, { id: 3 })]), {
      lost: undefined,
      changes: 2,
    })
    assert.deepEqual(await ids(database), [1, 2, 3])
  })
})

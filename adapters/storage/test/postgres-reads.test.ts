/** Reads that go together: each has its own rows, fails alone, and keeps nobody waiting for long. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Client } from 'pg'
import { sharedPostgres } from '../../../tests/support/postgres.ts'
import { openDatabase } from '../src/open.ts'
import { type Database, statement, step } from '../src/sql.ts'
import { many } from './contract/place.ts'

type Thing = { readonly id: number; readonly text: string | null }
const insert = statement<Thing>('things.insert', 'insert into things (id, text) values (:id, :text)')
const find = statement<{ id: number }, Thing>('things.find', 'select id, text from things where id = :id')
const list = statement<Record<never, never>, Thing>('things.list', 'select id, text from things order by id')
const divide = statement<{ by: number }, Thing>('things.divide', 'select id / :by as id, text from things')
const wrong = statement<Record<never, never>>('things.wrong', 'select nothing from things')
const pause = statement<Record<never, never>>('pause', 'select pg_advisory_lock_shared(7) as pause')
const forget = statement<Record<never, never>>('all.forget', 'deallocate all')

const things: readonly Thing[] = [
  { id: 1, text: 'One' },
  { id: 2, text: null },
  { id: 3, text: 'Überweißer 🖼️' },
]

async function openThings(connections: number): Promise<Database & AsyncDisposable & { readonly location: string }> {
  const location = await (await sharedPostgres()).createDatabase()
  const database = await openDatabase(location, { connections })
  await database.migrate([{ name: 'things', text: 'create table things (id bigint primary key, text text);' }])
  await database.commit(things.map((thing) => step(insert, thing)))
  return { ...database, location, [Symbol.asyncDispose]: () => database.close() }
}

describe('PostgreSQL reads of one turn', () => {
  it('each have their own rows, in their types', async () => {
    await using database = await openThings(10)
    const [one, two, none, all] = await Promise.all([
      database.one(find, { id: 1 }),
      database.one(find, { id: 2 }),
      database.one(find, { id: 9 }),
      database.many(list, {}),
    ])
    assert.deepEqual([one, two, none], [things[0], things[1], undefined])
    assert.deepEqual(all, things)
  })

  it('are more than go together, and all are answered', async () => {
    await using database = await openThings(10)
    const found = await Promise.all(many(500, (at) => database.one(find, { id: 1 + (at % 3) })))
    assert.deepEqual(
      found,
      many(500, (at) => things[at % 3]),
    )
  })

  it('fail alone', async () => {
    await using database = await openThings(1)
    const answers = await Promise.allSettled([
      database.one(find, { id: 1 }),
      database.many(divide, { by: 0 }),
      database.one(find, { id: 2 }),
      database.many(wrong, {}),
      database.one(find, { id: 3 }),
    ])
    const told = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : answer.reason.code))
    assert.deepEqual(told, [things[0], '22012', things[1], '42703', things[2]])
  })

  it('are prepared again when the server has lost what it prepared', async () => {
    await using database = await openThings(1)
    await database.one(find, { id: 1 })
    await database.commit([step(forget, {})])
    const found = await Promise.all(many(3, (at) => database.one(find, { id: 1 + at })))
    assert.deepEqual(found, things)
  })

  it('are not waited for by the next when one of them is slow', async () => {
    await using database = await openThings(10)
    const locker = new Client({ connectionString: database.location })
    await locker.connect()
    await locker.query('select pg_advisory_lock(7)')
    const slow = database.one(pause, {})
    const behind = database.one(find, { id: 1 })
    await new Promise(setImmediate)
    assert.deepEqual(await database.one(find, { id: 2 }), things[1])
    await locker.end()
    assert.deepEqual(await behind, things[0])
    await slow
  })
})

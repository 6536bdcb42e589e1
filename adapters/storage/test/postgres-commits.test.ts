/** Commits of one round trip, alone and in groups, on connections that have been through everything before. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Client } from 'pg'
import { sharedPostgres } from '../../../tests/support/postgres.ts'
import { openDatabase } from '../src/open.ts'
import { type Database, spending, statement, step } from '../src/sql.ts'
import { many, openAt } from './contract/place.ts'
import * as a from './samples.ts'

const insert = statement<{ id: number }>('things.insert', 'insert into things (id) values (:id)')
const update = statement<{ by: number }>('things.update', 'update things set id = id + :by')
const spend = spending<{ id: number }>('things.spend', 'delete from things where id = :id returning 1 as spent')
const wrong = statement<Record<never, never>>('things.wrong', 'update things set nothing = 1')
const list = statement<Record<never, never>, { id: number }>('things.list', 'select id from things order by id')

async function openFresh(connections: number): Promise<Database & AsyncDisposable & { readonly location: string }> {
  const location = await (await sharedPostgres()).createDatabase()
  const database = await openDatabase(location, { connections })
  await database.migrate([{ name: 'things', text: 'create table things (id bigint primary key);' }])
  return { ...database, location, [Symbol.asyncDispose]: () => database.close() }
}

const ids = async (database: Database) => (await database.many(list, {})).map(({ id }) => id)

describe('a PostgreSQL commit', () => {
  it('lets each statement see what those before it did, and counts the rows', async () => {
    await using database = await openFresh(1)
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
    await using database = await openFresh(1)
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
    await using database = await openFresh(1)
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

describe('PostgreSQL commits of one turn', () => {
  it('are answered each for itself, though one of them is lost and another fails', async () => {
    await using database = await openFresh(10)
    await database.commit([step(insert, { id: 1 }), step(insert, { id: 8 })])
    const answers = await Promise.allSettled([
      database.commit([step(insert, { id: 2 }), step(insert, { id: 3 })]),
      database.commit([step(insert, { id: 4 }), step(spend, { id: 9 })]),
      database.commit([step(insert, { id: 5 }), step(wrong, {})]),
      database.commit([step(insert, { id: 6 }), step(insert, { id: 1 })]),
      database.commit([step(spend, { id: 8 }), step(insert, { id: 7 })]),
    ])
    const [whole, lost, failed, double, spent] = answers.map((answer) =>
      answer.status === 'fulfilled' ? answer.value : answer.reason,
    )
    assert.deepEqual([whole, lost, spent.lost], [{ lost: undefined, changes: 2 }, { lost: 1 }, undefined])
    assert.deepEqual([failed.code, double.name], ['42703', 'StorageConflict'])
    assert.deepEqual(await ids(database), [1, 2, 3, 7])
  })

  it('let one of many have what only one can have', async () => {
    await using database = await openFresh(10)
    await database.commit([step(insert, { id: 1 })])
    const outcomes = await Promise.all(
      many(40, (at) => database.commit([step(spend, { id: 1 }), step(insert, { id: 100 + at })])),
    )
    assert.equal(outcomes.filter(({ lost }) => lost === undefined).length, 1)
    assert.equal((await ids(database)).length, 1)
  })

  it('do not wait for a lock that only one of them needs, and that one gets it in the end', async () => {
    await using database = await openFresh(10)
    await database.commit([step(insert, { id: 1 })])
    const locker = new Client({ connectionString: database.location })
    await locker.connect()
    await locker.query('begin; select id from things for update')
    const waiting = database.commit([step(spend, { id: 1 })])
    await Promise.all(many(20, (at) => database.commit([step(insert, { id: 100 + at })])))
    assert.equal((await ids(database)).length, 21)
    await locker.query('commit')
    await locker.end()
    assert.deepEqual(await waiting, { lost: undefined, changes: 0 })
    assert.equal((await ids(database)).length, 20)
  })

  it('that hold and change the same few rows from several processes all come through', async () => {
    const url = await (await sharedPostgres()).createDatabase()
    await using one = await openAt(url)
    await using other = await openAt(url)
    const sessions = many(3, (at) => ({ ...a.session, sessionId: `session-${at}` }))
    await one.store.commit(sessions.map((session) => ({ do: 'insert-session' as const, session })))
    const answers = await Promise.all(
      many(96, (at) => {
        const { sessionId, expiresAt } = sessions[at % 3] ?? a.session
        return [one, other][at % 2]?.store.commit([
          { do: 'hold-session', sessionId },
          { do: 'insert-code', code: { ...a.code, codeHash: `code-${at}`, grantId: `grant-${at}` } },
          { do: 'touch-session', sessionId, lastSeenAt: a.now + at, expiresAt },
        ])
      }),
    )
    assert(answers.every((answer) => answer?.committed))
  })
})

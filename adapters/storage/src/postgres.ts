/** PostgreSQL behind the statements: a pool of connections, prepared statements, commits of one round trip. */
import { setTimeout as delay } from 'node:timers/promises'
import { Client, Pool, type PoolClient, types } from 'pg'
import { closing } from './closing.ts'
import { findSchemaVersion, insertSchemaVersion, makeSchemaTable, missingFrom } from './migrations.ts'
import { type Query, sendCommit } from './postgres-commit.ts'
import { breaksConnection, isWorthRetrying, problemOf, translated } from './postgres-errors.ts'
import { held, orFail, type PostgresText, toPostgres } from './postgres-text.ts'
import type { Database, Migration, Outcome, Statement, Step, Values } from './sql.ts'
import { findsNothing, refuseUnstorable } from './storable.ts'

/** The type id of `bigint`, which the driver would give as text. All of ours are seconds, milliseconds or counts. */
const bigint = 20

export async function openPostgres(
  location: string,
  { connections, patience }: { readonly connections: number; readonly patience: number },
): Promise<Database> {
  const pool = new Pool({
    connectionString: location,
    max: connections,
    application_name: 'symbolon',
    keepAlive: true,
    connectionTimeoutMillis: patience,
    statement_timeout: patience,
    idle_in_transaction_session_timeout: patience,
    // The server gives up first; this is for one that is no longer there to.
    query_timeout: patience + 1_000,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === bigint ? Number : format === 'binary' ? types.getTypeParser(oid, format) : types.getTypeParser(oid),
    },
  })
  // An idle connection that the server ends is already out of the pool; the next request makes another.
  pool.on('error', () => {})
  // What ends a connection in use is told to its queries; unheard as an event, it would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))

  const { during, settle } = closing()
  const texts = new Map<string, PostgresText>()
  const textOf = (name: string, text: string): PostgresText => {
    const known = texts.get(name) ?? toPostgres(text)
    texts.set(name, known)
    return known
  }
  const queryOf = ({ name, text, spends, holds, values }: Step): Query => {
    const made = textOf(name, spends ? orFail(holds ? held(text) : text) : text)
    return { name, text: made.text, values: made.valuesOf(values) }
  }

  const read = async <Row>(statement: Statement<Values>, values: Values): Promise<readonly Row[]> => {
    if (findsNothing(values)) return []
    const query = queryOf({ ...statement, values })
    try {
      return (await during(() => pool.query({ ...query, values: [...query.values] }))).rows
    } catch (error) {
      throw translated(error)
    }
  }

  return {
    remote: true,
    one: async (statement, values) => (await read<never>(statement as Statement<Values>, values))[0],
    many: (statement, values) => read(statement as Statement<Values>, values),
    commit: async (steps) => {
      for (const { values } of steps) refuseUnstorable(values)
      const queries = steps.map(queryOf)
      return during(() => commit(pool, queries))
    },
    migrate: (migrations) =>
      migrate(location, patience, migrations).catch((error) => {
        throw problemOf(error, nameOf(location))
      }),
    close: async () => {
      await settle()
      await pool.end()
    },
  }
}

/** The database's name; the rest of its address may hold a password. */
const nameOf = (location: string): string => URL.parse(location)?.pathname.slice(1) || 'of that address'

const attempts = 5

/** Read committed is enough: every rule is within one statement. */
async function commit(pool: Pool, queries: readonly Query[]): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await withClient(pool, (client) => sendCommit(client, queries))
    } catch (error) {
      if (!isWorthRetrying(error) || attempt === attempts) throw translated(error)
      await delay(Math.random() * 10 * 2 ** attempt)
    }
  }
}

async function withClient<Result>(pool: Pool, work: (client: PoolClient) => Promise<Result>): Promise<Result> {
  const client = await pool.connect()
  let broken = false
  try {
    return await work(client)
  } catch (error) {
    broken = breaksConnection(error)
    throw error
  } finally {
    client.release(broken)
  }
}

/** Any number that nobody else uses for a lock of this database. */
const migrationLock = 7_309_451

/**
 * All missing migrations in one transaction: whoever comes second waits, and then finds nothing missing. On a
 * connection of its own, for it may take as long as it takes.
 */
async function migrate(location: string, patience: number, migrations: readonly Migration[]): Promise<void> {
  const client = new Client({ connectionString: location, connectionTimeoutMillis: patience, keepAlive: true })
  client.on('error', () => {})
  await client.connect()
  try {
    const found = await client.query("select to_regclass('schema_versions') is not null as there")
    if (found.rows[0]?.there && missingFrom(await versionOf(client), migrations).length === 0) return
    await client.query('begin')
    await client.query(`select pg_advisory_xact_lock(${migrationLock})`)
    await client.query(makeSchemaTable)
    for (const { version, name, migration } of missingFrom(await versionOf(client), migrations)) {
      await client.query(migration.text)
      const { text, valuesOf } = toPostgres(insertSchemaVersion.text)
      await client.query(text, valuesOf({ version, name }))
    }
    await client.query('commit')
  } finally {
    // With it goes whatever was not committed.
    await client.end()
  }
}

const versionOf = async (client: Client): Promise<number> =>
  Number((await client.query(findSchemaVersion.text)).rows[0]?.version ?? 0)

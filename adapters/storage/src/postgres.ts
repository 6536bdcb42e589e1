/**
 * PostgreSQL behind the statements: what is read goes together in batches, what is written in groups, each statement
 * prepared once on each connection.
 */
import { Pool } from 'pg'
import { closing } from './closing.ts'
import type { Query } from './postgres-batch.ts'
import { commitTogether } from './postgres-commits.ts'
import { problemOf } from './postgres-errors.ts'
import { migrate } from './postgres-migrate.ts'
import { readTogether } from './postgres-reads.ts'
import { held, orFail, type PostgresText, toPostgres } from './postgres-text.ts'
import type { Database, Statement, Step, Values } from './sql.ts'
import { findsNothing, refuseUnstorable } from './storable.ts'

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
  })
  // An idle connection that the server ends is already out of the pool; the next request makes another.
  pool.on('error', () => {})
  // What ends a connection in use is told to its queries; unheard as an event, it would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))

  const { during, settle } = closing()
  const limits = limitsFor(connections)
  const readRows = readTogether(pool, { batches: limits.reads, patience })
  const commit = commitTogether(pool, { groups: limits.groups, alone: limits.alone, patience })

  const texts = new Map<string, PostgresText>()
  const textOf = (name: string, text: () => string): PostgresText => {
    const known = texts.get(name) ?? toPostgres(text())
    texts.set(name, known)
    return known
  }
  const stepQuery = ({ name, text, spends, holds, values }: Step): Query => {
    const made = textOf(name, () => (spends ? orFail(holds ? held(text) : text) : text))
    return { name, text: made.text, values: made.valuesOf(values), reads: false }
  }
  const read = async <Row>({ name, text }: Statement<Values>, values: Values): Promise<readonly Row[]> => {
    if (findsNothing(values)) return []
    const made = textOf(name, () => text)
    const query: Query = { name, text: made.text, values: made.valuesOf(values), reads: true }
    return (await during(() => readRows(query))) as readonly Row[]
  }

  return {
    remote: true,
    one: async (statement, values) => (await read<never>(statement as Statement<Values>, values))[0],
    many: (statement, values) => read(statement as Statement<Values>, values),
    commit: async (steps) => {
      for (const { values } of steps) refuseUnstorable(values)
      const queries = steps.map(stepQuery)
      return during(() => commit(queries))
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

/** Each kind has its own share, so that none ever waits for a connection that another kind has. */
function limitsFor(connections: number) {
  const reads = Math.max(1, Math.floor(connections * 0.4))
  const groups = Math.max(1, Math.floor(connections * 0.2))
  return { reads, groups, alone: Math.max(1, connections - reads - groups) }
}

/** The database's name; the rest of its address may hold a password. */
const nameOf = (location: string): string => URL.parse(location)?.pathname.slice(1) || 'of that address'

/**
 * A batch as PostgreSQL's protocol has it: all queries of it sent at once, with one Sync at the end. Until there they
 * are one transaction, and after an error the server skips the rest of them, so that there is no way to do half,
 * whatever breaks. It costs one round trip, and the driver and the server hardly more than for one query.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
import { type Connection, type FieldDef, type Pool, type PoolClient, types } from 'pg'
import { breaksConnection } from './postgres-errors.ts'
import type { Value } from './sql.ts'

export interface Query {
  readonly name: string
  readonly text: string
  readonly values: readonly Value[]
  /** Whether anybody wants its rows. */
  readonly reads: boolean
}

export type Row = Readonly<Record<string, unknown>>

/** Told of each query, in order, as soon as it is done; what it changed is not committed yet. */
export type Done = (rows: readonly Row[], changes: number) => void

interface Column {
  readonly name: string
  readonly parse: (text: string) => unknown
}
type Columns = readonly Column[]

/** Which statements each connection has prepared, with their columns; never one of which it is not sure. */
const prepared = new WeakMap<Connection, Map<string, Columns>>()

/** On a connection of the pool: resolves when the batch is committed. One that is of no use any more is not kept. */
export async function sendBatch(pool: Pool, queries: readonly Query[], done: Done): Promise<void> {
  const client = await pool.connect()
  let broken = false
  try {
    await send(client, queries, done)
  } catch (error) {
    broken = breaksConnection(error)
    throw error
  } finally {
    client.release(broken)
  }
}

function send(client: PoolClient, queries: readonly Query[], done: Done): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const known = prepared.get(client.connection) ?? new Map<string, Columns>()
  prepared.set(client.connection, known)
  const parsed = new Map<string, Columns>()
  const described: string[] = []
  let at = 0
  let rows: Row[] = []

  client.query({
    /** The driver puts its own time limit around this. */
    callback: (error: unknown) => (error == null ? resolve() : reject(error)),
    submit(connection: Connection) {
      connection.stream.cork()
      for (const query of queries) {
        if (!known.has(query.name) && !parsed.has(query.name)) {
          prepare(connection, query)
          parsed.set(query.name, [])
          if (query.reads) described.push(query.name)
        }
        const texts = query.values.map((value) => (typeof value === 'number' ? String(value) : value))
        connection.bind({ statement: query.name, values: texts }, true)
        connection.execute({}, true)
      }
      connection.sync()
      connection.stream.uncork()
    },
    handleRowDescription({ fields }: { readonly fields: readonly FieldDef[] }) {
      const name = described.shift()
      if (name !== undefined) parsed.set(name, fields.map(columnOf))
    },
    handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }) {
      const query = queries[at]
      if (query?.reads) rows.push(rowOf(known.get(query.name) ?? parsed.get(query.name) ?? [], fields))
    },
    handleCommandComplete({ text }: { readonly text: string }) {
      const found = rows
      rows = []
      at++
      done(found, changesOf(text))
    },
    handleReadyForQuery() {
      for (const [name, columns] of parsed) known.set(name, columns)
      this.callback(null)
    },
    handleError(error: unknown) {
      this.callback(error)
    },
  })
  return promise
}

/** It may be there from a batch that failed; closing one that is not there is no error. */
function prepare(connection: Connection, { name, text, reads }: Query): void {
  connection.close({ type: 'S', name }, true)
  connection.parse({ name, text, types: [] }, true)
  if (reads) connection.describe({ type: 'S', name }, true)
}

/** The type id of `bigint`, which the driver would give as text. All of ours are seconds, milliseconds or counts. */
const bigint = 20

const columnOf = ({ name, dataTypeID }: FieldDef): Column => ({
  name,
  parse: dataTypeID === bigint ? Number : types.getTypeParser(dataTypeID),
})

function rowOf(columns: Columns, texts: readonly (string | null)[]): Row {
  const row: Record<string, unknown> = {}
  for (let at = 0; at < columns.length; at++) {
    const text = texts[at] ?? null
    const column = columns[at]
    if (column !== undefined) row[column.name] = text === null ? null : column.parse(text)
  }
  return row
}

/** From `UPDATE 3` or `INSERT 0 1`; a `SELECT` changes nothing that is counted. */
const changesOf = (tag: string): number => (tag.startsWith('SELECT') ? 0 : Number(tag.split(' ').at(-1)))

/**
 * A commit as PostgreSQL's protocol has it: all statements of it sent at once, with one Sync at the end. Until there
 * they are one transaction, and after an error the server skips the rest of them, so that there is no way to do half,
 * whatever breaks. It costs one round trip.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
import type { Connection, PoolClient } from 'pg'
import { stateOf } from './postgres-errors.ts'
import { lostState } from './postgres-text.ts'
import type { Outcome, Value } from './sql.ts'

export interface Query {
  readonly name: string
  readonly text: string
  readonly values: readonly Value[]
}

/** Which statements each connection has prepared; never one of which it is not sure. */
const prepared = new WeakMap<Connection, Set<string>>()

export function sendCommit(client: PoolClient, queries: readonly Query[]): Promise<Outcome> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
  const known = prepared.get(client.connection) ?? new Set<string>()
  prepared.set(client.connection, known)
  let done = 0
  let changes = 0

  const settle = (error: unknown) => {
    if (error == null) resolve({ lost: undefined, changes })
    else if (stateOf(error) === lostState) resolve({ lost: done })
    else reject(error)
  }
  client.query({
    /** The driver puts its own time limit around this. */
    callback: settle,
    submit(connection: Connection) {
      send(connection, queries, known)
    },
    handleCommandComplete({ text }: { readonly text: string }) {
      const query = queries[done++]
      if (query !== undefined) known.add(query.name)
      changes += changesOf(text)
    },
    handleReadyForQuery() {
      this.callback(null)
    },
    handleError(error: unknown) {
      this.callback(error)
    },
    handleDataRow() {},
    handleRowDescription() {},
  })
  return promise
}

function send(connection: Connection, queries: readonly Query[], known: ReadonlySet<string>): void {
  const parsed = new Set(known)
  connection.stream.cork()
  for (const { name, text, values } of queries) {
    if (!parsed.has(name)) {
      // It may be there from a commit that failed; closing one that is not there is no error.
      connection.close({ type: 'S', name }, true)
      connection.parse({ name, text, types: [] }, true)
      parsed.add(name)
    }
    const texts = values.map((value) => (value === null ? null : String(value)))
    connection.bind({ statement: name, values: texts }, true)
    connection.execute({}, true)
  }
  connection.sync()
  connection.stream.uncork()
}

/** From `UPDATE 3` or `INSERT 0 1`; a `SELECT` changes nothing that is counted. */
const changesOf = (tag: string): number => (tag.startsWith('SELECT') ? 0 : Number(tag.split(' ').at(-1)))

/**
 * SQLite for the floor and for oidc-provider, as durable as ours: write-ahead log, `synchronous=FULL`, and the writes
 * that wait in one turn of the event loop in one transaction. Nobody is answered before it is committed.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite'

export interface Sqlite {
  readonly prepare: (text: string) => StatementSync
  /** Runs the work in the next shared transaction; it must not throw after its first write. */
  readonly commit: <Result>(work: () => Result) => Promise<Result>
}

interface Waiting {
  readonly run: () => () => void
  readonly reject: (error: unknown) => void
}

const largestBatch = 256

export function openSqlite(path: string, schema: string): Sqlite {
  const database = new DatabaseSync(path, { timeout: 5_000 })
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma temp_store = memory')
  database.exec(schema)
  const begin = database.prepare('begin immediate')
  const end = database.prepare('commit')
  let queue: Waiting[] = []

  const flush = () => {
    const batch = queue.slice(0, largestBatch)
    queue = queue.slice(batch.length)
    if (queue.length > 0) setImmediate(flush)
    try {
      begin.run()
      const answers = batch.map(({ run }) => run())
      end.run()
      for (const answer of answers) answer()
    } catch (error) {
      if (database.isTransaction) database.exec('rollback')
      for (const { reject } of batch) reject(error)
    }
  }
  return {
    prepare: (text) => database.prepare(text),
    commit<Result>(work: () => Result) {
      const { promise, resolve, reject } = Promise.withResolvers<Result>()
      const run = () => {
        const result = work()
        return () => resolve(result)
      }
      queue.push({ run, reject })
      if (queue.length === 1) setImmediate(flush)
      return promise
    },
  }
}

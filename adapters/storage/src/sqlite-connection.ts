/** One connection to a SQLite database, its statements prepared once; opened again after the disk failed. */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { breaksConnection } from './sqlite-errors.ts'

export interface Connection {
  /** The prepared statement, its values in order; `name` stands for one text always. */
  prepare(name: string, text: string): StatementSync
  exec(text: string): void
  readonly isTransaction: boolean
}

/**
 * How long SQLite itself waits for a lock, and with it this whole process: only as long as a commit takes. Waiting
 * longer is done by trying again, so that requests that read go on meanwhile.
 */
const lockWait = 20

const cacheInKibibytes = 16_384
/** 16 MiB; what is read again after a crash. */
const pagesOfLog = 4_096

function connect(path: string): Connection & { close(): void } {
  const database = new DatabaseSync(path, { timeout: lockWait, enableForeignKeyConstraints: false, defensive: true })
  const prepared = new Map<string, StatementSync>()
  try {
    // FULL: what was answered survives a power cut. In WAL a commit is one fsync, and readers never wait.
    database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma temp_store = memory')
    // Keys are random, so that writes meet the same pages again and again: they are kept at hand, and copied from the
    // log into the file once for many commits.
    database.exec(`pragma cache_size = -${cacheInKibibytes}; pragma wal_autocheckpoint = ${pagesOfLog}`)
  } catch (error) {
    database.close()
    throw error
  }
  return {
    prepare(name, text) {
      const known = prepared.get(name) ?? database.prepare(text)
      prepared.set(name, known)
      return known
    },
    exec: (text) => database.exec(text),
    get isTransaction() {
      return database.isTransaction
    },
    close: () => database.close(),
  }
}

/** Does the work on the connection; after an error that breaks it, the next work gets a new one. */
export interface Connected {
  use<Result>(work: (connection: Connection) => Result): Result
  close(): void
}

export function keepConnected(path: string): Connected {
  let current: ReturnType<typeof connect> | undefined = connect(path)
  const drop = () => {
    const broken = current
    current = undefined
    try {
      broken?.close()
    } catch {
      // A connection that can't even be closed is left to the garbage collector.
    }
  }
  return {
    use(work) {
      current ??= connect(path)
      try {
        return work(current)
      } catch (error) {
        // A database in memory is gone with its connection, whatever befell it.
        if (path !== ':memory:' && breaksConnection(error)) drop()
        throw error
      }
    },
    close: drop,
  }
}

/** Opens a database by its location and brings it to the schema that this program knows. */
import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { type Storage, StorageUnavailable, type Store } from '@symbolon/authorization-server/ports/store'
import { defaultRoom, type FlowRoom } from './flow-room.ts'
import { migrations } from './migrations.ts'
import { type Database, statement, step } from './sql.ts'
import { inMemory, openSqlite } from './sqlite.ts'
import { findIssuer, insertIssuer } from './statements/issuers.ts'
import { StorageProblem } from './storage-problem.ts'
import { storeOf } from './store.ts'
import { sweep } from './sweep.ts'

export interface StorageOptions {
  /** Connections to PostgreSQL, at most; 10. */
  readonly connections?: number
  /** Milliseconds to wait for a database that is busy, locked or far away before it is unavailable; 5,000. */
  readonly patience?: number
  /** Recorded events to keep for each issuer, the newest of each track; `defaultRoom`. */
  readonly flowRoom?: Partial<FlowRoom>
}

/**
 * `sqlite:PATH`, `postgres://…` or `memory`. A `StorageProblem` says in one sentence why a database can't be used as
 * it is; a `StorageUnavailable` that it can't be reached now.
 */
export async function openStorage(location: string, options: StorageOptions = {}): Promise<Storage> {
  const database = await openDatabase(location, options)
  try {
    await database.migrate(migrations)
  } catch (error) {
    await database.close()
    throw error
  }
  return storageOf(database, options)
}

/** Opened, but not yet migrated. */
export async function openDatabase(location: string, options: StorageOptions = {}): Promise<Database> {
  const { connections = 10, patience = 5_000 } = options
  if (location === 'memory') return openSqlite(inMemory, patience)
  if (location.startsWith('sqlite:') && location.length > 'sqlite:'.length) {
    const path = location.slice('sqlite:'.length)
    return openSqlite(path === inMemory ? inMemory : resolve(path), patience)
  }
  if (/^postgres(ql)?:\/\//.test(location)) {
    // Loaded by those who have it.
    const { openPostgres } = await import('./postgres.ts')
    return openPostgres(location, { connections, patience })
  }
  // Only the scheme is repeated: what follows may hold a password.
  throw new StorageProblem(
    `The storage must be sqlite:PATH, postgres://… or memory, and not ${JSON.stringify(location.split(':')[0])}.`,
  )
}

function storageOf(database: Database, options: StorageOptions): Storage {
  const stores = new Map<string, Promise<Store>>()
  const room = { ...defaultRoom, ...options.flowRoom }
  const open = async (url: string): Promise<Store> =>
    storeOf(database, { issuerId: await issuerIdOf(database, url), room })
  return {
    issuer(url) {
      const store = stores.get(url) ?? open(url)
      stores.set(url, store)
      store.catch(() => stores.delete(url))
      return store
    },
    sweep: (now, limit) => sweep(database, now, limit),
    ping: async () => {
      await database.one(ping, {})
    },
    close: () => database.close(),
  }
}

const ping = statement<Record<never, never>>('schema_versions.ping', 'select version from schema_versions limit 1')

async function issuerIdOf(database: Database, url: string): Promise<string> {
  const known = await database.one(findIssuer, { url })
  if (known !== undefined) return known.issuer_id
  await database.commit([step(insertIssuer, { url, issuer_id: randomBytes(9).toString('base64url') })])
  const made = await database.one(findIssuer, { url })
  if (made === undefined) throw new StorageUnavailable('The issuer could not be made.')
  return made.issuer_id
}

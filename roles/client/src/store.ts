/** What a store must do, and how it is asked: a store that can't be reached is an error, and work is done by one at a time. */
import { AuthError } from './errors.ts'

/** Redis, a table, or the memory of one process. */
export interface SessionStore {
  readonly get: (key: string) => Promise<string | undefined>
  /** Tells whether it was stored. */
  readonly set: (entry: StoredEntry) => Promise<boolean>
  readonly delete: (key: string) => Promise<void>
  /** For one holder at a time; `undefined` while another has it. It ends by itself after `milliseconds`. */
  readonly lease: (key: string, milliseconds: number) => Promise<Lease | undefined>
}

export interface StoredEntry {
  readonly key: string
  readonly value: string
  /** Epoch seconds. */
  readonly expiresAt: number
  /** Store nothing when the key is gone, so that a session that was ended stays ended. */
  readonly onlyIfPresent: boolean
}

export interface Lease {
  readonly release: () => Promise<void>
}

/** A store that can't be reached is an error, and never a missing session. */
export async function reached<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AuthError) throw error
    throw new AuthError('storage_unavailable', { got: error instanceof Error ? error.name : 'an error' })
  }
}

/** Longer than any work can take, which asks for metadata, keys and tokens; a process that dies holds it so long. */
const leaseLength = 60_000

/** Milliseconds that others wait for whoever is at work, and between two looks. */
const patience = 15_000
const pause = 50

export interface Turn<T> {
  readonly key: string
  /** What came of it, once it was done. */
  readonly find: () => Promise<T | undefined>
  readonly work: () => Promise<T>
}

/** Does the work unless its outcome is there, while no other process does. When it throws, the next one does it. */
export async function inTurn<T>(store: SessionStore, { key, find, work }: Turn<T>): Promise<T> {
  const end = performance.now() + patience
  while (performance.now() < end) {
    const lease = await reached(() => store.lease(`lease ${key}`, leaseLength))
    try {
      const found = await find()
      if (found !== undefined) return found
      if (lease) return await work()
    } finally {
      // it ends by itself, and what was done is done
      await lease?.release().catch(() => undefined)
    }
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
  throw new AuthError('provider_unavailable', { expected: 'an answer to another process', got: 'none in time' })
}

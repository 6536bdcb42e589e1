/**
 * Sessions kept on the server: the browser holds a random handle, the store a sealed record under the handle's hash.
 * Whoever reads the store gets neither handles nor tokens.
 *
 * @see RFC 9700 §4.13, RFC 10017 §6.1.3.2
 */
import { hash } from 'node:crypto'
import { type CookieNames, type Cookies, writeCookie } from '../cookies.ts'
import { AuthError } from '../errors.ts'
import { Memo } from '../memo.ts'
import type { Sealer } from '../sealing.ts'
import { type Kept, type Renewal, type SessionRecord, type Sessions, tokenState } from './session.ts'

/** What a store must do: Redis, a table, or the memory of one process. */
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

export interface StoreSessionSettings {
  readonly store: SessionStore
  readonly names: CookieNames
  readonly sealer: Sealer
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Longer than a renewal can take, which asks for metadata, keys and tokens; a process that dies holds it so long. */
const leaseLength = 60_000

/** How long others wait for it. */
const patience = 15_000
const pause = 50

export function createStoreSessions({ store, names, sealer, now }: StoreSessionSettings): Sessions {
  const renewals = new Memo<SessionRecord>({ milliseconds: 0 })
  const keyOf = (handle: string): string => hash('sha256', handle, 'base64url')

  const read = async (key: string): Promise<SessionRecord | undefined> => {
    const sealed = await reached(() => store.get(key))
    const record = sealed === undefined ? undefined : await sealer.open<SessionRecord>('session', sealed)
    // whoever can write to the store can't put one person's record in the place of another's
    return record && keyOf(record.id) === key ? record : undefined
  }
  const write = async (record: SessionRecord, onlyIfPresent: boolean): Promise<boolean> => {
    const value = await sealer.seal('session', record, record.expiresAt)
    const entry = { key: keyOf(record.id), value, expiresAt: record.expiresAt, onlyIfPresent }
    return reached(() => store.set(entry))
  }
  const load = async (cookies: Cookies): Promise<SessionRecord | undefined> => {
    const handle = cookies.get(names.session)
    return handle === undefined ? undefined : read(keyOf(handle))
  }
  const forget = async (cookies: Cookies): Promise<void> => {
    const handle = cookies.get(names.session)
    if (handle !== undefined) await reached(() => store.delete(keyOf(handle)))
  }

  /** Another process may be renewing, or have renewed, what this one saw. */
  const renewed = async (seen: SessionRecord, next: Renewal): Promise<SessionRecord> => {
    const key = keyOf(seen.id)
    const end = performance.now() + patience
    while (performance.now() < end) {
      const lease = await reached(() => store.lease(`lease ${key}`, leaseLength))
      try {
        const current = await read(key)
        if (!current) throw new AuthError('session_missing')
        if (tokenState(current) !== tokenState(seen)) return current
        if (lease) {
          const record = await next(current)
          await write(record, true)
          return record
        }
      } finally {
        await lease?.release()
      }
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
    throw new AuthError('provider_unavailable', { expected: 'a renewal by another process', got: 'none in time' })
  }

  return {
    load,
    async begin(cookies, record) {
      await forget(cookies)
      await write(record, false)
      const maxAge = Math.max(0, record.expiresAt - Math.floor(now() / 1000))
      return [writeCookie({ name: names.session, value: record.id, maxAge, secure: names.secure })]
    },
    async renew(_cookies, record, next): Promise<Kept> {
      const run = () => renewed(record, next)
      return { record: await renewals.run(hash('sha256', tokenState(record)), run), setCookies: [] }
    },
    async end(cookies) {
      await forget(cookies)
      return [writeCookie({ name: names.session, value: '', maxAge: 0, secure: names.secure })]
    },
  }
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

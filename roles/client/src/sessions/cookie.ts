/**
 * Sessions kept in the browser as an encrypted JWT. Nothing is stored here, so that any process can serve any
 * request. Without a store that processes share, the provider must forgive that two of them renew the same session.
 *
 * @see RFC 10017 §6.1.3.2
 */
import { hash } from 'node:crypto'
import { type CookieNames, joinChunks, removeChunks, writeChunks } from '../cookies.ts'
import { AuthError } from '../errors.ts'
import { Memo } from '../memo.ts'
import { createOnce } from '../once.ts'
import type { Sealer } from '../sealing.ts'
import type { SessionStore } from '../store.ts'
import { type SessionRecord, type Sessions, tokenState } from './session.ts'

/** How long a session that was ended is not brought back by a renewal under way, in milliseconds. */
const lateness = 60_000

export interface CookieSessionSettings {
  /** Shared by processes that are to renew a session once between them. */
  readonly store: SessionStore | undefined
  readonly names: CookieNames
  readonly sealer: Sealer
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Sealed once for all who wait: parts of two seals, mixed up by a browser with many answers, would open for nobody. */
interface Sealed {
  readonly record: SessionRecord
  readonly value: string
}

export function createCookieSessions({ store, names, sealer, now }: CookieSessionSettings): Sessions {
  const renewals = createOnce<Sealed>({ kind: 'renewed', store, sealer, now })
  const ended = new Memo<true>({ milliseconds: lateness })

  const seal = async (record: SessionRecord): Promise<Sealed> => ({
    record,
    value: await sealer.seal('session', record, record.expiresAt),
  })
  const write = (cookies: ReadonlyMap<string, string>, { record, value }: Sealed): readonly string[] => {
    const maxAge = Math.max(0, record.expiresAt - Math.floor(now() / 1000))
    const lines = writeChunks(cookies, { name: names.session, value, maxAge, secure: names.secure })
    if (!lines) throw new AuthError('session_too_large', { got: `${value.length} characters` })
    return lines
  }

  const load = async (cookies: ReadonlyMap<string, string>): Promise<SessionRecord | undefined> => {
    const sealed = joinChunks(cookies, names.session)
    return sealed === undefined ? undefined : sealer.open<SessionRecord>('session', sealed)
  }

  const endKey = ({ id }: SessionRecord) => `ended ${hash('sha256', id, 'base64url')}`
  /** As far as the store can be reached: nobody is kept from signing out by it. */
  const rememberEnd = async (record: SessionRecord): Promise<void> => {
    await ended.run(record.id, async () => true)
    const expiresAt = Math.ceil((now() + lateness) / 1000)
    await store?.set({ key: endKey(record), value: 'ended', expiresAt, onlyIfPresent: false }).catch(() => undefined)
  }
  const endedElsewhere = async (record: SessionRecord): Promise<boolean> =>
    (await store?.get(endKey(record)).catch(() => undefined)) !== undefined

  return {
    load,
    begin: async (cookies, record) => write(cookies, await seal(record)),
    async renew(cookies, record, next) {
      const renewed = await renewals(hash('sha256', tokenState(record)), async () => seal(await next(record)))
      // signing out while a renewal is under way must not bring the session back
      const over = ended.get(record.id) !== undefined || (await endedElsewhere(record))
      return { record: renewed.record, setCookies: over ? [] : write(cookies, renewed) }
    },
    async end(cookies) {
      const record = await load(cookies)
      if (record) await rememberEnd(record)
      return removeChunks(cookies, { name: names.session, secure: names.secure })
    },
  }
}

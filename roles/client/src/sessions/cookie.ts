/**
 * Sessions kept in the browser as an encrypted JWT. Nothing is stored here, so that any process can serve any
 * request; what a request with an old cookie can't know, the server it refreshes at must forgive.
 *
 * @see RFC 10017 §6.1.3.2
 */
import { hash } from 'node:crypto'
import { type CookieNames, joinChunks, removeChunks, writeChunks } from '../cookies.ts'
import { AuthError } from '../errors.ts'
import { Memo } from '../memo.ts'
import type { Sealer } from '../sealing.ts'
import { type SessionRecord, type Sessions, tokenState } from './session.ts'

/** How long requests with the old cookie still find the renewed session, in milliseconds. */
const lateness = 60_000

export interface CookieSessionSettings {
  readonly names: CookieNames
  readonly sealer: Sealer
  /** Epoch milliseconds. */
  readonly now: () => number
}

export function createCookieSessions({ names, sealer, now }: CookieSessionSettings): Sessions {
  const renewals = new Memo<SessionRecord>({ milliseconds: lateness })
  const ended = new Memo<true>({ milliseconds: lateness })

  const write = async (cookies: ReadonlyMap<string, string>, record: SessionRecord): Promise<readonly string[]> => {
    const value = await sealer.seal('session', record, record.expiresAt)
    const maxAge = Math.max(0, record.expiresAt - Math.floor(now() / 1000))
    const lines = writeChunks(cookies, { name: names.session, value, maxAge, secure: names.secure })
    if (!lines) throw new AuthError('session_too_large', { got: `${value.length} characters` })
    return lines
  }

  const load = async (cookies: ReadonlyMap<string, string>): Promise<SessionRecord | undefined> => {
    const sealed = joinChunks(cookies, names.session)
    return sealed === undefined ? undefined : sealer.open<SessionRecord>('session', sealed)
  }

  return {
    load,
    begin: write,
    async renew(cookies, record, next) {
      const renewed = await renewals.run(hash('sha256', tokenState(record)), () => next(record))
      // signing out while a renewal is under way must not bring the session back
      const over = ended.get(record.id) !== undefined
      return { record: renewed, setCookies: over ? [] : await write(cookies, renewed) }
    },
    async end(cookies) {
      const record = await load(cookies)
      if (record) await ended.run(record.id, async () => true)
      return removeChunks(cookies, { name: names.session, secure: names.secure })
    },
  }
}

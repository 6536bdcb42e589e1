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
import { inTurn, reached, type SessionStore } from '../store.ts'
import { type Kept, type Renewal, type SessionRecord, type Sessions, tokenState } from './session.ts'

export interface StoreSessionSettings {
  readonly store: SessionStore
  readonly names: CookieNames
  readonly sealer: Sealer
  /** Epoch milliseconds. */
  readonly now: () => number
}

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
  const renewed = (seen: SessionRecord, next: Renewal): Promise<SessionRecord> => {
    const key = keyOf(seen.id)
    return inTurn(store, {
      key,
      async find() {
        const current = await read(key)
        if (!current) throw new AuthError('session_missing')
        return tokenState(current) === tokenState(seen) ? undefined : current
      },
      async work() {
        const record = await next(seen)
        await write(record, true)
        return record
      },
    })
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

/**
 * Which sessions a provider has ended. Of a provider that tells so, a session lives only while the store holds the
 * entry of the provider's own session; a notice takes it away. So a stranger's notice can store nothing, and whatever
 * the store forgets ends a session rather than bringing one back.
 *
 * @see OpenID Connect Back-Channel Logout §2.7, OpenID Connect Front-Channel Logout §4
 */
import { hash } from 'node:crypto'
import type { SessionRecord, Sessions } from './sessions/session.ts'
import { type Lease, reached, type SessionStore } from './store.ts'

/** Whom a notice is about. */
export interface Notice {
  /** The name that the provider is configured by. */
  readonly provider: string
  readonly issuer: string
  readonly sid: string | undefined
  readonly sub: string | undefined
}

export interface Endings {
  readonly begin: (record: SessionRecord) => Promise<void>
  readonly isOver: (record: SessionRecord) => Promise<boolean>
  /** Ends the session of `sid`; without one, all that `sub` has begun. Of `sub` a signed notice must tell. */
  readonly end: (notice: Notice) => Promise<void>
  /** For whoever is the first to show it before `until`; `undefined` for everybody after. Epoch milliseconds. */
  readonly first: (jti: string, notice: Notice, until: number) => Promise<Lease | undefined>
}

export interface EndingsSettings {
  readonly store: SessionStore
  /** Seconds. */
  readonly lifetime: number
  /** Epoch milliseconds. */
  readonly now: () => number
}

type Of = Pick<Notice, 'provider' | 'issuer'>

export function createEndings({ store, lifetime, now }: EndingsSettings): Endings {
  const key = (kind: string, { provider, issuer }: Of, value: string) =>
    `${kind} ${hash('sha256', JSON.stringify([provider, issuer, value]), 'base64url')}`

  return {
    async begin(record) {
      const { sid, expiresAt, begunAt } = record
      if (sid === undefined) return
      const at = key('sid', record, sid)
      const since = Math.min(begunAt, Number((await reached(() => store.get(at))) ?? begunAt))
      await reached(() => store.set({ key: at, value: String(since), expiresAt, onlyIfPresent: false }))
    },
    async isOver(record) {
      const { sid, user, begunAt } = record
      const [open, ended] = await reached(() =>
        Promise.all([
          sid === undefined ? '0' : store.get(key('sid', record, sid)),
          store.get(key('sub', record, user.sub)),
        ]),
      )
      // a person who signs in again in the same session of the provider does not open what was ended before
      return open === undefined || begunAt < Number(open) || (ended !== undefined && Number(ended) >= begunAt)
    },
    async end(notice) {
      const { sid, sub } = notice
      if (sid !== undefined) return reached(() => store.delete(key('sid', notice, sid)))
      if (sub === undefined) return
      const expiresAt = Math.ceil(now() / 1000) + lifetime
      const entry = { key: key('sub', notice, sub), value: String(now()), expiresAt, onlyIfPresent: false }
      await reached(() => store.set(entry))
    },
    first: (jti, notice, until) => reached(() => store.lease(key('jti', notice, jti), Math.max(1, until - now()))),
  }
}

/** Sessions of the providers that `tells` is true of end when these say so. */
export const endedByProvider = (
  sessions: Sessions,
  endings: Endings,
  tells: (record: SessionRecord) => boolean,
): Sessions => ({
  ...sessions,
  async load(cookies) {
    const record = await sessions.load(cookies)
    return record && tells(record) && (await endings.isOver(record)) ? undefined : record
  },
  async begin(cookies, record) {
    if (tells(record)) await endings.begin(record)
    return sessions.begin(cookies, record)
  },
  async end(cookies) {
    const record = await sessions.load(cookies)
    // whoever kept a cookie has no session with it any more
    if (record?.sid !== undefined && tells(record)) await endings.end({ ...record, sub: undefined })
    return sessions.end(cookies)
  },
})

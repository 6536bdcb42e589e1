/**
 * The codes that a session was given and that may still be redeemed: so many at most. Whoever leads a browser here again
 * and again, and redeems nothing, gets the oldest given up for the newest, and fills nothing with codes.
 *
 * What this process gave is counted in memory, so that no request reads anything for it; of several processes each counts
 * its own.
 *
 * @see RFC 6819 §4.4.1.11
 */
import type { CodeRecord, Seconds } from '../ports/records.ts'

type Given = Pick<CodeRecord, 'codeHash' | 'expiresAt'>

/** The newest that are kept. A person at an app has one; an app in many tabs has some. */
export const mostOutstanding = 32
/** So many are given up at once, so that it is seldom done. */
const atOnce = 16

export interface OutstandingCodes {
  /** Notes a code that is given; the hashes of those that go for it. */
  add(sessionId: string, code: Given, now: Seconds): readonly string[]
}

export function countOutstanding(): OutstandingCodes {
  const sessions = new Map<string, Given[]>()

  /** Whoever was given something last comes last. */
  const forget = (now: Seconds) => {
    for (const [sessionId, given] of sessions) {
      if ((given.at(-1)?.expiresAt ?? 0) > now) return
      sessions.delete(sessionId)
    }
  }
  return {
    add(sessionId, { codeHash, expiresAt }, now) {
      forget(now)
      const given = sessions.get(sessionId) ?? []
      given.push({ codeHash, expiresAt })
      sessions.delete(sessionId)
      sessions.set(sessionId, given)
      if (given.length < mostOutstanding + atOnce) return []
      const live = given.filter((code) => code.expiresAt > now)
      const excess = Math.max(0, live.length - mostOutstanding)
      sessions.set(sessionId, live.slice(excess))
      return live.slice(0, excess).map((code) => code.codeHash)
    },
  }
}

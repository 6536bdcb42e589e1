/**
 * What a session was given and may still be used: the codes that nobody redeemed, and the grants of tokens that went
 * through the browser. So many at most: whoever leads a browser here again and again gets the oldest given up for the
 * newest, and fills nothing.
 *
 * What this process gave is counted in memory, so that no request reads anything for it; of several processes each counts
 * its own.
 *
 * @see RFC 6819 §4.4.1.11
 */
import type { Seconds } from '../ports/records.ts'

/** So many are given up at once, so that it is seldom done. */
export const atOnce = 16

interface Given<What> {
  readonly what: What
  readonly expiresAt: Seconds
}

export interface Outstanding<What> {
  /** Those that go for one more, in the commit that gives it. */
  makeRoom(sessionId: string, now: Seconds): readonly What[]
  /** Notes what is stored now, and only then can go; those that go at once, because many were on their way together. */
  note(sessionId: string, given: Given<What>, now: Seconds): readonly What[]
}

/** `most`: the newest that are kept. */
export function countOutstanding<What>(most: number): Outstanding<What> {
  const sessions = new Map<string, Given<What>[]>()

  /** Whoever was given something last comes last. */
  const forget = (now: Seconds) => {
    for (const [sessionId, given] of sessions) {
      if ((given.at(-1)?.expiresAt ?? 0) > now) return
      sessions.delete(sessionId)
    }
  }
  const leave = (sessionId: string, left: number, now: Seconds): readonly What[] => {
    const live = (sessions.get(sessionId) ?? []).filter(({ expiresAt }) => expiresAt > now)
    const excess = Math.max(0, live.length - left)
    sessions.set(sessionId, live.slice(excess))
    return live.slice(0, excess).map(({ what }) => what)
  }
  return {
    makeRoom(sessionId, now) {
      const given = sessions.get(sessionId)?.length ?? 0
      return given + 1 < most + atOnce ? [] : leave(sessionId, most - 1, now)
    },
    note(sessionId, one, now) {
      forget(now)
      const given = sessions.get(sessionId) ?? []
      given.push(one)
      sessions.delete(sessionId)
      sessions.set(sessionId, given)
      return given.length < most + 2 * atOnce ? [] : leave(sessionId, most, now)
    },
  }
}

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

/** One more that is given. */
export interface Giving<What> {
  /** Those that go for it, in the same commit. */
  readonly gone: readonly What[]
  /**
   * How that commit went. What is stored counts, and only then can go; what was lost leaves all as it was. Gives those that
   * go at once, because many were on their way together and could not make room for each other.
   */
  settle(committed: boolean): readonly What[]
}

export interface Outstanding<What> {
  give(sessionId: string, one: Given<What>, now: Seconds): Giving<What>
}

/** `most`: the newest that are kept. */
export function countOutstanding<What>(most: number): Outstanding<What> {
  const sessions = new Map<string, readonly Given<What>[]>()

  const of = (sessionId: string) => sessions.get(sessionId) ?? []
  /** Whoever was given something last comes last. */
  const put = (sessionId: string, given: readonly Given<What>[]) => {
    sessions.delete(sessionId)
    sessions.set(sessionId, given)
  }
  const forget = (now: Seconds) => {
    for (const [sessionId, given] of sessions) {
      if ((given.at(-1)?.expiresAt ?? 0) > now) return
      sessions.delete(sessionId)
    }
  }
  const leave = (sessionId: string, left: number, now: Seconds): readonly Given<What>[] => {
    const live = of(sessionId).filter(({ expiresAt }) => expiresAt > now)
    const excess = Math.max(0, live.length - left)
    put(sessionId, live.slice(excess))
    return live.slice(0, excess)
  }
  const names = (given: readonly Given<What>[]) => given.map(({ what }) => what)
  return {
    give(sessionId, one, now) {
      const gone = of(sessionId).length + 1 < most + atOnce ? [] : leave(sessionId, most - 1, now)
      const settle = (committed: boolean) => {
        forget(now)
        put(sessionId, committed ? [...of(sessionId), one] : [...gone, ...of(sessionId)])
        return of(sessionId).length < most + 2 * atOnce ? [] : names(leave(sessionId, most, now))
      }
      return { gone: names(gone), settle }
    },
  }
}

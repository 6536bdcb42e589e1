/**
 * Slowing down whoever guesses client secrets, without giving anybody the means to shut a client out.
 *
 * Wrong secrets are counted for a client and a network together, in this process and never in storage. After some,
 * the network waits before it may try that client's secret again; every other network goes on. The same wrong secret
 * counts once: an instance that was not told of a new secret repeats itself, and does not guess.
 *
 * @see RFC 6749 §2.3.1, RFC 6585 §4
 */
import { hashOf } from '../handles.ts'
import { networkOf } from '../people/throttle.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { Seconds } from '../ports/records.ts'

/** So many wrong secrets cost nothing; each further one doubles the wait. */
export const freeGuesses = 20
export const longestWait: Seconds = 60
const remembered: Seconds = 600

/** Clients and networks that are remembered at once; the one that has been quiet for longest makes room. */
const mostPlaces = 10_000
/** A longer name is kept as its digest. */
const longestName = 200

export interface Guess {
  readonly clientId: string
  readonly remoteAddress: string
  readonly secret: string
}

export interface Guesses {
  /** Seconds until a secret of this client is heard again from this network; 0: it is heard. */
  wait(guess: Guess, now: Seconds): Seconds
  count(guess: Guess, now: Seconds): void
}

interface Place {
  /** Digests of the wrong secrets, as many as are free. */
  readonly tried: Set<string>
  readonly failures: number
  readonly lastAt: Seconds
}

export function createGuesses({ most = mostPlaces } = {}): Guesses {
  /** The longest quiet first. */
  const places = new Map<string, Place>()
  const keyOf = ({ clientId, remoteAddress }: Guess) =>
    `${networkOf(remoteAddress)} ${clientId.length > longestName ? hashOf(clientId) : clientId}`
  const found = (key: string, now: Seconds) => {
    const place = places.get(key)
    return place !== undefined && place.lastAt + remembered > now ? place : undefined
  }
  return {
    wait(guess, now) {
      // Nearly always nobody has guessed, and a right secret costs no more than this.
      const place = places.size === 0 ? undefined : found(keyOf(guess), now)
      if (place === undefined || place.failures < freeGuesses) return 0
      const delay = Math.min(longestWait, 2 ** Math.min(place.failures - freeGuesses, 20))
      // Never longer than that, though the clock was set back since.
      return Math.min(delay, Math.max(0, place.lastAt + delay - now))
    },
    count(guess, now) {
      const key = keyOf(guess)
      const before = found(key, now)
      const digest = hashOf(guess.secret)
      if (before?.tried.has(digest)) return
      const tried = before?.tried ?? new Set()
      if (tried.size < freeGuesses) tried.add(digest)
      places.delete(key)
      // A copy: the name may be a piece of a whole body, which would be kept with it.
      places.set(Buffer.from(key).toString(), { tried, failures: (before?.failures ?? 0) + 1, lastAt: now })
      const [quietest] = places.size > most ? places.keys() : []
      if (quietest !== undefined) places.delete(quietest)
    },
  }
}

const ofIssuers = new WeakMap<Issuer, Guesses>()

export function guessesAt(issuer: Issuer): Guesses {
  const known = ofIssuers.get(issuer)
  if (known !== undefined) return known
  const guesses = createGuesses()
  ofIssuers.set(issuer, guesses)
  return guesses
}

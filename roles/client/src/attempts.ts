/**
 * One sign-in under way: what the browser must bring back, sealed in a cookie of its own, so that two tabs never
 * collide and nobody else's answer is accepted. Good once and for ten minutes.
 *
 * @see RFC 9700 §2.1, §4.7.1; RFC 7636 §4.1; RFC 6749 §10.12
 */
import { hash } from 'node:crypto'
import { generateRandomCodeVerifier, generateRandomNonce, generateRandomState } from 'oauth4webapi'
import { type CookieNames, type Cookies, writeCookie } from './cookies.ts'
import type { Sealer } from './sealing.ts'

export interface Attempt {
  /** The reference of this flow, the same in every event. */
  readonly flow: string
  readonly provider: string
  readonly issuer: string
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly returnTo: string
  /** What the ID token must answer to, of what was chosen for this sign-in. */
  readonly asked?: Readonly<Record<string, string>>
  /** Who must come back, where nobody else is wanted. */
  readonly sub?: string
  /** Set when no person sees this sign-in: it only finds out whether somebody is still signed in at the provider. */
  readonly silent?: true
  /** Epoch seconds. */
  readonly startedAt: number
}

/** Seconds. */
export const attemptLifetime = 600

/** The cookie stays a little longer, so that a late answer is called late and not unknown. */
const keptFor = 2 * attemptLifetime

/** How many sign-ins one browser can have under way; the oldest makes room. */
const most = 5

/** Room for all of their cookies: with a long session and the other headers, servers take 16 KiB and no more. */
const mostBytes = 5_120

/** Three independent random values: knowing one tells nothing of the others (RFC 9700 §2.1). */
export const startAttempt = (about: Omit<Attempt, 'state' | 'nonce' | 'verifier'>): Attempt => ({
  ...about,
  state: generateRandomState(),
  nonce: generateRandomNonce(),
  verifier: generateRandomCodeVerifier(),
})

export const attemptId = (state: string): string => hash('sha256', state, 'base64url').slice(0, 16)

export interface Attempts {
  /** The cookies that remember an attempt, and let go of those that are too many. */
  readonly remember: (cookies: Cookies, attempt: Attempt) => Promise<readonly string[]>
  readonly find: (cookies: Cookies, state: string) => Promise<Attempt | undefined>
  readonly forget: (cookies: Cookies, state: string) => readonly string[]
}

export function createAttempts(names: CookieNames, sealer: Sealer): Attempts {
  const { secure } = names
  const remove = (name: string) => writeCookie({ name, value: '', maxAge: 0, secure })

  return {
    async remember(cookies, attempt) {
      const others = [...cookies].filter(([name]) => name.startsWith(names.attemptPrefix))
      const opened = await Promise.all(
        others.map(async ([name, value]) => ({
          name,
          size: name.length + value.length,
          at: (await sealer.open<Attempt>('attempt', value))?.startedAt ?? 0,
        })),
      )
      const value = await sealer.seal('attempt', attempt, attempt.startedAt + keptFor)
      const own = { name: names.attempt(attemptId(attempt.state)), value, maxAge: keptFor, secure }
      let bytes = own.name.length + value.length
      const tooMany = opened
        .sort((a, b) => b.at - a.at)
        .filter(({ at, size }, index) => {
          bytes += size
          return at === 0 || index >= most - 1 || bytes > mostBytes
        })
      return [...tooMany.map(({ name }) => remove(name)), writeCookie(own)]
    },
    async find(cookies, state) {
      const sealed = cookies.get(names.attempt(attemptId(state)))
      return sealed === undefined ? undefined : sealer.open<Attempt>('attempt', sealed)
    },
    forget(cookies, state) {
      const name = names.attempt(attemptId(state))
      return cookies.has(name) ? [remove(name)] : []
    },
  }
}

/**
 * Slowing down whoever guesses passwords, without giving them the means to shut somebody else out.
 *
 * Wrong passwords are counted for a login from one network, for a network, and for a login from everywhere. The
 * first two make the guesser wait. The third, a hundred times higher, never refuses: it only makes every answer about
 * the login slower, so that an attack from many networks stays slow and the owner still gets in. A person's two logins
 * count each by itself: as one they would tell a guesser whose they are.
 *
 * @see OWASP ASVS §2.2.1; NIST SP 800-63B §5.2.2 (rate limiting)
 */
import type { Sealing } from '../ports/issuer.ts'
import type { Seconds, ThrottleRecord } from '../ports/records.ts'
import type { Write } from '../ports/store.ts'

/** The counters that one attempt concerns, named so that storage learns neither account nor network. */
export interface ThrottleKeys {
  readonly pair: string
  readonly network: string
  readonly account: string
}

export function throttleKeys(sealing: Sealing, account: string, remoteAddress: string): ThrottleKeys {
  const network = networkOf(remoteAddress)
  const key = (kind: string, value: string) => `${kind}:${sealing.digest('throttle', `${kind} ${value}`)}`
  return {
    pair: key('pair', `${network} ${account}`),
    network: key('network', network),
    account: key('account', account),
  }
}

export interface Level {
  /** So many failures cost nothing. */
  readonly free: number
  readonly longest: Seconds
  readonly remembered: Seconds
}

export const levels = {
  pair: { free: 5, longest: 900, remembered: 3_600 },
  network: { free: 100, longest: 60, remembered: 600 },
  account: { free: 500, longest: 2, remembered: 86_400 },
} as const satisfies Record<keyof ThrottleKeys, Level>

export type Throttling =
  | { readonly allowed: false; readonly seconds: Seconds }
  /** `pause`: how long the answer is held back. */
  | { readonly allowed: true; readonly pause: Seconds }

export function decideThrottle(keys: ThrottleKeys, records: readonly ThrottleRecord[], now: Seconds): Throttling {
  const found = (key: string) => records.find((record) => record.key === key && record.expiresAt > now)
  const waits = [remaining(found(keys.pair), levels.pair, now), remaining(found(keys.network), levels.network, now)]
  const seconds = Math.max(...waits)
  if (seconds > 0) return { allowed: false, seconds }
  const everywhere = found(keys.account)?.failures ?? 0
  return { allowed: true, pause: everywhere < levels.account.free ? 0 : levels.account.longest }
}

/** Doubles with every failure after the free ones, counted from the last. */
export function remaining(record: ThrottleRecord | undefined, { free, longest }: Level, now: Seconds): Seconds {
  if (record === undefined || record.failures < free) return 0
  const delay = Math.min(longest, 2 ** Math.min(record.failures - free + 1, 20))
  // Never longer than that, though the clock was set back since.
  return Math.min(delay, Math.max(0, record.lastFailureAt + delay - now))
}

export const countFailure = (keys: ThrottleKeys, now: Seconds): readonly Write[] =>
  (['pair', 'network', 'account'] as const).map((kind) => ({
    do: 'count-failure',
    key: keys[kind],
    now,
    expiresAt: now + levels[kind].remembered,
  }))

/** The pair only: a password known to one person clears neither a network nor what others try elsewhere. */
export const forgetFailures = (keys: ThrottleKeys): readonly Write[] => [{ do: 'clear-failures', key: keys.pair }]

/** Attempts that are being checked just now: they have not been counted yet, and so are bounded. */
export interface Attempts {
  /** `undefined` when too many are under way; otherwise call the result when this one is over. */
  begin(key: string): (() => void) | undefined
}

export function createAttempts(atOnce: number): Attempts {
  const underWay = new Map<string, number>()
  return {
    begin(key) {
      const others = underWay.get(key) ?? 0
      if (others >= atOnce) return undefined
      underWay.set(key, others + 1)
      return () => {
        const left = (underWay.get(key) ?? 1) - 1
        if (left === 0) underWay.delete(key)
        else underWay.set(key, left)
      }
    },
  }
}

/** An IPv4 address; of an IPv6 address the 64 bits that one household or server gets. */
export function networkOf(remoteAddress: string): string {
  const address = remoteAddress.toLowerCase().replace(/%.*$/, '')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)
  if (mapped?.[1] !== undefined) return mapped[1]
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0')
  return `${[...groups, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group || '0', 16).toString(16))
    .join(':')}::/64`
}

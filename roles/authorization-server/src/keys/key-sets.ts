/**
 * The key sets that clients publish, fetched when they are needed and kept at hand.
 *
 * However many requests need a set, it is fetched once. A set that turned out to lack a key is fetched again, but not more
 * often than strangers who invent one can make a difference. While a client doesn't answer, its last good set is used for
 * a day, and it is not asked at every request. Clients that nobody has looked at have sets and places of their own.
 *
 * @see RFC 7517 §5, OpenID Connect Core §10.1.1 and §10.2.1
 */
import type { Client } from '../client.ts'
import { once } from '../once.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { OutgoingProblem } from '../ports/outgoing.ts'
import type { Seconds } from '../ports/records.ts'
import { createRecent } from '../recent.ts'

export type Jwk = Readonly<Record<string, unknown>>

/** The same object as long as nothing in it changes. */
export interface KeySet {
  readonly keys: readonly Jwk[]
}

export interface Keyholder {
  readonly client: Client
  readonly issuer: Issuer
}

export type FoundKeySet =
  | { readonly set: KeySet; readonly fetchedNow: boolean }
  | { readonly set: undefined; readonly problem: OutgoingProblem | 'keys_malformed' | 'keys_not_registered' }

const freshUnlessSaid: Seconds = 600
const freshAtLeast: Seconds = 60
const freshAtMost: Seconds = 3_600
const usedWithoutAnswer: Seconds = 86_400
const betweenFailures: Seconds = 5
const betweenMisses: Seconds = 10
/** Of reviewed clients, and of all others. */
const mostSets = 500
const mostKeys = 50
const accept = ['application/json', 'application/jwk-set+json']

/** What we read of a key; certificates and whatever else comes with it are not kept. */
const members = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'use', 'alg', 'key_ops', 'd', 'k']

interface Held {
  readonly set: KeySet | undefined
  readonly problem: OutgoingProblem | 'keys_malformed' | undefined
  readonly fetchedAt: Seconds
  readonly freshUntil: Seconds
  readonly attemptedAt: Seconds
}

interface KeySets {
  /** As it is known, or as it is now. */
  readonly find: (client: Client) => Promise<FoundKeySet>
  /** Fetched again, for it lacks a key: the same set when it was asked for too lately. */
  readonly renew: (client: Client) => Promise<FoundKeySet>
}

/** The set that is registered, or the one at the registered address. */
export const keySetOf = ({ client, issuer }: Keyholder): Promise<FoundKeySet> | FoundKeySet =>
  client.jwks === undefined ? keySetsOf(issuer, client).find(client) : { set: client.jwks, fetchedNow: true }

export const renewedKeySetOf = ({ client, issuer }: Keyholder): Promise<FoundKeySet> =>
  keySetsOf(issuer, client).renew(client)

const keySetsOf = (issuer: Issuer, { unreviewed }: Client): KeySets =>
  roomsOf(issuer)[unreviewed ? 'strangers' : 'ours']

const roomsOf = once((issuer: Issuer) => ({
  ours: createKeySets(issuer, { forStranger: false }),
  strangers: createKeySets(issuer, { forStranger: true }),
}))

function createKeySets({ outgoing, now }: Issuer, how: { readonly forStranger: boolean }): KeySets {
  const held = createRecent<Held>(mostSets)
  const pending = new Map<string, Promise<FoundKeySet>>()
  /** By client: another that names the same address, or has it asked in vain, is nothing to it. */
  const missed = createRecent<{ readonly at: Seconds }>(mostSets)

  const fetchSet = async (url: string): Promise<FoundKeySet> => {
    const attemptedAt = now()
    const answer = await outgoing.fetch(url, { accept, ...how })
    const set = answer.ok && answer.status === 200 ? readKeySet(answer.text) : undefined
    const before = held.get(url)
    const problem = set ? undefined : answer.ok ? 'keys_malformed' : answer.problem
    const fetched =
      set && answer.ok
        ? {
            set: unchanged(before?.set, set),
            fetchedAt: attemptedAt,
            freshUntil: attemptedAt + freshFor(answer.headers),
          }
        : { set: before?.set, fetchedAt: before?.fetchedAt ?? 0, freshUntil: 0 }
    held.set(url, { ...fetched, problem, attemptedAt })
    return found(held.get(url), true)
  }
  const refresh = (url: string): Promise<FoundKeySet> => {
    const under = pending.get(url) ?? fetchSet(url).finally(() => pending.delete(url))
    pending.set(url, under)
    return under
  }
  const found = (entry: Held | undefined, fetchedNow: boolean): FoundKeySet =>
    entry?.set !== undefined && now() - entry.fetchedAt < usedWithoutAnswer
      ? { set: entry.set, fetchedNow }
      : { set: undefined, problem: entry?.problem ?? 'unreachable' }

  return {
    async find({ jwksUri: url }) {
      if (url === undefined) return { set: undefined, problem: 'keys_not_registered' }
      const entry = held.get(url)
      const fresh = entry !== undefined && now() < entry.freshUntil
      const failedLately = entry?.problem !== undefined && now() - entry.attemptedAt < betweenFailures
      return fresh || failedLately ? found(entry, false) : refresh(url)
    },
    async renew({ id, jwksUri: url }) {
      if (url === undefined) return { set: undefined, problem: 'keys_not_registered' }
      const tooLately = now() - (missed.get(id)?.at ?? Number.NEGATIVE_INFINITY) < betweenMisses
      if (pending.has(url) || tooLately) return pending.get(url) ?? found(held.get(url), false)
      missed.set(id, { at: now() })
      return refresh(url)
    },
  }
}

/** What was worked out for the set before is good for it still. */
const unchanged = (before: KeySet | undefined, after: KeySet): KeySet =>
  before !== undefined && JSON.stringify(before) === JSON.stringify(after) ? before : after

function freshFor(headers: Readonly<Record<string, string>>): Seconds {
  const [, maxAge] = /\bmax-age=(\d{1,9})\b/i.exec(headers['cache-control'] ?? '') ?? []
  const said = maxAge === undefined ? freshUnlessSaid : Number(maxAge)
  return Math.min(freshAtMost, Math.max(freshAtLeast, said))
}

export function readKeySet(text: string): KeySet | undefined {
  try {
    const document: unknown = JSON.parse(text)
    const keys = isMap(document) ? document.keys : undefined
    if (!Array.isArray(keys)) return undefined
    return { keys: keys.slice(0, mostKeys).filter(isMap).map(onlyMembers) }
  } catch {
    return undefined
  }
}

const onlyMembers = (jwk: Jwk): Jwk =>
  Object.fromEntries(members.flatMap((name) => (name in jwk ? [[name, jwk[name]]] : [])))

const isMap = (value: unknown): value is Jwk => typeof value === 'object' && value !== null && !Array.isArray(value)

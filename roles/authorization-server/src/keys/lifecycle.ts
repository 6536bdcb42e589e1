/**
 * The life of signing keys: published, then signing, then only verifying, then gone.
 *
 * A new key is published for as long as a verifier may cache the set before it signs anything, and an old one stays
 * published for as long as anything that it signed can live. Rotation by age or by command is the same plan; two
 * processes that carry it out at once make one key only.
 *
 * @see OpenID Connect Core §10.1.1
 */
import type { Issuer, Settings } from '../ports/issuer.ts'
import type { KeyAlgorithm, Seconds, SigningKeyRecord } from '../ports/records.ts'
import type { Write } from '../ports/store.ts'
import { makeSigningKey } from './signing-key.ts'

export type Keeper = Pick<Issuer, 'store' | 'sealing' | 'now' | 'settings'>

/** Whoever changes the keys claims them first: two processes never carry out two plans from the same keys. */
export const claimName = 'signing keys'

/**
 * The newest key of the algorithm that signs now. While none has begun to, by a clock behind the one that made them, it
 * is the one that begins first: every verifier sees it already.
 */
export function activeKey(
  keys: readonly SigningKeyRecord[],
  algorithm: KeyAlgorithm,
  now: Seconds,
): SigningKeyRecord | undefined {
  const living = keys
    .filter((key) => key.algorithm === algorithm && (key.retiredAt ?? Infinity) > now)
    .toSorted((a, b) => b.activeAt - a.activeAt || b.kid.localeCompare(a.kid))
  return living.find(({ activeAt }) => activeAt <= now) ?? living.at(-1)
}

export interface RotationPlan {
  /** The algorithms that need a key, and when it shall begin to sign. */
  readonly make: readonly { readonly algorithm: KeyAlgorithm; readonly activeAt: Seconds }[]
  readonly retire: readonly {
    readonly key: SigningKeyRecord
    readonly retiredAt: Seconds
    readonly removedAt: Seconds
  }[]
  readonly remove: readonly SigningKeyRecord[]
}

/** What is to be done now. Pure, so that years of rotation can be tested in a moment. */
export function planRotation(input: {
  readonly keys: readonly SigningKeyRecord[]
  readonly settings: Settings
  /** The longest life of any token signed with these keys. */
  readonly longestToken: Seconds
  readonly now: Seconds
  /** Replaced whatever their age; an algorithm that has no key yet gets its first. */
  readonly force: readonly KeyAlgorithm[]
}): RotationPlan {
  const { keys, settings, longestToken, now, force } = input
  const remove = keys.filter((key) => key.removedAt !== null && key.removedAt <= now)
  const alive = keys.filter((key) => (key.retiredAt ?? Infinity) > now)
  const configured = [...settings.signingAlgorithms, ...settings.decryptionAlgorithms]
  const wanted = new Set([...configured, ...force, ...alive.map(({ algorithm }) => algorithm)])
  const plans = [...wanted].map((algorithm) => {
    const living = alive.filter((key) => key.algorithm === algorithm)
    const [newest] = living.toSorted((a, b) => b.activeAt - a.activeAt)
    // With no key at all nobody can have cached anything, and nothing works until there is one.
    if (newest === undefined) return { make: [{ algorithm, activeAt: now }], retire: [] }
    // A successor that waits to begin is rotation enough.
    const waiting = newest.activeAt > now
    const old = now - newest.activeAt >= settings.signingKeyLifetime - settings.jwksCache
    if (waiting || !(old || force.includes(algorithm))) return { make: [], retire: [] }
    const activeAt = now + settings.jwksCache
    const removedAt = activeAt + longestToken
    const retire = living
      .filter((key) => key.retiredAt === null)
      .map((key) => ({ key, retiredAt: activeAt, removedAt }))
    return { make: [{ algorithm, activeAt }], retire }
  })
  return { make: plans.flatMap(({ make }) => make), retire: plans.flatMap(({ retire }) => retire), remove }
}

/**
 * Makes the keys that are missing or due, retires and removes those that are over. Run at start and now and then.
 * Returns the key ids that were made.
 */
export const maintainKeys = (keeper: Keeper): Promise<readonly string[]> => carryOut(keeper, () => [])

/** Replaces the keys of one algorithm, or of all, now; by age only without `force`. */
export const rotateKeys = (
  keeper: Keeper,
  { force = false, algorithm }: { readonly force?: boolean; readonly algorithm?: KeyAlgorithm } = {},
): Promise<readonly string[]> =>
  carryOut(keeper, (keys) => (force ? (algorithm ? [algorithm] : keys.map((key) => key.algorithm)) : []))

const attempts = 10

/** The first key of an algorithm that nobody asked for until now, whoever makes it. */
export async function makeFirstKey(keeper: Keeper, algorithm: KeyAlgorithm): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    await carryOut(keeper, (keys) => (activeKey(keys, algorithm, keeper.now()) === undefined ? [algorithm] : []))
    // Somebody else may have changed other keys meanwhile.
    if (activeKey(await keeper.store.keys.list(), algorithm, keeper.now()) !== undefined) return
  }
}

async function carryOut(
  keeper: Keeper,
  force: (keys: readonly SigningKeyRecord[]) => readonly KeyAlgorithm[],
): Promise<readonly string[]> {
  const { store, settings, sealing } = keeper
  const version = await store.version(claimName)
  const [keys, resources] = await Promise.all([store.keys.list(), store.resources.list()])
  const now = keeper.now()
  const lifetimes = resources.map(({ tokenLifetime }) => tokenLifetime ?? 0)
  const longestToken = Math.max(settings.accessTokenLifetime, settings.idTokenLifetime, ...lifetimes)
  const plan = planRotation({ keys, settings, longestToken, now, force: force(keys) })
  const made = await Promise.all(plan.make.map((key) => makeSigningKey(sealing, { ...key, createdAt: now })))
  const writes: readonly Write[] = [
    ...made.map((key) => ({ do: 'insert-key', key }) as const),
    ...plan.retire.map(
      ({ key, ...end }) => ({ do: 'update-key', kid: key.kid, activeAt: key.activeAt, ...end }) as const,
    ),
    ...plan.remove.map(({ kid }) => ({ do: 'delete-key', kid }) as const),
  ]
  if (writes.length === 0) return []
  const { committed } = await store.commit([{ do: 'claim', name: claimName, version }, ...writes])
  // Another process carried out the same plan, from the same keys.
  return committed ? made.map(({ kid }) => kid) : []
}

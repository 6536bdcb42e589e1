/**
 * The issuer's public keys, kept at hand.
 *
 * A key that isn't known is looked for once more, but not more often than every 30 s and by one fetch however many
 * requests wait for it, so that invented key ids can't turn this server against its issuer. Keys once fetched stay
 * in use while the issuer doesn't answer, for a day: whoever keeps it from answering must not keep a withdrawn key
 * alive for ever. What a token says of where keys are (jku, x5u, jwk) is never read.
 *
 * @see RFC 9068 §4, RFC 8725 §3.1, §3.8 and §3.10, RFC 7517 §4
 */
import { type CryptoKey, importJWK } from 'jose'
import { GuardError } from './errors.ts'

export interface KeyWanted {
  readonly kid: string | undefined
  readonly algorithm: string
}

export interface KeyCache {
  /**
   * The keys fit for this algorithm and, if the token names one, of this kid. None: the issuer has no such key.
   * @throws GuardError when that can't be known because the issuer doesn't answer.
   */
  readonly find: (wanted: KeyWanted) => Promise<readonly CryptoKey[]>
}

type Jwk = Readonly<Record<string, unknown>>

const refreshAfter = 300_000
const staleAfter = 600_000
const deadAfter = 86_400_000
const betweenFetches = 30_000
const betweenFetchesWithoutKeys = 1_000

export function createKeyCache({
  load,
  now,
}: {
  /** Fetches the issuer's key set document. */
  readonly load: () => Promise<Readonly<Record<string, unknown>>>
  readonly now: () => number
}): KeyCache {
  let keys: readonly Jwk[] | undefined
  let fetchedAt = Number.NEGATIVE_INFINITY
  let attemptedAt = Number.NEGATIVE_INFINITY
  let missedAt = Number.NEGATIVE_INFINITY
  let failure: unknown
  let pending: Promise<void> | undefined
  let imported = new WeakMap<Jwk, Map<string, Promise<CryptoKey | undefined>>>()

  const fetchKeys = async (): Promise<void> => {
    try {
      const document = await load()
      if (!Array.isArray(document.keys)) throw new GuardError('issuer_unavailable')
      keys = document.keys.filter((key): key is Jwk => typeof key === 'object' && key !== null)
      imported = new WeakMap()
      fetchedAt = now()
      failure = undefined
    } catch (error) {
      failure = error
    } finally {
      pending = undefined
    }
  }

  const start = (): Promise<void> => {
    attemptedAt = now()
    pending = fetchKeys()
    return pending
  }

  const refresh = (): Promise<void> => {
    if (pending) return pending
    if (now() - attemptedAt < (keys ? betweenFetches : betweenFetchesWithoutKeys)) return Promise.resolve()
    return start()
  }

  /** For a key that isn't among ours: at once, even when the set is young, for it may have been rotated since. */
  const refreshForMissing = (): Promise<void> => {
    if (pending) return pending
    if (keys === undefined || fetchedAt < attemptedAt || now() - missedAt < betweenFetches) return refresh()
    missedAt = now()
    return start()
  }

  const importOnce = (key: Jwk, algorithm: string): Promise<CryptoKey | undefined> => {
    const byAlgorithm = imported.get(key) ?? new Map<string, Promise<CryptoKey | undefined>>()
    imported.set(key, byAlgorithm)
    const known = byAlgorithm.get(algorithm) ?? importPublicKey(key, algorithm)
    byAlgorithm.set(algorithm, known)
    return known
  }

  const pick = async ({ kid, algorithm }: KeyWanted): Promise<readonly CryptoKey[]> => {
    const fit = (keys ?? []).filter((key) => (kid === undefined || key.kid === kid) && isFit(key, algorithm))
    const ready = await Promise.all(fit.map((key) => importOnce(key, algorithm)))
    return ready.filter((key) => key !== undefined)
  }

  return {
    async find(wanted) {
      const age = now() - fetchedAt
      const isStale = age >= staleAfter
      if (isStale) await refresh()
      else if (age >= refreshAfter) void refresh()
      if (now() - fetchedAt >= deadAfter) keys = undefined
      const known = await pick(wanted)
      if (known.length > 0) return known
      if (!isStale) await refreshForMissing()
      const found = await pick(wanted)
      if (found.length === 0 && failure !== undefined) throw failure
      return found
    },
  }
}

/** The kind of key each algorithm takes: an algorithm and a key of another kind never meet (RFC 8725 §3.1). */
const keyOf: Readonly<Record<string, { readonly kty: string; readonly crv?: string }>> = {
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  PS256: { kty: 'RSA' },
  PS384: { kty: 'RSA' },
  PS512: { kty: 'RSA' },
  RS256: { kty: 'RSA' },
  RS384: { kty: 'RSA' },
  RS512: { kty: 'RSA' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' },
}

function isFit(key: Jwk, algorithm: string): boolean {
  const kind = Object.hasOwn(keyOf, algorithm) ? keyOf[algorithm] : undefined
  return (
    kind !== undefined &&
    key.kty === kind.kty &&
    (kind.crv === undefined || key.crv === kind.crv) &&
    (key.alg === undefined || key.alg === algorithm) &&
    (key.use === undefined || key.use === 'sig') &&
    (!Array.isArray(key.key_ops) || key.key_ops.includes('verify'))
  )
}

/** A key that can't be imported, or is too weak, is as good as none and spoils no other (RFC 8725 §3.4, §3.5). */
async function importPublicKey({ kty, crv, x, y, n, e }: Jwk, algorithm: string): Promise<CryptoKey | undefined> {
  try {
    const members = Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => typeof value === 'string')
    const key = await importJWK({ kty: String(kty), ...Object.fromEntries(members) }, algorithm)
    if (key instanceof Uint8Array) return undefined
    return 'modulusLength' in key.algorithm && Number(key.algorithm.modulusLength) < 2048 ? undefined : key
  } catch {
    return undefined
  }
}

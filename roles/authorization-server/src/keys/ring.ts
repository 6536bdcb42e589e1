/**
 * The key ring: signs with the active key of an algorithm, verifies what this issuer signed, publishes the public set.
 *
 * Keys are kept in memory and read again every few seconds, so that a key made by another process is published here well
 * before it signs, and one that was revoked there is gone here, too. An algorithm that has no key gets its first when
 * it is first asked for.
 *
 * @see RFC 7515 §5, RFC 7517 §5, RFC 8725 §3.1
 */
import type { SigningAlgorithm } from '@symbolon/protocol/algorithms'
import { once } from '../once.ts'
import type { KeyRing } from '../ports/issuer.ts'
import type { Seconds, SigningKeyRecord } from '../ports/records.ts'
import { readObject, takeApart } from './compact.ts'
import { type DecryptionKey, decryptWith, openDecryptionKey } from './decryption-key.ts'
import { activeKey, type Keeper, makeFirstKey } from './lifecycle.ts'
import { openSigningKey, type SigningKey } from './signing-key.ts'

export interface ReloadableKeyRing extends KeyRing {
  /** Reads the keys again now, after this process has changed them. */
  reload(): Promise<void>
}

const betweenReloads: Seconds = 5
/** While storage doesn't answer. */
const goneOnWith: Seconds = 60
const longestToken = 16_384

interface Ring {
  readonly keys: ReadonlyMap<string, SigningKey>
  readonly decryption: readonly DecryptionKey[]
  readonly readAt: Seconds
}

const noKeys: Ring = { keys: new Map(), decryption: [], readAt: 0 }

export function createKeyRing(keeper: Keeper): ReloadableKeyRing {
  const { store, sealing, now, settings } = keeper
  // A verifier may have cached a set from here just before it grew: together that must stay below jwksCache.
  const fresh = Math.min(betweenReloads, Math.floor(settings.jwksCache / 4))
  /** Who signs in this second. */
  const chosen = new Map<SigningAlgorithm, { readonly key: SigningKey; readonly at: Seconds }>()
  let ring: Ring | undefined
  let reading: Promise<void> | undefined
  const making = new Map<SigningAlgorithm, Promise<void>>()

  const read = async (): Promise<void> => {
    const readAt = now()
    const records = await store.keys.list()
    const keys = records.flatMap((record) => {
      const known = ring?.keys.get(record.kid)
      return known ? { ...known, record } : openSigningKey(record, sealing)
    })
    const decryption = records.flatMap((record) => {
      const known = ring?.decryption.find((key) => key.record.kid === record.kid)
      return known ? { ...known, record } : openDecryptionKey(record, sealing)
    })
    ring = { keys: new Map(keys.map((key) => [key.record.kid, key])), decryption, readAt }
    chosen.clear()
  }
  /** However many ask at once, the keys are read once. */
  const reload = (): Promise<void> => {
    reading ??= read().finally(() => {
      reading = undefined
    })
    return reading
  }
  const current = async (maxAge: Seconds): Promise<Ring> => {
    // Also when the clock was set back: an age that is not one is no reason to go on with old keys.
    const age = ring === undefined ? undefined : now() - ring.readAt
    if (age === undefined || age >= maxAge || age < 0) {
      await reload().catch((cause: unknown) => {
        if (age === undefined || age >= goneOnWith || age < 0) throw cause
      })
    }
    return ring ?? noKeys
  }
  const active = (algorithm: SigningAlgorithm): SigningKey | Promise<SigningKey> => {
    const known = chosen.get(algorithm)
    return known?.at === now() ? known.key : choose(algorithm)
  }
  const isPublished = ({ record }: SigningKey | DecryptionKey): boolean => (record.removedAt ?? Infinity) > now()
  /** Not once for each that asks: a key for RSA takes a processor for a while. */
  const makeFirst = (algorithm: SigningAlgorithm): Promise<void> => {
    const under = making.get(algorithm) ?? makeFirstKey(keeper, algorithm).finally(() => making.delete(algorithm))
    making.set(algorithm, under)
    return under
  }
  const choose = async (algorithm: SigningAlgorithm): Promise<SigningKey> => {
    for (const attempt of ['as they are known', 'as they are', 'with a first one'] as const) {
      if (attempt === 'with a first one') await makeFirst(algorithm)
      const { keys } = await current(attempt === 'as they are known' ? fresh : 0)
      const at = now()
      const record = activeKey(
        [...keys.values()].map(({ record }) => record),
        algorithm,
        at,
      )
      const key = record && keys.get(record.kid)
      if (key === undefined) continue
      chosen.set(algorithm, { key, at })
      return key
    }
    throw new Error(`There is no active ${algorithm} key.`)
  }

  return {
    reload,
    async sign(claims, { algorithm, typ }) {
      const key = await active(algorithm)
      const signed = `${headerOf(key.record, typ)}.${encode(claims)}`
      return `${signed}.${await key.sign(signed)}`
    },
    async verify(jwt, typ) {
      const parsed = jwt.length > longestToken ? undefined : takeApart(jwt)
      if (parsed === undefined || parsed.header.typ !== typ) return undefined
      const { kid } = parsed.header
      const key = typeof kid === 'string' ? (await current(fresh)).keys.get(kid) : undefined
      if (key === undefined || !isPublished(key)) return undefined
      // The algorithm is the key's, not the token's; an extension we do not know must be refused (RFC 7515 §4.1.11).
      if (key.record.algorithm !== parsed.header.alg || 'crit' in parsed.header) return undefined
      if (!(await key.verify(parsed.signed, parsed.signature))) return undefined
      return readObject(parsed.payload)
    },
    async decrypt(jwe) {
      const { decryption } = await current(fresh)
      // Newest first, for a message that names none.
      const newest = decryption.filter(isPublished).toSorted((a, b) => b.record.activeAt - a.record.activeAt)
      return decryptWith(newest, jwe)
    },
    async published() {
      const { keys, decryption } = await current(fresh)
      return { keys: [...keys.values(), ...decryption].filter(isPublished).map(({ record }) => record.publicJwk) }
    },
  }
}

const headersOf = once((_record: SigningKeyRecord) => new Map<string, string>())

/** Encoded once for each key and type. */
function headerOf(record: SigningKeyRecord, typ = ''): string {
  const headers = headersOf(record)
  const known = headers.get(typ)
  if (known !== undefined) return known
  const header = encode({ alg: record.algorithm, typ: typ === '' ? undefined : typ, kid: record.kid })
  headers.set(typ, header)
  return header
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

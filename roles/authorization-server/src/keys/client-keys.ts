/**
 * The public keys of a client, opened once for each set: what it signed is verified with them, and what only it may read
 * is encrypted to them.
 *
 * @see RFC 7517 §4, RFC 7518 §3 and §4, RFC 8037 §3.1
 * @see RFC 8725 §3.1, a key serves the algorithms of its own kind only; §3.2, no RSA key of fewer than 2048 bits
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { promisify } from 'node:util'
import type { KeyManagementAlgorithm } from '@symbolon/protocol/algorithms'
import { once } from '../once.ts'
import type { CompactJws } from './compact.ts'
import { type FoundKeySet, type Jwk, type Keyholder, type KeySet, keySetOf, renewedKeySetOf } from './key-sets.ts'
import { schemes, type VerificationAlgorithm } from './schemes.ts'

interface ClientKey {
  readonly jwk: Jwk
  readonly key: KeyObject
}

const shortestRsa = 2_048
/** Larger ones only cost time, and strangers choose them. */
const longestRsa = 8_192

/** What is private or symmetric, too short or too long, or no key at all, is good for nothing. */
function openKey(jwk: Jwk): readonly ClientKey[] {
  if ('d' in jwk || 'k' in jwk) return []
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    const { modulusLength = shortestRsa } = key.asymmetricKeyDetails ?? {}
    return modulusLength < shortestRsa || modulusLength > longestRsa ? [] : [{ jwk, key }]
  } catch {
    return []
  }
}

const openKeys = once((set: KeySet): readonly ClientKey[] => set.keys.flatMap(openKey))

const meantFor = ({ use, key_ops: operations }: Jwk, purpose: 'sig' | 'enc'): boolean =>
  (use ?? purpose) === purpose &&
  (!Array.isArray(operations) ||
    (purpose === 'sig' ? ['verify'] : ['encrypt', 'wrapKey', 'deriveKey', 'deriveBits']).some((operation) =>
      operations.includes(operation),
    ))

interface Wanted {
  readonly algorithm: VerificationAlgorithm
  readonly kid: unknown
}

/** Without a `kid` several keys can fit. */
const mostTried = 5

/** Those that fit the algorithm and, if one is named, the `kid`. */
function keysFor(set: KeySet, { algorithm, kid }: Wanted): readonly KeyObject[] {
  const { kty, crv } = schemes[algorithm]
  return openKeys(set)
    .filter(
      ({ jwk }) =>
        meantFor(jwk, 'sig') &&
        jwk.kty === kty &&
        (crv === undefined || jwk.crv === crv) &&
        (typeof jwk.alg !== 'string' || jwk.alg === algorithm) &&
        (typeof kid !== 'string' || jwk.kid === kid),
    )
    .map(({ key }) => key)
}

export type Verification =
  | { readonly result: 'verified' | 'key_unknown' | 'signature_wrong' }
  /** The keys can't be had. */
  | { readonly result: 'keys_unavailable'; readonly problem: string }

/**
 * Whether the client signed this, with an algorithm that the caller allows. A set at an address of the client's is fetched
 * again before the signature is called wrong: the client may have changed its keys.
 */
export async function verifySigned(
  jws: CompactJws,
  { algorithm, ...holder }: Keyholder & { readonly algorithm: VerificationAlgorithm },
): Promise<Verification> {
  const wanted = { algorithm, kid: jws.header.kid }
  const known = await keySetOf(holder)
  const first = await verifyWith(known, jws, wanted)
  if (first.result === 'verified' || known.set === undefined || known.fetchedNow) return first
  const renewed = await renewedKeySetOf(holder)
  return renewed.set === known.set ? first : verifyWith(renewed, jws, wanted)
}

const verifyInPool = promisify(verify)

/** In the thread pool: strangers say how often. */
async function verifyWith(
  found: FoundKeySet,
  { signed, signature }: CompactJws,
  wanted: Wanted,
): Promise<Verification> {
  if (found.set === undefined) {
    const { problem } = found
    return problem === 'keys_not_registered' ? { result: 'key_unknown' } : { result: 'keys_unavailable', problem }
  }
  const { digest, how } = schemes[wanted.algorithm]
  const bytes = Buffer.from(signed)
  const keys = keysFor(found.set, wanted).slice(0, mostTried)
  for (const key of keys)
    if (await verifyInPool(digest, bytes, { key, ...how }, signature)) return { result: 'verified' }
  return { result: keys.length === 0 ? 'key_unknown' : 'signature_wrong' }
}

/** The kind of key for each way of agreeing on a content's key. */
const fitsFor = (algorithm: KeyManagementAlgorithm, { kty, crv }: Jwk): boolean =>
  algorithm === 'RSA-OAEP-256'
    ? kty === 'RSA'
    : (kty === 'EC' && typeof crv === 'string' && ['P-256', 'P-384', 'P-521'].includes(crv)) ||
      (kty === 'OKP' && crv === 'X25519')

export interface EncryptionKey {
  readonly kid: string | undefined
  readonly key: KeyObject
}

/** The client's key to encrypt to: one that says it is for this, or one that says nothing. */
export async function encryptionKeyOf(
  holder: Keyholder,
  algorithm: KeyManagementAlgorithm,
): Promise<EncryptionKey | undefined> {
  const known = await keySetOf(holder)
  const key = pickEncryptionKey(known, algorithm)
  if (key !== undefined || known.set === undefined || known.fetchedNow) return key
  return pickEncryptionKey(await renewedKeySetOf(holder), algorithm)
}

/** Whether one of these keys is good for it. */
export const canEncryptTo = (set: KeySet, algorithm: KeyManagementAlgorithm): boolean =>
  pickEncryptionKey({ set }, algorithm) !== undefined

function pickEncryptionKey(
  { set }: Pick<FoundKeySet, 'set'>,
  algorithm: KeyManagementAlgorithm,
): EncryptionKey | undefined {
  const fit = (set === undefined ? [] : openKeys(set)).filter(
    ({ jwk }) =>
      meantFor(jwk, 'enc') && fitsFor(algorithm, jwk) && (typeof jwk.alg !== 'string' || jwk.alg === algorithm),
  )
  const [best] = [...fit.filter(({ jwk }) => jwk.use === 'enc'), ...fit]
  return best && { key: best.key, kid: typeof best.jwk.kid === 'string' ? best.jwk.kid : undefined }
}

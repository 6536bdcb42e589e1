/**
 * One signing key: made, sealed for storage, opened for use.
 *
 * @see RFC 7518 §3.3 (RSA of at least 2048 bits), §3.4 (ECDSA), §3.5 (PSS), RFC 8037 §3.1 (Ed25519)
 * @see RFC 7638, the `kid` is the key's thumbprint
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  hash,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto'
import { promisify } from 'node:util'
import { type DecryptionAlgorithm, isDecryptionAlgorithm, type SigningAlgorithm } from '@symbolon/protocol/algorithms'
import type { Sealing } from '../ports/issuer.ts'
import type { KeyAlgorithm, Seconds, SigningKeyRecord } from '../ports/records.ts'
import { schemes } from './schemes.ts'

const generate = promisify(generateKeyPair)
const signInPool = promisify(signBytes)
const verifyInPool = promisify(verifyBytes)

const kinds = {
  'ECDH-ES': { kty: 'EC', crv: 'P-256' },
  'RSA-OAEP-256': { kty: 'RSA', crv: '' },
} as const satisfies Readonly<Record<DecryptionAlgorithm, unknown>>

function generateFor(algorithm: KeyAlgorithm) {
  const { kty, crv = '' } = isDecryptionAlgorithm(algorithm) ? kinds[algorithm] : schemes[algorithm]
  if (kty === 'RSA') return generate('rsa', { modulusLength: 2_048 })
  return kty === 'EC' ? generate('ec', { namedCurve: crv }) : generate('ed25519')
}

/** These signatures take less time than handing them to another thread and back; one with RSA takes ten times as long. */
const signedHere: ReadonlySet<SigningAlgorithm> = new Set(['ES256', 'EdDSA'])

const purpose = 'signing key'

export async function makeSigningKey(
  sealing: Sealing,
  key: { readonly algorithm: KeyAlgorithm; readonly createdAt: Seconds; readonly activeAt: Seconds },
): Promise<SigningKeyRecord> {
  const { publicKey, privateKey } = await generateFor(key.algorithm)
  const jwk = strings(publicKey.export({ format: 'jwk' }))
  const kid = thumbprint(jwk)
  // It is written in commands, too, where a dash begins an option.
  if (kid.startsWith('-')) return makeSigningKey(sealing, key)
  const text = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64url')
  return {
    ...key,
    kid,
    publicJwk: { ...jwk, kid, use: isDecryptionAlgorithm(key.algorithm) ? 'enc' : 'sig', alg: key.algorithm },
    sealedPrivate: sealing.seal(purpose, text, kid),
    retiredAt: null,
    removedAt: null,
  }
}

/** The private key is sealed under another secret than the one this process was given. */
export class KeySealedElsewhere extends Error {
  override readonly name = 'KeySealedElsewhere'
}

export interface SigningKey {
  readonly record: SigningKeyRecord
  readonly sign: (text: string) => Promise<string>
  readonly verify: (text: string, signature: Uint8Array) => Promise<boolean>
}

export function openPrivateKey(record: SigningKeyRecord, sealing: Sealing): KeyObject {
  const text = sealing.open(purpose, record.sealedPrivate, record.kid)
  if (text === undefined) throw new KeySealedElsewhere('The signing keys were sealed under another secret.')
  return createPrivateKey({ key: Buffer.from(text, 'base64url'), format: 'der', type: 'pkcs8' })
}

/** None, if it is a key to encrypt to. */
export function openSigningKey(record: SigningKeyRecord, sealing: Sealing): readonly SigningKey[] {
  const { algorithm } = record
  if (isDecryptionAlgorithm(algorithm)) return []
  const { digest, how } = schemes[algorithm]
  const key = openPrivateKey(record, sealing)
  const [signing, verifying] = [
    { key, ...how },
    { key: createPublicKey(key), ...how },
  ]
  const sign = (bytes: Uint8Array) =>
    signedHere.has(algorithm) ? signBytes(digest, bytes, signing) : signInPool(digest, bytes, signing)
  const opened: SigningKey = {
    record,
    sign: async (text) => (await sign(Buffer.from(text))).toString('base64url'),
    verify: (text, signature) => verifyInPool(digest, Buffer.from(text), verifying, signature),
  }
  return [opened]
}

const strings = (jwk: object): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(jwk).filter(([, value]) => typeof value === 'string'))

const thumbprinted: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
}

/** The required members only, in lexicographic order (RFC 7638 §3.2; RFC 8037 §2). */
function thumbprint(jwk: Readonly<Record<string, string>>): string {
  const members = thumbprinted[jwk.kty ?? ''] ?? []
  return hash('sha256', JSON.stringify(Object.fromEntries(members.map((name) => [name, jwk[name]]))), 'base64url')
}

/**
 * One signing key: made, sealed for storage, opened for use.
 *
 * @see RFC 7518 §3.3 (RSA of at least 2048 bits), §3.4 (ECDSA)
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
import type { SigningAlgorithm } from '@symbolon/protocol/algorithms'
import type { Sealing } from '../ports/issuer.ts'
import type { Seconds, SigningKeyRecord } from '../ports/records.ts'

const generate = promisify(generateKeyPair)
const signInPool = promisify(signBytes)
const verifyInPool = promisify(verifyBytes)

const generators = {
  ES256: () => generate('ec', { namedCurve: 'P-256' }),
  RS256: () => generate('rsa', { modulusLength: 2048 }),
} as const satisfies Record<SigningAlgorithm, unknown>

type Key = ReturnType<typeof asJws>

/** An ES256 signature takes less time than handing it to another thread and back; one with RSA takes ten times as long. */
const signers: Readonly<Record<SigningAlgorithm, (bytes: Uint8Array, key: Key) => Buffer | Promise<Buffer>>> = {
  ES256: (bytes, key) => signBytes('sha256', bytes, key),
  RS256: (bytes, key) => signInPool('sha256', bytes, key),
}

const purpose = 'signing key'

export async function makeSigningKey(
  sealing: Sealing,
  key: { readonly algorithm: SigningAlgorithm; readonly createdAt: Seconds; readonly activeAt: Seconds },
): Promise<SigningKeyRecord> {
  const { publicKey, privateKey } = await generators[key.algorithm]()
  const jwk = strings(publicKey.export({ format: 'jwk' }))
  const kid = thumbprint(jwk)
  const text = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64url')
  return {
    ...key,
    kid,
    publicJwk: { ...jwk, kid, use: 'sig', alg: key.algorithm },
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

export function openSigningKey(record: SigningKeyRecord, sealing: Sealing): SigningKey {
  const text = sealing.open(purpose, record.sealedPrivate, record.kid)
  if (text === undefined) throw new KeySealedElsewhere('The signing keys were sealed under another secret.')
  const privateKey = asJws(createPrivateKey({ key: Buffer.from(text, 'base64url'), format: 'der', type: 'pkcs8' }))
  const publicKey = asJws(createPublicKey(privateKey.key))
  const sign = signers[record.algorithm]
  return {
    record,
    sign: async (text) => (await sign(Buffer.from(text), privateKey)).toString('base64url'),
    verify: (text, signature) => verifyInPool('sha256', Buffer.from(text), publicKey, signature),
  }
}

/** JWS writes an ECDSA signature as R and S side by side (RFC 7518 §3.4), not as DER; RSA has only one form. */
const asJws = (key: KeyObject) => ({ key, dsaEncoding: 'ieee-p1363' as const })

const strings = (jwk: object): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(jwk).filter(([, value]) => typeof value === 'string'))

/** The required members only, in lexicographic order (RFC 7638 §3.2). */
function thumbprint(jwk: Readonly<Record<string, string>>): string {
  const members = jwk.kty === 'EC' ? ['crv', 'kty', 'x', 'y'] : ['e', 'kty', 'n']
  return hash('sha256', JSON.stringify(Object.fromEntries(members.map((name) => [name, jwk[name]]))), 'base64url')
}

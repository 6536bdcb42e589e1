/**
 * The public keys of a client, opened once for each set that is registered, and what each may verify.
 *
 * @see RFC 7517 §4, RFC 7518 §3, RFC 8037 §3.1
 * @see RFC 8725 §3.1, a key serves the algorithms of its own kind only; §3.2, no RSA key of fewer than 2048 bits
 */
import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { promisify } from 'node:util'
import type { verificationAlgorithms } from '@symbolon/protocol/algorithms'
import type { Client } from '../client.ts'
import type { CompactJws } from '../keys/compact.ts'
import { once } from '../once.ts'

export type VerificationAlgorithm = (typeof verificationAlgorithms)[number]

interface Scheme {
  readonly kty: string
  readonly crv?: string
  /** `null`: the algorithm has its own. */
  readonly digest: string | null
  readonly how: object
}

const rsa = (digest: string): Scheme => ({ kty: 'RSA', digest, how: { padding: constants.RSA_PKCS1_PADDING } })
const pss = (digest: string): Scheme => {
  const how = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  return { kty: 'RSA', digest, how }
}
const ecdsa = (crv: string, digest: string): Scheme => ({ kty: 'EC', crv, digest, how: { dsaEncoding: 'ieee-p1363' } })
const eddsa: Scheme = { kty: 'OKP', crv: 'Ed25519', digest: null, how: {} }

const schemes: Readonly<Record<VerificationAlgorithm, Scheme>> = {
  ES256: ecdsa('P-256', 'sha256'),
  ES384: ecdsa('P-384', 'sha384'),
  ES512: ecdsa('P-521', 'sha512'),
  PS256: pss('sha256'),
  PS384: pss('sha384'),
  PS512: pss('sha512'),
  RS256: rsa('sha256'),
  RS384: rsa('sha384'),
  RS512: rsa('sha512'),
  EdDSA: eddsa,
  Ed25519: eddsa,
}

type Jwk = Readonly<Record<string, unknown>>

interface ClientKey {
  readonly jwk: Jwk
  readonly key: KeyObject
}

const shortestRsa = 2_048

/** What is private or symmetric, meant for something else, too short, or no key at all, verifies nothing. */
function openKey(jwk: Jwk): readonly ClientKey[] {
  const meant = (jwk.use ?? 'sig') === 'sig' && (!Array.isArray(jwk.key_ops) || jwk.key_ops.includes('verify'))
  if (!meant || 'd' in jwk || 'k' in jwk) return []
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    return (key.asymmetricKeyDetails?.modulusLength ?? shortestRsa) < shortestRsa ? [] : [{ jwk, key }]
  } catch {
    return []
  }
}

const openKeys = once((jwks: NonNullable<Client['jwks']>): readonly ClientKey[] => jwks.keys.flatMap(openKey))

/** The registered keys that fit the algorithm and, if one is named, the `kid`. */
export function keysFor(
  { jwks }: Client,
  { algorithm, kid }: { readonly algorithm: VerificationAlgorithm; readonly kid: unknown },
): readonly KeyObject[] {
  if (jwks === undefined) return []
  const { kty, crv } = schemes[algorithm]
  return openKeys(jwks)
    .filter(
      ({ jwk }) =>
        jwk.kty === kty &&
        (crv === undefined || jwk.crv === crv) &&
        (typeof jwk.alg !== 'string' || jwk.alg === algorithm) &&
        (typeof kid !== 'string' || jwk.kid === kid),
    )
    .map(({ key }) => key)
}

const verifyInPool = promisify(verify)

/** In the thread pool: strangers say how often. Without a `kid` several keys can fit; one that verifies is enough. */
export async function verifies(
  { signed, signature }: CompactJws,
  { algorithm, keys }: { readonly algorithm: VerificationAlgorithm; readonly keys: readonly KeyObject[] },
): Promise<boolean> {
  const { digest, how } = schemes[algorithm]
  const bytes = Buffer.from(signed)
  for (const key of keys) if (await verifyInPool(digest, bytes, { key, ...how }, signature)) return true
  return false
}

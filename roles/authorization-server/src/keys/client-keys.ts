/**
 * The public keys of a client, opened once for each set that is registered, and what each may verify.
 *
 * @see RFC 7517 §4, RFC 7518 §3, RFC 8037 §3.1
 * @see RFC 8725 §3.1, a key serves the algorithms of its own kind only; §3.2, no RSA key of fewer than 2048 bits
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { promisify } from 'node:util'
import type { Client } from '../client.ts'
import type { CompactJws } from '../keys/compact.ts'
import { schemes, type VerificationAlgorithm } from '../keys/schemes.ts'
import { once } from '../once.ts'

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

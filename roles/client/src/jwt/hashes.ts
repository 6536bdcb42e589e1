/** The digests by which an ID token names what came with it (OpenID Connect Core §3.1.3.6, §3.3.2.11). */
import { hash, timingSafeEqual } from 'node:crypto'
import { hashFor } from '@symbolon/protocol/algorithms'

/** The left half of the digest that the signature algorithm uses. */
export function isHashOf(value: string, claimed: unknown, alg: string): boolean {
  const digest = hash(hashFor(alg), value, 'buffer')
  const expected = Buffer.from(digest.subarray(0, digest.length / 2).toString('base64url'))
  const got = Buffer.from(typeof claimed === 'string' ? claimed : '')
  return expected.length === got.length && timingSafeEqual(expected, got)
}

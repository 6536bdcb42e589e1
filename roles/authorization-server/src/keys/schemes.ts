/**
 * What each signature algorithm is made of: the kind of key, the digest, and how the key is used.
 *
 * @see RFC 7518 §3, RFC 8037 §3.1
 * @see RFC 8725 §3.1, a key serves the algorithms of its own kind only
 */
import { constants } from 'node:crypto'
import type { SigningAlgorithm, verificationAlgorithms } from '@symbolon/protocol/algorithms'

export type VerificationAlgorithm = (typeof verificationAlgorithms)[number] | SigningAlgorithm

export interface Scheme {
  readonly kty: 'EC' | 'RSA' | 'OKP'
  readonly crv?: string
  /** `null`: the algorithm has its own. */
  readonly digest: string | null
  /** JWS writes an ECDSA signature as R and S side by side (RFC 7518 §3.4), not as DER. */
  readonly how: object
}

const rsa = (digest: string): Scheme => ({ kty: 'RSA', digest, how: { padding: constants.RSA_PKCS1_PADDING } })
const pss = (digest: string): Scheme => {
  const how = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  return { kty: 'RSA', digest, how }
}
const ecdsa = (crv: string, digest: string): Scheme => ({ kty: 'EC', crv, digest, how: { dsaEncoding: 'ieee-p1363' } })
const eddsa: Scheme = { kty: 'OKP', crv: 'Ed25519', digest: null, how: {} }

export const schemes: Readonly<Record<VerificationAlgorithm, Scheme>> = {
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

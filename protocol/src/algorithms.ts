/** Signature and encryption algorithms, chosen by registration and never by what a message says of itself (RFC 8725 §3.1). */

/** What this server signs with; no symmetric algorithm and never `none`. */
export const signingAlgorithms = [
  'ES256',
  'RS256',
  'PS256',
  'EdDSA',
  'ES384',
  'ES512',
  'PS384',
  'PS512',
  'RS384',
  'RS512',
] as const

export type SigningAlgorithm = (typeof signingAlgorithms)[number]

export const isSigningAlgorithm = (value: unknown): value is SigningAlgorithm =>
  (signingAlgorithms as readonly unknown[]).includes(value)

/**
 * The digest of the algorithm: the half of it that stands in `at_hash`, `c_hash` and `s_hash`. Ed25519 digests with
 * SHA-512 (RFC 8032 §5.1).
 */
export const hashFor = (algorithm: string): 'sha256' | 'sha384' | 'sha512' =>
  algorithm.endsWith('256') ? 'sha256' : algorithm.endsWith('384') ? 'sha384' : 'sha512'

/** What this server accepts from others; no symmetric algorithm and never `none`. */
export const verificationAlgorithms = [
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
  'EdDSA',
  'Ed25519',
] as const

/** What is made and checked with a secret that both ends know: never for tokens, only to prove that one has it. */
export const macAlgorithms = ['HS256', 'HS384', 'HS512'] as const

export type MacAlgorithm = (typeof macAlgorithms)[number]

/** How the key of a message's content is agreed on: nothing symmetric, no RSA1_5 (RFC 8725 §3.2), no passwords. */
export const keyManagementAlgorithms = ['RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW'] as const

export type KeyManagementAlgorithm = (typeof keyManagementAlgorithms)[number]

/** How the content itself is encrypted. */
export const contentEncryptionAlgorithms = ['A128GCM', 'A256GCM', 'A128CBC-HS256', 'A256CBC-HS512'] as const

export type ContentEncryptionAlgorithm = (typeof contentEncryptionAlgorithms)[number]

/** How clients may encrypt to this server, if it is configured to have keys for it. */
export const decryptionAlgorithms = ['ECDH-ES', 'RSA-OAEP-256'] as const

export type DecryptionAlgorithm = (typeof decryptionAlgorithms)[number]

export const isDecryptionAlgorithm = (value: unknown): value is DecryptionAlgorithm =>
  (decryptionAlgorithms as readonly unknown[]).includes(value)

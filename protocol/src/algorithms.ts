/** Signature algorithms, chosen by configuration and never by what a message says of itself (RFC 8725 §3.1). */

/** What this server signs with. */
export const signingAlgorithms = ['ES256', 'RS256'] as const

export type SigningAlgorithm = (typeof signingAlgorithms)[number]

export const isSigningAlgorithm = (value: unknown): value is SigningAlgorithm =>
  (signingAlgorithms as readonly unknown[]).includes(value)

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

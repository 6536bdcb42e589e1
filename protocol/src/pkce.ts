/** Proof Key for Code Exchange with S256, the only method served (RFC 7636, RFC 9700 §2.1.1). */
import { hash, timingSafeEqual } from 'node:crypto'

/** The `code_challenge` of a `code_verifier` (RFC 7636 §4.2). */
export const challengeOf = (verifier: string): string => hash('sha256', verifier, 'base64url')

/** The form an S256 challenge has: 43 base64url characters. */
export const isChallenge = (value: string): boolean => /^[\w-]{43}$/.test(value)

/** Whether `verifier` is the secret behind `challenge` (RFC 7636 §4.6). Takes the same time either way. */
export function verifierMatches(verifier: string, challenge: string): boolean {
  const expected = Buffer.from(challengeOf(verifier))
  const presented = Buffer.from(challenge)
  return expected.length === presented.length && timingSafeEqual(expected, presented)
}

/**
 * Handles: the random values that stand for something kept here (codes, tokens, cookies, ids), and how each is looked
 * up without being stored.
 *
 * @see RFC 6749 §10.10, a handle can't be guessed; RFC 6819 §5.1.4.1.3, what is stored can't be used
 */
import { hash } from 'node:crypto'

/** 32 random bytes, written as 43 base64url characters. */
export function newHandle(random: (bytes: number) => Uint8Array): string {
  const { buffer, byteOffset, byteLength } = random(32)
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64url')
}

/** How a handle is stored and found again. Only for values with the entropy of a handle. */
export const hashOf = (handle: string): string => hash('sha256', handle, 'base64url')

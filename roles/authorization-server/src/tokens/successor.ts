/**
 * The successor of a refresh token, sealed so that only the presented token opens it.
 *
 * A client whose first answer was lost presents its old token again and gets the same successor. Who reads the
 * database gets nothing: it holds the token's hash, and what opens the seal is another hash of the token, which has
 * the entropy of a key. Each token has at most one successor that is kept, so its pad is used once.
 */
import { hash, timingSafeEqual } from 'node:crypto'

export interface SuccessorSeal {
  seal(successor: string): string
  /** `undefined` when it was not sealed for this token. */
  open(sealed: string): string | undefined
}

/** Of a handle: 32 bytes. */
const length = 32
const tagLength = 16

export function successorSeal(presented: string): SuccessorSeal {
  const padded = (bytes: Uint8Array): Buffer => {
    const pad = hash('sha256', `successor pad ${presented}`, 'buffer')
    return Buffer.from(pad.map((byte, at) => byte ^ (bytes[at] ?? 0)))
  }
  const tagOf = (successor: string): Buffer =>
    hash('sha256', `successor tag ${presented} ${successor}`, 'buffer').subarray(0, tagLength)
  return {
    seal(successor) {
      const bytes = Buffer.from(successor, 'base64url')
      if (bytes.length !== length) throw new TypeError('Only a handle can be the successor of a handle.')
      return Buffer.concat([padded(bytes), tagOf(successor)]).toString('base64url')
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      if (bytes.length !== length + tagLength) return undefined
      const successor = padded(bytes.subarray(0, length)).toString('base64url')
      return timingSafeEqual(tagOf(successor), bytes.subarray(length)) ? successor : undefined
    },
  }
}

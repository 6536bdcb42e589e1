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

/** Characters of 32 bytes and of 16. */
const handleLength = 43
const tagLength = 22

export function successorSeal(presented: string): SuccessorSeal {
  /** Once to seal, once more to open. */
  const padded = (handle: string): string => {
    const pad = Buffer.from(hash('sha256', `successor pad ${presented}`, 'base64url'), 'base64url')
    const bytes = Buffer.from(handle, 'base64url')
    for (let at = 0; at < bytes.length; at++) bytes[at] = (bytes[at] ?? 0) ^ (pad[at] ?? 0)
    return bytes.toString('base64url')
  }
  const tagOf = (successor: string): string =>
    hash('sha256', `successor tag ${presented} ${successor}`, 'base64url').slice(0, tagLength)
  return {
    seal(successor) {
      if (successor.length !== handleLength) throw new TypeError('Only a handle can be the successor of a handle.')
      return padded(successor) + tagOf(successor)
    },
    open(sealed) {
      if (sealed.length !== handleLength + tagLength) return undefined
      const successor = padded(sealed.slice(0, handleLength))
      const tag = Buffer.from(sealed.slice(handleLength))
      const expected = Buffer.from(tagOf(successor))
      return tag.length === expected.length && timingSafeEqual(tag, expected) ? successor : undefined
    },
  }
}

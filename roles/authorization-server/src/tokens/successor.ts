/**
 * The successor of a refresh token, sealed under a key that only the presented token yields.
 *
 * A client whose first answer was lost presents its old token again and gets the same successor. Who reads the
 * database gets nothing: it holds the token's hash, and the key is derived from the token itself.
 */

import { hashOf } from '../handles.ts'
import { decrypt, deriveKey, encrypt } from '../keys/encryption.ts'

export interface SuccessorSeal {
  seal(successor: string): string
  open(sealed: string): string | undefined
}

export function successorSeal(presented: string): SuccessorSeal {
  const key = () => deriveKey(presented, 'refresh token successor')
  const context = hashOf(presented)
  return {
    seal: (successor) => encrypt(key(), successor, context),
    open: (sealed) => decrypt(key(), sealed, context),
  }
}

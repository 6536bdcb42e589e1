/**
 * The installation's secret, and what is derived from it: one key for each purpose, so that a text sealed for one
 * can't be passed off as another.
 */
import { createHmac, randomBytes } from 'node:crypto'
import type { Sealing } from '../ports/issuer.ts'
import { decrypt, deriveKey, encrypt } from './encryption.ts'

/** A new secret for a new installation. */
export const generateSecret = (): string => randomBytes(32).toString('base64url')

const shortestSecret = 32

export function createSealing(secret: string): Sealing {
  if (secret.length < shortestSecret) throw new TypeError(`The secret needs at least ${shortestSecret} characters.`)
  const keys = new Map<string, Uint8Array>()
  const keyFor = (purpose: string): Uint8Array => {
    const known = keys.get(purpose)
    if (known !== undefined) return known
    const key = deriveKey(secret, purpose)
    keys.set(purpose, key)
    return key
  }
  return {
    seal: (purpose, text, context) => encrypt(keyFor(`seal ${purpose}`), text, context),
    open: (purpose, sealed, context) => decrypt(keyFor(`seal ${purpose}`), sealed, context),
    digest: (purpose, value) =>
      createHmac('sha256', keyFor(`digest ${purpose}`))
        .update(value)
        .digest('base64url'),
  }
}

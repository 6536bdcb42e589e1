/** How the floor and oidc-provider check a password: in the thread pool, with the parameters everybody uses here. */
import { argon2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { argon } from '../world.ts'

const derive = promisify(argon2)

export async function verifyPassword(message: string, hash: string): Promise<boolean> {
  const [salt = '', tag = ''] = hash.split('$').slice(-2)
  const derived = await derive('argon2id', { message, nonce: Buffer.from(salt, 'base64'), ...argon })
  const known = Buffer.from(tag, 'base64')
  return known.length === derived.length && timingSafeEqual(known, derived)
}

/**
 * Passwords, kept as argon2id hashes in the PHC string format and computed in the thread pool.
 *
 * @see RFC 9106 (argon2), OWASP Password Storage Cheat Sheet (19 MiB, 2 passes, 1 lane)
 * @see NIST SP 800-63B §5.1.1.2, a password is normalized before it is hashed
 */
import { argon2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Passwords } from '../ports/issuer.ts'

export interface PasswordParameters {
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

export const owaspParameters: PasswordParameters = { memory: 19_456, passes: 2, parallelism: 1 }

/** Longer passwords are refused unread: nobody types them, and hashing them would be work given away. */
export const longestPassword = 1_024

export const isTooLong = (password: string): boolean => Buffer.byteLength(password) > longestPassword

const tagLength = 32
const argon2id = fewAtOnce(promisify(argon2), 2)

/**
 * Node has four threads for all such work, signing and the file system among it: however many people sign in, half of
 * them stay free, and the memory in use is bounded.
 */
function fewAtOnce<Given extends readonly unknown[], Made>(
  work: (...given: Given) => Promise<Made>,
  atOnce: number,
): (...given: Given) => Promise<Made> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (...given) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work(...given)
    } finally {
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}

export function createPasswords(
  random: (bytes: number) => Uint8Array,
  parameters: PasswordParameters = owaspParameters,
): Passwords {
  const derive = (password: string, salt: Uint8Array, using: PasswordParameters): Promise<Buffer> =>
    argon2id('argon2id', { message: Buffer.from(password.normalize('NFC')), nonce: salt, tagLength, ...using })

  return {
    async hash(password) {
      if (isTooLong(password)) throw new RangeError(`A password has at most ${longestPassword} bytes.`)
      const salt = random(16)
      return writeHash(parameters, salt, await derive(password, salt, parameters))
    },
    async verify(password, hash) {
      if (isTooLong(password)) return false
      const known = hash === null ? undefined : readHash(hash)
      // Nobody's hash costs what somebody's does: how long it takes says nothing about who has an account.
      const { using, salt, tag } = known ?? {
        using: parameters,
        salt: new Uint8Array(16),
        tag: Buffer.alloc(tagLength),
      }
      const derived = await derive(password, salt, using)
      return tag.length === derived.length && timingSafeEqual(derived, tag) && known !== undefined
    },
  }
}

/** Whether the hash was made with other parameters than today's, and is to be replaced at the next sign-in. */
export function isOutdated(hash: string, parameters: PasswordParameters = owaspParameters): boolean {
  const using = readHash(hash)?.using
  return (
    using?.memory !== parameters.memory ||
    using.passes !== parameters.passes ||
    using.parallelism !== parameters.parallelism
  )
}

const unpadded = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replaceAll('=', '')

const writeHash = ({ memory, passes, parallelism }: PasswordParameters, salt: Uint8Array, tag: Uint8Array) =>
  `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`

const phc = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{43})$/

function readHash(hash: string) {
  const [, memory, passes, parallelism, salt, tag] = phc.exec(hash) ?? []
  if (salt === undefined || tag === undefined) return undefined
  const using = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  return { using, salt: Buffer.from(salt, 'base64'), tag: Buffer.from(tag, 'base64') }
}

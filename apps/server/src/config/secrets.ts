/** What makes a secret good enough: length, and not being the one of somebody's example. */
import { isTooLong, longestPassword } from '@symbolon/authorization-server/people/passwords'
import type { Reading } from './kinds.ts'
import type { SecretRule } from './reference.ts'

export const shortestSecret = 32

const placeholders =
  /change[-_ ]?(me|this)|replace[-_ ]?(me|this)|your[-_ ]?(own[-_ ]?)?secret|example|placeholder|insert|do[-_ ]?not[-_ ]?use|keyboard ?cat|password|0123456789|abcdefgh|xxxx/i

/** A value copied from documentation or typed with one finger. */
export const isPlaceholder = (value: string): boolean => placeholders.test(value) || new Set(value).size < 10

const outsideDevelopment =
  (broken: (value: string) => boolean): SecretRule['broken'] =>
  (value: string, { development }: Reading) =>
    !development && broken(value)

const random: SecretRule = {
  broken: outsideDevelopment(isPlaceholder),
  expected: 'a random secret, not an example (make one with: openssl rand -base64 32)',
}

/** The secret that everything at rest is sealed under. */
export const installationSecretRules: readonly SecretRule[] = [
  {
    broken: (value) => value.length < shortestSecret,
    expected: `a secret with at least ${shortestSecret} characters`,
  },
  random,
]

/** A client's secret is kept as a plain hash, so it must be beyond guessing (RFC 6749 §10.10). */
export const clientSecretRules: readonly SecretRule[] = [
  {
    broken: outsideDevelopment((value) => value.length < shortestSecret),
    expected: `a secret with at least ${shortestSecret} characters`,
  },
  { broken: (value) => !/^[\x20-\x7e]+$/.test(value), expected: 'a secret in printable ASCII (RFC 6749 appendix A.2)' },
  random,
]

export const passwordRules: readonly SecretRule[] = [
  {
    broken: (value) => value.startsWith('$') && !isPasswordHash(value),
    expected: 'a password, or its argon2id hash as symbolon hash-password writes it ($argon2id$v=19$…)',
  },
  { broken: isTooLong, expected: `a password with at most ${longestPassword} bytes` },
]

/** A hash in the PHC string format. */
export const isPasswordHash = (value: string): boolean =>
  /^\$argon2id\$v=19\$[a-z]=\d+(,[a-z]=\d+)*\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/.test(value)

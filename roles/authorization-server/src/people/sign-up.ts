/**
 * Makes an account for somebody who has none, if what they chose is free and good.
 *
 * A username is public by its nature, and that one is taken is said. Of an email address nothing is said: it is kept as
 * a claim that nobody has confirmed and is no way to sign in, so that nobody can claim another's address, and nobody
 * finds out here who has an account.
 *
 * @see OpenID Connect Prompt Create §4.1, NIST SP 800-63B §5.1.1.2 (passwords), OWASP ASVS §2.1 and §2.2.1
 */
import type { SignUpProblem } from '@symbolon/protocol/views'
import { newHandle } from '../handles.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { PersonRecord } from '../ports/records.ts'
import { StorageConflict, type Write } from '../ports/store.ts'
import { loginKey } from './login-key.ts'
import { isTooLong } from './passwords.ts'
import { createAttempts, networkOf, remaining } from './throttle.ts'

export interface NewAccount {
  readonly username: string
  readonly email: string
  readonly password: string
  readonly remoteAddress: string
}

export const shortestPassword = 12
const longestUsername = 64
const longestEmail = 320

export type SignUpResult =
  | { readonly ok: true; readonly person: PersonRecord }
  | { readonly ok: false; readonly problem: SignUpProblem }

interface FormRule {
  readonly kind: Exclude<SignUpProblem['kind'], 'slowed-down'>
  readonly broken: (account: NewAccount) => boolean
}

const characters = (text: string): number => [...text].length

const formRules: readonly FormRule[] = [
  { kind: 'username-missing', broken: ({ username }) => loginKey(username) === '' },
  {
    kind: 'username-wrong',
    broken: ({ username }) => /[\s@\p{C}]/u.test(username) || characters(username) > longestUsername,
  },
  {
    kind: 'email-wrong',
    broken: ({ email }) => !/^[^\s@\p{C}]+@[^\s@\p{C}]+$/u.test(email) || email.length > longestEmail,
  },
  { kind: 'password-short', broken: ({ password }) => characters(password.normalize('NFC')) < shortestPassword },
  { kind: 'password-long', broken: ({ password }) => isTooLong(password) },
  {
    kind: 'password-guessable',
    broken: ({ username, email, password }) =>
      [username, email].some((known) => loginKey(password) === loginKey(known)) || new Set(password).size < 4,
  },
]

/** From one network so many accounts are made at once, and then slower and slower: a class or an office is one, too. */
const level = { free: 20, longest: 300, remembered: 3_600 } as const
const attempts = createAttempts(4)

export async function signUp(issuer: Issuer, given: NewAccount, writes: (person: PersonRecord) => readonly Write[]) {
  const account = { ...given, username: given.username.normalize('NFC').trim(), email: given.email.trim() }
  const wrong = formRules.find(({ broken }) => broken(account))
  if (wrong !== undefined) return no({ kind: wrong.kind })
  const network = networkOf(account.remoteAddress)
  const end = attempts.begin(network)
  if (end === undefined) return no({ kind: 'slowed-down', seconds: 1 })
  try {
    return await make(issuer, account, writes)
  } finally {
    end()
  }
}

const no = (problem: SignUpProblem): SignUpResult => ({ ok: false, problem })

async function make(
  issuer: Issuer,
  account: NewAccount,
  writes: (person: PersonRecord) => readonly Write[],
): Promise<SignUpResult> {
  const { store, passwords, sealing, random } = issuer
  const now = issuer.now()
  const key = `sign-up:${sealing.digest('throttle', `sign-up ${networkOf(account.remoteAddress)}`)}`
  const [counted] = await store.throttles.find([key])
  const seconds = remaining(counted !== undefined && counted.expiresAt > now ? counted : undefined, level, now)
  if (seconds > 0) return no({ kind: 'slowed-down', seconds })
  await store.commit([{ do: 'count-failure', key, now, expiresAt: now + level.remembered }])
  if ((await store.people.findByLogin(account.username)) !== undefined) return no({ kind: 'username-taken' })
  const person: PersonRecord = {
    personId: newHandle(random),
    username: account.username,
    email: null,
    passwordHash: await passwords.hash(account.password),
    claims: { email: account.email, email_verified: false },
    disabled: false,
    declared: false,
    createdAt: now,
    updatedAt: now,
  }
  try {
    await store.commit([{ do: 'put-person', person }, ...writes(person)])
  } catch (error) {
    if (error instanceof StorageConflict) return no({ kind: 'username-taken' })
    throw error
  }
  return { ok: true, person }
}

/**
 * Checks a login and a password, at the same cost whoever it is, and slows down whoever guesses.
 *
 * @see OWASP ASVS §2.2.1, NIST SP 800-63B §5.2.2
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { SignInProblem } from '@symbolon/protocol/views'
import { loginOf } from '../flow/2-user-authorization.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { PersonRecord } from '../ports/records.ts'
import type { Write } from '../ports/store.ts'
import { loginKey } from './login-key.ts'
import { isOutdated } from './passwords.ts'
import { countFailure, createAttempts, decideThrottle, forgetFailures, throttleKeys } from './throttle.ts'

export interface Credentials {
  readonly login: string
  readonly password: string
  readonly remoteAddress: string
  /** Only they may sign in. */
  readonly only: PersonRecord | undefined
  /** Who they are stands on the page, as this browser knows them; otherwise `login` must say it. */
  readonly isNamed: boolean
}

export type SignInResult =
  | { readonly ok: true; readonly person: PersonRecord; readonly writes: readonly Write[] }
  | { readonly ok: false; readonly problem: SignInProblem }

/** Each check takes memory and a thread: what one guesser can have under way at once is bounded twice. */
const attempts = { onPair: createAttempts(3), fromNetwork: createAttempts(16) }

const longestLogin = 320

export async function checkCredentials(issuer: Issuer, credentials: Credentials): Promise<SignInResult> {
  const { login, password, remoteAddress, only } = credentials
  const named = credentials.isNamed ? only : undefined
  const { store, sealing, passwords } = issuer
  const no = (problem: SignInProblem): SignInResult => ({ ok: false, problem })
  if (named === undefined && loginKey(login) === '') return no({ kind: 'login-missing' })
  if (password === '') return no({ kind: 'password-missing' })
  if (login.length > longestLogin) return no({ kind: 'wrong' })

  const found = named ?? (await store.people.findByLogin(login))
  const person = only === undefined || found?.personId === only.personId ? found : undefined
  // By what was said, whoever that is: else the pace would tell that two logins are one person's, or one is nobody's.
  const said = named === undefined ? login : loginOf(named)
  const keys = throttleKeys(sealing, loginKey(said), remoteAddress)
  const endPair = attempts.onPair.begin(keys.pair)
  const endNetwork = endPair && attempts.fromNetwork.begin(keys.network)
  try {
    if (endNetwork === undefined) return no({ kind: 'slowed-down', seconds: 1 })
    const throttling = decideThrottle(keys, await store.throttles.find(Object.values(keys)), issuer.now())
    if (!throttling.allowed) return no({ kind: 'slowed-down', seconds: throttling.seconds })
    if (throttling.pause > 0) await pause(throttling.pause * 1_000)
    if (!(await passwords.verify(password, person?.passwordHash ?? null)) || person === undefined) {
      await store.commit(countFailure(keys, issuer.now()))
      return no({ kind: 'wrong' })
    }
    // Said only to those who know the password.
    if (person.disabled) return no({ kind: 'account-disabled' })
    return { ok: true, person, writes: [...forgetFailures(keys), ...(await rehash(issuer, person, password))] }
  } finally {
    endNetwork?.()
    endPair?.()
  }
}

/** A hash made with weaker parameters is replaced while the password is at hand. */
async function rehash({ passwords, now }: Issuer, person: PersonRecord, password: string): Promise<readonly Write[]> {
  const { personId, passwordHash: from } = person
  if (from === null || !isOutdated(from)) return []
  return [{ do: 'replace-password-hash', personId, from, to: await passwords.hash(password), now: now() }]
}

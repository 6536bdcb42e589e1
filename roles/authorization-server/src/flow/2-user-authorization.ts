/**
 * Step 2: what the person has to do next, until the request can be answered.
 *
 * choose an account or make one → sign in → consent → done. The step follows from the facts alone, so that a page reloaded, opened
 * twice or gone back to leads on to the same place, and no page decides.
 *
 * @see OpenID Connect Core §3.1.2.1 (prompt, max_age, hints), §3.1.2.3 (sign-in), §3.1.2.4 (consent)
 */
import type { Reason } from '@symbolon/protocol/refusals'
import type { Client } from '../client.ts'
import { loginKey } from '../people/login-key.ts'
import type { ConsentRecord, PersonRecord, Seconds, SessionRecord } from '../ports/records.ts'
import type { Resource } from '../resource.ts'
import type { AuthorizationRequest } from './1-authorization-request.ts'
import { type ConsentQuestion, decideConsent, type Granted, isUnproven } from './consent.ts'

/** A person and the session that this browser has of them. */
export interface SignedIn {
  readonly session: SessionRecord
  readonly person: PersonRecord
}

/** What has happened in this interaction so far. */
export interface Facts {
  /** The session that was chosen from several. */
  readonly chosen: string | null
  /** The session that was begun here: the sign-in is as fresh as any client can ask for. */
  readonly signedIn: string | null
  /** The person wants to sign in as somebody who isn't in the list. */
  readonly another: boolean
}

export const noFacts: Facts = { chosen: null, signedIn: null, another: false }

export interface Situation {
  readonly request: AuthorizationRequest
  readonly client: Client
  readonly resources: readonly Resource[]
  /** Who is signed in in this browser, newest sign-in first, each person once. */
  readonly people: readonly SignedIn[]
  /** Whom `id_token_hint` names, if they still have an account. */
  readonly hinted: PersonRecord | undefined
  /** By person: what each of `people` has allowed the client before. */
  readonly consents: ReadonlyMap<string, ConsentRecord>
  readonly facts: Facts
  readonly now: Seconds
  /** The client's name and redirect host, as a person is shown them now. */
  readonly shown: ConsentRecord['shown']
}

export type NextStep =
  | { readonly step: 'account' }
  /** Somebody makes an account, or signs in after all. */
  | { readonly step: 'sign-up' }
  /** With `person`, only they may sign in; it is asked because the client wants it fresh or named them. */
  | { readonly step: 'sign-in'; readonly login: string; readonly person: PersonRecord | undefined }
  | { readonly step: 'consent'; readonly as: SignedIn; readonly question: ConsentQuestion }
  | { readonly step: 'done'; readonly as: SignedIn; readonly granted: Granted }
  | { readonly step: 'refused'; readonly reason: Reason }

export function decideNextStep(situation: Situation): NextStep {
  const next = nextStep(situation)
  if (!situation.request.prompt.includes('none')) return next
  // Silent: whatever would show a page is an error of its own (OpenID Connect Core §3.1.2.6).
  if (next.step === 'account') {
    const alone = situation.people.length === 1
    return { step: 'refused', reason: alone ? 'login_required' : 'account_selection_required' }
  }
  if (next.step === 'sign-in' || next.step === 'sign-up') return { step: 'refused', reason: 'login_required' }
  if (next.step === 'consent') return { step: 'refused', reason: 'consent_required' }
  return next
}

/**
 * Those whom a login or a `sub` that anybody can write finds. Nobody sees a silent request, so it finds only whom the client
 * knows, or would be told of anyway: of all others a right guess sounds like a wrong one. Whoever only says that they are
 * the client knows nobody.
 */
function guessable({ request, client, people, consents }: Situation): readonly SignedIn[] {
  if (!request.prompt.includes('none')) return people
  if (isUnproven(client, request.redirectUri)) return []
  if (client.skipConsent && people.length === 1) return people
  return people.filter(({ person }) => consents.has(person.personId))
}

function nextStep(situation: Situation): NextStep {
  const { request, facts } = situation
  const who = choosePerson(situation)
  if ('step' in who) return who
  const { session, person } = who.as
  if (facts.signedIn !== session.sessionId && wantsFresh(request, session, situation.now)) {
    return { step: 'sign-in', login: loginOf(person), person }
  }
  const { client, resources, consents, shown, now } = situation
  const remembered = consents.get(person.personId)
  const consent = decideConsent({ request, client, resources, remembered, shown, now })
  if ('question' in consent) return { step: 'consent', as: who.as, question: consent.question }
  return { step: 'done', as: who.as, granted: consent.granted }
}

function choosePerson(situation: Situation): NextStep | { readonly as: SignedIn } {
  const { request, client, people, hinted, facts } = situation
  if (request.hintedPerson !== null) {
    const hintable = request.hintProven ? people : guessable(situation)
    const as = hintable.find(({ person }) => person.personId === request.hintedPerson)
    if (as) return { as }
    // A pairwise subject says whom it means only once they are here, and so does one that anybody may have named.
    if (!hinted && (client.sector !== undefined || !request.hintProven) && facts.signedIn === null) {
      return { step: 'sign-in', login: request.loginHint ?? '', person: undefined }
    }
    if (!hinted || hinted.disabled) return { step: 'refused', reason: 'login_required' }
    return { step: 'sign-in', login: loginOf(hinted), person: hinted }
  }
  if (request.prompt.includes('create') && isUndecided(facts)) return { step: 'sign-up' }
  if (facts.another || people.length === 0) {
    return { step: 'sign-in', login: facts.another ? '' : (request.loginHint ?? ''), person: undefined }
  }
  const chosen = people.find(({ session }) => session.sessionId === facts.chosen)
  if (chosen) return { as: chosen }
  if (request.prompt.includes('select_account')) return { step: 'account' }
  if (request.loginHint !== null) {
    const named = guessable(situation).find(({ person }) => isNamed(person, request.loginHint ?? ''))
    return named ? { as: named } : { step: 'account' }
  }
  const [only, ...others] = people
  return only && others.length === 0 ? { as: only } : { step: 'account' }
}

/** The person has done nothing here yet. */
export const isUndecided = ({ chosen, signedIn, another }: Facts): boolean =>
  chosen === null && signedIn === null && !another

/** Whether the client asks for a sign-in newer than this session's (OpenID Connect Core §3.1.2.1). */
export const wantsFresh = (
  { prompt, maxAge }: AuthorizationRequest,
  { authTime }: SessionRecord,
  now: Seconds,
): boolean => prompt.includes('login') || maxAge === 0 || (maxAge !== null && now - authTime > maxAge)

/** What a person knows themselves by. */
export const loginOf = (person: Pick<PersonRecord, 'email' | 'username'>): string => person.email ?? person.username

/** Whether the account page can be shown though another step is due: a hint leaves nobody to choose, and silence no page. */
export const mayChooseAccount = ({ request, people }: Pick<Situation, 'request' | 'people'>): boolean =>
  request.hintedPerson === null && people.length > 0 && !request.prompt.includes('none')

export function isNamed({ username, email }: PersonRecord, login: string): boolean {
  const key = loginKey(login)
  return loginKey(username) === key || (email !== null && loginKey(email) === key)
}

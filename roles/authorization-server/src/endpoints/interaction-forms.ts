/** Takes what the person sent: whom to continue as, login and password, allow or don't allow. */
import { refuse } from '@symbolon/protocol/decision'
import { one } from '@symbolon/protocol/parameters'
import type { Reason } from '@symbolon/protocol/refusals'
import type { SignInProblem } from '@symbolon/protocol/views'
import { decideNextStep, type Facts, type SignedIn } from '../flow/2-user-authorization.ts'
import { applyChoice } from '../flow/consent.ts'
import { type Browser, type BrowserChange, signIn } from '../people/browser.ts'
import { formToken, interactionCookie, interactionPath, isFormToken, stepOf } from '../people/interaction.ts'
import { checkCredentials } from '../people/sign-in.ts'
import { withHintedAmong } from '../people/subject.ts'
import type { PersonRecord } from '../ports/records.ts'
import type { Answer, Cookie } from './endpoint.ts'
import type { AuthorizationVisit, Visit } from './interaction.ts'
import { end } from './interaction-end.ts'
import { consentToken, isKnownHere, showPage, statusOf, type Typed } from './interaction-pages.ts'
import { maySignUp, signUpHere } from './interaction-sign-up.ts'
import { record, seeOther } from './page.ts'

export function receive(visit: AuthorizationVisit): Promise<Answer | undefined> | Answer {
  const { step, next } = visit
  if (step === 'account') return chooseAccount(visit)
  if (step === 'sign-in' && next.step === 'sign-in') return signInHere(visit, next.person)
  if (step === 'sign-in' && next.step === 'sign-up') return signInHere(visit, undefined)
  if (step === 'sign-up' && maySignUp(visit)) return signUpHere(visit)
  if (step === 'consent' && next.step === 'consent') return consent(visit, next)
  return goTo(visit, visit.interaction.facts)
}

function chooseAccount(visit: AuthorizationVisit): Answer {
  const { http, issuer, interaction, loaded } = visit
  const { facts } = interaction
  if (!isFormToken(one(http.form, 'csrf'), formToken(interaction, issuer, 'account'))) return goTo(visit, facts)
  const session = one(http.form, 'session')
  if (session === 'other') return goTo(visit, { ...facts, chosen: null, another: true })
  const isHere = loaded.situation.people.some((one) => one.session.sessionId === session)
  if (session === undefined || !isHere) return goTo(visit, facts)
  return goTo(visit, { ...facts, chosen: session, another: false })
}

async function signInHere(visit: AuthorizationVisit, only: PersonRecord | undefined): Promise<Answer> {
  const { browser } = visit.loaded
  const about = { browser, only, isNamed: isKnownHere(visit, only), client: visit.known.client.id }
  const result = await signInByForm(visit, about)
  return 'typed' in result ? showPage(visit, result.typed) : continueAs(visit, result)
}

/** On with somebody who signed in just now. */
export async function continueAs(
  visit: AuthorizationVisit,
  { session, person, cookies }: BrowserChange & SignedIn,
): Promise<Answer> {
  const { situation } = visit.loaded
  const { sessionId, personId } = session
  const facts = { chosen: sessionId, signedIn: sessionId, another: false }
  const consent = await visit.issuer.store.consents.find(personId, visit.request.clientId)
  const consents = new Map([...situation.consents, ...(consent ? [[personId, consent] as const] : [])])
  const people = [{ session, person }, ...situation.people.filter((one) => one.person.personId !== personId)]
  const { issuer, known } = visit
  const request = withHintedAmong(visit.request, people, { issuer, client: known.client })
  const now = { ...situation, request, people, consents }
  return goTo({ ...visit, loaded: { ...visit.loaded, situation: now } }, facts, cookies)
}

export type SignedInByForm = { readonly typed: Typed } | (BrowserChange & SignedIn)

/** Login and password of a form, checked; the session begun. */
export async function signInByForm(
  { http, issuer, interaction }: Visit,
  about: {
    readonly browser: Browser
    readonly only: PersonRecord | undefined
    readonly isNamed: boolean
    readonly client: string | undefined
  },
): Promise<SignedInByForm> {
  const { browser, only, isNamed, client } = about
  const { form, remoteAddress, headers } = http
  const login = one(form, 'login') ?? ''
  const keep = one(form, 'keep') === 'yes'
  const isOurs = isFormToken(one(form, 'csrf'), formToken(interaction, issuer, 'sign-in'))
  const result = isOurs
    ? await checkCredentials(issuer, { login, password: form.get('password') ?? '', remoteAddress, only, isNamed })
    : ({ ok: false, problem: { kind: 'not-from-here' } } as const)

  const concerns = { band: 'sign-in', step: 2, from: 'resource-owner', flow: interaction.flow, client } as const
  const seen = { ...concerns, what: `${http.method} sign-in` }
  if (!result.ok) {
    const refused = refuse(reasons[result.problem.kind])
    record(issuer, http, { ...seen, outcome: 'refused', refused }, statusOf(result.problem))
    return { typed: { login: login.slice(0, 320), keep, problem: result.problem } }
  }
  const { person } = result
  const change = signIn({ browser, issuer }, { person, keep, userAgent: headers['user-agent'] ?? '' })
  await issuer.store.commit([...result.writes, ...change.writes])
  record(issuer, http, { ...seen, outcome: 'ok', person: person.personId }, 303)
  return { ...change, person }
}

const reasons: Readonly<Record<SignInProblem['kind'], Reason>> = {
  wrong: 'credentials_wrong',
  'login-missing': 'parameter_missing',
  'password-missing': 'parameter_missing',
  'not-from-here': 'form_not_from_here',
  'account-disabled': 'person_unavailable',
  'slowed-down': 'sign_in_slowed_down',
}

async function consent(
  visit: AuthorizationVisit,
  next: Extract<AuthorizationVisit['next'], { step: 'consent' }>,
): Promise<Answer | undefined> {
  const { http, issuer, interaction, loaded } = visit
  const { as, question } = next
  const decision = one(http.form, 'decision')
  // A form that was shown to somebody else, or under another name, or that says nothing, is shown again.
  if (
    !isFormToken(one(http.form, 'csrf'), consentToken(visit, next)) ||
    (decision !== 'allow' && decision !== 'deny')
  ) {
    return goTo(visit, interaction.facts)
  }
  const { situation } = loaded
  const remembered = situation.consents.get(as.person.personId)
  const granted =
    decision === 'allow' ? applyChoice({ ...situation, remembered }, question, http.form.getAll('scope')) : undefined
  const seen = { band: 'consent', step: 2, from: 'resource-owner', flow: interaction.flow } as const
  const concerns = { client: visit.known.client.id, person: as.person.personId }
  const refused = granted === undefined ? refuse('person_refused') : undefined
  const result = granted && [['scope', granted.scope.join(' ')] as const]
  const outcome = granted ? 'ok' : 'refused'
  record(issuer, http, { ...seen, ...concerns, what: `consent: ${decision}`, outcome, refused, result }, 303)
  return end(visit, granted ? { step: 'done', as, granted } : { step: 'refused', reason: 'person_refused' })
}

/** On to the step that is due with these facts. */
function goTo(visit: AuthorizationVisit, facts: Facts, cookies: readonly Cookie[] = []): Answer {
  const { issuer, interaction, loaded } = visit
  const next = decideNextStep({ ...loaded.situation, facts })
  return seeOther(`${issuer.url}${interactionPath(interaction, stepOf(next))}`, {
    flow: interaction.flow,
    cookies: [...cookies, interactionCookie({ ...interaction, facts }, issuer)],
  })
}

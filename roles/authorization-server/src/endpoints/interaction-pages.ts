/** Shows the page of the step that is due: who to continue as, sign-in, consent. */
import { contentsOf } from '@symbolon/protocol/response-types'
import type { SignInProblem, SignInView, View } from '@symbolon/protocol/views'
import { isNamed, mayChooseAccount, type NextStep, wantsFresh } from '../flow/2-user-authorization.ts'
import { lasts } from '../flow/consent.ts'
import { formToken, interactionPath } from '../people/interaction.ts'
import { clientView, consentView, personView } from '../people/views.ts'
import type { PersonRecord } from '../ports/records.ts'
import type { Answer } from './endpoint.ts'
import type { AuthorizationVisit, Visit } from './interaction.ts'
import { maySignUp, signUpView } from './interaction-sign-up.ts'
import { record } from './page.ts'

/** What the person had typed, when the page is shown again. */
export interface Typed {
  readonly login: string
  readonly keep: boolean
  readonly problem: SignInProblem
}

export function showPage(visit: AuthorizationVisit, typed?: Typed): Answer {
  const { interaction, issuer, http, step, next, known, locales } = visit
  const view = viewOf(visit, typed)
  const status = typed ? statusOf(typed.problem) : 200
  const seconds = typed?.problem.kind === 'slowed-down' ? typed.problem.seconds : undefined
  const { flow } = interaction
  const client = known.client.id
  const band = next.step === 'consent' && step === 'consent' ? 'consent' : 'sign-in'
  if (typed === undefined) {
    const person = next.step === 'consent' ? next.as.person.personId : undefined
    const seen = { band, step: 2, from: 'authorization-server', to: 'resource-owner', flow, client, person } as const
    record(issuer, http, { ...seen, what: `${view.show} shown`, outcome: 'shown' }, status)
  }
  return {
    kind: 'page',
    status,
    view,
    flow,
    client,
    locales,
    headers: seconds === undefined ? undefined : { 'retry-after': String(seconds) },
  }
}

function viewOf(visit: AuthorizationVisit, typed: Typed | undefined): View {
  const { interaction, issuer, step, next, known, request, locale, loaded } = visit
  const client = clientView(known, locale, request.redirectUri)
  const here = { action: interactionPath(interaction, step) }
  const chooser = mayChooseAccount(loaded.situation) ? interactionPath(interaction, 'account') : undefined
  if (step === 'sign-up' && maySignUp(visit)) return signUpView(visit)
  const signUp = maySignUp(visit) ? interactionPath(interaction, 'sign-up') : undefined
  if (next.step === 'sign-up' && step === 'sign-in') {
    const login = request.loginHint ?? ''
    return signInView(visit, { login, confirm: false, chooseAccount: chooser, signUp, client, typed })
  }
  if (next.step === 'sign-in' && step === 'sign-in') {
    const confirm = isKnownHere(visit, next.person)
    // An ID token names a person by their sub: the app that has it may not learn here what they sign in with.
    const login = confirm || next.person === undefined ? next.login : (request.loginHint ?? '')
    return signInView(visit, { login, confirm, chooseAccount: chooser, signUp, client, typed })
  }
  if (next.step === 'consent' && step === 'consent') {
    const { question, as } = next
    const csrf = consentToken(visit, next)
    return consentView({
      ...{ question, as, client, locale },
      lasts: contentsOf(request.responseType).code && lasts(request.scope, known.client),
      redirectUri: request.redirectUri,
      useAnotherAccount: chooser ?? interactionPath(interaction, 'account'),
      form: { ...here, csrf },
      settings: issuer.settings,
    })
  }
  const { people, now } = loaded.situation
  const named = people.filter(({ person }) => request.loginHint !== null && isNamed(person, request.loginHint))
  return {
    show: 'choose-account',
    ...here,
    csrf: formToken(interaction, issuer, 'account'),
    client,
    accounts: [...new Set([...named, ...people])].map(({ person, session }) => ({
      ...personView(person),
      session: session.sessionId,
      fresh: !wantsFresh(request, session, now),
    })),
  }
}

/** Whether this browser knows the person already, so that their login can stand on the page. */
export const isKnownHere = ({ loaded }: AuthorizationVisit, person: PersonRecord | undefined): boolean =>
  person !== undefined && loaded.situation.people.some((one) => one.person.personId === person.personId)

/** Bound to whom the question was put, to who asked as they were shown, and to what could be unticked. */
export const consentToken = (
  { interaction, issuer, loaded }: AuthorizationVisit,
  { as, question }: Extract<NextStep, { readonly step: 'consent' }>,
): string => {
  const { name, host } = loaded.situation.shown
  const asked = question.permissions.map(({ scope, optional }) => (optional ? `${scope} or not` : scope))
  return formToken(interaction, issuer, 'consent', as.session.sessionId, name, host, ...asked)
}

export function signInView(
  { interaction, issuer }: Visit,
  about: Pick<SignInView, 'login' | 'confirm' | 'client' | 'chooseAccount' | 'signUp'> & {
    readonly typed: Typed | undefined
  },
): SignInView {
  const { typed, login, ...rest } = about
  return {
    show: 'sign-in',
    ...rest,
    action: interactionPath(interaction, 'sign-in'),
    csrf: formToken(interaction, issuer, 'sign-in'),
    login: about.confirm ? login : (typed?.login ?? login),
    keepDays: Math.round(issuer.settings.keptSessionLifetime / 86_400),
    keep: typed?.keep ?? false,
    problem: typed?.problem,
  }
}

const statuses: Readonly<Record<SignInProblem['kind'], number>> = {
  wrong: 403,
  'login-missing': 400,
  'password-missing': 400,
  'not-from-here': 403,
  'account-disabled': 403,
  'slowed-down': 429,
}

export const statusOf = ({ kind }: SignInProblem): number => statuses[kind]

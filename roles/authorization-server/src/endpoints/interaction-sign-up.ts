/** The page on which somebody makes an account on their way to an app, and takes what they sent. */
import { refuse } from '@symbolon/protocol/decision'
import { one } from '@symbolon/protocol/parameters'
import type { Reason } from '@symbolon/protocol/refusals'
import type { SignUpProblem, SignUpView } from '@symbolon/protocol/views'
import { type BrowserChange, signIn } from '../people/browser.ts'
import { formToken, interactionPath, isFormToken } from '../people/interaction.ts'
import { shortestPassword, signUp } from '../people/sign-up.ts'
import { clientView } from '../people/views.ts'
import type { PersonRecord } from '../ports/records.ts'
import type { Answer } from './endpoint.ts'
import type { AuthorizationVisit } from './interaction.ts'
import { continueAs } from './interaction-forms.ts'
import { record } from './page.ts'

interface Typed {
  readonly username: string
  readonly email: string
  readonly problem: SignUpProblem
}

/** Where people can make an account, whoever is to sign in can also make one, unless the app says who it is to be. */
export const maySignUp = ({
  issuer,
  next,
  request,
}: Pick<AuthorizationVisit, 'issuer' | 'next' | 'request'>): boolean =>
  next.step === 'sign-up' ||
  (issuer.settings.signUp && next.step === 'sign-in' && next.person === undefined && request.hintedPerson === null)

export function signUpView(visit: AuthorizationVisit, typed?: Typed): SignUpView {
  const { interaction, issuer, known, locale, request } = visit
  return {
    show: 'sign-up',
    action: interactionPath(interaction, 'sign-up'),
    csrf: formToken(interaction, issuer, 'sign-up'),
    client: clientView(known, locale, request.redirectUri),
    username: typed?.username ?? '',
    email: typed?.email ?? (request.loginHint?.includes('@') === true ? request.loginHint : ''),
    shortestPassword,
    problem: typed?.problem,
    signIn: interactionPath(interaction, 'sign-in'),
  }
}

export async function signUpHere(visit: AuthorizationVisit): Promise<Answer> {
  const { http, issuer, interaction, known, loaded, locales } = visit
  const { form, remoteAddress, headers } = http
  const { browser } = loaded
  const given = { username: one(form, 'username') ?? '', email: one(form, 'email') ?? '' }
  let change: (BrowserChange & { readonly session: ReturnType<typeof signIn>['session'] }) | undefined
  const begin = (person: PersonRecord) => {
    change = signIn({ browser, issuer }, { person, keep: false, userAgent: headers['user-agent'] ?? '' })
    return change.writes
  }
  const isOurs = isFormToken(one(form, 'csrf'), formToken(interaction, issuer, 'sign-up'))
  const result = isOurs
    ? await signUp(issuer, { ...given, password: form.get('password') ?? '', remoteAddress }, begin)
    : ({ ok: false, problem: { kind: 'not-from-here' } } as const)
  const { flow } = interaction
  const client = known.client.id
  const seen = {
    band: 'sign-in',
    step: 2,
    from: 'resource-owner',
    what: `${http.method} sign-up`,
    flow,
    client,
  } as const
  if (result.ok && change !== undefined) {
    record(issuer, http, { ...seen, outcome: 'ok', person: result.person.personId }, 303)
    return continueAs(visit, { ...change, person: result.person })
  }
  const problem: SignUpProblem = result.ok ? { kind: 'not-from-here' } : result.problem
  const status = statuses[problem.kind] ?? 400
  record(
    issuer,
    http,
    { ...seen, outcome: 'refused', refused: refuse(reasons[problem.kind] ?? 'parameter_malformed') },
    status,
  )
  const view = signUpView(visit, { username: given.username.slice(0, 64), email: given.email.slice(0, 320), problem })
  const waits = problem.kind === 'slowed-down' ? { 'retry-after': String(problem.seconds) } : undefined
  return { kind: 'page', status, view, flow, client, locales, headers: waits }
}

const statuses: Readonly<Partial<Record<SignUpProblem['kind'], number>>> = {
  'username-taken': 409,
  'not-from-here': 403,
  'slowed-down': 429,
}

const reasons: Readonly<Partial<Record<SignUpProblem['kind'], Reason>>> = {
  'username-missing': 'parameter_missing',
  'username-taken': 'username_taken',
  'not-from-here': 'form_not_from_here',
  'slowed-down': 'sign_in_slowed_down',
}

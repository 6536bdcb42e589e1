/**
 * The pages between request and answer (step 2): `/i/<id>/<step>`.
 *
 * The step that is due follows from the facts; a page asked for out of turn leads to it, and so does a form sent twice.
 *
 * @see OpenID Connect Core §3.1.2.2 to §3.1.2.4, RFC 6749 §4.1.1
 */
import { refuse } from '@symbolon/protocol/decision'
import type { Reason } from '@symbolon/protocol/refusals'
import { clientFrom } from '../client.ts'
import { type AuthorizationRequest, type ReplyTo, refusedSince, replyToAgain } from '../flow/1-authorization-request.ts'
import { decideNextStep, mayChooseAccount, type NextStep } from '../flow/2-user-authorization.ts'
import { claimsOpenTo } from '../flow/claims-request.ts'
import { loadBrowser } from '../people/browser.ts'
import {
  findOutcome,
  type Interaction,
  type InteractionStep,
  interactionCookie,
  interactionPath,
  isExpired,
  isStep,
  newInteraction,
  openInteraction,
  stepOf,
} from '../people/interaction.ts'
import { type Loaded, loadSituation } from '../people/situation.ts'
import { clientView, type KnownClient, languageFor } from '../people/views.ts'
import type { Issuer } from '../ports/issuer.ts'
import { StorageUnavailable } from '../ports/store.ts'
import { signInToAccount } from './account-sign-in.ts'
import type { Answer, Endpoint, EndpointRequest } from './endpoint.ts'
import { afterwards, end } from './interaction-end.ts'
import { receive } from './interaction-forms.ts'
import { showPage } from './interaction-pages.ts'
import { maySignUp } from './interaction-sign-up.ts'
import { comesFromHere, errorPage, notice, seeOther } from './page.ts'

/** A browser at one of its interactions. */
export interface Visit {
  readonly http: EndpointRequest
  readonly issuer: Issuer
  readonly interaction: Interaction
  readonly step: InteractionStep
  readonly locale: string
  readonly locales: readonly string[]
}

/** … at the interaction of an authorization request, with all that decides how it goes on. */
export interface AuthorizationVisit extends Visit {
  readonly known: KnownClient
  readonly request: AuthorizationRequest
  readonly replyTo: ReplyTo
  readonly loaded: Loaded
  readonly next: NextStep
}

export const interaction: Endpoint = async (http, issuer) => {
  const { id = '', step } = http.parts
  if (!isStep(step)) return errorPage(refuse('not_found'), { request: http, flow: http.flow, status: 404 })
  const interaction = openInteraction(id, http, issuer)
  if (interaction === undefined) {
    return notice('cookies-blocked', { flow: http.flow, status: 400, reason: 'interaction_unknown' })
  }
  const { purpose } = interaction
  const locales = purpose.kind === 'authorization' ? purpose.request.uiLocales : []
  const locale = languageFor(locales, http, issuer.settings.defaultLocale)
  const visit: Visit = { http, issuer, interaction, step, locale, locales }
  if (http.method === 'POST' && !comesFromHere(http, issuer)) {
    const next = interactionPath(interaction, 'continue')
    const about = { request: http, flow: interaction.flow, status: 403, next, locales }
    return errorPage(refuse('form_not_from_here'), about)
  }
  if (purpose.kind === 'account') {
    const isOver = isExpired(interaction, issuer.settings, issuer.now())
    return isOver ? seeOther(`${issuer.url}${purpose.returnTo}`, interaction) : signInToAccount(visit, purpose.returnTo)
  }
  for (let attempt = 0; attempt < attempts; attempt++) {
    const answer = await authorize(visit, purpose.request)
    if (answer !== undefined) return answer
  }
  throw new StorageUnavailable('What a code would rest on kept changing.')
}

/** Whoever is signed out, or takes back what they allowed, just then: it is decided on what is left. */
const attempts = 3

async function authorize(visit: Visit, frozen: AuthorizationRequest): Promise<Answer | undefined> {
  const { http, issuer, interaction, step, locale, locales } = visit
  const { flow } = interaction
  const { facts } = interaction
  const [registry, outcome, browser] = await Promise.all([
    issuer.store.registry(),
    findOutcome(interaction, issuer),
    loadBrowser(http, issuer, { client: frozen.clientId, preferred: facts.chosen }),
  ])
  const { resources } = registry
  const record = await registry.client(frozen.clientId)
  const client = record && clientFrom(record)
  const request = { ...frozen, claims: claimsOpenTo(frozen.claims, client?.scopes) }
  const replyTo = client && replyToAgain(request, client)
  if (!record || !client || !replyTo) {
    const reason: Reason = !client
      ? 'client_unknown'
      : client.disabled
        ? 'client_disabled'
        : 'redirect_uri_not_registered'
    const view = record && client && clientView({ record, client }, locale, request.redirectUri)
    return errorPage(refuse(reason), { request: http, flow, client: view, locales })
  }
  const known = { record, client }
  const restart = () => {
    const again = newInteraction(issuer, { flow, purpose: interaction.purpose })
    const cookies = [interactionCookie(again, issuer)]
    return seeOther(`${issuer.url}${interactionPath(again, 'continue')}`, { flow, cookies })
  }
  if (outcome !== undefined) return afterwards({ visit, known, browser, outcome, restart })
  if (isExpired(interaction, issuer.settings, issuer.now())) {
    if (step === 'restart') return restart()
    const next = interactionPath(interaction, 'restart')
    const view = clientView(known, locale, request.redirectUri)
    return notice('expired', { flow, status: 410, reason: 'interaction_expired', client: view, next, locales })
  }
  const loaded = await loadSituation(issuer, { browser, request, known, resources, facts })
  const refused = refusedSince(request, { client, resources, settings: issuer.settings })
  const next: NextStep = refused ? { step: 'refused', reason: refused.reason } : decideNextStep(loaded.situation)
  return goOn({ ...visit, known, request, replyTo, loaded, next })
}

async function goOn(visit: AuthorizationVisit): Promise<Answer | undefined> {
  const { http, issuer, interaction, step, next, loaded } = visit
  const due = stepOf(next)
  const isHere =
    step === due ||
    (step === 'account' && mayChooseAccount(loaded.situation)) ||
    (step === 'sign-up' && maySignUp(visit)) ||
    (step === 'sign-in' && due === 'sign-up')
  if (!isHere || step === 'restart') return seeOther(`${issuer.url}${interactionPath(interaction, due)}`, interaction)
  if (step === 'continue' && (next.step === 'done' || next.step === 'refused')) return end(visit, next)
  return http.method === 'POST' ? receive(visit) : showPage(visit)
}

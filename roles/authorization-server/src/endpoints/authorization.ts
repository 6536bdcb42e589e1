/**
 * The authorization endpoint: the client sends a person here (step 1).
 *
 * Who needs no page goes straight back with the answer; who needs one gets an interaction. Nothing is stored for a
 * browser that nobody has signed in with.
 *
 * @see RFC 6749 §3.1 and §4.1.1, OpenID Connect Core §3.1.2.1
 */
import { refuse } from '@symbolon/protocol/decision'
import { one } from '@symbolon/protocol/parameters'
import { clientFrom } from '../client.ts'
import {
  type Asked,
  type AuthorizationDecision,
  type AuthorizationRequest,
  decideAuthorization,
  type ReplyTo,
} from '../flow/1-authorization-request.ts'
import { decideNextStep, noFacts } from '../flow/2-user-authorization.ts'
import { touches } from '../people/browser.ts'
import { interactionCookie, interactionPath, newInteraction } from '../people/interaction.ts'
import { loadSituation, mintCode, respond, wayBack } from '../people/situation.ts'
import { clientView, type KnownClient, languageFor } from '../people/views.ts'
import type { Issuer } from '../ports/issuer.ts'
import { StorageUnavailable } from '../ports/store.ts'
import type { Resource } from '../resource.ts'
import type { Answer, Endpoint, EndpointRequest } from './endpoint.ts'
import { errorPage, record, seeOther } from './page.ts'

export const authorization: Endpoint = async (http, issuer) => {
  const params = http.method === 'POST' ? http.form : http.query
  const { asked, known } = await load(params, issuer)
  const decision = decideAuthorization(asked)
  const refused = 'refused' in decision ? decision.refused : undefined
  const seen = { band: 'request', step: 1, flow: http.flow, what: `${http.method} /authorize`, params } as const
  const concerns = { checks: decision.checks, client: known?.client.id }
  record(issuer, http, { ...seen, ...concerns, refused, outcome: refused ? 'refused' : 'ok' }, statusOf(decision))
  return reply({ http, issuer, params, known, resources: asked.resources }, decision)
}

function statusOf(decision: AuthorizationDecision): number {
  if (decision.outcome === 'tell-the-person') return 400
  return decision.outcome === 'tell-the-client' && decision.replyTo.responseMode === 'form_post' ? 200 : 303
}

async function load(
  params: URLSearchParams,
  issuer: Issuer,
): Promise<{ readonly asked: Asked; readonly known: KnownClient | undefined }> {
  const clientId = one(params, 'client_id')
  const hint = one(params, 'id_token_hint')
  const [found, resources, claims] = await Promise.all([
    clientId === undefined || clientId.length > 500 ? undefined : issuer.store.clients.find(clientId),
    issuer.store.resources.list(),
    hint === undefined || hint.length > 8_000 ? undefined : issuer.keys.verify(hint, 'JWT'),
  ])
  const known = found && { record: found, client: clientFrom(found) }
  return { asked: { params, client: known?.client, resources, hint: claims }, known }
}

interface Received {
  readonly http: EndpointRequest
  readonly issuer: Issuer
  readonly params: URLSearchParams
  readonly known: KnownClient | undefined
  readonly resources: readonly Resource[]
}

async function reply(received: Received, decision: AuthorizationDecision): Promise<Answer> {
  const { http, issuer, params, known } = received
  const { flow } = http
  const locales = one(params, 'ui_locales')?.split(' ').filter(Boolean) ?? []
  const locale = languageFor(locales, http, issuer.settings.defaultLocale)
  if (decision.outcome === 'tell-the-person' || known === undefined) {
    const refused = decision.outcome === 'tell-the-person' ? decision.refused : refuse('client_unknown')
    const client = known && clientView(known, locale)
    return errorPage(refused, { request: http, flow, client, locales })
  }
  if (decision.outcome === 'tell-the-client') {
    const { refused, replyTo } = decision
    const response = respond(issuer, { replyTo, outcome: { refused }, flow })
    return wayBack({ response, known, locale, afterForm: false, more: { flow, locales, reason: refused.reason } })
  }
  const { request, replyTo } = decision
  // A form that another site sent comes without our cookies (SameSite); the way on to our own page brings them.
  if (http.method === 'POST') return begin(received, request)
  return decideAtOnce({ ...received, known, request, replyTo, locale })
}

interface Proceeding extends Received {
  readonly known: KnownClient
  readonly request: AuthorizationRequest
  readonly replyTo: ReplyTo
  readonly locale: string
}

const attempts = 3

/** Whoever is signed out, or takes back what they allowed, just then: it is decided on what is left. */
async function decideAtOnce(received: Proceeding): Promise<Answer> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const answer = await decideNow(received)
    if (answer !== undefined) return answer
  }
  throw new StorageUnavailable('What a code would rest on kept changing.')
}

async function decideNow(received: Proceeding): Promise<Answer | undefined> {
  const { http, issuer, known, request, replyTo, locale, resources } = received
  const { flow } = http
  const { situation, browser } = await loadSituation(issuer, http, { request, known, resources, facts: noFacts })
  const next = decideNextStep(situation)
  const more = { flow, locales: request.uiLocales }
  const about = { band: 'code', step: 3, from: 'authorization-server', to: 'client', client: known.client.id } as const
  const seen = { ...about, flow, what: 'answered at once' }
  if (next.step === 'refused') {
    const refused = refuse(next.reason)
    const response = respond(issuer, { replyTo, outcome: { refused }, flow })
    record(issuer, http, { ...seen, outcome: 'refused', refused, result: response.params }, 303)
    return wayBack({ response, known, locale, afterForm: false, more: { ...more, reason: next.reason } })
  }
  if (next.step !== 'done') return begin(received, request, next.step)

  const { code, grantId, writes } = mintCode(issuer, { flow, situation, as: next.as, granted: next.granted })
  const { committed } = await issuer.store.commit([...writes, ...touches(browser, situation.now)])
  if (!committed) return undefined
  const response = respond(issuer, { replyTo, outcome: { code }, flow })
  const person = next.as.person.personId
  record(issuer, http, { ...seen, outcome: 'ok', result: response.params, person, grant: grantId }, 303)
  return wayBack({ response, known, locale, afterForm: false, more })
}

function begin(
  { http, issuer }: Received,
  request: AuthorizationRequest,
  step: 'account' | 'sign-in' | 'consent' | 'continue' = 'continue',
): Answer {
  const interaction = newInteraction(issuer, { flow: http.flow, purpose: { kind: 'authorization', request } })
  return seeOther(`${issuer.url}${interactionPath(interaction, step)}`, {
    flow: http.flow,
    cookies: [interactionCookie(interaction, issuer)],
  })
}

/**
 * The authorization endpoint: the client sends a person here (step 1).
 *
 * Who needs no page goes straight back with the answer; who needs one gets an interaction. Nothing is stored for a
 * browser that nobody has signed in with.
 *
 * @see RFC 6749 §3.1 and §4.1.1, OpenID Connect Core §3.1.2.1
 */
import { refuse } from '@symbolon/protocol/decision'
import { list, one } from '@symbolon/protocol/parameters'
import { carrierOf } from '@symbolon/protocol/response-types'
import { clientFrom } from '../client.ts'
import {
  type Asked,
  type AuthorizationDecision,
  type AuthorizationRequest,
  decideAuthorization,
  type ReplyTo,
} from '../flow/1-authorization-request.ts'
import { decideNextStep, noFacts } from '../flow/2-user-authorization.ts'
import { limits } from '../flow/authorization-rules.ts'
import { isEncrypted } from '../keys/decryption-key.ts'
import { missingState } from '../logout/session-state.ts'
import { answerable } from '../people/answerable.ts'
import { type Browser, loadBrowser, touches } from '../people/browser.ts'
import { grantAnswer } from '../people/granted-answer.ts'
import { type InteractionStep, interactionCookie, interactionPath, newInteraction } from '../people/interaction.ts'
import { loadSituation, respond, wayBack } from '../people/situation.ts'
import { clientView, type KnownClient, languageFor } from '../people/views.ts'
import type { Issuer } from '../ports/issuer.ts'
import { StorageUnavailable } from '../ports/store.ts'
import type { Resource } from '../resource.ts'
import { arrivalOf } from './arrival.ts'
import type { Answer, Endpoint, EndpointRequest } from './endpoint.ts'
import { errorPage, record, type Seen, seeOther } from './page.ts'
import { type EffectiveRequest, effectiveRequest, hasRequestObject } from './request-object.ts'

export const authorization: Endpoint = async (http, issuer) => {
  const params = http.method === 'POST' ? http.form : http.query
  const { asked, known, browser } = await load(http, params, issuer)
  const decision = await answerable(issuer, decideAuthorization(asked))
  return reply({ http, issuer, params: asked.params, known, browser, resources: asked.resources, decision })
}

/** The request, as it was decided on; with what it was answered at once, if it was. */
function recordRequest(received: Received, answered: Pick<Seen, 'result' | 'person' | 'grant'> = {}): void {
  const { http, issuer, params, known, decision } = received
  const refused = 'refused' in decision ? decision.refused : undefined
  const seen = { band: 'request', step: 1, flow: http.flow, what: `${http.method} /authorize`, params } as const
  const concerns = { checks: decision.checks, client: known?.client.id, ...answered }
  record(issuer, http, { ...seen, ...concerns, refused, outcome: refused ? 'refused' : 'ok' }, statusOf(decision))
}

function statusOf(decision: AuthorizationDecision): number {
  if (decision.outcome === 'tell-the-person') return decision.refused.retryAfter === undefined ? 400 : 429
  return decision.outcome === 'tell-the-client' && carrierOf(decision.replyTo.responseMode) === 'form_post' ? 200 : 303
}

interface Loaded {
  readonly asked: Asked
  readonly known: KnownClient | undefined
  readonly browser: Browser | undefined
}

/** All at once: who is signed in is read before anybody knows whether it matters. */
async function load(http: EndpointRequest, sent: URLSearchParams, issuer: Issuer): Promise<Loaded> {
  const named = one(sent, 'client_id')
  const clientId = named === undefined || named.length > limits.client_id ? undefined : named
  const effective = hasRequestObject(sent) ? await withRequestObject(http, { sent, clientId, issuer }) : undefined
  const params = effective?.params ?? sent
  const hint = one(params, 'id_token_hint')
  const [registry, browser, claims] = await Promise.all([
    issuer.store.registry(),
    clientId === undefined || isForm(http) ? undefined : loadBrowser(http, issuer, { client: clientId }),
    hint === undefined || hint.length > limits.id_token_hint ? undefined : claimsOfHint(hint, issuer),
  ])
  const record = clientId === undefined ? undefined : await registry.client(clientId)
  const known = record && { record, client: clientFrom(record) }
  const { resources } = registry
  const { settings } = issuer
  const object = effective?.refused
  const inObject = effective !== undefined && object === undefined
  return {
    asked: { params, client: known?.client, resources, hint: claims, settings, object, inObject },
    known,
    browser,
  }
}

/** A client may encrypt an ID token to us before it sends it through the browser (OpenID Connect Core §3.1.2.1). */
async function claimsOfHint(hint: string, { keys }: Issuer): Promise<Asked['hint']> {
  const signed = isEncrypted(hint) ? await keys.decrypt(hint) : hint
  return signed === undefined ? undefined : keys.verify(signed, 'JWT')
}

interface Named {
  readonly sent: URLSearchParams
  readonly clientId: string | undefined
  readonly issuer: Issuer
}

/** Of a client that nobody knows, or that is turned off, nothing is read. */
async function withRequestObject(
  { remoteAddress, headers }: EndpointRequest,
  { sent, clientId, issuer }: Named,
): Promise<EffectiveRequest | undefined> {
  const record = clientId === undefined ? undefined : await (await issuer.store.registry()).client(clientId)
  if (record === undefined || record.disabled) return undefined
  return effectiveRequest(sent, { client: clientFrom(record), issuer, remoteAddress, arrival: arrivalOf(headers) })
}

/** A form that another site sent comes without our cookies (SameSite); the way on to our own page brings them. */
const isForm = ({ method }: EndpointRequest): boolean => method === 'POST'

interface Received {
  readonly http: EndpointRequest
  readonly issuer: Issuer
  readonly params: URLSearchParams
  readonly known: KnownClient | undefined
  readonly browser: Browser | undefined
  readonly resources: readonly Resource[]
  readonly decision: AuthorizationDecision
}

async function reply(received: Received): Promise<Answer> {
  const { http, issuer, params, known, browser, decision } = received
  const { flow } = http
  if (decision.outcome === 'proceed' && known !== undefined && browser !== undefined) {
    const { request, replyTo } = decision
    return decideAtOnce({ ...received, known, browser, request, replyTo })
  }
  recordRequest(received)
  if (decision.outcome === 'proceed') return begin(received, decision.request)
  const locales = list(one(params, 'ui_locales'))
  const locale = () => languageFor(locales, http, issuer.settings.defaultLocale)
  if (decision.outcome === 'tell-the-person' || known === undefined) {
    const refused = decision.outcome === 'tell-the-person' ? decision.refused : refuse('client_unknown')
    const client = known && clientView(known, locale())
    return errorPage(refused, { request: http, flow, client, locales })
  }
  const { refused, replyTo } = decision
  const response = await respond(issuer, { replyTo, outcome: { refused }, flow, browser })
  const cookies = missingState(http, issuer, browser?.handle)
  const more = { flow, locales, reason: refused.reason, cookies }
  return wayBack({ response, known, locale, afterForm: false, more })
}

interface Proceeding extends Received {
  readonly known: KnownClient
  readonly browser: Browser
  readonly request: AuthorizationRequest
  readonly replyTo: ReplyTo
}

const attempts = 3

/** Whoever is signed out, or takes back what they allowed, just then: it is decided on what is left. */
async function decideAtOnce(received: Proceeding): Promise<Answer> {
  const { http, issuer, known } = received
  let { browser } = received
  for (let attempt = 0; attempt < attempts; attempt++) {
    const answer = await decideNow({ ...received, browser })
    if (answer !== undefined) return answer
    browser = await loadBrowser(http, issuer, { client: known.client.id })
  }
  throw new StorageUnavailable('What a code would rest on kept changing.')
}

async function decideNow(received: Proceeding): Promise<Answer | undefined> {
  const { http, issuer, known, request, replyTo } = received
  const { flow } = http
  const { situation, browser } = await loadSituation(issuer, { ...received, facts: noFacts })
  const next = decideNextStep(situation)
  const locale = () => languageFor(request.uiLocales, http, issuer.settings.defaultLocale)
  const more = { flow, locales: request.uiLocales }
  if (next.step === 'refused') {
    const refused = refuse(next.reason)
    const response = await respond(issuer, { replyTo, outcome: { refused }, flow, browser })
    const seen = { band: 'code', step: 3, from: 'authorization-server', to: 'client', flow } as const
    const concerns = { what: 'answered at once', client: known.client.id, result: response.params }
    recordRequest(received)
    record(issuer, http, { ...seen, ...concerns, outcome: 'refused', refused }, 303)
    const cookies = missingState(http, issuer, browser.handle)
    return wayBack({ response, known, locale, afterForm: false, more: { ...more, reason: next.reason, cookies } })
  }
  if (next.step !== 'done') {
    recordRequest(received)
    return begin(received, request, next.step)
  }
  const { as, granted } = next
  const given = await grantAnswer(issuer, { flow, situation, as, granted })
  const { issued, grantId, writes, settle } = given
  const response = await respond(issuer, { replyTo, outcome: { issued }, flow, browser })
  const { committed } = await issuer.store.commit([...writes, ...touches(browser, situation.now)])
  const over = settle(committed)
  if (over.length > 0) await issuer.store.commit(over)
  if (!committed) return undefined
  recordRequest(received, { result: response.params, person: as.person.personId, grant: grantId })
  const cookies = missingState(http, issuer, browser.handle)
  return wayBack({ response, known, locale, afterForm: false, more: { ...more, cookies } })
}

function begin({ http, issuer }: Received, request: AuthorizationRequest, step: InteractionStep = 'continue'): Answer {
  const interaction = newInteraction(issuer, { flow: http.flow, purpose: { kind: 'authorization', request } })
  return seeOther(`${issuer.url}${interactionPath(interaction, step)}`, {
    flow: http.flow,
    cookies: [interactionCookie(interaction, issuer)],
  })
}

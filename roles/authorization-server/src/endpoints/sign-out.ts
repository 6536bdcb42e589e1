/**
 * Signing out: of one's own will, or sent by a client.
 *
 * Straight away only when the client proves, by an ID token of a session in this browser, that it is the one signed in
 * to; everybody else is asked. Who ends a session sees to it that the session's clients hear of it: those with an address
 * for the back channel from us, those with one for the browser in frames of the page that says so.
 *
 * @see OpenID Connect RP-Initiated Logout §2, §3, §4 and §6; Front-Channel Logout §3
 */
import { refuse } from '@symbolon/protocol/decision'
import { one } from '@symbolon/protocol/parameters'
import { destinationOf } from '../flow/redirect-uri.ts'
import { decideLogout, type LogoutDecision } from '../logout/decide.ts'
import { deliverNow } from '../logout/deliver.ts'
import { framesFor } from '../logout/frames.ts'
import { type LogoutRequest, readLogoutRequest } from '../logout/request.ts'
import { type Browser, signOut as endAndRenew, loadBrowser } from '../people/browser.ts'
import { isFormToken } from '../people/interaction.ts'
import { clientView, languageFor, personView } from '../people/views.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { SessionRecord } from '../ports/records.ts'
import { accountToken } from './account-visit.ts'
import type { Answer, Endpoint, EndpointRequest } from './endpoint.ts'
import { comesFromHere, errorPage, record, seeOther } from './page.ts'

/** The parameters that are carried along, and no others: a form can hold what belongs in no address. */
const carried = [
  'id_token_hint',
  'logout_hint',
  'client_id',
  'post_logout_redirect_uri',
  'state',
  'ui_locales',
] as const
const isCarried = (name: string) => carried.some((one) => one === name)

const longestQuery = 6_000

interface Leaving {
  readonly http: EndpointRequest
  readonly issuer: Issuer
  readonly browser: Browser
  readonly request: LogoutRequest
  readonly decision: LogoutDecision
  readonly afterForm: boolean
}

export const signOut: Endpoint = async (http, issuer) => {
  const params = paramsOf(http)
  const browser = await loadBrowser(http, issuer)
  const said = http.method === 'POST' ? one(params, 'decision') : undefined
  const own = said === undefined ? undefined : fromAccount(http, { issuer, browser })
  if (said !== undefined && own === undefined && !isFromHere(http, { issuer, browser })) {
    const about = { request: http, flow: http.flow, status: 403, next: '/logout' }
    return errorPage(refuse('form_not_from_here'), about)
  }
  if (said !== undefined && said !== 'sign-out') return seeOther(`${issuer.url}/account`, { flow: http.flow })
  // A form of the client comes without our cookies (SameSite); the way on to our own page brings them.
  const query = new URLSearchParams([...params].filter(([name]) => isCarried(name))).toString()
  if (http.method === 'POST' && said === undefined && query.length < longestQuery) {
    return seeOther(`${issuer.url}/logout${query === '' ? '' : `?${query}`}`, { flow: http.flow })
  }
  const request = await readLogoutRequest(params, browser, issuer)
  const decision = own ?? decideLogout(request, browser.sessions)
  const leaving = { http, issuer, browser, request, decision, afterForm: said !== undefined }
  return said === undefined && decision.outcome === 'ask' ? ask(leaving) : end(leaving)
}

/** Bound to the browser's cookie, which every sign-in and sign-out changes. */
const csrfOf = ({ handle }: Browser, { sealing }: Issuer) => sealing.digest('form', `logout ${handle ?? ''}`)

const isFromHere = (http: EndpointRequest, { issuer, browser }: Pick<Leaving, 'issuer' | 'browser'>): boolean =>
  comesFromHere(http, issuer) && isFormToken(one(http.form, 'csrf'), csrfOf(browser, issuer))

/** The button of a person's own account pages: it ends what this browser has of them, and of nobody else. */
function fromAccount(
  http: EndpointRequest,
  { issuer, browser }: Pick<Leaving, 'issuer' | 'browser'>,
): LogoutDecision | undefined {
  const token = one(http.form, 'csrf')
  const as = browser.people.find(({ person }) => isFormToken(token, accountToken(issuer, browser, person.personId)))
  if (as === undefined || !comesFromHere(http, issuer)) return undefined
  const sessions = browser.sessions.filter(({ personId }) => personId === as.person.personId)
  return { outcome: 'end', sessions, next: undefined, refused: undefined }
}

async function end(leaving: Leaving): Promise<Answer> {
  const { http, issuer, browser, request, decision } = leaving
  const { flow } = http
  const ending = decision.outcome === 'nobody' ? [] : decision.sessions
  // Where nobody is signed out the browser keeps its cookie: a form of another site comes without it.
  const change = ending.length === 0 ? undefined : endAndRenew({ browser, issuer, flow }, ending)
  if (change !== undefined) await issuer.store.commit(change.writes)
  const client = request.known?.client.id
  const person = ending[0]?.personId
  const seen = { band: 'sign-out', from: 'resource-owner', flow, what: 'signed out', client, person } as const
  const refused = leaving.afterForm ? undefined : decision.refused
  record(issuer, http, { ...seen, outcome: refused ? 'refused' : 'ok', params: paramsOf(http), refused }, 200)
  const frames = await tell(issuer, ending)
  return wayOn(leaving, { frames, cookies: change?.cookies ?? [] })
}

/** After the commit, so that whoever was given something until then hears of it too. */
export async function tell(issuer: Issuer, ended: readonly SessionRecord[]): Promise<readonly string[]> {
  if (ended.length === 0) return []
  const [frames] = await Promise.all([framesFor(issuer, ended), deliverNow(issuer, ended)])
  return frames
}

/** After a form a page, because `form-action` would stop the redirect; and where frames are to be loaded. */
function wayOn(leaving: Leaving, { frames, cookies }: Pick<Answer, 'cookies'> & { frames: readonly string[] }): Answer {
  const { http, request, decision, afterForm } = leaving
  const { flow } = http
  const { next, refused } = decision
  const client = request.known?.client.id
  const shared = { flow, cookies, client, reason: refused?.reason }
  if (next === undefined || request.known === undefined || frames.length > 0) {
    return { kind: 'page', status: 200, ...shared, view: signedOut(leaving, frames) }
  }
  if (!afterForm) return { kind: 'redirect', status: 303, location: next, ...shared }
  const { kind } = destinationOf(next)
  const view = {
    show: 'handoff',
    client: clientView(request.known, localeOf(leaving), next),
    location: next,
    kind,
  } as const
  return { kind: 'page', status: 200, ...shared, view }
}

const signedOut = (leaving: Leaving, frames: readonly string[]) =>
  ({
    show: 'signed-out',
    client: clientOf(leaving),
    next: leaving.decision.next,
    staying: peopleOf(leaving, 'staying'),
    frames,
  }) as const

function ask(leaving: Leaving): Answer {
  const { http, issuer, browser, request, decision } = leaving
  const { refused } = decision
  const { flow } = http
  const params = paramsOf(http)
  const client = request.known?.client.id
  const seen = {
    band: 'sign-out',
    to: 'resource-owner',
    from: 'authorization-server',
    flow,
    what: 'asked',
    client,
  } as const
  record(issuer, http, { ...seen, outcome: refused ? 'refused' : 'shown', refused, params }, 200)
  const fields = carried.flatMap((name) => {
    const value = one(params, name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    kind: 'page',
    status: 200,
    flow,
    client,
    reason: refused?.reason,
    view: {
      show: 'sign-out',
      action: '/logout',
      csrf: csrfOf(browser, issuer),
      client: clientOf(leaving),
      people: peopleOf(leaving, 'leaving'),
      staying: peopleOf(leaving, 'staying'),
      unproven: refused !== undefined,
      fields,
    },
  }
}

const paramsOf = ({ method, form, query }: EndpointRequest) => (method === 'POST' ? form : query)

const clientOf = (leaving: Leaving) => leaving.request.known && clientView(leaving.request.known, localeOf(leaving))

function peopleOf({ browser, decision }: Leaving, which: 'leaving' | 'staying') {
  const leaves = (personId: string) => decision.sessions.some((session) => session.personId === personId)
  return browser.people
    .filter(({ person }) => leaves(person.personId) === (which === 'leaving'))
    .map(({ person }) => personView(person))
}

const localeOf = ({ http, issuer }: Leaving) =>
  languageFor(one(paramsOf(http), 'ui_locales')?.split(' ') ?? [], http, issuer.settings.defaultLocale)

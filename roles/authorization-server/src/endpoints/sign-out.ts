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
import { decideLogout, type LogoutDecision } from '../logout/decide.ts'
import { deliverNow } from '../logout/deliver.ts'
import { framesFor } from '../logout/frames.ts'
import { readLogoutRequest } from '../logout/request.ts'
import { signOut as endAndRenew, loadBrowser } from '../people/browser.ts'
import { isFormToken } from '../people/interaction.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { SessionRecord } from '../ports/records.ts'
import { accountToken } from './account-visit.ts'
import type { Answer, Endpoint, EndpointRequest } from './endpoint.ts'
import { comesFromHere, errorPage, record, seeOther } from './page.ts'
import { ask, csrfOf, isCarried, type Leaving, paramsOf, wayOn } from './sign-out-pages.ts'

const longestQuery = 6_000

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
  if (http.method === 'POST' && said === undefined) {
    const query = wayOnQuery(params)
    return seeOther(`${issuer.url}/logout${query === '' ? '' : `?${query}`}`, { flow: http.flow })
  }
  const request = await readLogoutRequest(params, browser, issuer)
  const decision = own ?? decideLogout(request, browser.sessions)
  const leaving = { http, issuer, browser, request, decision, afterForm: said !== undefined }
  return said === undefined && decision.outcome === 'ask' ? ask(leaving) : end(leaving)
}

/**
 * A form of the client comes without our cookies (SameSite); the way on to our own page brings them. Of what is too long
 * for an address only that goes on which proves nothing and leads nowhere: the person is asked, and told nothing untrue.
 */
function wayOnQuery(params: URLSearchParams): string {
  const carried = [...params].filter(([name]) => isCarried(name))
  const asking = carried.filter(([name]) => ['client_id', 'logout_hint', 'ui_locales'].includes(name))
  const queries = [carried, asking].map((some) => new URLSearchParams(some).toString())
  return queries.find(({ length }) => length < longestQuery) ?? ''
}

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
  const frames = await tell(issuer, ending, flow)
  return wayOn(leaving, { frames, cookies: change?.cookies ?? [] })
}

/** After the commit, so that whoever was given something until then hears of it too. */
export async function tell(
  issuer: Issuer,
  ended: readonly Pick<SessionRecord, 'sessionId'>[],
  flow: string,
): Promise<readonly string[]> {
  if (ended.length === 0) return []
  const [frames] = await Promise.all([framesFor(issuer, ended, flow), deliverNow(issuer, ended)])
  return frames
}

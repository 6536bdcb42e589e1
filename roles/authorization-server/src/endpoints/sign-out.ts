/**
 * Signing out: of one's own will, or sent by a client.
 *
 * Straight away only when the client proves, by an ID token of a session in this browser, that it is the one signed in
 * to; everybody else is asked. Only an address that the client registered for it is ever gone to.
 *
 * @see OpenID Connect RP-Initiated Logout §2, §3, §4 and §6
 */
import { refuse } from '@symbolon/protocol/decision'
import { one } from '@symbolon/protocol/parameters'
import { clientFrom } from '../client.ts'
import { withQuery } from '../flow/3-authorization-response.ts'
import { destinationOf } from '../flow/redirect-uri.ts'
import { type Browser, signOut as endAndRenew, loadBrowser } from '../people/browser.ts'
import { isFormToken } from '../people/interaction.ts'
import { subjectFor } from '../people/subject.ts'
import { clientView, type KnownClient, languageFor, personView } from '../people/views.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { SessionRecord } from '../ports/records.ts'
import type { Answer, Endpoint, EndpointRequest } from './endpoint.ts'
import { comesFromHere, errorPage, record, seeOther } from './page.ts'

interface LogoutRequest {
  readonly known: KnownClient | undefined
  /** The address to go to afterwards, with `state`: registered, and asked for by its client. */
  readonly next: string | undefined
  /** The session that the hint names, or all of its person in this browser. */
  readonly hinted: readonly SessionRecord[]
  readonly isProven: boolean
}

/** The parameters that are carried along, and no others: a form can hold what belongs in no address. */
const carried = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state', 'ui_locales'] as const
const isCarried = (name: string) => carried.some((one) => one === name)

const longestQuery = 6_000

export const signOut: Endpoint = async (http, issuer) => {
  const params = http.method === 'POST' ? http.form : http.query
  const browser = await loadBrowser(http, issuer)
  const request = await load(params, browser, issuer)
  const decision = http.method === 'POST' ? one(params, 'decision') : undefined
  if (decision !== undefined) {
    if (!comesFromHere(http, issuer) || !isFormToken(one(params, 'csrf'), csrfOf(browser, issuer))) {
      const about = { request: http, flow: http.flow, status: 403, next: '/logout' }
      return errorPage(refuse('form_not_from_here'), about)
    }
    if (decision !== 'sign-out') return seeOther(`${issuer.url}/account`, { flow: http.flow })
    return end({ http, issuer, browser, request, afterForm: true }, browser.sessions)
  }
  // A form of the client comes without our cookies (SameSite); the way on to our own page brings them.
  const query = new URLSearchParams([...params].filter(([name]) => isCarried(name))).toString()
  if (http.method === 'POST' && query.length < longestQuery) {
    return seeOther(`${issuer.url}/logout${query === '' ? '' : `?${query}`}`, { flow: http.flow })
  }
  const straight = request.next !== undefined && (request.isProven || browser.sessions.length === 0)
  if (straight) return end({ http, issuer, browser, request, afterForm: false }, request.hinted)
  return browser.people.length === 0 ? signedOut(request, http, issuer) : ask(request, { http, issuer, browser })
}

async function load(params: URLSearchParams, browser: Browser, issuer: Issuer): Promise<LogoutRequest> {
  const hint = one(params, 'id_token_hint')
  // An expired hint is as good: it says who was signed in, not that they are (RP-Initiated Logout §2).
  const claims = hint === undefined || hint.length > 8_000 ? undefined : await issuer.keys.verify(hint, 'JWT')
  const audience = [claims?.aud].flat().filter((one) => typeof one === 'string')
  const named = one(params, 'client_id')
  const agree = claims === undefined || named === undefined || audience.includes(named)
  const clientId = claims === undefined ? undefined : (named ?? audience[0])
  const found = clientId === undefined || !agree ? undefined : await (await issuer.store.registry()).client(clientId)
  const known = found && { record: found, client: clientFrom(found) }
  const wanted = one(params, 'post_logout_redirect_uri')
  const registered = known?.client.postLogoutRedirectUris.find((uri) => uri === wanted)
  const state = one(params, 'state')
  const next =
    registered === undefined ? undefined : withQuery(registered, state === undefined ? [] : [['state', state]])
  const theirs = browser.sessions.filter(
    ({ personId }) => known !== undefined && subjectFor(issuer, known.client, personId) === claims?.sub,
  )
  return { known, next, hinted: theirs, isProven: known !== undefined && theirs.length > 0 }
}

interface Leaving {
  readonly http: EndpointRequest
  readonly issuer: Issuer
  readonly browser: Browser
  readonly request: LogoutRequest
  readonly afterForm: boolean
}

async function end(leaving: Leaving, sessions: readonly SessionRecord[]): Promise<Answer> {
  const { http, issuer, browser, request, afterForm } = leaving
  const { flow } = http
  // Where nobody is signed out the browser keeps its cookie: a form of another site comes without it.
  const change = sessions.length === 0 ? undefined : endAndRenew({ browser, issuer, flow }, sessions)
  if (change !== undefined) await issuer.store.commit(change.writes)
  const client = request.known?.client.id
  const person = sessions[0]?.personId
  const seen = { band: 'sign-out', from: 'resource-owner', flow, what: 'signed out', client, person } as const
  record(issuer, http, { ...seen, outcome: 'ok' }, 200)
  const cookies = change === undefined ? [] : [change.cookie]
  if (request.next === undefined || request.known === undefined) return signedOut(request, http, issuer, cookies)
  if (!afterForm) return { kind: 'redirect', status: 303, location: request.next, flow, cookies, client }
  const view = clientView(request.known, localeOf(http, issuer), request.next)
  const { kind } = destinationOf(request.next)
  return {
    kind: 'page',
    status: 200,
    flow,
    cookies,
    client,
    view: { show: 'handoff', client: view, location: request.next, kind },
  }
}

function signedOut(
  request: LogoutRequest,
  http: EndpointRequest,
  issuer: Issuer,
  cookies: Answer['cookies'] = [],
): Answer {
  const client = request.known && clientView(request.known, localeOf(http, issuer))
  return {
    kind: 'page',
    status: 200,
    flow: http.flow,
    cookies,
    view: { show: 'signed-out', client, next: request.next },
  }
}

function ask(request: LogoutRequest, { http, issuer, browser }: Pick<Leaving, 'http' | 'issuer' | 'browser'>): Answer {
  const params = http.method === 'POST' ? http.form : http.query
  const fields = carried.flatMap((name) => {
    const value = one(params, name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    kind: 'page',
    status: 200,
    flow: http.flow,
    view: {
      show: 'sign-out',
      action: '/logout',
      csrf: csrfOf(browser, issuer),
      client: request.known && clientView(request.known, localeOf(http, issuer)),
      people: browser.people.map(({ person }) => personView(person)),
      fields,
    },
  }
}

/** Bound to the browser's cookie, which every sign-in and sign-out changes. */
const csrfOf = ({ handle }: Browser, { sealing }: Issuer) => sealing.digest('form', `logout ${handle ?? ''}`)

const localeOf = (http: EndpointRequest, issuer: Issuer) => {
  const params = http.method === 'POST' ? http.form : http.query
  return languageFor(one(params, 'ui_locales')?.split(' ') ?? [], http, issuer.settings.defaultLocale)
}

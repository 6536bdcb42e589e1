/**
 * What signing out shows: the question before, the page after with the frames of other apps, or the way back.
 *
 * @see OpenID Connect RP-Initiated Logout §2 and §3, Front-Channel Logout §3
 */
import { one } from '@symbolon/protocol/parameters'
import { destinationOf } from '../flow/redirect-uri.ts'
import type { LogoutDecision } from '../logout/decide.ts'
import type { LogoutRequest } from '../logout/request.ts'
import type { Browser } from '../people/browser.ts'
import { clientView, languageFor, personView } from '../people/views.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { Answer, EndpointRequest } from './endpoint.ts'
import { record } from './page.ts'

/** The parameters that are carried along, and no others: a form can hold what belongs in no address. */
const carried = [
  'id_token_hint',
  'logout_hint',
  'client_id',
  'post_logout_redirect_uri',
  'state',
  'ui_locales',
] as const
export const isCarried = (name: string) => carried.some((one) => one === name)

export interface Leaving {
  readonly http: EndpointRequest
  readonly issuer: Issuer
  readonly browser: Browser
  readonly request: LogoutRequest
  readonly decision: LogoutDecision
  readonly afterForm: boolean
}

/** Bound to the browser's cookie, which every sign-in and sign-out changes. */
export const csrfOf = ({ handle }: Browser, { sealing }: Issuer) => sealing.digest('form', `logout ${handle ?? ''}`)

/** After a form a page, because `form-action` would stop the redirect; and where frames are to be loaded. */
export function wayOn(
  leaving: Leaving,
  { frames, cookies }: Pick<Answer, 'cookies'> & { frames: readonly string[] },
): Answer {
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

export function ask(leaving: Leaving): Answer {
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

export const paramsOf = ({ method, form, query }: EndpointRequest) => (method === 'POST' ? form : query)

const clientOf = (leaving: Leaving) => leaving.request.known && clientView(leaving.request.known, localeOf(leaving))

function peopleOf({ browser, decision }: Leaving, which: 'leaving' | 'staying') {
  const leaves = (personId: string) => decision.sessions.some((session) => session.personId === personId)
  return browser.people
    .filter(({ person }) => leaves(person.personId) === (which === 'leaving'))
    .map(({ person }) => personView(person))
}

const localeOf = ({ http, issuer }: Leaving) =>
  languageFor(one(paramsOf(http), 'ui_locales')?.split(' ') ?? [], http, issuer.settings.defaultLocale)

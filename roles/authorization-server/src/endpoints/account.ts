/**
 * A person's own pages: what is signed in where, which apps may do what, and taking it back.
 *
 * Every change is a form whose token is bound to the browser's cookie and the person; asking before it is a page.
 *
 * @see RFC 6749 §10.12, OpenID Connect Core §16.18 (people can revoke)
 */
import { refuse } from '@symbolon/protocol/decision'
import { one } from '@symbolon/protocol/parameters'
import type { AccountFrame, View } from '@symbolon/protocol/views'
import type { SignedIn } from '../flow/2-user-authorization.ts'
import {
  accessUntil,
  appGroups,
  appSummary,
  type ConnectedApp,
  isOffline,
  loadApps,
  removeApp,
  removePermission,
  renewsUntil,
  sharedValues,
} from '../people/apps.ts'
import { type Browser, endSessions, loadBrowser, signOut, touches } from '../people/browser.ts'
import { isFormToken } from '../people/interaction.ts'
import { languageFor, personView } from '../people/views.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { SessionRecord } from '../ports/records.ts'
import { askToSignIn } from './account-sign-in.ts'
import type { Answer, Cookie, Endpoint, EndpointRequest } from './endpoint.ts'
import { comesFromHere, errorPage, record, seeOther } from './page.ts'

interface Visit {
  readonly http: EndpointRequest
  readonly issuer: Issuer
  readonly browser: Browser
  readonly as: SignedIn
  readonly locale: string
}

/** Which of the people signed in in this browser is looking at their account. */
const whoCookie = 'account'
/** What was just done, said once. */
const doneCookie = 'done'

const forPerson =
  (serve: (visit: Visit) => Promise<Answer>): Endpoint =>
  async (http, issuer) => {
    const browser = await loadBrowser(http, issuer)
    const who = browser.people.find(({ session }) => session.sessionId === http.cookies.get(whoCookie))
    const as = who ?? browser.people[0]
    if (as === undefined) return askToSignIn(http, issuer, http.path)
    const visit = { http, issuer, browser, as, locale: languageFor([], http.headers, issuer.settings.defaultLocale) }
    if (http.method !== 'POST') {
      const touched = touches(browser, issuer.now())
      if (touched.length > 0) await issuer.store.commit(touched)
      return serve(visit)
    }
    if (comesFromHere(http, issuer) && isFormToken(one(http.form, 'csrf'), csrfOf(visit))) return serve(visit)
    const about = { request: http, flow: http.flow, status: 403, next: http.path }
    return errorPage(refuse('form_not_from_here'), about)
  }

const csrfOf = ({ browser, as, issuer }: Visit) =>
  issuer.sealing.digest('form', `account ${browser.handle ?? ''} ${as.person.personId}`)

function frameOf(visit: Visit): AccountFrame {
  const { browser, as, http } = visit
  const done = http.cookies.get(doneCookie)
  return {
    person: personView(as.person),
    csrf: csrfOf(visit),
    done: doneMessages.find((message) => message === done),
    others: browser.people
      .filter(({ person }) => person !== as.person)
      .map(({ person, session }) => ({ ...personView(person), session: session.sessionId })),
  }
}

const doneMessages = ['app-removed', 'permission-removed', 'session-ended', 'other-sessions-ended'] as const

const page = ({ http }: Visit, view: View): Answer => {
  const said: readonly Cookie[] = http.cookies.has(doneCookie)
    ? [{ name: doneCookie, value: undefined, path: '/account' }]
    : []
  return { kind: 'page', status: 200, flow: http.flow, cookies: said, view }
}

const backTo = (
  { http, issuer }: Visit,
  path: string,
  done: (typeof doneMessages)[number],
  cookies: readonly Cookie[] = [],
): Answer => {
  const said: Cookie = { name: doneCookie, value: done, path: '/account', maxAge: 60 }
  return seeOther(`${issuer.url}${path}`, { flow: http.flow, cookies: [...cookies, said] })
}

export const account = forPerson(async (visit) => {
  const { http, issuer, as, browser, locale } = visit
  const wanted = one(http.query, 'session')
  if (wanted !== undefined) {
    const isHere = browser.people.some(({ session }) => session.sessionId === wanted)
    const cookies: readonly Cookie[] = isHere ? [{ name: whoCookie, value: wanted, path: '/account' }] : []
    return seeOther(`${issuer.url}/account`, { flow: http.flow, cookies })
  }
  const [apps, sessions] = await Promise.all([loadApps(issuer, as.person), sessionsOf(visit)])
  return page(visit, {
    show: 'account',
    ...frameOf(visit),
    values: sharedValues(as.person, apps, locale),
    lastSignIn: as.session.authTime,
    sessions: newestOfBrowsers(sessions).length,
    apps: apps.map((app) => appSummary(app, locale)),
  })
})

const sessionsOf = ({ issuer, as }: Visit) => issuer.store.sessions.ofPerson(as.person.personId, issuer.now())

/** Somebody who signed in again in a browser is signed in there once. */
const newestOfBrowsers = (sessions: readonly SessionRecord[]): readonly SessionRecord[] =>
  sessions.filter(({ browserHash }, at) => sessions.findIndex((other) => other.browserHash === browserHash) === at)

export const sessions = forPerson(async (visit) => {
  const { http, issuer, as, browser, locale } = visit
  const all = await sessionsOf(visit)
  if (http.method === 'POST') return endSome(visit, all)
  const apps = await loadApps(issuer, as.person)
  const namesIn = (here: readonly SessionRecord[]) =>
    apps
      .filter(({ grants }) => grants.some((grant) => here.some(({ sessionId }) => sessionId === grant.sessionId)))
      .map(({ known }) => known.client.name(locale))
  return page(visit, {
    show: 'sessions',
    ...frameOf(visit),
    sessions: newestOfBrowsers(all).map((session) => ({
      id: session.sessionId,
      thisBrowser: session.browserHash === browser.hash,
      current: session.sessionId === as.session.sessionId,
      userAgent: session.userAgent,
      signedInAt: session.authTime,
      lastSeenAt: session.lastSeenAt,
      expiresAt: session.expiresAt,
      amr: session.amr,
      apps: namesIn(all.filter(({ browserHash }) => browserHash === session.browserHash)),
    })),
  })
})

async function endSome(visit: Visit, all: readonly SessionRecord[]): Promise<Answer> {
  const { http, issuer, as, browser } = visit
  const which = one(http.form, 'end')
  const chosen = all.find(({ sessionId }) => sessionId === which)
  const ending = all.filter(({ browserHash }) =>
    which === 'others' ? browserHash !== browser.hash : browserHash === chosen?.browserHash,
  )
  const person = as.person.personId
  const seen = { band: 'sign-out', from: 'resource-owner', flow: http.flow, what: 'sessions ended', person } as const
  record(issuer, http, { ...seen, outcome: 'ok' }, 303)
  if (chosen?.browserHash === browser.hash && browser.hash !== undefined) {
    const change = signOut({ browser, issuer }, ending)
    await issuer.store.commit(change.writes)
    return seeOther(`${issuer.url}/`, { flow: http.flow, cookies: [change.cookie] })
  }
  if (ending.length > 0) await issuer.store.commit(endSessions(ending, issuer.now()))
  return backTo(visit, '/account/sessions', which === 'others' ? 'other-sessions-ended' : 'session-ended')
}

export const apps = forPerson(async (visit) => {
  const { issuer, as, locale } = visit
  const [connected, resources] = await Promise.all([loadApps(issuer, as.person), issuer.store.resources.list()])
  return page(visit, {
    show: 'apps',
    ...frameOf(visit),
    apps: connected.map((app) => ({
      ...appSummary(app, locale),
      groups: appGroups(app, { resources, person: as.person, locale }),
    })),
  })
})

export const app = forPerson(async (visit) => {
  const { http, issuer, as, locale } = visit
  const [connected, resources] = await Promise.all([loadApps(issuer, as.person), issuer.store.resources.list()])
  const app = connected.find(({ known }) => known.client.id === http.parts.client)
  // Removed a moment ago, in another tab perhaps: the list says what is left.
  if (app === undefined) return seeOther(`${issuer.url}/account/apps`, { flow: http.flow })
  if (http.method === 'POST') return remove(visit, app)
  const now = issuer.now()
  const asked = one(http.query, 'remove')
  const isScope = asked !== undefined && app.consent.scope.includes(asked)
  return page(visit, {
    show: 'app',
    ...frameOf(visit),
    ...appSummary(app, locale),
    groups: appGroups(app, { resources, person: as.person, locale }),
    offline: isOffline(app.consent),
    renewsUntil: renewsUntil(app),
    accessUntil: accessUntil(app, { resources, settings: issuer.settings, now }),
    confirm: asked === 'app' ? 'app' : isScope ? { scope: asked } : undefined,
  })
})

async function remove(visit: Visit, app: ConnectedApp): Promise<Answer> {
  const { http, issuer, as } = visit
  const what = one(http.form, 'remove')
  const scope = one(http.form, 'scope')
  const now = issuer.now()
  const here = `/account/apps/${encodeURIComponent(app.known.client.id)}`
  const isPermission = what === 'permission' && scope !== undefined && app.consent.scope.includes(scope)
  if (what !== 'app' && !isPermission) return seeOther(`${issuer.url}${here}`, { flow: http.flow })
  const isLast = isPermission && app.consent.scope.length === 1
  const writes = isPermission
    ? removePermission(app, scope, { sessions: await sessionsOf(visit), now })
    : removeApp(app.consent, now)
  await issuer.store.commit(writes)
  const about = { client: app.known.client.id, person: as.person.personId, flow: http.flow }
  const seen = {
    band: 'revoke',
    from: 'resource-owner',
    what: isPermission ? 'permission removed' : 'app removed',
  } as const
  record(issuer, http, { ...seen, ...about, outcome: 'ok' }, 303)
  return isPermission && !isLast
    ? backTo(visit, here, 'permission-removed')
    : backTo(visit, '/account/apps', 'app-removed')
}

/**
 * A visit to one's own account pages: who is looking, what stands around every page, and where a form may come from.
 *
 * Every change is a form whose token is bound to the browser's cookie and the person.
 *
 * @see RFC 6749 §10.12
 */
import { refuse } from '@symbolon/protocol/decision'
import { one } from '@symbolon/protocol/parameters'
import type { AccountFrame, View } from '@symbolon/protocol/views'
import type { SignedIn } from '../flow/2-user-authorization.ts'
import { type Browser, loadBrowser, touches } from '../people/browser.ts'
import { isFormToken } from '../people/interaction.ts'
import { languageFor, personView } from '../people/views.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { SessionRecord } from '../ports/records.ts'
import { askToSignIn } from './account-sign-in.ts'
import type { Answer, Cookie, Endpoint, EndpointRequest } from './endpoint.ts'
import { comesFromHere, errorPage, seeOther } from './page.ts'

export interface AccountVisit {
  readonly http: EndpointRequest
  readonly issuer: Issuer
  readonly browser: Browser
  readonly as: SignedIn
  readonly locale: string
}

/** Which of the people signed in in this browser is looking at their account. */
export const whoCookie = 'account'
/** What was just done, said once. */
const doneCookie = 'done'

export const forPerson =
  (serve: (visit: AccountVisit) => Promise<Answer>): Endpoint =>
  async (http, issuer) => {
    const browser = await loadBrowser(http, issuer)
    const who = browser.people.find(({ session }) => session.sessionId === http.cookies.get(whoCookie))
    const as = who ?? browser.people[0]
    if (as === undefined) return askToSignIn(http, issuer, http.path)
    const visit = { http, issuer, browser, as, locale: languageFor([], http, issuer.settings.defaultLocale) }
    if (http.method !== 'POST') {
      const touched = touches(browser, issuer.now())
      if (touched.length > 0) await issuer.store.commit(touched)
      return serve(visit)
    }
    if (comesFromHere(http, issuer) && isFormToken(one(http.form, 'csrf'), csrfOf(visit))) return serve(visit)
    const about = { request: http, flow: http.flow, status: 403, next: http.path }
    return errorPage(refuse('form_not_from_here'), about)
  }

/** Of the forms on a person's account pages. */
export const accountToken = ({ sealing }: Issuer, { handle }: Browser, personId: string): string =>
  sealing.digest('form', `account ${handle ?? ''} ${personId}`)

const csrfOf = ({ browser, as, issuer }: AccountVisit) => accountToken(issuer, browser, as.person.personId)

export function frameOf(visit: AccountVisit): AccountFrame {
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

export const page = ({ http }: AccountVisit, view: View): Answer => {
  const said: readonly Cookie[] = http.cookies.has(doneCookie)
    ? [{ name: doneCookie, value: undefined, path: '/account' }]
    : []
  return { kind: 'page', status: 200, flow: http.flow, cookies: said, view }
}

export const backTo = (
  { http, issuer }: AccountVisit,
  path: string,
  done: (typeof doneMessages)[number],
  cookies: readonly Cookie[] = [],
): Answer => {
  const said: Cookie = { name: doneCookie, value: done, path: '/account', maxAge: 60 }
  return seeOther(`${issuer.url}${path}`, { flow: http.flow, cookies: [...cookies, said] })
}

export const sessionsOf = ({ issuer, as }: AccountVisit) =>
  issuer.store.sessions.ofPerson(as.person.personId, issuer.now())

/** Somebody who signed in again in a browser is signed in there once. */
export const newestOfBrowsers = (sessions: readonly SessionRecord[]): readonly SessionRecord[] =>
  sessions.filter(({ browserHash }, at) => sessions.findIndex((other) => other.browserHash === browserHash) === at)

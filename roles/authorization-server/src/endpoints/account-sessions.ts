/** Where a person is signed in, by browser, and ending it there. */
import { one } from '@symbolon/protocol/parameters'
import { endSessions } from '../logout/announce.ts'
import { deliverNow } from '../logout/deliver.ts'
import { loadApps } from '../people/apps.ts'
import { signOut } from '../people/browser.ts'
import { personView } from '../people/views.ts'
import type { SessionRecord } from '../ports/records.ts'
import { type AccountVisit, backTo, forPerson, frameOf, newestOfBrowsers, page, sessionsOf } from './account-visit.ts'
import type { Answer } from './endpoint.ts'
import { record, seeOther } from './page.ts'
import { tell } from './sign-out.ts'

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

async function endSome(visit: AccountVisit, all: readonly SessionRecord[]): Promise<Answer> {
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
    const change = signOut({ browser, issuer, flow: http.flow }, ending)
    await issuer.store.commit(change.writes)
    const frames = await tell(issuer, ending, http.flow)
    const shared = { flow: http.flow, cookies: change.cookies }
    if (frames.length === 0) return seeOther(`${issuer.url}/`, shared)
    const staying = browser.people.filter(({ person }) => person !== as.person).map(({ person }) => personView(person))
    const view = { show: 'signed-out', client: undefined, next: undefined, staying, frames } as const
    return { kind: 'page', status: 200, ...shared, view }
  }
  if (ending.length > 0) await issuer.store.commit(endSessions(ending, { now: issuer.now(), flow: http.flow }))
  await deliverNow(issuer, ending)
  return backTo(visit, '/account/sessions', which === 'others' ? 'other-sessions-ended' : 'session-ended')
}

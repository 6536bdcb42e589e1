/** The account's front page: what it knows, whom it was shared with, who else is signed in here. */
import { one } from '@symbolon/protocol/parameters'
import { appSummary, loadApps, sharedValues } from '../people/apps.ts'
import { forPerson, frameOf, newestOfBrowsers, page, sessionsOf, whoCookie } from './account-visit.ts'
import type { Cookie } from './endpoint.ts'
import { seeOther } from './page.ts'

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

/**
 * Connected apps: what each may do, since and until when, and taking it back, all or in part.
 *
 * @see OpenID Connect Core §16.18 (people can revoke)
 */
import { one } from '@symbolon/protocol/parameters'
import {
  accessUntil,
  appGroups,
  appSummary,
  type ConnectedApp,
  isAllOf,
  isOffline,
  loadApps,
  narrowGrants,
  removeApp,
  removePermission,
  renewsUntil,
} from '../people/apps.ts'
import { StorageUnavailable } from '../ports/store.ts'
import { type AccountVisit, backTo, forPerson, frameOf, page } from './account-visit.ts'
import type { Answer } from './endpoint.ts'
import { record, seeOther } from './page.ts'

export const apps = forPerson(async (visit) => {
  const { issuer, as, locale } = visit
  const [connected, { resources }] = await Promise.all([loadApps(issuer, as.person), issuer.store.registry()])
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
  const [connected, { resources }] = await Promise.all([loadApps(issuer, as.person), issuer.store.registry()])
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
    offline: isOffline(app),
    renewsUntil: renewsUntil(app),
    accessUntil: accessUntil(app, { resources, settings: issuer.settings, now }),
    confirm: asked === 'app' ? 'app' : isScope ? { scope: asked } : undefined,
  })
})

async function remove(visit: AccountVisit, app: ConnectedApp): Promise<Answer> {
  const { http, issuer, as } = visit
  const what = one(http.form, 'remove')
  const scope = one(http.form, 'scope')
  const here = `/account/apps/${encodeURIComponent(app.known.client.id)}`
  const isPermission = what === 'permission' && scope !== undefined && app.consent.scope.includes(scope)
  if (what !== 'app' && !isPermission) return seeOther(`${issuer.url}${here}`, { flow: http.flow })
  const isLast = isPermission && isAllOf(app.consent, scope)
  if (isPermission) await withoutPermission(visit, app, scope)
  else await issuer.store.commit(removeApp(app.consent, issuer.now()))
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

const attempts = 5

/**
 * What is only a code now could become a grant meanwhile: codes end first, so that the grants found then are all. Once
 * more when the consent changed in another window just then; and what still slipped through in between is found after.
 */
async function withoutPermission({ issuer, as }: AccountVisit, app: ConnectedApp, scope: string): Promise<void> {
  const { store } = issuer
  const { personId, clientId } = app.consent
  const find = async () => (await loadApps(issuer, as.person)).find(({ known }) => known.client.id === clientId)
  for (let attempt = 0; attempt < attempts; attempt++) {
    await store.commit([{ do: 'revoke-codes-of', personId, clientId, now: issuer.now() }])
    const current = await find()
    if (current === undefined || !current.consent.scope.includes(scope)) return
    const { committed } = await store.commit(removePermission(current, scope, issuer.now()))
    if (!committed) continue
    await store.commit(narrowGrants((await find())?.grants ?? [], scope, issuer.now()))
    return
  }
  throw new StorageUnavailable('What the person allowed kept changing.')
}

/** The small model of what OAuth allows: what an action must be answered with, and what it changes. */
import { type Action, type BrowserName, browsers, type ClientName } from './actions.ts'
import {
  type AccessToken,
  type Code,
  type Grant,
  isAccessAlive,
  isRefreshAlive,
  isSessionAlive,
  lifetimes,
  type Resource,
  type Session,
  type State,
  scopeNow,
  sessionIn,
  type Tab,
} from './state.ts'

/** An action with what it is about picked out of all there is; `tag` names what it makes. */
export interface Step {
  readonly action: Action
  readonly target: string
  readonly tag: string
  /** The scope that a refresh for less asks for. */
  readonly less: string
}

/** An answer; what is made or shown is named as the model knows it. */
export interface Answer {
  readonly is: string
  readonly scope?: string
  readonly code?: string
  readonly access?: string
  readonly refresh?: string
  readonly tab?: string
}

/** `undefined`: the browser is sent on to the tab's next page. */
export type Begun = Answer | undefined

const optional = ['offline_access', 'photos:write']
const rotates = (client: ClientName) => client === 'spa' || client === 'own'
export const isPublic = rotates

const answer = (is: string, more: Omit<Answer, 'is'> = {}): Answer => ({ is, ...more })
const refused = (error: string) => answer(`refused ${error}`)
const isOff = (state: State, name: string) => state.off.includes(name)
const consentKey = (person: string, client: string) => `${person} ${client}`

/** All that was made and may be referred to, oldest first. */
export function targetsOf(state: State, action: Action): readonly string[] {
  switch (action.do) {
    case 'look':
    case 'peek':
      return Object.keys(state.tabs)
    case 'sign in':
      return Object.keys(state.tabs).filter((id) => state.tabs[id]?.shown?.page === 'sign-in')
    case 'consent':
      return Object.keys(state.tabs).filter((id) => state.tabs[id]?.shown?.page === 'consent')
    case 'redeem':
      return Object.keys(state.codes).filter((id) => id in state.values)
    case 'refresh':
      return Object.keys(state.refresh)
    case 'introspect':
    case 'userinfo':
      return Object.keys(state.values).filter((id) => id in state.access || id in state.refresh)
    case 'revoke':
      // Whether a JWT that is over can still be read depends on how long its key is kept.
      return Object.keys(state.values).filter((id) => {
        const token = state.access[id]
        return token === undefined ? id in state.refresh : !token.isJwt || token.expiresAt > state.now
      })
    case 'remove app':
    case 'remove permission': {
      const known = state.consents[consentKey(browsers[action.browser], action.client)]
      const isThere = known !== undefined && (action.do === 'remove app' || known.includes(action.scope))
      return isThere && sessionIn(state, action.browser) ? [''] : []
    }
    case 'end other sessions':
    case 'sign out':
      return sessionIn(state, action.browser) ? [''] : []
    default:
      return ['']
  }
}

export function begin(state: State, { action, target, tag, less }: Step): Begun {
  switch (action.do) {
    case 'authorize':
      return authorize(state, action, tag)
    case 'look': {
      const tab = state.tabs[target] as Tab
      const due = isOpen(state, tab) ? dueIn(state, tab) : undefined
      return due === 'sign-in' || due === 'consent' ? undefined : look(state, target)
    }
    case 'peek':
      return answer('error page')
    case 'sign in':
      return signIn(state, target, { right: action.right, tag })
    case 'consent':
      return consent(state, target, action.how)
    case 'redeem':
      return redeem(state, target, { how: action.how, tag })
    case 'refresh':
      return refresh(state, target, { how: action.how, tag, less })
    case 'introspect':
      return introspect(state, target, action.by)
    case 'userinfo':
      return userinfo(state, target)
    case 'revoke':
      return revoke(state, target, action.by)
    case 'remove app':
    case 'remove permission':
      return remove(state, action)
    case 'end other sessions': {
      if (!sessionIn(state, action.browser)) return answer('asked to sign in')
      const person = browsers[action.browser]
      endSessions(state, (one) => one.person === person && one.browser !== action.browser)
      return answer('ended')
    }
    case 'sign out':
      endSessions(state, ({ browser }) => browser === action.browser)
      return answer('signed out')
    case 'sweep':
      return sweep(state)
    case 'turn off client':
      state.off.push(action.client)
      return answer('done')
    case 'turn off person':
      state.off.push(action.person)
      return answer('done')
    case 'turn everything on':
      state.off = []
      return answer('done')
    case 'client credentials':
      return clientCredentials(state, { ...action, tag })
    case 'wait':
      state.now += action.seconds
      return answer('done')
    default:
      return answer('done')
  }
}

// The front channel

function newestFor(state: State, { browser, signedIn }: Pick<Tab, 'browser' | 'signedIn'>) {
  const own = signedIn === null ? undefined : state.sessions[signedIn]
  const isTheirs = own !== undefined && isSessionAlive(state, signedIn) && !isOff(state, own.person)
  return isTheirs && signedIn !== null ? ([signedIn, own] as const) : sessionIn(state, browser)
}

/** The step that is due, from the facts alone. */
function dueIn(state: State, tab: Tab): 'sign-in' | 'consent' | 'done' {
  const as = newestFor(state, tab)
  if (as === undefined) return 'sign-in'
  const [id, session] = as
  const isStale = tab.maxAge !== undefined && (tab.maxAge === 0 || state.now - session.authTime > tab.maxAge)
  if (tab.signedIn !== id && (tab.prompt === 'login' || isStale)) return 'sign-in'
  return allowedBefore(state, tab, session) === undefined ? 'consent' : 'done'
}

/** What needs no question, if nothing does. */
function allowedBefore(state: State, tab: Tab, { person }: Session): readonly string[] | undefined {
  if (tab.client === 'own') return tab.scope
  const before = state.consents[consentKey(person, tab.client)]
  if (before === undefined || tab.prompt === 'consent') return undefined
  const fresh = tab.scope.filter((scope) => !before.includes(scope))
  if (fresh.length === 0) return tab.scope
  const left = tab.scope.filter((scope) => before.includes(scope))
  const isSilent = tab.prompt === 'none' && fresh.every((scope) => optional.includes(scope))
  return isSilent && left.length > 0 ? left : undefined
}

function authorize(state: State, action: Extract<Action, { do: 'authorize' }>, tag: string): Begun {
  const { browser, client, scope, prompt, maxAge } = action
  if (isOff(state, client)) return answer('error page')
  const tab: Tab = {
    ...{ browser, client, scope, prompt, maxAge },
    ...{ createdAt: state.now, signedIn: null, outcome: null, shown: null },
  }
  const due = dueIn(state, tab)
  if (prompt === 'none' && due !== 'done') return answer(`error ${due === 'sign-in' ? 'login' : 'consent'}_required`)
  if (due === 'done') return answer('code', { code: mintCode(state, tab, { id: `code of ${tag}` }) })
  state.tabs[`tab ${tag}`] = tab
  return undefined
}

function mintCode(
  state: State,
  tab: Tab,
  { id, scope }: { readonly id: string; readonly scope?: readonly string[] },
): string {
  const [session, { person }] = newestFor(state, tab) as readonly [string, Session]
  const granted = scope ?? allowedBefore(state, tab, state.sessions[session] as Session) ?? []
  const key = consentKey(person, tab.client)
  const before = state.consents[key] ?? []
  state.consents[key] = [...before, ...granted.filter((one) => !before.includes(one))]
  state.codes[id] = {
    ...{ client: tab.client, person, session, scope: granted, resource: resourceOf(tab.scope) },
    ...{ createdAt: state.now, ended: false, gone: false },
  }
  return id
}

const resourceOf = (scope: readonly string[]): Resource | undefined =>
  scope.some((one) => one.startsWith('photos:')) ? 'library' : scope.includes('archive:read') ? 'archive' : undefined

const isKnown = (state: State, { createdAt }: Tab) =>
  state.now < createdAt + lifetimes.interaction + lifetimes.restartable

const isInTime = (state: State, { createdAt }: Tab) => state.now < createdAt + lifetimes.interaction

const isOpen = (state: State, tab: Tab) =>
  isKnown(state, tab) && !isOff(state, tab.client) && tab.outcome === null && isInTime(state, tab)

/** Opening the tab, at whichever step it stands. */
export function look(state: State, id: string): Answer {
  const tab = state.tabs[id] as Tab
  if (!isKnown(state, tab) || isOff(state, tab.client)) return answer('error page')
  if (tab.outcome !== null) return afterwards(state, tab)
  if (!isInTime(state, tab)) return answer('too late')
  const due = dueIn(state, tab)
  if (due === 'done') {
    const code = mintCode(state, tab, { id: `code of ${id}` })
    tab.outcome = { at: state.now, code, session: state.codes[code]?.session ?? null }
    return answer('code', { code })
  }
  tab.shown = due === 'sign-in' ? { page: due } : { page: due, session: newestFor(state, tab)?.[0] ?? '' }
  return answer(`${due} page`)
}

function afterwards(state: State, { outcome }: Tab): Answer {
  const { at, code: id, session } = outcome ?? { at: 0, code: null, session: null }
  const code = id === null ? undefined : state.codes[id]
  if (code !== undefined && !isSessionAlive(state, session)) return answer('too late')
  if (code?.ended && !code.gone) return answer('home')
  if (state.now > at + lifetimes.code) return answer('too late')
  return id === null ? answer('error access_denied') : answer('code', { code: id })
}

/** What a form meets before it is read; `true`: it is read. */
function meets(state: State, tab: Tab): true | Begun {
  if (!isKnown(state, tab) || isOff(state, tab.client)) return answer('error page')
  if (tab.outcome !== null) return undefined
  return isInTime(state, tab) ? true : answer('too late')
}

function signIn(state: State, id: string, { right, tag }: { readonly right: boolean; readonly tag: string }): Begun {
  const tab = state.tabs[id] as Tab
  const met = meets(state, tab)
  if (met !== true) return met
  if (dueIn(state, tab) !== 'sign-in') return undefined
  const person = browsers[tab.browser]
  const failed = state.failures[tab.browser]
  const known = failed !== undefined && failed.last + 3_600 > state.now ? failed : undefined
  if (known !== undefined && known.count >= 5) {
    const delay = Math.min(900, 2 ** Math.min(known.count - 4, 20))
    if (known.last + delay > state.now) return answer('slowed down')
  }
  if (!right) {
    state.failures[tab.browser] = { count: (known?.count ?? 0) + 1, last: state.now }
    return answer('not let in')
  }
  if (isOff(state, person)) return answer('not let in')
  delete state.failures[tab.browser]
  const session = `session ${tag}`
  const expiresAt = state.now + lifetimes.session
  state.sessions[session] = { browser: tab.browser, person, authTime: state.now, expiresAt, ended: false }
  tab.signedIn = session
  return undefined
}

function consent(state: State, id: string, how: string): Begun {
  const tab = state.tabs[id] as Tab
  const met = meets(state, tab)
  if (met !== true) return met
  const as = newestFor(state, tab)
  const shownTo = tab.shown?.page === 'consent' ? tab.shown.session : undefined
  if (dueIn(state, tab) !== 'consent' || as?.[0] !== shownTo) return undefined
  const scope = tab.scope.filter((one) => how === 'allow all' || !optional.includes(one))
  const code = how === 'deny' ? null : mintCode(state, tab, { id: `code of ${id}`, scope })
  tab.outcome = { at: state.now, code, session: code === null ? null : (as?.[0] ?? null) }
  return undefined
}

function endSessions(state: State, which: (session: Session) => boolean): void {
  for (const [id, session] of Object.entries(state.sessions)) {
    if (session.ended || session.expiresAt <= state.now || !which(session)) continue
    session.ended = true
    const hangsOn = (one: Code | Grant) => one.session === id && !one.scope.includes('offline_access')
    for (const code of Object.values(state.codes)) if (hangsOn(code)) code.ended = true
    for (const grant of Object.values(state.grants)) if (hangsOn(grant)) grant.revoked = true
  }
}

function remove(state: State, action: Extract<Action, { do: 'remove app' | 'remove permission' }>): Answer {
  if (!sessionIn(state, action.browser)) return answer('asked to sign in')
  const person = browsers[action.browser]
  const key = consentKey(person, action.client)
  const before = state.consents[key]
  const scope = action.do === 'remove permission' ? action.scope : undefined
  if (before === undefined || (scope !== undefined && !before.includes(scope))) return answer('nothing to remove')
  const theirs = (one: Code | Grant) => one.person === person && one.client === action.client
  for (const code of Object.values(state.codes)) if (theirs(code)) code.ended = true
  const left = before.filter((one) => scope !== undefined && one !== scope)
  if (left.length === 0) delete state.consents[key]
  else state.consents[key] = left
  for (const grant of Object.values(state.grants)) {
    if (!theirs(grant) || grant.revoked) continue
    const still = grant.scope.filter((one) => one !== scope)
    if (left.length === 0 || still.length === 0) grant.revoked = true
    else if (scope === 'offline_access' && grant.scope.includes(scope)) grant.revoked = true
    else grant.scope = still
  }
  return answer('removed')
}

// The back channel

function redeem(state: State, id: string, { how, tag }: { readonly how: string; readonly tag: string }): Answer {
  const code = state.codes[id] as Code
  const client: ClientName = how === 'as evil' ? 'evil' : code.client
  if (how === 'with a wrong secret') return refused('invalid_client')
  if (isOff(state, client)) return refused('unauthorized_client')
  if (code.gone || client !== code.client) return refused('invalid_grant')
  const grantId = `grant of ${id}`
  if (code.ended) {
    const grant = state.grants[grantId]
    if (grant !== undefined) grant.revoked = true
    return refused('invalid_grant')
  }
  const isRight = how === 'rightly' || how === 'as evil'
  if (state.now >= code.createdAt + lifetimes.code || !isRight || isOff(state, code.person))
    return refused('invalid_grant')
  code.ended = true
  const { person, session, scope, resource } = code
  const now = state.now
  state.grants[grantId] = {
    ...{ client, person, session, scope, resource, createdAt: now, lastUsedAt: now, expiresAt: 0, revoked: false },
  }
  const lasts = !scope.includes('openid') || scope.includes('offline_access')
  if (lasts) addRefresh(state, `refresh token ${tag}`, grantId)
  return answer('tokens', {
    scope: scope.join(' '),
    access: addAccess(state, tag, { grant: grantId, client, scope, resource }),
    ...(lasts && { refresh: `refresh token ${tag}` }),
  })
}

function addAccess(
  state: State,
  tag: string,
  about: Pick<AccessToken, 'grant' | 'client' | 'scope'> & { readonly resource: Resource | undefined },
): string {
  const { resource, ...rest } = about
  state.access[`access token ${tag}`] = {
    ...rest,
    isJwt: resource === 'archive',
    audience: resource,
    expiresAt: state.now + lifetimes.access,
    revoked: false,
    gone: false,
  }
  return `access token ${tag}`
}

function addRefresh(state: State, id: string, grant: string): void {
  const { client } = state.grants[grant] as Grant
  state.refresh[id] = {
    grant,
    client,
    expiresAt: refreshExpiry(state, grant),
    rotatedAt: null,
    successor: null,
    gone: false,
  }
}

const refreshExpiry = (state: State, grant: string) =>
  Math.min(state.now + lifetimes.refreshIdle, (state.grants[grant]?.createdAt ?? 0) + lifetimes.refresh)

function refresh(
  state: State,
  id: string,
  { how, tag, less }: { readonly how: string; readonly tag: string; readonly less: string },
): Answer {
  const token = state.refresh[id] as State['refresh'][string]
  const grant = state.grants[token.grant] as Grant
  const client: ClientName = how === 'as evil' ? 'evil' : token.client
  const { now } = state
  if (isOff(state, client)) return refused('unauthorized_client')
  if (token.gone || token.client !== client || grant.revoked) return refused('invalid_grant')
  if (token.rotatedAt !== null && now > token.rotatedAt + lifetimes.retryWindow) {
    grant.revoked = true
    return refused('invalid_grant')
  }
  const isOver = token.rotatedAt === null && token.expiresAt <= now
  if (isOver || grant.createdAt + lifetimes.refresh <= now || isOff(state, grant.person))
    return refused('invalid_grant')
  if (how === 'for more' || (how === 'for less' && !grant.scope.includes(less))) return refused('invalid_scope')
  const scope = how === 'for less' ? [less] : grant.scope
  const repeated = token.successor
  if (token.rotatedAt === null) use(state, id)
  const given = repeated ?? token.successor
  return answer('tokens', {
    scope: scope.join(' '),
    access: addAccess(state, tag, { grant: token.grant, client, scope, resource: grant.resource }),
    ...(given !== null && { refresh: given }),
  })
}

/** Use prolongs, and replaces the token of a client without credentials. */
function use(state: State, id: string): void {
  const token = state.refresh[id] as State['refresh'][string]
  const grant = state.grants[token.grant] as Grant
  const { now } = state
  const until = refreshExpiry(state, token.grant)
  if (rotates(token.client)) {
    token.rotatedAt = now
    token.successor = `successor of ${id}`
    token.expiresAt = Math.max(token.expiresAt, now + lifetimes.retryWindow)
    addRefresh(state, token.successor, token.grant)
    grant.lastUsedAt = now
    return
  }
  const noticeable = Math.min(60, lifetimes.refreshIdle / 100)
  if (until - token.expiresAt <= noticeable && now - grant.lastUsedAt < 60) return
  token.expiresAt = until
  grant.lastUsedAt = now
}

/** What a client asks for that wants less. */
export const leastScope = ({ resource, scope }: Pick<Grant, 'resource' | 'scope'>): string =>
  scope.includes('openid') || resource === undefined
    ? 'openid'
    : resource === 'library'
      ? 'photos:read'
      : 'archive:read'

function callerOf(state: State, by: string, owner: ClientName): ClientName | 'library' | undefined {
  const caller = by === 'owner' ? owner : (by as 'evil' | 'library')
  return isOff(state, caller) ? undefined : caller
}

const ownerOf = (state: State, id: string) => (state.access[id] ?? state.refresh[id])?.client as ClientName

function introspect(state: State, id: string, by: string): Answer {
  const owner = ownerOf(state, id)
  const caller = callerOf(state, by, owner)
  if (caller === undefined) return refused('unauthorized_client')
  if (caller !== 'library' && isPublic(caller)) return refused('invalid_client')
  const access = state.access[id]
  const refreshed = state.refresh[id]
  const mayAsk = caller === owner || (caller === 'library' && access !== undefined)
  const isAlive = access ? isAccessAlive(state, access) : refreshed !== undefined && isRefreshAlive(state, refreshed)
  if (!mayAsk || !isAlive) return answer('inactive')
  const scope = access ? scopeNow(state, access) : (state.grants[refreshed?.grant ?? '']?.scope ?? [])
  return answer('active', { scope: scope.join(' ') })
}

function userinfo(state: State, id: string): Answer {
  const token = state.access[id]
  if (token === undefined || !isAccessAlive(state, token)) return refused('invalid_token')
  const grant = token.grant === null ? undefined : state.grants[token.grant]
  if (grant === undefined || !scopeNow(state, token).includes('openid')) return refused('insufficient_scope')
  return answer(`claims of ${grant.person}`)
}

function revoke(state: State, id: string, by: string): Answer {
  const owner = ownerOf(state, id)
  const caller = callerOf(state, by, owner)
  if (caller === undefined) return refused('unauthorized_client')
  const token = state.access[id] ?? state.refresh[id]
  if (token?.gone) return answer('done')
  if (caller !== owner) return refused('unauthorized_client')
  const access = state.access[id]
  if (access?.grant === null) {
    access.revoked = true
    access.gone = !access.isJwt
    return answer('done')
  }
  const grant = state.grants[token?.grant ?? '']
  if (grant !== undefined) grant.revoked = true
  return answer('done')
}

function clientCredentials(
  state: State,
  { right, scope, tag }: { readonly right: boolean; readonly scope: string; readonly tag: string },
): Answer {
  if (!right) return refused('invalid_client')
  if (isOff(state, 'robot')) return refused('unauthorized_client')
  const resource = resourceOf([scope])
  return answer('tokens', {
    scope,
    access: addAccess(state, tag, { grant: null, client: 'robot', scope: [scope], resource }),
  })
}

/** Nothing that is swept was worth anything, but that a replay can be recognised. */
function sweep(state: State): Answer {
  const { now } = state
  for (const code of Object.values(state.codes))
    if (code.createdAt + lifetimes.code + lifetimes.codeMemory <= now) code.gone = true
  for (const token of Object.values(state.access)) if (token.expiresAt <= now && !token.isJwt) token.gone = true
  for (const token of Object.values(state.refresh)) if (token.expiresAt <= now) token.gone = true
  return answer('done')
}

/** Whether an action takes part in what a browser's cookie says, and whether it replaces it. */
export function cookieOf(
  state: State,
  { action, target }: Step,
): { browser: BrowserName; renews: boolean } | undefined {
  if (action.do === 'sign in' || action.do === 'consent' || action.do === 'look') {
    return { browser: (state.tabs[target] as Tab).browser, renews: action.do === 'sign in' }
  }
  return 'browser' in action ? { browser: action.browser, renews: action.do === 'sign out' } : undefined
}

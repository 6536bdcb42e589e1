/** The pages: what is due in a tab, what its forms do, and when a code comes of it. */
import { type Action, browsers } from '../actions.ts'
import { isSessionAlive, lifetimes, type Session, type State, sessionIn, type Tab } from '../state.ts'
import { type Answer, answer, type Begun, consentKey, isOff, isOptional, lasts, resourceOf } from './answers.ts'

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
  const mayLast = (scope: readonly string[]) => before.includes('offline_access') || !lasts(scope)
  if (fresh.length === 0 && mayLast(tab.scope)) return tab.scope
  const left = tab.scope.filter((scope) => before.includes(scope))
  const isSilent = tab.prompt === 'none' && fresh.every((scope) => isOptional(scope, tab.scope)) && mayLast(left)
  return isSilent && left.length > 0 ? left : undefined
}

export function authorize(state: State, action: Extract<Action, { do: 'authorize' }>, tag: string): Begun {
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
  { id, scope, declined = [] }: Readonly<{ id: string; scope?: readonly string[]; declined?: readonly string[] }>,
): string {
  const [session, { person }] = newestFor(state, tab) as readonly [string, Session]
  const granted = scope ?? allowedBefore(state, tab, state.sessions[session] as Session) ?? []
  const key = consentKey(person, tab.client)
  const before = (state.consents[key] ?? []).filter((one) => !declined.includes(one))
  state.consents[key] = [...new Set([...before, ...granted, ...(lasts(granted) ? ['offline_access'] : [])])]
  state.codes[id] = {
    ...{ client: tab.client, person, session, scope: granted, resource: resourceOf(tab.scope) },
    ...{ createdAt: state.now, ended: false, gone: false },
  }
  return id
}

const isKnown = (state: State, { createdAt }: Tab) =>
  state.now < createdAt + lifetimes.interaction + lifetimes.restartable

const isInTime = (state: State, { createdAt }: Tab) => state.now < createdAt + lifetimes.interaction

const isOpen = (state: State, tab: Tab) =>
  isKnown(state, tab) && !isOff(state, tab.client) && tab.outcome === null && isInTime(state, tab)

/** Opening a tab: it is sent on to the step that is due, unless it is over. */
export function open(state: State, id: string): Begun {
  const tab = state.tabs[id] as Tab
  return isOpen(state, tab) && dueIn(state, tab) !== 'done' ? undefined : look(state, id)
}

/** What a tab shows, at whichever step it stands. */
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

export function signIn(
  state: State,
  id: string,
  { right, tag }: { readonly right: boolean; readonly tag: string },
): Begun {
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

export function consent(state: State, id: string, how: string): Begun {
  const tab = state.tabs[id] as Tab
  const met = meets(state, tab)
  if (met !== true) return met
  const as = newestFor(state, tab)
  const shownTo = tab.shown?.page === 'consent' ? tab.shown.session : undefined
  if (dueIn(state, tab) !== 'consent' || as?.[0] !== shownTo) return undefined
  const scope = tab.scope.filter((one) => how === 'allow all' || !isOptional(one, tab.scope))
  const declined = tab.scope.filter((one) => !scope.includes(one))
  const code = how === 'deny' ? null : mintCode(state, tab, { id: `code of ${id}`, scope, declined })
  tab.outcome = { at: state.now, code, session: code === null ? null : (as?.[0] ?? null) }
  return undefined
}

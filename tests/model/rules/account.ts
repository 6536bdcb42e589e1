/** What people take back: sessions, apps, single permissions. */
import { type Action, type BrowserName, browsers } from '../actions.ts'
import { type Code, type Grant, type Session, type State, sessionIn } from '../state.ts'
import { type Answer, answer, consentKey, lasts } from './answers.ts'

function endSessions(state: State, which: (session: Session) => boolean): void {
  for (const [id, session] of Object.entries(state.sessions)) {
    if (session.ended || session.expiresAt <= state.now || !which(session)) continue
    session.ended = true
    const hangsOn = (one: Code | Grant) => one.session === id && !one.scope.includes('offline_access')
    for (const code of Object.values(state.codes)) if (hangsOn(code)) code.ended = true
    for (const grant of Object.values(state.grants)) if (hangsOn(grant)) grant.revoked = true
  }
}

export function endOthers(state: State, here: BrowserName): Answer {
  if (!sessionIn(state, here)) return answer('asked to sign in')
  endSessions(state, ({ person, browser }) => person === browsers[here] && browser !== here)
  return answer('ended')
}

export function signOut(state: State, here: BrowserName): Answer {
  endSessions(state, ({ browser }) => browser === here)
  return answer('signed out')
}

export function remove(state: State, action: Extract<Action, { do: 'remove app' | 'remove permission' }>): Answer {
  if (!sessionIn(state, action.browser)) return answer('asked to sign in')
  const person = browsers[action.browser]
  const key = consentKey(person, action.client)
  const before = state.consents[key]
  const scope = action.do === 'remove permission' ? action.scope : undefined
  if (before === undefined || (scope !== undefined && !before.includes(scope))) return answer('nothing to remove')
  const theirs = (one: Code | Grant) => one.person === person && one.client === action.client
  for (const code of Object.values(state.codes)) if (theirs(code)) code.ended = true
  const kept = before.filter((one) => scope !== undefined && one !== scope)
  const left = kept.some((one) => one !== 'offline_access') ? kept : []
  if (left.length === 0) delete state.consents[key]
  else state.consents[key] = left
  for (const grant of Object.values(state.grants)) {
    if (!theirs(grant) || grant.revoked) continue
    const still = grant.scope.filter((one) => one !== scope)
    if (left.length === 0 || still.length === 0) grant.revoked = true
    else if (scope === 'offline_access' && lasts(grant.scope)) grant.revoked = true
    else grant.scope = still
  }
  return answer('removed')
}

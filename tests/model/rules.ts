/**
 * The small model of what OAuth allows: what an action must be answered with, and what it changes. The rules themselves
 * are in `rules/`, by what they are about.
 */
import { type Action, type BrowserName, browsers } from './actions.ts'
import { endOthers, remove, signOut } from './rules/account.ts'
import { answer, type Begun, consentKey, type Step } from './rules/answers.ts'
import { authorize, consent, open, signIn } from './rules/pages.ts'
import { clientCredentials, redeem, refresh } from './rules/tokens.ts'
import { introspect, revoke, sweep, userinfo } from './rules/worth.ts'
import { type State, sessionIn, type Tab } from './state.ts'

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
    case 'look':
      return open(state, target)
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
    case 'end other sessions':
      return endOthers(state, action.browser)
    case 'sign out':
      return signOut(state, action.browser)
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

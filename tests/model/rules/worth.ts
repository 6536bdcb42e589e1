/** What a token is worth now: to introspection, to userinfo, and after it was given back. */
import type { ClientName } from '../actions.ts'
import { isAccessAlive, isRefreshAlive, lifetimes, type State, scopeNow } from '../state.ts'
import { type Answer, answer, isOff, isPublic, refused } from './answers.ts'

function callerOf(state: State, by: string, owner: ClientName): ClientName | 'library' | undefined {
  const caller = by === 'owner' ? owner : (by as 'evil' | 'library')
  return isOff(state, caller) ? undefined : caller
}

const ownerOf = (state: State, id: string) => (state.access[id] ?? state.refresh[id])?.client as ClientName

export function introspect(state: State, id: string, by: string): Answer {
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

export function userinfo(state: State, id: string): Answer {
  const token = state.access[id]
  if (token === undefined || !isAccessAlive(state, token)) return refused('invalid_token')
  const grant = token.grant === null ? undefined : state.grants[token.grant]
  if (grant === undefined || !scopeNow(state, token).includes('openid')) return refused('insufficient_scope')
  return answer(`claims of ${grant.person}`)
}

export function revoke(state: State, id: string, by: string): Answer {
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

/** Nothing that is swept was worth anything, but that a replay can be recognised. */
export function sweep(state: State): Answer {
  const { now } = state
  for (const code of Object.values(state.codes))
    if (code.createdAt + lifetimes.code + lifetimes.codeMemory <= now) code.gone = true
  for (const token of Object.values(state.access)) if (token.expiresAt <= now && !token.isJwt) token.gone = true
  for (const token of Object.values(state.refresh)) if (token.expiresAt <= now) token.gone = true
  return answer('done')
}

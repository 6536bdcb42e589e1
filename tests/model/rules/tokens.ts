/** Codes and refresh tokens become tokens, for those they were given to and as often as they may. */
import type { ClientName } from '../actions.ts'
import { type AccessToken, type Code, type Grant, lifetimes, type Resource, type State } from '../state.ts'
import { type Answer, answer, isOff, lasts, refused, resourceOf, rotates } from './answers.ts'

export function redeem(state: State, id: string, { how, tag }: { readonly how: string; readonly tag: string }): Answer {
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
  if (lasts(scope)) addRefresh(state, `refresh token ${tag}`, grantId)
  return answer('tokens', {
    scope: scope.join(' '),
    access: addAccess(state, tag, { grant: grantId, client, scope, resource }),
    ...(lasts(scope) && { refresh: `refresh token ${tag}` }),
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

export function refresh(
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

export function clientCredentials(
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

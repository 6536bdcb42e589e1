/** What the model keeps: plain data, so that a story that may have gone two ways is kept as two states. */
import type { BrowserName, ClientName, PersonName } from './actions.ts'

export interface Tab {
  browser: BrowserName
  client: ClientName
  scope: readonly string[]
  prompt: string | undefined
  maxAge: number | undefined
  createdAt: number
  signedIn: string | null
  outcome: { at: number; code: string | null; session: string | null } | null
  shown: { page: 'sign-in' } | { page: 'consent'; session: string } | null
}

export interface Session {
  browser: BrowserName
  person: PersonName
  authTime: number
  expiresAt: number
  ended: boolean
}

export interface Code {
  client: ClientName
  person: PersonName
  session: string
  scope: readonly string[]
  resource: Resource | undefined
  createdAt: number
  /** Redeemed or revoked. */
  ended: boolean
  gone: boolean
}

export type Resource = 'library' | 'archive'

export interface Grant {
  client: ClientName
  person: PersonName
  session: string
  scope: readonly string[]
  resource: Resource | undefined
  createdAt: number
  lastUsedAt: number
  expiresAt: number
  revoked: boolean
}

export interface AccessToken {
  grant: string | null
  client: ClientName
  scope: readonly string[]
  /** Of the archive: a JWT. */
  isJwt: boolean
  audience: Resource | undefined
  expiresAt: number
  revoked: boolean
  gone: boolean
}

export interface RefreshToken {
  grant: string
  client: ClientName
  expiresAt: number
  rotatedAt: number | null
  successor: string | null
  gone: boolean
}

export interface State {
  now: number
  off: string[]
  tabs: Record<string, Tab>
  sessions: Record<string, Session>
  /** By person and client. */
  consents: Record<string, readonly string[]>
  codes: Record<string, Code>
  grants: Record<string, Grant>
  access: Record<string, AccessToken>
  refresh: Record<string, RefreshToken>
  /** Wrong passwords, by browser. */
  failures: Record<string, { count: number; last: number }>
  /** The codes and tokens themselves, as the server gave them. */
  values: Record<string, string>
}

export const lifetimes = {
  code: 60,
  access: 600,
  refreshIdle: 3_600,
  refresh: 7_200,
  retryWindow: 120,
  interaction: 600,
  /** An interaction that is over can be started again for so long. */
  restartable: 86_400,
  session: 5_000,
  jwksCache: 40,
  codeMemory: 600,
} as const

export const startOfTime = 1_800_000_000

export const emptyState = (): State => ({
  now: startOfTime,
  off: [],
  tabs: {},
  sessions: {},
  consents: {},
  codes: {},
  grants: {},
  access: {},
  refresh: {},
  failures: {},
  values: {},
})

export const sessionIn = (state: State, browser: BrowserName): readonly [string, Session] | undefined =>
  Object.entries(state.sessions)
    .filter(
      ([, one]) =>
        one.browser === browser && !one.ended && one.expiresAt > state.now && !state.off.includes(one.person),
    )
    .toSorted(([, a], [, b]) => b.authTime - a.authTime)[0]

export const isSessionAlive = (state: State, id: string | null): boolean => {
  const session = id === null ? undefined : state.sessions[id]
  return session !== undefined && !session.ended && session.expiresAt > state.now
}

const isGrantAlive = (state: State, id: string): boolean => {
  const grant = state.grants[id]
  return grant !== undefined && !grant.revoked && !state.off.includes(grant.person) && !state.off.includes(grant.client)
}

export const isAccessAlive = (state: State, token: AccessToken): boolean =>
  !token.revoked &&
  token.expiresAt > state.now &&
  !state.off.includes(token.client) &&
  (token.grant === null || isGrantAlive(state, token.grant))

export const isRefreshAlive = (state: State, token: RefreshToken): boolean => {
  const grant = state.grants[token.grant]
  if (grant === undefined || token.gone || token.rotatedAt !== null) return false
  return (
    token.expiresAt > state.now && grant.createdAt + lifetimes.refresh > state.now && isGrantAlive(state, token.grant)
  )
}

/** What a token allows now: what was written in it, less what was taken back since. */
export const scopeNow = (state: State, token: AccessToken): readonly string[] => {
  const grant = token.grant === null ? undefined : state.grants[token.grant]
  return grant === undefined ? token.scope : token.scope.filter((scope) => grant.scope.includes(scope))
}

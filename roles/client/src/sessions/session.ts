/** What is remembered of a person who signed in, and what the app and the browser may see of it. */

import type { Claims } from '@symbolon/protocol/claims'
import type { Cookies } from '../cookies.ts'
import type { Tokens } from '../flow/5-token-response.ts'
import type { User } from '../providers/provider.ts'

/** What the app sees. It holds no token. */
export interface Session {
  readonly provider: string
  /** With `user.sub` it says who this is, and nothing else does (OpenID Connect Core §5.7). */
  readonly issuer: string
  readonly user: User
  /** What was granted, which may be less than what was asked for. */
  readonly scopes: readonly string[]
  /** Epoch seconds. */
  readonly expiresAt: number
  /** `ended` when APIs can't be called any more although the person is still signed in here. */
  readonly access: 'active' | 'ended'
  readonly authentication: Authentication
}

/** How and when the person signed in at the provider, as far as it says. */
export interface Authentication {
  /** Epoch seconds. */
  readonly time?: number
  readonly acr?: string
  readonly amr?: readonly string[]
}

export interface SessionRecord {
  /** Random, new at each sign-in. */
  readonly id: string
  readonly flow: string
  /** The attempt it came from, so that a callback opened twice is recognised. */
  readonly attempt: string
  readonly returnTo: string
  readonly provider: string
  readonly issuer: string
  readonly user: User
  readonly scopes: readonly string[]
  /** Epoch seconds. */
  readonly expiresAt: number
  /** `undefined` once access is over and can't be renewed, or where none was asked for. */
  readonly tokens: Tokens | undefined
  /** Only for a provider that takes it as a hint. */
  readonly idToken: string | undefined
  readonly authentication: Authentication
  /** Digest of the sign-in's nonce. */
  readonly nonce?: string
  /** Epoch milliseconds. */
  readonly begunAt: number
  /** The provider's name for its own session. */
  readonly sid: string | undefined
  /** What the provider's check of its session compares (OpenID Connect Session Management §2). */
  readonly sessionState: string | undefined
}

export function authenticationIn({ auth_time, acr, amr }: Claims): Authentication {
  const words = Array.isArray(amr) ? amr.filter((each): each is string => typeof each === 'string') : []
  return {
    ...(typeof auth_time === 'number' && { time: auth_time }),
    ...(typeof acr === 'string' && { acr }),
    ...(words.length > 0 && { amr: words }),
  }
}

export const toSession = ({
  provider,
  issuer,
  user,
  scopes,
  expiresAt,
  tokens,
  authentication,
}: SessionRecord): Session => ({
  provider,
  issuer,
  user,
  scopes,
  expiresAt,
  access: tokens ? 'active' : 'ended',
  authentication,
})

export interface Kept {
  readonly record: SessionRecord
  readonly setCookies: readonly string[]
}

/** The two ways to keep sessions have this in common. */
export interface Sessions {
  readonly load: (cookies: Cookies) => Promise<SessionRecord | undefined>
  /** Keeps a new session; the one this browser had before is over. */
  readonly begin: (cookies: Cookies, record: SessionRecord) => Promise<readonly string[]>
  /** Runs `next` once however many requests hold `record`, and gives all of them its result. */
  readonly renew: (cookies: Cookies, record: SessionRecord, next: Renewal) => Promise<Kept>
  readonly end: (cookies: Cookies) => Promise<readonly string[]>
}

export type Renewal = (record: SessionRecord) => Promise<SessionRecord>

/** Tells one state of a session's tokens from the next, also when the refresh token stays the same. */
export const tokenState = ({ id, tokens }: SessionRecord): string =>
  `${id} ${tokens?.refreshToken ?? ''} ${tokens?.accessToken ?? ''}`

/**
 * What lets an app find out, without asking us, that who is signed in in the browser has changed.
 *
 * The browser keeps a state beside its own cookie, which scripts of our check-session page may read: a digest of that
 * cookie, so that it changes with every sign-in and sign-out and is worth nothing to anybody. What a client is given is
 * a hash of it for this client and its origin, with a salt, so that two clients can't compare what they were given.
 *
 * Off unless the settings say so. Browsers that keep the cookies of other sites apart (Firefox, Safari, and Chromium where
 * such cookies are blocked) do not show it to the frame; the page then answers `error`, and the app goes on as if it had
 * not asked. There only back-channel logout helps.
 *
 * @see OpenID Connect Session Management §2, §3.2 and §5.1
 */
import { hash } from 'node:crypto'
import type { Cookie, EndpointRequest } from '../endpoints/endpoint.ts'
import type { Browser } from '../people/browser.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { Seconds } from '../ports/records.ts'

export const stateCookieName = 'session-state'

/** Said by a browser in which everybody has signed out: one that says nothing may only be hiding it. */
const nobody = 'nobody'

const stateOf = ({ sealing }: Pick<Issuer, 'sealing'>, handle: string | undefined): string =>
  handle === undefined ? nobody : sealing.digest('browser state', handle)

/** The state for a browser whose own cookie is now `handle`, beside which it lives. */
export const stateCookies = (
  issuer: Pick<Issuer, 'sealing' | 'settings'>,
  handle: string | undefined,
  maxAge?: Seconds,
): readonly Cookie[] =>
  issuer.settings.sessionManagement
    ? [{ name: stateCookieName, value: stateOf(issuer, handle), sameSite: 'none', readable: true, maxAge }]
    : []

/** For a browser that was signed in with before the settings said so. */
export const missingState = (
  { cookies }: Pick<EndpointRequest, 'cookies'>,
  issuer: Issuer,
  handle: string | undefined,
): readonly Cookie[] => (handle === undefined || cookies.has(stateCookieName) ? [] : stateCookies(issuer, handle))

/**
 * `session_state` of an answer that goes to `redirectUri`; none for an app on a device, which has no origin. A browser that
 * nobody is signed in with has the state that it shows the page, which is none before the first sign-in.
 */
export function sessionStateFor(
  issuer: Issuer,
  { clientId, redirectUri }: { readonly clientId: string; readonly redirectUri: string },
  { handle, state = '' }: Pick<Browser, 'handle' | 'state'>,
): string | undefined {
  if (!issuer.settings.sessionManagement || !/^https?:/i.test(redirectUri)) return undefined
  const salt = Buffer.from(issuer.random(12)).toString('base64url')
  const { origin } = new URL(redirectUri)
  const current = handle === undefined ? state : stateOf(issuer, handle)
  return `${hash('sha256', [clientId, origin, current, salt].join(' '), 'base64url')}.${salt}`
}

/**
 * What becomes of a request to sign out: done at once, asked first, or nothing is left to do; and whether the app gets the
 * person back. An address is gone to only if the app that asks is proven and registered it, character for character.
 *
 * @see OpenID Connect RP-Initiated Logout §2, §3, §4 and §6
 */
import { firstBroken, type Refused, type Rule } from '@symbolon/protocol/decision'
import { clear, hidden } from '@symbolon/protocol/evidence'
import { withQuery } from '../flow/3-authorization-response.ts'
import type { SessionRecord } from '../ports/records.ts'
import type { LogoutRequest } from './request.ts'

export interface LogoutDecision {
  readonly outcome: 'end' | 'ask' | 'nobody'
  /** Which of the browser's sessions end, now or when the person says so. */
  readonly sessions: readonly SessionRecord[]
  /** Where the browser goes on to, with `state`. */
  readonly next: string | undefined
  /** Why it is not taken for the app's own wish; the person is asked all the same. */
  readonly refused: Refused | undefined
}

const hintRules: readonly Rule<LogoutRequest>[] = [
  { reason: 'logout_hint_invalid', broken: ({ hint }) => hint === 'not ours' },
  {
    reason: 'logout_client_mismatch',
    broken: ({ hint, audience, clientId }) => hint === 'ours' && clientId !== undefined && !audience.includes(clientId),
    seen: ({ audience, clientId }) => ({ expected: clear(audience), got: hidden(clientId ?? '') }),
  },
  { reason: 'client_unknown', broken: ({ hint, known }) => hint === 'ours' && known === undefined },
  // Nobody is led to an app that was turned off.
  { reason: 'client_disabled', broken: ({ hint, known }) => hint === 'ours' && known?.client.disabled === true },
]

const addressRules: readonly Rule<LogoutRequest>[] = [
  { reason: 'logout_hint_missing', broken: ({ hint, returnTo }) => hint === 'none' && returnTo !== undefined },
  {
    reason: 'post_logout_redirect_uri_not_registered',
    broken: ({ known, returnTo }) => returnTo !== undefined && registered(known, returnTo) === undefined,
    seen: ({ known, returnTo }) => ({
      expected: clear(known?.client.postLogoutRedirectUris),
      got: hidden(returnTo ?? ''),
    }),
  },
]

export const logoutRules = [...hintRules, ...addressRules]

export function decideLogout(request: LogoutRequest, sessions: readonly SessionRecord[]): LogoutDecision {
  const refused = firstBroken(logoutRules, request)
  const { known, returnTo, state, hinted, meant } = request
  const address = refused === undefined && returnTo !== undefined ? registered(known, returnTo) : undefined
  const next = address === undefined ? undefined : withQuery(address, state === undefined ? [] : [['state', state]])
  const ending = [hinted, meant].find(({ length }) => length > 0) ?? sessions
  const proven = refused === undefined && hinted.length > 0
  const outcome = sessions.length === 0 ? 'nobody' : proven ? 'end' : 'ask'
  return { outcome, sessions: ending, next, refused }
}

const registered = (known: LogoutRequest['known'], wanted: string): string | undefined =>
  known?.client.postLogoutRedirectUris.find((uri) => uri === wanted)

/**
 * Step 3, the client's part: whether what the browser brought is the answer to what this browser asked, from the
 * provider that was asked. Nothing is sent to anybody before all of it holds.
 *
 * @see RFC 6749 §4.1.2, §10.12; RFC 9207 §2.4; RFC 9700 §2.1, §4.4, §4.7
 */
import { timingSafeEqual } from 'node:crypto'
import { allow, type Decision, firstBroken, type Rule, refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import { one, repeated } from '@symbolon/protocol/parameters'
import type { Reason } from '@symbolon/protocol/refusals'
import { type Attempt, attemptLifetime } from '../attempts.ts'
import type { ResponseType } from '../providers/provider.ts'

export interface AuthorizationResponse {
  readonly params: URLSearchParams
  /** The attempt that the browser's cookie holds for this state. */
  readonly attempt: Attempt | undefined
  /** The name of that cookie, and of those of ours that came; for whoever looks for the reason. */
  readonly cookie: string
  readonly ownCookies: readonly string[]
  /** The provider whose redirect address was called. */
  readonly provider: string
  /** As it is configured today. */
  readonly issuer: string
  /** What was asked for, and the response must hold. */
  readonly responseType: ResponseType
  /** Whether the metadata promises `iss` in every response. */
  readonly issPromised: boolean
  /** Epoch seconds. */
  readonly now: number
}

/** Read by us; of any other parameter we take no notice (RFC 6749 §4.1.2). */
export const known = [
  'code',
  'state',
  'iss',
  'id_token',
  'access_token',
  'token_type',
  'expires_in',
  'scope',
  'session_state',
  'error',
  'error_description',
  'error_uri',
]

/** The parameter that each word of the response type promises. */
const parameterOf: Readonly<Record<string, string>> = { code: 'code', id_token: 'id_token', token: 'access_token' }

export const rules: readonly Rule<AuthorizationResponse>[] = [
  {
    reason: 'parameter_repeated',
    broken: ({ params }) => repeated(params).some((name) => known.includes(name)),
    seen: ({ params }) => ({ got: clear(repeated(params).filter((name) => known.includes(name))) }),
  },
  { reason: 'state_missing', broken: ({ params }) => one(params, 'state') === undefined },
  {
    reason: 'attempt_unknown',
    broken: ({ attempt, params }) => attempt === undefined || !same(attempt.state, one(params, 'state')),
    seen: ({ cookie, ownCookies }) => ({
      expected: clear(`the cookie ${cookie} of this sign-in`),
      got: clear(`no such cookie, or one that does not open (of our cookies came ${counted(ownCookies)})`),
    }),
  },
  {
    reason: 'attempt_unknown',
    broken: ({ attempt, provider }) => attempt?.provider !== provider,
    seen: ({ attempt, provider }) => ({ expected: clear(attempt?.provider), got: clear(provider) }),
  },
  {
    reason: 'attempt_expired',
    broken: ({ attempt, now }) => attempt === undefined || now >= attempt.startedAt + attemptLifetime,
    seen: () => ({ expected: clear(`an answer within ${attemptLifetime} seconds`) }),
  },
  {
    reason: 'issuer_mismatch',
    broken: ({ attempt, issuer }) => attempt?.issuer !== issuer,
    seen: ({ attempt, issuer }) => ({ expected: clear(attempt?.issuer), got: clear(issuer) }),
  },
  {
    reason: 'issuer_missing',
    // an ID token beside it names its issuer as well, and is validated before anything is sent (RFC 9700 §4.4.2.1)
    broken: ({ params, issPromised, responseType }) =>
      issPromised && !params.has('iss') && !(responseType.includes('id_token') && params.has('id_token')),
    seen: ({ issuer }) => ({ expected: clear(issuer), got: clear(undefined) }),
  },
  {
    reason: 'issuer_mismatch',
    broken: ({ params, issuer }) => params.has('iss') && params.get('iss') !== issuer,
    seen: ({ params, issuer }) => ({ expected: clear(issuer), got: clear(params.get('iss')?.slice(0, 200)) }),
  },
]

const counted = (names: readonly string[]): string =>
  names.length === 0 ? '0' : `${names.length}: ${names.join(', ').slice(0, 300)}`

/** Errors that a provider may answer with, and the reason each of them is for us. */
const reasonOf: Readonly<Record<string, Reason>> = {
  access_denied: 'person_refused',
  account_selection_required: 'account_selection_required',
  consent_required: 'consent_required',
  interaction_required: 'login_required',
  login_required: 'login_required',
  temporarily_unavailable: 'provider_unavailable',
}

/** The attempt that the response belongs to. Its tokens may be validated and its code be redeemed now. */
export function decideAuthorizationResponse(response: AuthorizationResponse): Decision<Attempt> {
  const { params, attempt } = response
  const broken = firstBroken(rules, response)
  if (broken || attempt === undefined) return broken ?? refuse('attempt_unknown')

  const error = one(params, 'error')
  if (error !== undefined) {
    const name = isErrorName(error) ? error : '(an unreadable error)'
    const reference = providerReference(one(params, 'error_description'))
    const got = clear(reference === undefined ? name : `${name} (Ref ${reference} at the provider)`)
    return refuse((Object.hasOwn(reasonOf, error) && reasonOf[error]) || 'provider_refused', { got })
  }
  const promised = response.responseType.split(' ').map((word) => parameterOf[word] ?? word)
  const missing = promised.filter((name) => one(params, name) === undefined)
  if (missing.length > 0) return refuse('parameter_missing', { expected: clear(missing) })
  return allow(attempt)
}

/** Symbolon ends its descriptions with the reference under which it recorded the flow; nothing else of them is kept. */
const providerReference = (description: string | undefined): string | undefined =>
  /(?:^| )Ref ([0-9A-Z]{4}-[0-9A-Z]{4})$/.exec(description ?? '')?.[1]

/** RFC 6749 §4.1.2.1 gives the alphabet; the length is ours. */
export const isErrorName = (value: string): boolean => /^[\x20\x21\x23-\x5b\x5d-\x7e]{1,100}$/.test(value)

function same(expected: string, got: string | undefined): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(got ?? '')]
  return a.length > 0 && a.length === b.length && timingSafeEqual(a, b)
}

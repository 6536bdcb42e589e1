/**
 * Step 3: the answer to the client, through the browser.
 *
 * Every answer carries `iss`, and `state` exactly as it came, errors too. The registered address is kept as it is, its
 * query included; parameters are only added to it.
 *
 * @see RFC 6749 §4.1.2, §4.1.2.1 and §4.2.2, OpenID Connect Core §3.2.2.5 and §3.3.2.5
 * @see RFC 9207 §2 (iss), OAuth Multiple Response Types §2.1 and Form Post Response Mode §2 (response_mode)
 * @see JWT Secured Authorization Response Mode (JARM) §2.1, §2.3
 */
import type { Refused } from '@symbolon/protocol/decision'
import { refusals, wireDescriptions } from '@symbolon/protocol/refusals'
import { type Carrier, carrierOf, isSigned } from '@symbolon/protocol/response-types'
import type { Seconds } from '../ports/records.ts'
import type { ReplyTo } from './1-authorization-request.ts'

export type Parameter = readonly [name: string, value: string]

/** How an answer travels: the browser goes to `location`, or posts `fields` to `action`. */
export type AuthorizationResponse = {
  /** What it says, however it is packed. */
  readonly params: readonly Parameter[]
} & (
  | { readonly by: 'redirect'; readonly location: string }
  | { readonly by: 'form'; readonly action: string; readonly fields: readonly Parameter[] }
)

/** What was granted, as far as the response type asks for it here. */
export interface Issued {
  readonly code?: string | undefined
  readonly accessToken?: { readonly token: string; readonly lifetime: Seconds; readonly scope: readonly string[] }
  readonly idToken?: string | undefined
}

export type AuthorizationOutcome = { readonly issued: Issued } | { readonly refused: Refused }

export interface AuthorizationAnswer {
  readonly issuer: string
  readonly replyTo: ReplyTo
  readonly outcome: AuthorizationOutcome
  readonly flow: string
  /** What lets the client see that who is signed in changes (OpenID Connect Session Management §2). */
  readonly sessionState?: string | undefined
  /** In development an error says why it was one; otherwise the wire stays generic. */
  readonly development: boolean
}

export function parametersOf(answer: AuthorizationAnswer): readonly Parameter[] {
  const { issuer, replyTo, outcome, sessionState } = answer
  const said = 'issued' in outcome ? successParameters(outcome.issued) : errorParameters(outcome.refused, answer)
  const state: readonly Parameter[] = replyTo.state === null ? [] : [['state', replyTo.state]]
  const session: readonly Parameter[] = sessionState === undefined ? [] : [['session_state', sessionState]]
  return [...said, ...state, ...session, ['iss', issuer]]
}

function successParameters({ code, accessToken, idToken }: Issued): readonly Parameter[] {
  const params: Parameter[] = []
  if (code !== undefined) params.push(['code', code])
  if (accessToken !== undefined) {
    const { token, lifetime, scope } = accessToken
    params.push(['access_token', token], ['token_type', 'Bearer'], ['expires_in', String(lifetime)])
    if (scope.length > 0) params.push(['scope', scope.join(' ')])
  }
  if (idToken !== undefined) params.push(['id_token', idToken])
  return params
}

function errorParameters(
  { reason }: Refused,
  { development, flow }: { readonly development: boolean; readonly flow: string },
): readonly Parameter[] {
  const { error, why } = refusals[reason]
  return [
    ['error', error],
    ['error_description', printable(`${development ? why : wireDescriptions[error]} Ref ${flow}`)],
  ]
}

/** The characters that RFC 6749 §4.1.2.1 lets an error_description have. */
const printable = (text: string) => text.replaceAll('"', "'").replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '')

const carriers = {
  query: (uri, params) => ({ by: 'redirect', location: withQuery(uri, params) }),
  fragment: (uri, params) => ({ by: 'redirect', location: `${uri}#${encode(params)}` }),
  form_post: (uri, params) => ({ by: 'form', action: uri, fields: params }),
} as const satisfies Record<Carrier, (uri: string, params: readonly Parameter[]) => Packed>

type Packed =
  | { readonly by: 'redirect'; readonly location: string }
  | { readonly by: 'form'; readonly action: string; readonly fields: readonly Parameter[] }

/** `signed`: the parameters as one JWT, where the mode asks for it. */
export function buildAuthorizationResponse(
  { redirectUri, responseMode }: ReplyTo,
  params: readonly Parameter[],
  signed?: string,
): AuthorizationResponse {
  const carried: readonly Parameter[] = signed === undefined ? params : [['response', signed]]
  return { params, ...carriers[carrierOf(responseMode)](redirectUri, carried) }
}

/** No one uses an answer later than this (JARM §2.1 recommends no longer life). */
const signedLifetime: Seconds = 600

/** What the JWT of a signed answer says; `undefined` where the mode has none (JARM §2.1). */
export function claimsOf(
  { responseMode, client }: ReplyTo,
  params: readonly Parameter[],
  now: Seconds,
): Readonly<Record<string, unknown>> | undefined {
  if (!isSigned(responseMode)) return undefined
  const said = params.map(([name, value]) => [name, name === 'expires_in' ? Number(value) : value] as const)
  return { ...Object.fromEntries(said), aud: client.id, iat: now, exp: now + signedLifetime }
}

/** The address with `params` added to whatever query it has (RFC 6749 §3.1.2). */
export function withQuery(uri: string, params: readonly Parameter[]): string {
  if (params.length === 0) return uri
  const joint = !uri.includes('?') ? '?' : /[?&]$/.test(uri) ? '' : '&'
  return `${uri}${joint}${encode(params)}`
}

/** Names and values are well-formed text: they were read from a request, or are ours. */
const encode = (params: readonly Parameter[]) =>
  params.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')

/**
 * Step 3: the answer to the client, through the browser.
 *
 * Every answer carries `iss`, and `state` exactly as it came, errors too. The registered address is kept as it is, its
 * query included; parameters are only added to it.
 *
 * @see RFC 6749 §4.1.2 and §4.1.2.1
 * @see RFC 9207 §2 (iss), OAuth Multiple Response Types §2.1 and Form Post Response Mode §2 (response_mode)
 */
import type { Refused } from '@symbolon/protocol/decision'
import { refusals, wireDescriptions } from '@symbolon/protocol/refusals'
import type { ReplyTo } from './1-authorization-request.ts'

export type Parameter = readonly [name: string, value: string]

/** How an answer travels: the browser goes to `location`, or posts `fields` to `action`. */
export type AuthorizationResponse = { readonly params: readonly Parameter[] } & (
  | { readonly by: 'redirect'; readonly location: string }
  | { readonly by: 'form'; readonly action: string; readonly fields: readonly Parameter[] }
)

const responseModes = {
  query: (uri, params) => ({ by: 'redirect', location: withQuery(uri, params), params }),
  fragment: (uri, params) => ({ by: 'redirect', location: `${uri}#${encode(params)}`, params }),
  form_post: (uri, params) => ({ by: 'form', action: uri, fields: params, params }),
} as const satisfies Record<string, (uri: string, params: readonly Parameter[]) => AuthorizationResponse>

export type ResponseMode = keyof typeof responseModes

export const responseModesSupported = Object.keys(responseModes) as readonly ResponseMode[]

export const isResponseMode = (value: string | undefined): value is ResponseMode =>
  value !== undefined && Object.hasOwn(responseModes, value)

export type AuthorizationOutcome = { readonly code: string } | { readonly refused: Refused }

export function buildAuthorizationResponse(answer: {
  readonly issuer: string
  readonly replyTo: ReplyTo
  readonly outcome: AuthorizationOutcome
  readonly flow: string
  /** In development an error says why it was one; otherwise the wire stays generic. */
  readonly development: boolean
}): AuthorizationResponse {
  const { issuer, replyTo, outcome } = answer
  const said: readonly Parameter[] =
    'code' in outcome ? [['code', outcome.code]] : errorParameters(outcome.refused, answer)
  const state: readonly Parameter[] = replyTo.state === null ? [] : [['state', replyTo.state]]
  return responseModes[replyTo.responseMode](replyTo.redirectUri, [...said, ...state, ['iss', issuer]])
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

/** The address with `params` added to whatever query it has (RFC 6749 §3.1.2). */
export function withQuery(uri: string, params: readonly Parameter[]): string {
  if (params.length === 0) return uri
  const joint = !uri.includes('?') ? '?' : /[?&]$/.test(uri) ? '' : '&'
  return `${uri}${joint}${encode(params)}`
}

/** Names and values are well-formed text: they were read from a request, or are ours. */
const encode = (params: readonly Parameter[]) =>
  params.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')

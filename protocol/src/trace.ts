/**
 * The record of a flow: what was sent between the four roles, which rules were checked, and why it failed.
 *
 * Nothing here can hold a secret: values are made readable only by the allow-list below, everything else is kept
 * as a length, and with a keyed digest where it helps to see what is equal to what. Redaction happens where an event is
 * made, never where it is shown.
 */
import type { Role, StepNumber } from './flow.ts'
import type { Reason } from './refusals.ts'

export type Band =
  | 'discovery'
  | 'request'
  | 'sign-in'
  | 'consent'
  | 'code'
  | 'token'
  | 'api'
  | 'refresh'
  | 'introspection'
  | 'revoke'
  | 'sign-out'

export interface FlowEvent {
  readonly v: 1
  readonly id: string
  /** The flow's reference, `8S1K-42QD`: the same on the page, in the error, in the log and here. */
  readonly flow: string
  /** Epoch milliseconds. */
  readonly at: number
  /** Milliseconds the request took. */
  readonly took: number
  readonly source: Role
  readonly from: Role
  readonly to: Role
  readonly step: StepNumber | undefined
  readonly band: Band
  /** What happened, shortly: `POST /token`, `consent shown`, `allowed`. */
  readonly what: string
  readonly status: number | undefined
  readonly params: Readonly<Record<string, Redacted>>
  readonly result: Readonly<Record<string, Redacted>>
  readonly checks: readonly Check[]
  readonly outcome: 'ok' | 'shown' | 'refused' | 'failed'
  readonly reason: Reason | undefined
  readonly expected: Redacted | undefined
  readonly got: Redacted | undefined
  readonly client: string | undefined
  /** A keyed digest of the person, never a name. */
  readonly person: string | undefined
  readonly grant: string | undefined
  /** How many like this one came before it and were left out of the record. */
  readonly omitted?: number
}

/** One rule the server applied, in order. */
export interface Check {
  readonly rule: Reason
  readonly ok: boolean
}

export type Redacted = { readonly clear: string } | { readonly digest?: string; readonly length: number }

/** Parameters that may be kept as they are. */
export const clearParameters: ReadonlySet<string> = new Set([
  'response_type',
  'client_id',
  'redirect_uri',
  'scope',
  'code_challenge_method',
  'response_mode',
  'resource',
  'prompt',
  'max_age',
  'ui_locales',
  'acr_values',
  'display',
  'grant_type',
  'token_type_hint',
  'client_assertion_type',
  'token_type',
  'expires_in',
  'error',
  'error_description',
  'iss',
  'active',
])

/**
 * Parameters whose values are hidden, and whose names may be kept. A name that is in neither list is not kept: of a
 * secret that was not percent-encoded a part may come as one.
 */
export const hiddenParameters: ReadonlySet<string> = new Set([
  'state',
  'nonce',
  'code',
  'code_challenge',
  'code_verifier',
  'login_hint',
  'id_token_hint',
  'claims',
  'claims_locales',
  'request',
  'request_uri',
  'registration',
  'client_secret',
  'client_assertion',
  'username',
  'password',
  'assertion',
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'response',
  'session_state',
  'post_logout_redirect_uri',
  'logout_hint',
])

/**
 * Hidden parameters that come again: sent and given back, issued and shown. Of these a digest tells whether it was the
 * same value; of all others nobody could use one.
 */
export const comparedParameters: ReadonlySet<string> = new Set([
  'state',
  'nonce',
  'code',
  'code_challenge',
  'login_hint',
  'request_uri',
  'username',
  'token',
  'access_token',
  'refresh_token',
])

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Makes a flow's reference from five random bytes: eight letters and digits that are hard to misread. */
export function flowReference([a = 0, b = 0, c = 0, d = 0, e = 0]: Uint8Array): string {
  return `${fourOf((a << 12) | (b << 4) | (c >> 4))}-${fourOf(((c & 15) << 16) | (d << 8) | e)}`
}

const fourOf = (bits: number): string =>
  `${alphabet[bits >> 15]}${alphabet[(bits >> 10) & 31]}${alphabet[(bits >> 5) & 31]}${alphabet[bits & 31]}`

export const isFlowReference = (value: string): boolean => /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/.test(value)

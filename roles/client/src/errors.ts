/**
 * The one error class of the client. What it refuses, it refuses with a stable `code`, what was expected and what
 * came; neither may ever hold a secret.
 */
import type { Refused } from '@symbolon/protocol/decision'
import type { Evidence } from '@symbolon/protocol/evidence'
import { type Reason, refusals, type WireError } from '@symbolon/protocol/refusals'

export class AuthError extends Error {
  /** Stable: a row of `refusals.ts`. */
  readonly code: Reason
  readonly expected: string | undefined
  readonly got: string | undefined
  /** The HTTP status that fits when this ends a request. */
  readonly status: number
  readonly why: string
  readonly fix: string
  readonly spec: string
  /** Cookies that belong on the answer although the call failed; not shown where the error is printed. */
  declare readonly setCookies: readonly string[]

  constructor(
    code: Reason,
    seen: { readonly expected?: string | undefined; readonly got?: string | undefined } = {},
    setCookies: readonly string[] = [],
  ) {
    const { why, fix, spec } = refusals[code]
    const [expected, got] = [oneLine(seen.expected), oneLine(seen.got)]
    const lines = [
      `${code}: ${why}`,
      expected !== undefined && `  expected  ${expected}`,
      got !== undefined && `  got       ${got}`,
      `  fix       ${fix}`,
      `  spec      ${spec}`,
    ]
    super(lines.filter((line) => line !== false).join('\n'))
    this.name = 'AuthError'
    this.code = code
    this.expected = expected
    this.got = got
    this.status = statuses[code] ?? statusOf[refusals[code].error] ?? 400
    this.why = why
    this.fix = fix
    this.spec = spec
    Object.defineProperty(this, 'setCookies', { value: setCookies, enumerable: false })
  }
}

/** Signs that end a line, move a terminal's cursor or turn the direction of writing: nobody forges a line of a log by them. */
const oneLine = (text: string | undefined): string | undefined =>
  text?.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`)

/** The error that a refused decision becomes at the edge of the package. */
export const toError = ({ reason, expected, got }: Refused): AuthError =>
  new AuthError(reason, { expected: textOf(expected), got: textOf(got) })

const textOf = (evidence: Evidence | undefined): string | undefined =>
  evidence === undefined ? undefined : 'clear' in evidence ? evidence.clear : `(${evidence.hidden.length} characters)`

const statuses: Partial<Record<Reason, number>> = {
  attempt_unknown: 400,
  body_too_large: 413,
  content_type_wrong: 415,
  discovery_failed: 502,
  form_not_from_here: 403,
  id_token_invalid: 502,
  logout_notice_wrong: 400,
  method_not_allowed: 405,
  not_found: 404,
  provider_refused: 502,
  session_cannot_renew: 401,
  registration_failed: 502,
  token_response_invalid: 502,
  userinfo_invalid: 502,
}

const statusOf: Partial<Record<WireError, number>> = {
  access_denied: 403,
  insufficient_scope: 403,
  invalid_token: 401,
  server_error: 500,
  temporarily_unavailable: 503,
}

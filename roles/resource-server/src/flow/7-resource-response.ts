/**
 * Step 7, resource response: how a refusal is told to the client.
 *
 * The challenge names every scope the request needs at once, so that the client has to ask the person only once,
 * and where the metadata is. Which rule refused stays in the record; the wire learns only the kind of error.
 *
 * @see RFC 6750 §3 and §3.1, RFC 9728 §5.1, RFC 9457 (problem details), RFC 9110 §10.2.3 (Retry-After)
 */
import { buildChallenge } from '@symbolon/protocol/challenge'
import type { Refused } from '@symbolon/protocol/decision'
import type { Evidence } from '@symbolon/protocol/evidence'
import { type Reason, refusals, type WireError, wireDescriptions } from '@symbolon/protocol/refusals'

export interface RefusedRequest {
  readonly ok: false
  readonly status: 400 | 401 | 403 | 503
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** For the record and the log, never for the wire. */
  readonly reason: Reason
  readonly expected: Evidence | undefined
  readonly got: Evidence | undefined
}

export interface ChallengeFacts {
  readonly realm: string | undefined
  readonly metadataUrl: string | undefined
  readonly needed: readonly string[]
}

const answers: Partial<
  Record<WireError, { readonly status: RefusedRequest['status']; readonly title: string; readonly challenged: boolean }>
> = {
  invalid_request: { status: 400, title: 'Bad Request', challenged: true },
  invalid_token: { status: 401, title: 'Unauthorized', challenged: true },
  insufficient_scope: { status: 403, title: 'Forbidden', challenged: true },
}
const unavailable = { status: 503, title: 'Service Unavailable', challenged: false } as const
const retryAfterSeconds = 5

export function buildRefusal({ reason, expected, got }: Refused, facts: ChallengeFacts): RefusedRequest {
  const { error } = refusals[reason]
  const { status, title, challenged } = answers[error] ?? unavailable
  // A request without a token made no mistake: it is told what is needed, not that something is wrong.
  const said = challenged && reason !== 'token_missing' ? { error, error_description: wireDescriptions[error] } : {}
  const scope = facts.needed.join(' ') || undefined
  const headers: Readonly<Record<string, string>> = challenged
    ? {
        'www-authenticate': buildChallenge('Bearer', {
          realm: facts.realm,
          ...said,
          scope,
          resource_metadata: facts.metadataUrl,
        }),
      }
    : { 'retry-after': String(retryAfterSeconds) }
  const detail = challenged ? {} : { detail: wireDescriptions.temporarily_unavailable }
  return {
    ok: false,
    status,
    headers: { ...headers, 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    body: JSON.stringify({ type: 'about:blank', title, status, ...detail, ...said, ...(challenged && { scope }) }),
    reason,
    expected,
    got,
  }
}

/** The refusal as a fetch `Response`. */
export const toResponse = ({ status, headers, body }: RefusedRequest): Response =>
  new Response(body, { status, headers: { ...headers } })

/**
 * What every endpoint that people come to shares: where a form may come from, how an error is shown, and the one event
 * that each request leaves for the recorder.
 *
 * @see RFC 6749 §10.12 (CSRF), Fetch Metadata (Sec-Fetch-Site)
 */
import { type Refused, refuse } from '@symbolon/protocol/decision'
import type { Evidence } from '@symbolon/protocol/evidence'
import type { Role, StepNumber } from '@symbolon/protocol/flow'
import type { Reason } from '@symbolon/protocol/refusals'
import type { Band, Check } from '@symbolon/protocol/trace'
import type { ClientView, NoticeView } from '@symbolon/protocol/views'
import type { Issuer } from '../ports/issuer.ts'
import { StorageUnavailable } from '../ports/store.ts'
import type { Answer, Cookie, Endpoint, EndpointRequest } from './endpoint.ts'

/** Whether the browser says that one of our own pages sent this form. An old browser says nothing; the token does. */
export function comesFromHere({ headers }: EndpointRequest, { url }: Issuer): boolean {
  const site = headers['sec-fetch-site']
  const { origin } = headers
  return (site === undefined || site === 'same-origin') && (origin === undefined || origin === new URL(url).origin)
}

export interface Seen {
  readonly band: Band
  readonly step?: StepNumber
  readonly from?: Role
  readonly to?: Role
  readonly flow: string
  readonly what: string
  readonly outcome: 'ok' | 'shown' | 'refused' | 'failed'
  readonly params?: Iterable<readonly [string, string]>
  readonly result?: Iterable<readonly [string, string]>
  readonly checks?: readonly Check[]
  readonly refused?: Refused | undefined
  readonly client?: string | undefined
  readonly person?: string | undefined
  readonly grant?: string | undefined
}

export function record(issuer: Issuer, request: EndpointRequest, seen: Seen, status?: number): void {
  issuer.recorder.record({
    from: 'client',
    to: 'authorization-server',
    ...seen,
    at: request.receivedAt,
    took: Math.max(0, Date.now() - request.receivedAt),
    status,
  })
}

/** Refused before any rule of the endpoint was asked. */
const atTheDoor: ReadonlySet<Reason> = new Set([
  'form_not_from_here',
  'interaction_unknown',
  'interaction_expired',
  'not_found',
])

/** Leaves an event for what breaks on the way too, before the adapter says so to the person. */
export const recorded =
  (band: Band, endpoint: Endpoint): Endpoint =>
  async (request, issuer) => {
    const seen = {
      band,
      flow: request.flow,
      what: `${request.method} ${request.path.replace(/^\/i\/[^/]+/, '/i/:id')}`,
    }
    try {
      const answer = await endpoint(request, issuer)
      const { reason, flow = request.flow, client } = answer
      if (reason !== undefined && atTheDoor.has(reason)) {
        const status = 'status' in answer ? answer.status : undefined
        record(issuer, request, { ...seen, flow, client, outcome: 'refused', refused: refuse(reason) }, status)
      }
      return answer
    } catch (error) {
      const reason = error instanceof StorageUnavailable ? 'storage_unavailable' : 'server_error'
      record(issuer, request, { ...seen, outcome: 'failed', refused: refuse(reason) })
      throw error
    }
  }

/** A page that says why it can't go on here. */
export function errorPage(
  refused: Refused,
  about: {
    readonly request: EndpointRequest
    readonly flow: string
    readonly status?: number
    readonly client?: ClientView | undefined
    readonly next?: string | undefined
    readonly cookies?: readonly Cookie[]
    readonly locales?: readonly string[]
  },
): Answer {
  const { reason, expected, got, retryAfter } = refused
  const { status = retryAfter === undefined ? 400 : 429, client, flow, cookies, locales } = about
  return {
    kind: 'page',
    status,
    ...(retryAfter !== undefined && { headers: { 'retry-after': String(retryAfter) } }),
    flow,
    reason,
    client: client?.id,
    cookies,
    locales,
    view: {
      show: 'error',
      reason,
      status,
      client,
      at: Math.floor(about.request.receivedAt / 1_000),
      expected: shownToDevelopers(expected),
      got: shownToDevelopers(got),
      retryAfter,
      next: about.next,
    },
  }
}

const shownToDevelopers = (evidence: Evidence | undefined) =>
  evidence !== undefined && 'clear' in evidence ? evidence.clear : undefined

export const seeOther = (
  location: string,
  { flow, cookies }: { readonly flow: string; readonly cookies?: readonly Cookie[] | undefined },
): Answer => ({
  kind: 'redirect',
  status: 303,
  location,
  flow,
  cookies,
})

/** Not an error: what happened, and the one thing to do next. */
export function notice(
  kind: NoticeView['notice'],
  about: {
    readonly flow: string
    readonly status: number
    readonly reason?: Reason
    readonly client?: ClientView | undefined
    readonly next?: string | undefined
    readonly locales?: readonly string[]
  },
): Answer {
  const { flow, status, reason, client, next, locales } = about
  return {
    kind: 'page',
    status,
    flow,
    reason,
    client: client?.id,
    locales,
    view: { show: 'notice', notice: kind, client, next },
  }
}

/**
 * What every endpoint that programs call shares: one trail, one event for the recorder, one form of error.
 *
 * The wire says the generic sentence of the error and the flow's reference; which rule refused is in the record, and
 * in the answer only while developing.
 *
 * @see RFC 6749 §3.2 (repeated parameters), §5.1 (no-store), §5.2 (errors)
 */
import { type Decision, type Refused, type Rule, refuse } from '@symbolon/protocol/decision'
import { clear, clearNames } from '@symbolon/protocol/evidence'
import type { StepNumber } from '@symbolon/protocol/flow'
import { repeated } from '@symbolon/protocol/parameters'
import { type Reason, refusals, type WireError, wireDescriptions } from '@symbolon/protocol/refusals'
import type { Band } from '@symbolon/protocol/trace'
import type { Presented } from '../client-authentication/method.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { Seconds } from '../ports/records.ts'
import { type Registry, StorageUnavailable } from '../ports/store.ts'
import { EncryptionKeyMissing } from '../tokens/encrypted.ts'
import { createTrail, type Trail } from '../trace/trail.ts'
import type { Answer, Endpoint, EndpointRequest } from './endpoint.ts'
import { SeenExchange } from './seen-exchange.ts'

/** A request that came, before anything was read for it. */
export interface Arrival {
  readonly request: EndpointRequest
  readonly issuer: Issuer
  readonly now: Seconds
  readonly trail: Trail
}

export interface Exchange extends Arrival {
  /** The clients and resources on which this request is decided. */
  readonly registry: Registry
}

export interface Reply {
  readonly status: number
  /** `undefined` answers with an empty body. */
  readonly body: Readonly<Record<string, unknown>> | undefined
  /** What is sent instead of the body, saying the same. */
  readonly jwt?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** How an exchange is shown in the record. */
export interface ExchangeName {
  /** `/token` */
  readonly path: string
  readonly band: Band
  readonly step?: StepNumber
  readonly from?: 'client' | 'resource-server'
}

export interface ExchangeKind<Ahead = undefined> extends ExchangeName {
  /** What can be read before anybody knows who asks: it is read together with the registry. */
  readonly ahead?: (arrival: Arrival) => Promise<Ahead>
  readonly handle: (exchange: Exchange, ahead: Ahead | undefined) => Promise<Decision<Reply>>
  /** How a refusal is answered, where it is not as at the token endpoint. */
  readonly deny?: (refused: Refused, arrival: Arrival) => Reply
}

export const presentedIn = ({ form, headers, remoteAddress }: EndpointRequest): Presented => ({
  form,
  authorization: headers.authorization,
  remoteAddress,
})

export const noStore = { 'cache-control': 'no-store', pragma: 'no-cache' } as const

const formRules: readonly Rule<readonly string[]>[] = [
  {
    reason: 'parameter_repeated',
    broken: (names) => names.length > 0,
    seen: (names) => ({ expected: clear('each parameter once'), got: clearNames(names) }),
  },
]

export function exchange<Ahead = undefined>(kind: ExchangeKind<Ahead>): Endpoint {
  const { handle, ahead, deny = denyClient } = kind
  const handled = async (arrival: Arrival) => {
    const { store } = arrival.issuer
    if (ahead === undefined) return handle({ ...arrival, registry: await store.registry() }, undefined)
    const [registry, read] = await Promise.all([store.registry(), ahead(arrival)])
    return handle({ ...arrival, registry }, read)
  }
  return async (request, issuer) => {
    const trail = createTrail()
    const now = issuer.now()
    const arrival: Arrival = { request, issuer, now, trail }
    try {
      const refused = trail.apply(formRules, repeated(request.form))
      const decision = refused ?? (await handled(arrival))
      const reply = decision.ok ? decision.value : deny(decision, arrival)
      record(kind, arrival, { reply, refused: decision.ok ? undefined : decision })
      return answer(reply, arrival, decision.ok ? undefined : decision.reason)
    } catch (error) {
      if (error instanceof EncryptionKeyMissing) {
        const missing = trail.refused(refuse(error.reason))
        const reply = deny(missing, arrival)
        record(kind, arrival, { reply, refused: missing })
        return answer(reply, arrival, missing.reason)
      }
      const reason = error instanceof StorageUnavailable ? 'storage_unavailable' : 'server_error'
      record(kind, arrival, { reply: undefined, refused: { ok: false, reason } })
      throw error
    }
  }
}

function answer(
  { status, body, jwt, headers }: Reply,
  { request, trail }: Arrival,
  reason: Reason | undefined,
): Answer {
  const { client, flow = request.flow } = trail.about
  const shared = { status, headers: { ...noStore, ...headers }, flow, client, reason }
  if (jwt !== undefined) {
    return { kind: 'text', body: jwt, ...shared, headers: { ...shared.headers, 'content-type': 'application/jwt' } }
  }
  return body === undefined ? { kind: 'empty', ...shared } : { kind: 'json', body, ...shared }
}

function record(
  kind: ExchangeName,
  { request, issuer, trail }: Arrival,
  { reply, refused }: { readonly reply: Reply | undefined; readonly refused: Refused | undefined },
): void {
  issuer.recorder.record(new SeenExchange(kind, { request, trail, reply, refused }))
}

/** RFC 6749 §5.2. A client that could not be authenticated is told how it could be (RFC 9110 §15.5.2). */
function denyClient({ reason, retryAfter }: Refused, arrival: Arrival): Reply {
  const { error } = refusals[reason]
  const body = { error, error_description: describe(reason, arrival) }
  // Nothing was said about the credentials, so the client may keep them (RFC 6585 §4).
  if (retryAfter !== undefined) return { status: 429, body, headers: { 'retry-after': String(retryAfter) } }
  if (error !== 'invalid_client') return { status: 400, body }
  const challenge = `Basic realm="${arrival.issuer.url}", charset="UTF-8"`
  return { status: 401, body, headers: { 'www-authenticate': challenge } }
}

export function describe(
  reason: Reason,
  { issuer, request, trail }: Arrival,
  error: WireError = refusals[reason].error,
): string {
  const text = issuer.settings.development ? `${refusals[reason].why} (${reason})` : wireDescriptions[error]
  return printable(`${text} Ref ${trail.about.flow ?? request.flow}`)
}

/** The characters that error_description may have (RFC 6749 §5.2). */
const printable = (text: string): string => text.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?')

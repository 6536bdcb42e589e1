/**
 * The client's half of a flow's record. Values are made readable or digested here, where the event is made; nobody
 * downstream ever has a secret to leak.
 */
import { createHmac, randomBytes } from 'node:crypto'
import type { Refused } from '@symbolon/protocol/decision'
import type { Evidence } from '@symbolon/protocol/evidence'
import type { Role, StepNumber } from '@symbolon/protocol/flow'
import type { Reason } from '@symbolon/protocol/refusals'
import {
  type Band,
  type Check,
  clearParameters,
  type FlowEvent,
  flowReference,
  hiddenParameters,
  type Redacted,
} from '@symbolon/protocol/trace'
import { AuthError } from './errors.ts'

export const newFlow = (): string => flowReference(randomBytes(5))

export interface Happened {
  readonly flow: string
  readonly step?: StepNumber
  readonly band: Band
  readonly from: Role
  readonly to: Role
  readonly what: string
  readonly outcome: FlowEvent['outcome']
  /** Epoch milliseconds at which it began. */
  readonly began: number
  readonly status?: number | undefined
  readonly params?: Iterable<readonly [string, string]>
  readonly result?: Readonly<Record<string, string | undefined>>
  readonly checks?: readonly Check[]
  readonly refused?: Pick<Refused, 'reason' | 'expected' | 'got'> | undefined
  readonly client?: string | undefined
  readonly person?: { readonly issuer: string; readonly sub: string } | undefined
}

export type Recorder = (happened: Happened) => void

export interface RecorderSettings {
  readonly sink: ((event: FlowEvent) => void) | undefined
  /** For the digests: equal values look equal, and nothing else can be learnt. */
  readonly key: Uint8Array
  /** Epoch milliseconds. */
  readonly now: () => number
}

export function createRecorder({ sink, key, now }: RecorderSettings): Recorder {
  if (!sink) return () => {}
  const digest = (value: string): string => createHmac('sha256', key).update(value).digest('base64url').slice(0, 16)
  const redacted = (name: string, value: string): Redacted =>
    clearParameters.has(name) ? { clear: value.slice(0, 500) } : { digest: digest(value), length: value.length }
  const shown = (evidence: Evidence | undefined): Redacted | undefined =>
    evidence && ('clear' in evidence ? evidence : { digest: digest(evidence.hidden), length: evidence.hidden.length })
  const all = (pairs: Iterable<readonly [string, string | undefined]>): Readonly<Record<string, Redacted>> =>
    Object.fromEntries(
      [...pairs].flatMap(([name, value]) => (value === undefined ? [] : [[nameOf(name), redacted(name, value)]])),
    )

  return ({ began, params = [], result = {}, checks = [], refused, person, ...rest }) => {
    const event: FlowEvent = {
      v: 1,
      id: randomBytes(9).toString('base64url'),
      flow: rest.flow,
      at: began,
      took: Math.max(0, now() - began),
      source: 'client',
      from: rest.from,
      to: rest.to,
      step: rest.step,
      band: rest.band,
      what: rest.what,
      status: rest.status,
      params: all(params),
      result: all(Object.entries(result)),
      checks,
      outcome: rest.outcome,
      reason: refused?.reason,
      expected: shown(refused?.expected),
      got: shown(refused?.got),
      client: rest.client,
      person: person && digest(`${person.issuer} ${person.sub}`),
      grant: undefined,
    }
    try {
      sink(event)
    } catch {
      // whoever keeps the record must not be able to stop a sign-in
    }
  }
}

/** Of a secret that was not percent-encoded a part may come as a name. */
const nameOf = (name: string): string => (clearParameters.has(name) || hiddenParameters.has(name) ? name : '(other)')

/** What an error tells the record: its reason, and the evidence it shows anyway. */
export function refusedBy(error: unknown): {
  readonly reason: Reason
  readonly expected?: Evidence
  readonly got?: Evidence
} {
  if (!(error instanceof AuthError)) return { reason: 'server_error' }
  return {
    reason: error.code,
    ...(error.expected !== undefined && { expected: { clear: error.expected } }),
    ...(error.got !== undefined && { got: { clear: error.got } }),
  }
}

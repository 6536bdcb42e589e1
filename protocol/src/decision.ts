/** What a rule concludes: a value, or a refusal with its reason. */
import type { Evidence } from './evidence.ts'
import type { Reason } from './refusals.ts'

/** Refusals are values; only bugs and broken infrastructure throw. */
export type Decision<T> = Allowed<T> | Refused

export interface Allowed<T> {
  readonly ok: true
  readonly value: T
}

export interface Refused {
  readonly ok: false
  readonly reason: Reason
  readonly expected?: Evidence | undefined
  readonly got?: Evidence | undefined
  /** Set when refusing is not enough and the whole grant must die (RFC 6749 §4.1.2, RFC 9700 §4.14.2). */
  readonly revokeGrant?: string | undefined
  /** Seconds after which the same request may be heard (RFC 9110 §10.2.3). */
  readonly retryAfter?: number | undefined
}

export const allow = <T>(value: T): Allowed<T> => ({ ok: true, value })

export const refuse = (reason: Reason, and: Omit<Refused, 'ok' | 'reason'> = {}): Refused => ({
  ok: false,
  reason,
  ...and,
})

/**
 * One rule of a decision. Rules stand in tables, in the order in which they are applied, so that the recorder
 * can say which were passed before one refused, without any rule knowing that it is recorded.
 */
export interface Rule<Input> {
  readonly reason: Reason
  readonly broken: (input: Input) => boolean
  /** What was expected and what came, for the record; made with `clear` or `hidden`. */
  readonly seen?: (input: Input) => Omit<Refused, 'ok' | 'reason'>
}

/** The first rule that `input` breaks, as a refusal; `undefined` when it breaks none. */
export function firstBroken<Input>(rules: readonly Rule<Input>[], input: Input): Refused | undefined {
  const rule = rules.find(({ broken }) => broken(input))
  return rule && refuse(rule.reason, rule.seen?.(input))
}

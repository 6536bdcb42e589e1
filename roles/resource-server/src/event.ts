/** What a guard tells of a check. It holds no token and nothing a token could be made from. */
import type { Evidence } from '@symbolon/protocol/evidence'
import type { Reason } from '@symbolon/protocol/refusals'
import type { Check } from '@symbolon/protocol/trace'

export interface GuardEvent {
  /** Epoch milliseconds. */
  readonly at: number
  /** Milliseconds the check took. */
  readonly took: number
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly needed: readonly string[]
  /** `failed` when nothing could be decided because the issuer does not answer. */
  readonly outcome: 'ok' | 'refused' | 'failed'
  readonly reason: Reason | undefined
  readonly expected: Evidence | undefined
  readonly got: Evidence | undefined
  /** Every rule applied, in order; the last one is the one that refused. */
  readonly checks: readonly Check[]
  readonly client: string | undefined
  readonly person: Evidence | undefined
  /** What joins it to the issuer's record of the flow, when the issuer says so in `grant_id`, as Symbolon does. */
  readonly grant: string | undefined
}

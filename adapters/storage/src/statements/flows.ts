/**
 * `flow_batches`: the record of flows, in batches as they were written, swept when they expire. Each track keeps its
 * newest events, so that strangers and programs, who can begin any number, leave room for people.
 */
import { statement } from '../sql.ts'

export type BatchRow = {
  readonly track: string
  readonly batch_id: string
  readonly size: number
  readonly expires_at: number
  readonly flows: string
  readonly heads: string
  readonly events: string
}
export type HeadsRow = Pick<BatchRow, 'flows' | 'heads'>
export type EventsRow = Pick<BatchRow, 'track' | 'events'>

/** A batch that is there already is the same batch, sent again. */
export const insertBatch = statement<BatchRow>(
  'flow_batches.insert',
  `insert into flow_batches (issuer_id, track, batch_id, size, expires_at, flows, heads, events)
   values (:issuer_id, :track, :batch_id, :size, :expires_at, :flows, :heads, :events)
   on conflict (issuer_id, track, batch_id) do nothing`,
)

/** The batches that begin where newer ones have all the events that are kept. */
export const pruneBatches = statement<{ track: string; kept: number }>(
  'flow_batches.prune',
  `delete from flow_batches where issuer_id = :issuer_id and track = :track and batch_id <=
     (select max(batch_id) from
       (select batch_id, sum(size) over (order by batch_id desc) - size as newer
        from flow_batches where issuer_id = :issuer_id and track = :track) s
      where newer >= :kept)`,
)

export const headsOfBatches = statement<Record<never, never>, HeadsRow>(
  'flow_batches.heads',
  'select flows, heads from flow_batches where issuer_id = :issuer_id order by batch_id',
)

export const batchesWithFlow = statement<{ pattern: string }, EventsRow>(
  'flow_batches.with_flow',
  'select track, events from flow_batches where issuer_id = :issuer_id and flows like :pattern order by batch_id',
)

/**
 * Appending to the record, and when it is looked through for what exceeds its room: looking costs more than writing, so
 * it is done once for each twentieth of what a track keeps.
 */
import type { FlowBatch, FlowTrack } from '@symbolon/authorization-server/ports/store'
import { batchRow } from './flow-batches.ts'
import { type Step, step } from './sql.ts'
import { insertBatch, pruneBatches } from './statements/flows.ts'

/** How many events of each track are kept, the newest. */
export type FlowRoom = Readonly<Record<FlowTrack, number>>

export const defaultRoom: FlowRoom = { people: 50_000, visitors: 20_000, machines: 20_000 }

export function flowRoom(room: FlowRoom): (batches: readonly FlowBatch[], expiresAt: number) => readonly Step[] {
  const unlooked = new Map<FlowTrack, number>()

  const isDue = (track: FlowTrack, more: number): boolean => {
    const betweenLooks = Math.max(1, Math.floor(room[track] / 20))
    const events = (unlooked.get(track) ?? betweenLooks) + more
    const due = events >= betweenLooks
    unlooked.set(track, due ? 0 : events)
    return due
  }

  return (batches, expiresAt) =>
    batches.flatMap((batch) => [
      step(insertBatch, batchRow(batch, expiresAt)),
      ...(isDue(batch.track, batch.events.length)
        ? [step(pruneBatches, { track: batch.track, kept: room[batch.track] })]
        : []),
    ])
}

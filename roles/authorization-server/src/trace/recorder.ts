/**
 * The recorder: decides what is worth recording, redacts it at once, and writes it down later.
 *
 * It never blocks, never throws and never grows: a queue that is full drops, and says how much. While storage is away
 * the queue waits for it.
 */
import type { FlowEvent } from '@symbolon/protocol/trace'
import type { Recorder, Sealing } from '../ports/issuer.ts'
import type { Seconds } from '../ports/records.ts'
import { type FlowBatch, type FlowTrack, StorageUnavailable, type Store } from '../ports/store.ts'
import { holdBack } from './held.ts'
import { eventOf, keyedDigest } from './redact.ts'
import { createLimits, trackOf } from './tracks.ts'

export interface FlowRecorder extends Recorder {
  /** How many events were lost, because the queue was full or an event could not be made. */
  readonly dropped: number
  /** Resolves when all that was recorded before is written, or can't be now. */
  flush(): Promise<void>
  /** Writes what is left and stops. */
  close(): Promise<void>
}

const betweenBatches = 250
const afterFailure = 2_000
const largestBatch = 500
const tracks: readonly FlowTrack[] = ['people', 'visitors', 'machines']

export function createRecorder(parts: {
  readonly store: Pick<Store, 'flows'>
  readonly sealing: Pick<Sealing, 'digest'>
  readonly random: (bytes: number) => Uint8Array
  /** Whether all is recorded, and nothing left out. */
  readonly everything?: boolean
  /** Events kept in memory, at most. */
  readonly limit?: number
  /** How long the record is kept. */
  readonly retention?: Seconds
  /** Told of every event as it is recorded, for a line on the console. */
  readonly onEvent?: (event: FlowEvent) => void
  /** Milliseconds on a clock that nobody sets. */
  readonly clock?: () => number
}): FlowRecorder {
  const { store, sealing, random, everything = false, limit = 10_000, retention = 7 * 86_400, onEvent } = parts
  const queues: Readonly<Record<FlowTrack, FlowEvent[]>> = { people: [], visitors: [], machines: [] }
  const limitOf = createLimits(parts.clock ?? (() => performance.now()))
  const held = holdBack()
  const digest = keyedDigest(sealing.digest('trace', 'key'))
  const run = Buffer.from(random(6)).toString('hex')
  let made = 0
  let waiting = 0
  let unsent: readonly FlowBatch[] = []
  let dropped = 0
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  /** In order of time, as far as clocks go. */
  const newId = (at: number) => `${at.toString(36).padStart(9, '0')}${run}${(made++).toString(36)}`

  const schedule = (delay: number): void => {
    if (timer !== undefined || closed) return
    timer = setTimeout(() => {
      timer = undefined
      void flush()
    }, delay)
    timer.unref()
  }
  const enqueue = (track: FlowTrack, event: FlowEvent): void => {
    if (waiting >= limit) {
      dropped++
      return
    }
    waiting++
    queues[track].push(event)
    schedule(betweenBatches)
    onEvent?.(event)
  }
  const nextBatches = (): readonly FlowBatch[] =>
    tracks
      .filter((track) => queues[track].length > 0)
      .map((track) => ({ id: newId(Date.now()), track, events: queues[track].splice(0, largestBatch) }))
  const write = async (): Promise<void> => {
    for (;;) {
      // A batch that may have been written although it failed is sent again as it was.
      if (unsent.length === 0) unsent = nextBatches()
      if (unsent.length === 0) return
      const size = unsent.reduce((sum, { events }) => sum + events.length, 0)
      try {
        await store.flows.append(unsent, Math.floor(Date.now() / 1000) + retention)
      } catch (error) {
        if (error instanceof StorageUnavailable) {
          schedule(afterFailure)
          return
        }
        // What storage refuses it will refuse again.
        dropped += size
      }
      waiting -= size
      unsent = []
    }
  }
  const flush = (): Promise<void> => {
    writing = writing.then(write)
    return writing
  }

  return {
    get dropped() {
      return dropped
    },
    record(observed) {
      if (closed) {
        dropped++
        return
      }
      try {
        const track = trackOf(observed)
        const limited = everything ? undefined : limitOf(observed, track)
        const isTaken = limited === undefined || limited.allowance.take(limited.kind)
        if (!isTaken && track !== 'visitors') {
          limited.allowance.leaveOut(limited.kind)
          return
        }
        const omitted = isTaken ? (limited?.allowance.leftOut(limited.kind) ?? 0) : 0
        const event = eventOf(observed, { id: newId(observed.at), omitted, digest })
        if (!isTaken) {
          held.add(event, () => limited.allowance.leaveOut(limited.kind))
          return
        }
        if (track === 'people') for (const before of held.take(event.flow)) enqueue('people', before)
        enqueue(track, event)
      } catch {
        dropped++
      }
    },
    flush,
    async close() {
      closed = true
      clearTimeout(timer)
      await flush()
    },
  }
}

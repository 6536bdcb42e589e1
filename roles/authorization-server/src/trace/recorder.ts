/**
 * The recorder: redacts what an endpoint saw, at once, and writes it down later.
 *
 * It never blocks, never throws and never grows: a queue that is full drops, and says how much. While storage is away
 * the queue waits for it.
 */
import type { Evidence } from '@symbolon/protocol/evidence'
import { clearParameters, type FlowEvent, hiddenParameters, type Redacted } from '@symbolon/protocol/trace'
import type { Observed, Recorder, Sealing } from '../ports/issuer.ts'
import type { Seconds } from '../ports/records.ts'
import { StorageUnavailable, type Store } from '../ports/store.ts'

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

export function createRecorder(parts: {
  readonly store: Pick<Store, 'flows'>
  readonly sealing: Pick<Sealing, 'digest'>
  readonly random: (bytes: number) => Uint8Array
  /** Events kept in memory, at most. */
  readonly limit?: number
  /** How long the record is kept. */
  readonly retention?: Seconds
  /** Told of every event as it is made, for a line on the console. */
  readonly onEvent?: (event: FlowEvent) => void
}): FlowRecorder {
  const { store, sealing, random, limit = 10_000, retention = 7 * 86_400, onEvent } = parts
  const queue: FlowEvent[] = []
  let dropped = 0
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  const schedule = (delay: number): void => {
    if (timer !== undefined || closed) return
    timer = setTimeout(() => {
      timer = undefined
      void flush()
    }, delay)
    timer.unref()
  }
  const write = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.splice(0, largestBatch)
      const expiresAt = Math.floor(Date.now() / 1000) + retention
      try {
        await store.flows.append(batch, expiresAt)
      } catch (error) {
        // What storage refuses it will refuse again; what it could not take now may wait, the newest first.
        const room = error instanceof StorageUnavailable ? Math.max(0, limit - queue.length) : 0
        dropped += Math.max(0, batch.length - room)
        if (room > 0) queue.unshift(...batch.slice(-room))
        if (room === 0) continue
        schedule(afterFailure)
        return
      }
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
      if (closed || queue.length >= limit) {
        dropped++
        return
      }
      try {
        const id = `${observed.at.toString(36).padStart(9, '0')}${Buffer.from(random(9)).toString('base64url')}`
        const event = eventOf(observed, { id, digest: (value) => sealing.digest('trace', value) })
        queue.push(event)
        schedule(betweenBatches)
        onEvent?.(event)
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

type Digest = (value: string) => string

const mostParameters = 40
const longestClear = 1_000
/** What a stranger sent may not fill memory or disk: of all that may be read in one event so much is kept. */
const mostClear = 4_000

function eventOf(observed: Observed, { id, digest }: { readonly id: string; readonly digest: Digest }): FlowEvent {
  const { refused, person } = observed
  return {
    v: 1,
    id,
    flow: observed.flow,
    at: observed.at,
    took: observed.took,
    source: 'authorization-server',
    from: observed.from,
    to: observed.to,
    step: observed.step,
    band: observed.band,
    what: observed.what,
    status: observed.status,
    params: redact(observed.params ?? [], digest, isParameter),
    result: redact(observed.result ?? [], digest, isWord),
    checks: observed.checks ?? [],
    outcome: observed.outcome,
    reason: refused?.reason,
    expected: refused?.expected && show(refused.expected, digest),
    got: refused?.got && show(refused.got, digest),
    client: observed.client === undefined ? undefined : legible(observed.client, 255),
    person: person === undefined ? undefined : shorten(digest(person)),
    grant: observed.grant,
  }
}

/** What a stranger sent may be anything, in its names too; an answer's names are ours. */
const isParameter = (name: string): boolean => clearParameters.has(name) || hiddenParameters.has(name)
const isWord = (name: string): boolean => /^[\w.-]{1,40}$/.test(name)

function redact(
  params: Iterable<readonly [string, string]>,
  digest: Digest,
  mayBeNamed: (name: string) => boolean,
): FlowEvent['params'] {
  const redacted: Record<string, Redacted> = Object.create(null)
  let count = 0
  let room = mostClear
  for (const [name, value] of params) {
    if (count++ >= mostParameters) break
    const known = mayBeNamed(name) ? name : '(other)'
    const isClear = clearParameters.has(name)
    redacted[known] = show(isClear ? { clear: value.slice(0, room) } : { hidden: value }, digest)
    if (isClear) room = Math.max(0, room - value.length)
  }
  return { ...redacted }
}

const show = (evidence: Evidence, digest: Digest): Redacted =>
  'clear' in evidence
    ? { clear: legible(evidence.clear, longestClear) }
    : { digest: shorten(digest(evidence.hidden)), length: evidence.hidden.length }

/** Text that any database can hold: a stranger chose it. */
const legible = (text: string, longest: number): string =>
  text.slice(0, longest).toWellFormed().replaceAll('\0', '\ufffd')

/** 64 bits: enough to see what is equal, too little to be anything else. */
const shorten = (digest: string): string => digest.slice(0, 11)

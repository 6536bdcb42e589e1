/**
 * Batches of the record as rows, and flows out of rows. To write is cheap, one row for hundreds of events; to read is
 * more work, and done when somebody looks.
 */
import type { FlowBatch, FlowSummary } from '@symbolon/authorization-server/ports/store'
import type { FlowEvent } from '@symbolon/protocol/trace'
import { json, parsed } from './columns.ts'
import { eventsOf, lineWriter } from './flow-lines.ts'
import type { BatchRow, EventsRow, HeadsRow } from './statements/flows.ts'

/** So many events of one flow are read, at most. */
export const mostOfAFlow = 300

/** What a batch knows of one flow: first and last moment, events, client, outcome and reason of the last, left out. */
type Head = [
  startedAt: number,
  lastAt: number,
  events: number,
  client: string | null,
  outcome: FlowEvent['outcome'],
  reason: string | null,
  omitted: number,
]

export function batchRow({ id, track, events }: FlowBatch, expiresAt: number): BatchRow {
  const heads = new Map<string, Head>()
  const lines = lineWriter()
  for (const event of events) {
    const head = heads.get(event.flow)
    if (head === undefined) heads.set(event.flow, headOf(event))
    else extend(head, headOf(event))
    lines.add(event)
  }
  return {
    track,
    batch_id: id,
    size: events.length,
    expires_at: expiresAt,
    flows: [...heads.keys()].join(' '),
    heads: json([...heads.values()]),
    events: lines.text(),
  }
}

const headOf = ({ at, client, outcome, reason, omitted }: FlowEvent): Head => [
  at,
  at,
  1,
  client ?? null,
  outcome,
  reason ?? null,
  omitted ?? 0,
]

function extend(head: Head, [startedAt, lastAt, events, client, outcome, reason, omitted]: Head): void {
  const isLater = lastAt >= head[1]
  head[0] = Math.min(head[0], startedAt)
  head[2] += events
  head[3] = isLater ? (client ?? head[3]) : (head[3] ?? client)
  head[6] += omitted
  if (!isLater) return
  head[1] = lastAt
  head[4] = outcome
  head[5] = reason
}

/** Newest first, out of the rows in the order in which they were written. */
export function summaries(rows: readonly HeadsRow[], limit: number): readonly FlowSummary[] {
  const all = new Map<string, Head>()
  for (const { flows, heads } of rows) {
    const names = flows.split(' ')
    for (const [place, head] of parsed<readonly Head[]>(heads).entries()) {
      const flow = names[place] ?? ''
      const known = all.get(flow)
      if (known === undefined) all.set(flow, head)
      else extend(known, head)
    }
  }
  return [...all]
    .sort(([oneFlow, one], [otherFlow, other]) => other[1] - one[1] || (oneFlow < otherFlow ? -1 : 1))
    .slice(0, limit)
    .map(([flow, [startedAt, lastAt, events, client, outcome, reason, omitted]]) => ({
      flow,
      startedAt,
      lastAt,
      events,
      client: client ?? undefined,
      outcome,
      reason: reason ?? undefined,
      omitted,
    }))
}

/** The events of one flow. A program may have repeated itself a thousand times; what people did is kept before that. */
export function eventsIn(rows: readonly EventsRow[], flow: string): readonly FlowEvent[] {
  const of = (isMachine: boolean) =>
    rows
      .filter(({ track }) => (track === 'machines') === isMachine)
      .flatMap(({ events }) => eventsOf(events, flow))
      .toSorted((one, other) => one.at - other.at)
      .slice(-mostOfAFlow)
  const people = of(false)
  const machines = people.length < mostOfAFlow ? of(true).slice(people.length - mostOfAFlow) : []
  return [...people, ...machines].sort((one, other) => one.at - other.at)
}

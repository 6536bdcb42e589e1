/**
 * When the record is looked through for what exceeds its room. Looking costs more than writing, so it is done for a
 * flow once this process has seen as many events of it as are kept, and for all flows once for each twentieth of those
 * that are kept.
 */
import type { FlowEvent } from '@symbolon/protocol/trace'
import type { Step } from './sql.ts'
import { appendSteps, eventsKept } from './statements/flows.ts'

/** Flows whose events are counted; the one that was seen longest ago is counted anew. */
const mostCounted = 5_000

export function flowRoom(flowsKept: number): (events: readonly FlowEvent[], expiresAt: number) => readonly Step[] {
  const counted = new Map<string, number>()
  const betweenLooks = Math.max(1, Math.floor(flowsKept / 20))
  let unlooked = betweenLooks

  const count = (flow: string): boolean => {
    const events = (counted.get(flow) ?? 0) + 1
    counted.delete(flow)
    counted.set(flow, events)
    const [oldest] = counted.keys()
    if (counted.size > mostCounted && oldest !== undefined) counted.delete(oldest)
    return events > eventsKept
  }

  return (events, expiresAt) => {
    const full = new Set(events.filter(({ flow }) => count(flow)).map(({ flow }) => flow))
    unlooked += events.length
    const looks = unlooked >= betweenLooks
    if (looks) unlooked = 0
    return appendSteps(events, expiresAt, { full, flowsKept: looks ? flowsKept : undefined })
  }
}

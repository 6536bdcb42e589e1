/**
 * Events of visitors beyond what is recorded of them, kept in memory for a while: when it turns out that a person was
 * behind, their flow is recorded from its beginning. Already redacted, as all that waits.
 */
import type { FlowEvent } from '@symbolon/protocol/trace'

export interface Held {
  /** `forgotten` is called when the event leaves without having been taken. */
  add(event: FlowEvent, forgotten: () => void): void
  /** What is held of this flow, which is then no longer held. */
  take(flow: string): readonly FlowEvent[]
}

interface HeldEvent {
  readonly event: FlowEvent
  readonly forgotten: () => void
}

const mostFlows = 2_000
const mostOfAFlow = 10

export function holdBack(): Held {
  const flows = new Map<string, HeldEvent[]>()
  return {
    add(event, forgotten) {
      const own = flows.get(event.flow)
      if (own !== undefined && own.length >= mostOfAFlow) return forgotten()
      if (own === undefined) flows.set(event.flow, [{ event, forgotten }])
      else own.push({ event, forgotten })
      if (flows.size <= mostFlows) return
      const [oldest] = flows
      if (oldest === undefined) return
      flows.delete(oldest[0])
      for (const each of oldest[1]) each.forgotten()
    },
    take(flow) {
      if (flows.size === 0) return []
      const own = flows.get(flow) ?? []
      flows.delete(flow)
      return own.map(({ event }) => event)
    },
  }
}

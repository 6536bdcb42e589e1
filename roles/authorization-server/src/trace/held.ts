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

const mostEvents = 2_000
const mostOfAFlow = 10

export function holdBack(): Held {
  const flows = new Map<string, HeldEvent[]>()
  let held = 0

  const remove = (flow: string): readonly HeldEvent[] => {
    const own = flows.get(flow) ?? []
    flows.delete(flow)
    held -= own.length
    return own
  }

  return {
    add(event, forgotten) {
      const own = flows.get(event.flow) ?? []
      if (own.length >= mostOfAFlow) return forgotten()
      own.push({ event, forgotten })
      flows.set(event.flow, own)
      held++
      for (const [oldest] of flows) {
        if (held <= mostEvents) break
        for (const each of remove(oldest)) each.forgotten()
      }
    },
    take: (flow) => (held === 0 ? [] : remove(flow).map(({ event }) => event)),
  }
}

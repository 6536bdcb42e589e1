/**
 * `flows` and `flow_events`: the record of each flow, swept when it expires. `flows` only says which are the latest;
 * everything else in a summary is read from the events. A flow keeps its newest events, `eventsKept` of them, and only
 * the newest flows are kept: strangers can begin any number.
 */
import type { FlowSummary } from '@symbolon/authorization-server/ports/store'
import type { FlowEvent } from '@symbolon/protocol/trace'
import { json, parsed } from '../columns.ts'
import { type Step, statement, step } from '../sql.ts'

export const eventsKept = 300

type SummaryRow = {
  readonly flow: string
  readonly started_at: number
  readonly last_at: number
  readonly events: number
  readonly client: string | null
  readonly outcome: string
  readonly reason: string | null
}

export const putFlow = statement<{ flow: string; last_at: number; expires_at: number }>(
  'flows.put',
  `insert into flows (issuer_id, flow, last_at, expires_at) values (:issuer_id, :flow, :last_at, :expires_at)
   on conflict (issuer_id, flow) do update set
     last_at = case when excluded.last_at > flows.last_at then excluded.last_at else flows.last_at end,
     expires_at = case when excluded.expires_at > flows.expires_at then excluded.expires_at else flows.expires_at end`,
)

/** An event that is there already is the same event, sent again. */
export const insertEvent = statement<{
  flow: string
  event_id: string
  at: number
  place: number
  client: string | null
  outcome: string
  reason: string | null
  event: string
  expires_at: number
}>(
  'flow_events.insert',
  `insert into flow_events (issuer_id, flow, event_id, at, place, client, outcome, reason, event, expires_at)
   values (:issuer_id, :flow, :event_id, :at, :place, :client, :outcome, :reason, :event, :expires_at)
   on conflict (issuer_id, flow, event_id) do nothing`,
)

export const pruneEvents = statement<{ flow: string; kept: number }>(
  'flow_events.prune',
  `delete from flow_events where issuer_id = :issuer_id and flow = :flow and event_id in
     (select event_id from flow_events where issuer_id = :issuer_id and flow = :flow
      order by at desc, place desc, event_id desc limit 1000 offset :kept)`,
)

/** Older than the oldest that is kept; found by counting along the index alone. */
const excessFlows = `select flow from flows where issuer_id = :issuer_id and last_at <
      (select last_at from flows where issuer_id = :issuer_id order by last_at desc limit 1 offset :kept)
      order by last_at limit 1000`

export const pruneFlowEvents = statement<{ kept: number }>(
  'flow_events.prune_flows',
  `delete from flow_events where issuer_id = :issuer_id and flow in
     (${excessFlows})`,
)

export const pruneFlows = statement<{ kept: number }>(
  'flows.prune',
  `delete from flows where issuer_id = :issuer_id and flow in
     (${excessFlows})`,
)

export const listFlows = statement<{ limit: number }, SummaryRow>(
  'flows.list',
  `select s.flow, s.started_at, s.last_at, s.events,
     (select client from flow_events where issuer_id = :issuer_id and flow = s.flow and client is not null
      order by at desc, place desc, event_id desc limit 1) as client,
     (select outcome from flow_events where issuer_id = :issuer_id and flow = s.flow
      order by at desc, place desc, event_id desc limit 1) as outcome,
     (select reason from flow_events where issuer_id = :issuer_id and flow = s.flow
      order by at desc, place desc, event_id desc limit 1) as reason
   from (
     select flow, min(at) as started_at, max(at) as last_at, count(*) as events from flow_events
     where issuer_id = :issuer_id and flow in
       (select flow from flows where issuer_id = :issuer_id order by last_at desc, flow limit :limit)
     group by flow
   ) s
   order by s.last_at desc, s.flow`,
)

export const eventsOfFlow = statement<{ flow: string }, { readonly event: string }>(
  'flow_events.of_flow',
  `select event from flow_events where issuer_id = :issuer_id and flow = :flow
   order by at, place, event_id`,
)

/** The flows in one order always, so that two writers can't wait for each other. */
export function appendSteps(
  events: readonly FlowEvent[],
  expiresAt: number,
  /** The flows that may have too many events, and how many flows to keep, if that is to be seen to. */
  { full, flowsKept }: { readonly full: ReadonlySet<string>; readonly flowsKept: number | undefined },
): readonly Step[] {
  const byFlow = Map.groupBy(events, (event) => event.flow)
  const appended = [...byFlow]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([flow, own]) => [
      step(putFlow, { flow, last_at: Math.max(...own.map(({ at }) => at)), expires_at: expiresAt }),
      ...own.map((event, place) => step(insertEvent, eventRow(event, place, expiresAt))),
      ...(full.has(flow) ? [step(pruneEvents, { flow, kept: eventsKept })] : []),
    ])
  if (flowsKept === undefined) return appended
  const kept = Math.max(0, flowsKept - 1)
  return [...appended, step(pruneFlowEvents, { kept }), step(pruneFlows, { kept })]
}

const eventRow = (event: FlowEvent, place: number, expiresAt: number) => ({
  flow: event.flow,
  event_id: event.id,
  at: event.at,
  place,
  client: event.client === undefined ? null : readable(event.client),
  outcome: event.outcome,
  reason: event.reason ?? null,
  event: json(event),
  expires_at: expiresAt,
})

/** A stranger may name a client anything; in the list it is only shown. */
const readable = (text: string) => text.toWellFormed().replaceAll('\0', '\ufffd')

/** JSON leaves out what is `undefined`; an event has all its keys. */
const absent = { step: undefined, status: undefined, reason: undefined, expected: undefined, got: undefined }
const nobody = { client: undefined, person: undefined, grant: undefined }

export const eventRecord = (row: { readonly event: string }): FlowEvent => ({
  ...absent,
  ...nobody,
  ...parsed<FlowEvent>(row.event),
})

export const flowSummary = (row: SummaryRow): FlowSummary => ({
  flow: row.flow,
  startedAt: row.started_at,
  lastAt: row.last_at,
  events: row.events,
  client: row.client ?? undefined,
  outcome: row.outcome as FlowSummary['outcome'],
  reason: row.reason ?? undefined,
})

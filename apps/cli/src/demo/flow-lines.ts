/** What the demo prints while it runs: one line when a flow has its tokens, and the reason and the fix when it fails. */
import { findingOf } from '@symbolon/authorization-server/trace/finding'
import { isScope } from '@symbolon/protocol/scope'
import type { FlowEvent } from '@symbolon/protocol/trace'
import { clock, type Paint, shown } from '../flow-text.ts'

const flowsKept = 200
const eventsKept = 50

/** After these the person just tries again. */
const goesOn: ReadonlySet<string> = new Set(['credentials_wrong', 'sign_in_slowed_down'])

/** Takes every recorded event and gives the lines to print, mostly none. */
export function createFlowLines(paint: Paint): (event: FlowEvent) => readonly string[] {
  const flows = new Map<string, { readonly events: FlowEvent[]; readonly told: Set<string> }>()

  return (event) => {
    const flow = flows.get(event.flow) ?? { events: [], told: new Set<string>() }
    flows.delete(event.flow)
    flows.set(event.flow, flow)
    for (const [oldest] of flows) {
      if (flows.size <= flowsKept) break
      flows.delete(oldest)
    }
    if (flow.events.length < eventsKept) flow.events.push(event)

    const { outcome, reason, step } = event
    const told =
      outcome === 'ok' && step === 4 ? 'tokens' : outcome === 'ok' || outcome === 'shown' ? '' : (reason ?? '')
    if (told === '' || goesOn.has(told) || flow.told.has(told)) return []
    flow.told.add(told)
    return told === 'tokens' ? [success(flow.events, event, paint)] : failure(flow.events, event, paint)
  }
}

const kinds: Partial<Record<FlowEvent['band'], string>> = {
  api: 'api',
  refresh: 'refresh',
  introspection: 'introspect',
  revoke: 'revoke',
  'sign-out': 'sign-out',
}

const kindOf = ({ band, params: { grant_type: grant } }: FlowEvent): string =>
  grant && 'clear' in grant && grant.clear === 'client_credentials' ? 'client' : (kinds[band] ?? 'sign-in')

const start = (event: FlowEvent, mark: string) =>
  `${clock(event.at)}  ${mark} ${kindOf(event).padEnd(10)} ${(event.client ?? '—').padEnd(12)}`

function success(events: readonly FlowEvent[], event: FlowEvent, paint: Paint): string {
  const scope = event.result.scope ?? events.find(({ params }) => params.scope !== undefined)?.params.scope
  const words = scope && 'clear' in scope && isScope(scope.clear) ? scope.clear : ''
  const first = Math.min(...events.map(({ at }) => at))
  const took = event.at + event.took - first
  return `${start(event, paint('green', '✓'))} ${words}  ${elapsed(took)}  ${paint('dim', event.flow)}`
}

function failure(events: readonly FlowEvent[], event: FlowEvent, paint: Paint): readonly string[] {
  const finding = findingOf(events)
  const head = `${start(event, paint('red', '✗'))} ${event.reason ?? 'failed'}`
  if (finding === undefined) return [`${head}  ${paint('dim', event.flow)}`]
  const { why, expected, got, likely, fix } = finding
  const row = (name: string, text: string | undefined) =>
    text === undefined ? [] : [`            ${name.padEnd(9)} ${text}`]
  return [
    `${head}  ${why}`,
    ...row('expected', expected && shown(expected)),
    ...row('got', got && shown(got)),
    ...row('likely', likely),
    ...row('fix', fix),
    ...row('more', `symbolon flow ${event.flow}`),
  ]
}

const elapsed = (milliseconds: number) =>
  milliseconds < 10_000 ? `${milliseconds} ms` : `${Math.round(milliseconds / 1_000)} s`

/** What the demo prints while it runs: one line when a flow has its tokens, and the reason and the fix when it fails. */
import { findingOf } from '@symbolon/authorization-server/trace/finding'
import { clock, type Paint, shown } from '@symbolon/cli/flow-text'
import type { Evidence } from '@symbolon/protocol/evidence'
import { refusals } from '@symbolon/protocol/refusals'
import { isScope } from '@symbolon/protocol/scope'
import type { FlowEvent } from '@symbolon/protocol/trace'
import type { GuardEvent } from '@symbolon/resource-server'

const flowsKept = 200
const eventsKept = 50

/** After these the person just tries again. */
const goesOn: ReadonlySet<string> = new Set(['credentials_wrong', 'sign_in_slowed_down'])

/** Takes every recorded event and gives the lines to print, mostly none. `data`: a folder that commands must be told. */
export function createFlowLines(paint: Paint, data?: string): (event: FlowEvent) => readonly string[] {
  const more = (flow: string) => row('more', `npx symbolon flow ${flow}${data === undefined ? '' : ` --data ${data}`}`)
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
    return told === 'tokens'
      ? [success(flow.events, event, paint)]
      : [...failure(flow.events, event, paint), ...more(event.flow)]
  }
}

/** What a part of the demo fails at, or a client refuses: the record has nothing of that. */
export function faultLines(who: string, error: Error, paint: Paint, reference?: string): readonly string[] {
  const code = 'code' in error ? error.code : undefined
  // The person's choice is no failure, and the server has told of it already.
  if (code === 'person_refused') return []
  const told = error.name === 'AuthError' ? error.message : (error.stack ?? error.message)
  const [first = '', ...rest] = told.split('\n')
  return [
    `${head({ at: Date.now(), mark: paint('red', '✗'), kind: who, client: '' })} ${first}`,
    ...rest.map(indented),
    ...row('ref', reference),
  ]
}

export function guardLines(
  { at, client, reason, outcome, expected, got }: GuardEvent,
  paint: Paint,
): readonly string[] {
  if (outcome === 'ok' || reason === undefined) return []
  const { why, fix } = refusals[reason]
  const shownClear = (evidence: Evidence | undefined) => (evidence && 'clear' in evidence ? evidence.clear : undefined)
  return [
    `${head({ at, mark: paint('red', '✗'), kind: 'api', client })} ${reason}  ${why}`,
    ...row('expected', shownClear(expected)),
    ...row('got', shownClear(got)),
    ...row('fix', fix),
  ]
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

interface Head {
  readonly at: number
  readonly mark: string
  readonly kind: string
  readonly client: string | undefined
}

const head = ({ at, mark, kind, client = '—' }: Head) => `${clock(at)}  ${mark} ${kind.padEnd(10)} ${client.padEnd(12)}`

const indented = (text: string) => `            ${text.trim()}`

const row = (name: string, text: string | undefined): readonly string[] =>
  text === undefined ? [] : [indented(`${name.padEnd(9)} ${text}`)]

function success(events: readonly FlowEvent[], event: FlowEvent, paint: Paint): string {
  const scope = event.result.scope ?? events.find(({ params }) => params.scope !== undefined)?.params.scope
  const words = scope && 'clear' in scope && isScope(scope.clear) ? scope.clear : ''
  const took = event.at + event.took - Math.min(...events.map(({ at }) => at))
  const begin = head({ at: event.at, mark: paint('green', '✓'), kind: kindOf(event), client: event.client })
  return `${begin} ${words}  ${elapsed(took)}  ${paint('dim', event.flow)}`
}

function failure(events: readonly FlowEvent[], event: FlowEvent, paint: Paint): readonly string[] {
  const finding = findingOf(events)
  const begin = head({ at: event.at, mark: paint('red', '✗'), kind: kindOf(event), client: event.client })
  if (finding === undefined) return [`${begin} failed  ${paint('dim', event.flow)}`]
  const { reason, why, expected, got, likely, fix } = finding
  return [
    `${begin} ${reason}  ${why}`,
    ...row('expected', expected && shown(expected)),
    ...row('got', got && shown(got)),
    ...row('likely', likely),
    ...row('fix', fix),
  ]
}

const elapsed = (milliseconds: number) =>
  milliseconds < 10_000 ? `${milliseconds} ms` : `${Math.round(milliseconds / 1_000)} s`

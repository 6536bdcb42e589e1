/** Recorded flows as text: the list, one flow as numbered steps between the roles, and why it failed. */
import { styleText } from 'node:util'
import type { FlowSummary } from '@symbolon/authorization-server/ports/store'
import { type Finding, findingOf } from '@symbolon/authorization-server/trace/finding'
import { stepsOf, type TracedStep } from '@symbolon/authorization-server/trace/steps'
import type { Role } from '@symbolon/protocol/flow'
import type { FlowEvent, Redacted } from '@symbolon/protocol/trace'

/** Colours a mark; plain where the terminal, or `NO_COLOR`, wants it so. */
export type Paint = (colour: 'green' | 'red' | 'yellow' | 'dim' | 'bold', text: string) => string

export const paintFor =
  (stream: NodeJS.WriteStream): Paint =>
  (colour, text) =>
    styleText(colour, text, { stream })

const roleNames: Readonly<Record<Role, string>> = {
  'resource-owner': 'person',
  client: 'client',
  'authorization-server': 'authorization server',
  'resource-server': 'resource server',
}

export const clock = (at: number): string => new Date(at).toTimeString().slice(0, 8)

const day = (at: number): string => {
  const date = new Date(at)
  const part = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${part(date.getMonth() + 1)}-${part(date.getDate())}`
}

export const markOf = (outcome: FlowEvent['outcome'], paint: Paint): string =>
  outcome === 'ok' ? paint('green', '✓') : outcome === 'shown' ? paint('dim', '…') : paint('red', '✗')

export function flowList(flows: readonly FlowSummary[], paint: Paint): string {
  if (flows.length === 0) return 'No flow is recorded yet.\n'
  const width = Math.max(6, ...flows.map(({ client }) => client?.length ?? 0))
  const rows = flows.map(({ flow, startedAt, client = '—', outcome, reason = '', omitted }) => {
    const when = `${day(startedAt)} ${clock(startedAt)}`
    const more = omitted > 0 ? [paint('dim', moreLike(omitted))] : []
    const said = [...(reason === '' ? [] : [reason]), ...more].join('  ')
    return `${flow}  ${when}  ${markOf(outcome, paint)}  ${client.padEnd(width)}  ${said}`.trimEnd()
  })
  return [...rows, '', paint('dim', 'symbolon flow REF shows one of them.'), ''].join('\n')
}

/** Of what repeats itself only so much is recorded. */
const moreLike = (omitted: number): string => `and ${omitted.toLocaleString('en')} more like this`

export function flowText(flow: string, events: readonly FlowEvent[], paint: Paint): string {
  const traced = stepsOf(events)
  const finding = findingOf(events)
  const client = events.find(({ client }) => client !== undefined)?.client ?? 'no known client'
  const start = Math.min(...events.map(({ at }) => at))
  const head = `${paint('bold', `Flow ${flow}`)}  ${client}  ${day(start)} ${clock(start)}`
  return [
    head,
    ...traced.flatMap((step, at) =>
      stepLines(step, { before: traced.slice(0, at), after: traced.slice(at + 1), start, paint }),
    ),
    ...(finding === undefined ? [] : ['', ...findingLines(finding, paint)]),
    '',
  ].join('\n')
}

interface Drawing {
  readonly before: readonly TracedStep[]
  readonly after: readonly TracedStep[]
  readonly start: number
  readonly paint: Paint
}

function stepLines(step: TracedStep, { before, after, start, paint }: Drawing): readonly string[] {
  const title = titleOf(step)
  const { event } = step
  if (event === undefined) return ['', paint('dim', `${title}  (not recorded here)`)]
  // What one event tells of a request and its response is told in two: what was sent, then what came back.
  const isResponse = before.some((other) => other.event === event)
  const answeredNext = after.some((other) => other.event === event)
  const status = event.status === undefined ? '' : `${event.status} `
  const said = isResponse
    ? `${status}in ${event.took} ms`
    : `${event.what}  ${answeredNext ? '' : `${status} `}+${event.at - start} ms`
  const last = before.at(-1)
  const heading = last !== undefined && titleOf(last) === title && !isResponse ? [] : ['', paint('bold', title)]
  return [
    ...heading,
    `   ${answeredNext ? paint('dim', '·') : markOf(event.outcome, paint)} ${said}`,
    ...(isResponse ? [] : [...values(event.params), ...checkLines(event, before, paint)]),
    ...(answeredNext ? [] : values(event.result)),
    ...(answeredNext || event.omitted === undefined
      ? []
      : [paint('dim', `     ${moreLike(event.omitted)} before it, in any flow`)]),
  ]
}

const titleOf = ({ number, name, from, to }: TracedStep): string =>
  `${number ?? ' '}  ${name.padEnd(24)}${roleNames[from]} → ${roleNames[to]}`

const values = (params: FlowEvent['params']): readonly string[] => {
  const entries = Object.entries(params)
  const width = Math.max(0, ...entries.map(([name]) => name.length))
  return entries.map(([name, value]) => `     ${name.padEnd(width)}  ${shown(value)}`)
}

/** A digest shows what is equal to what, and nothing else. */
export const shown = (value: Redacted): string =>
  'clear' in value
    ? value.clear
    : value.digest === undefined
      ? `(${value.length} characters, not kept)`
      : `#${value.digest} (${value.length} characters, kept as a digest)`

/** A page of many pictures is many requests of which the same was checked: the list stands once. */
function checkLines(event: FlowEvent, before: readonly TracedStep[], paint: Paint): readonly string[] {
  const passed = passedIn(event)
  const last = before.findLast(({ event: other }) => other !== undefined && other !== event && passedIn(other) !== '')
  const said =
    last?.event && passedIn(last.event) === passed ? 'checked as before' : `checked, and not found: ${passed}`
  const broken = event.checks.filter(({ ok }) => !ok).map(({ rule }) => rule)
  return [
    ...(passed === '' ? [] : folded(said).map((line) => paint('dim', line))),
    ...broken.map((rule) => `     ${paint('red', `✗ ${rule}`)}`),
  ]
}

const passedIn = ({ checks }: FlowEvent): string =>
  [...new Set(checks.filter(({ ok }) => ok).map(({ rule }) => rule))].join(', ')

export function findingLines(finding: Finding, paint: Paint): readonly string[] {
  const { reason, step, expected, got, why, likely, fix, spec } = finding
  const row = (name: string, text: string | undefined) => (text === undefined ? [] : [`  ${name.padEnd(9)} ${text}`])
  return [
    `${paint('red', `✗ ${reason}`)}  ${why}${step === undefined ? '' : `  (step ${step})`}`,
    ...row('Expected', expected && shown(expected)),
    ...row('Got', got && shown(got)),
    ...row('Likely', likely),
    ...row('Fix', fix),
    ...row('Rule', spec),
  ]
}

/** Breaks a long line between words, for a terminal of 100 columns. */
function folded(text: string): readonly string[] {
  const lines: string[] = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? ''
    if (last.length + word.length > 92 && last !== '') lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines.map((line) => `     ${line}`)
}

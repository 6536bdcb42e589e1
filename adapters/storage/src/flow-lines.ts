/**
 * Events as lines of text, each a JSON array. Most events of a batch are alike in whom they are between and which rules
 * they passed: that, their shape, is written once, in the first line.
 */
import type { Reason } from '@symbolon/protocol/refusals'
import type { Check, FlowEvent, Redacted } from '@symbolon/protocol/trace'
import { json, parsed } from './columns.ts'

type Shape = readonly [
  source: FlowEvent['source'],
  from: FlowEvent['from'],
  to: FlowEvent['to'],
  step: FlowEvent['step'] | null,
  band: FlowEvent['band'],
  what: string,
  checks: string,
]

type Line = readonly [
  shape: number,
  id: string,
  flow: string,
  at: number,
  took: number,
  status: number | null,
  outcome: FlowEvent['outcome'],
  params: Short,
  result: Short,
  client: string | null,
  person: string | null,
  grant: string | null,
  reason: Reason | null,
  expected: ShortValue | null,
  got: ShortValue | null,
  omitted: number,
]

/** A text that may be read, or a length, with the digest if there is one. */
type ShortValue = string | readonly [length: number, digest?: string]
type Short = Readonly<Record<string, ShortValue>>

export interface LineWriter {
  add(event: FlowEvent): void
  text(): string
}

export function lineWriter(): LineWriter {
  const shapes = new Map<string, number>()
  let lines = ''
  return {
    add(event) {
      const shape = json(shapeOf(event))
      const known = shapes.get(shape)
      if (known === undefined) shapes.set(shape, shapes.size)
      lines += `\n${json(lineOf(event, known ?? shapes.size - 1))}`
    },
    text: () => `[${[...shapes.keys()].join(',')}]${lines}`,
  }
}

/** The events of one flow, in the order in which they were written. */
export function eventsOf(text: string, flow: string): readonly FlowEvent[] {
  const [first = '[]', ...lines] = text.split('\n')
  const shapes = parsed<readonly Shape[]>(first)
  return lines
    .filter((line) => line.includes(flow))
    .map((line) => parsed<Line>(line))
    .filter(([, , own]) => own === flow)
    .flatMap((line) => {
      const shape = shapes[line[0]]
      return shape === undefined ? [] : [eventFrom(shape, line)]
    })
}

const shapeOf = ({ source, from, to, step, band, what, checks }: FlowEvent): Shape => [
  source,
  from,
  to,
  step ?? null,
  band,
  what,
  told(checks),
]

function lineOf(event: FlowEvent, shape: number): Line {
  const { id, flow, at, took, status, outcome, params, result, client, person, grant } = event
  const { reason, expected, got, omitted } = event
  return [
    shape,
    id,
    flow,
    at,
    took,
    status ?? null,
    outcome,
    shortAll(params),
    shortAll(result),
    client ?? null,
    person ?? null,
    grant ?? null,
    reason ?? null,
    expected === undefined ? null : short(expected),
    got === undefined ? null : short(got),
    omitted ?? 0,
  ]
}

function eventFrom([source, from, to, step, band, what, checks]: Shape, line: Line): FlowEvent {
  const [, id, flow, at, took, status, outcome, params, result, client, person, grant, reason] = line
  const [expected, got, omitted] = line.slice(13) as [Line[13], Line[14], Line[15]]
  return {
    v: 1,
    id,
    flow,
    at,
    took,
    source,
    from,
    to,
    step: step ?? undefined,
    band,
    what,
    status: status ?? undefined,
    params: longAll(params),
    result: longAll(result),
    checks: untold(checks),
    outcome,
    reason: reason ?? undefined,
    expected: expected === null ? undefined : long(expected),
    got: got === null ? undefined : long(got),
    client: client ?? undefined,
    person: person ?? undefined,
    grant: grant ?? undefined,
    ...(omitted > 0 && { omitted }),
  }
}

/** Rules that were passed by their names, and one that was broken with a mark before it. */
function told(checks: readonly Check[]): string {
  let text = ''
  for (const { rule, ok } of checks) text += `${text === '' ? '' : ' '}${ok ? '' : '!'}${rule}`
  return text
}

const untold = (text: string): readonly Check[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((each) =>
      each.startsWith('!') ? { rule: each.slice(1) as Reason, ok: false } : { rule: each as Reason, ok: true },
    )

function shortAll(values: FlowEvent['params']): Short {
  const all: Record<string, ShortValue> = {}
  for (const name in values) {
    const value = values[name]
    if (value !== undefined) all[name] = short(value)
  }
  return all
}

const short = (value: Redacted): ShortValue =>
  'clear' in value ? value.clear : value.digest === undefined ? [value.length] : [value.length, value.digest]

const longAll = (values: Short): FlowEvent['params'] =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, long(value)]))

function long(value: ShortValue): Redacted {
  if (typeof value === 'string') return { clear: value }
  const [length, digest] = value
  return digest === undefined ? { length } : { digest, length }
}

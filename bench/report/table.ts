/** The results as Markdown. */
import { workloads } from '../load/workloads.ts'
import type { Results, Row } from '../main.ts'
import type { Measured } from '../measure/rounds.ts'
import type { Contender } from '../servers/contenders.ts'

export const titleOf = (name: string): string => workloads.find((workload) => workload.name === name)?.title ?? name

export const of = ({ measured }: Row, contender: Contender): Measured | undefined =>
  measured.find((one) => one.contender === contender)

export function ratio(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined || !(b > 0) ? undefined : a / b
}

export const shown = (value: number | undefined, digits = 2): string =>
  value === undefined || Number.isNaN(value) ? '–' : value.toFixed(digits)

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

export function grid(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(heads), line(heads.map((_, at) => (at === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}

export function table(results: Results): string {
  const { machine, options } = results
  const sections = options.storages.flatMap((storage) => {
    const rows = results.rows.filter((row) => row.storage === storage)
    if (rows.length === 0) return []
    const name = storage === 'sqlite' ? 'SQLite' : 'PostgreSQL'
    return [`## ${name}: ratios`, ratios(rows), `## ${name}: figures`, figures(rows)]
  })
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`)
  return [
    '# Results of the bench',
    `${machine.at}. ${machine.processor}, ${machine.cores} cores, ${machine.memory}; ${machine.system}; Node ${machine.node}; ${versions.join(', ')}. Load average before the run: ${machine.loadAverage.join(', ')}. Medians of ${options.rounds} interleaved rounds of ${options.seconds} s.`,
    ...sections,
    ...starts(results),
    ...memory(results),
    ...failures(results),
  ].join('\n\n')
}

const ratios = (rows: readonly Row[]): string =>
  grid(
    ['', 'clients', 'of the floor', 'times oidc-provider', 'floor times oidc-provider', 'p99 of the floor', 'errors'],
    rows.map((row) => {
      const [ours, floor, other] = [of(row, 'symbolon'), of(row, 'floor'), of(row, 'oidc-provider')]
      const errors = row.measured.flatMap(({ contender, errors }) =>
        Object.entries(errors).map(([message, count]) => `${contender}: ${count}× ${message}`),
      )
      return [
        titleOf(row.workload),
        String(row.concurrency),
        shown(ratio(ours?.perServerSecond, floor?.perServerSecond)),
        shown(ratio(ours?.perServerSecond, other?.perServerSecond), 1),
        shown(ratio(floor?.perServerSecond, other?.perServerSecond), 1),
        shown(ratio(ours?.p99, floor?.p99)),
        errors.length === 0 ? '0' : errors.join('; '),
      ]
    }),
  )

const figures = (rows: readonly Row[]): string =>
  grid(
    ['', 'clients', 'server', 'per CPU second', 'with the database', 'per second', 'p50 ms', 'p95 ms', 'p99 ms'],
    rows.flatMap((row) =>
      row.measured.map((one) => [
        titleOf(row.workload),
        String(row.concurrency),
        one.contender,
        shown(one.perServerSecond, 0),
        shown(one.perSecondWithDatabase, 0),
        shown(one.perSecond, 0),
        shown(one.p50, 1),
        shown(one.p95, 1),
        shown(one.p99, 1),
      ]),
    ),
  )

function starts({ starts }: Results): readonly string[] {
  if (starts.length === 0) return []
  const rows = starts.map(({ storage, contender, first, later }) => [storage, contender, shown(first), shown(later)])
  return ['## From start to first answer', grid(['', 'server', 'empty database, s', 'later starts, s'], rows)]
}

const megabytes = (bytes: number | undefined) => shown((bytes ?? Number.NaN) / 1e6, 0)

function memory({ memory }: Results): readonly string[] {
  if (memory.length === 0) return []
  const rows = memory.map(({ storage, contender, idle, tokens, onTheWay, errors }) => {
    const failed = Object.values(errors).reduce((sum, count) => sum + count, 0)
    const way = onTheWay.map((bytes) => megabytes(bytes)).join(', ')
    return [storage, contender, megabytes(idle), megabytes(onTheWay.at(-1)), String(tokens), way, String(failed)]
  })
  const heads = ['', 'server', 'idle, MB', 'at the end', 'tokens', 'on the way, MB', 'errors']
  return ['## Memory', grid(heads, rows)]
}

function failures({ failures }: Results): readonly string[] {
  return failures.length === 0 ? [] : ['## Not measured', failures.map((failure) => `- ${failure}`).join('\n')]
}

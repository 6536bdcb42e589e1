/** How the modules of plans ended, counted. */
import type { Variant } from './suite-api.ts'

export interface Outcome {
  readonly plan: string
  readonly module: string
  /** Of the plan and of the module. */
  readonly variant: Variant
  readonly id: string | undefined
  /** `BROKEN` where the suite gave none. */
  readonly result: string
  /** What the suite says of it. */
  readonly complaints: readonly string[]
}

const columns = ['PASSED', 'REVIEW', 'SKIPPED', 'WARNING', 'FAILED'] as const

const good: readonly string[] = ['PASSED', 'REVIEW', 'SKIPPED']
export const isGood = ({ result }: Outcome): boolean => good.includes(result)

const count = (outcomes: readonly Outcome[], column: (typeof columns)[number]): number =>
  outcomes.filter(({ result }) => (columns.some((one) => one === result) ? result : 'FAILED') === column).length

const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
const figures = (outcomes: readonly Outcome[]) => [outcomes.length, ...columns.map((column) => count(outcomes, column))]

/** A table in Markdown, a row for each plan; whatever is no other end counts as failed. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const byPlan = Object.entries(Object.groupBy(outcomes, ({ plan }) => plan))
  return [
    row(['Plan', 'Modules', ...columns.map((column) => `${column[0]}${column.slice(1).toLowerCase()}`)]),
    `|---|${'--:|'.repeat(columns.length + 1)}`,
    ...byPlan.map(([plan, of = []]) => row([`\`${plan}\``, ...figures(of)])),
    ...(byPlan.length > 1 ? [row(['all', ...figures(outcomes)])] : []),
  ].join('\n')
}

/** A line for a module, and what is wrong with it. */
export const linesOf = ({ result, module, variant, id, complaints }: Outcome): readonly string[] => [
  `  ${result.padEnd(8)} ${module} [${variant.response_type ?? 'code'}] ${id ?? ''}`,
  ...complaints.map((complaint) => `           ${complaint}`),
]

/**
 * Which tests there are, and in which order and company `npm test` runs them.
 */
import { globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

export interface TestGroup {
  readonly name: string
  readonly holds: (file: string) => boolean
  /** How many files run at once. */
  readonly concurrency: number
  /** The longest that one test, and one file, may take, in milliseconds. */
  readonly testLimit: number
  readonly fileLimit: number
}

const minute = 60_000
const whole = { testLimit: 2 * minute, fileLimit: 3 * minute, concurrency: Math.max(2, availableParallelism()) }
const alone = { testLimit: 3 * minute, fileLimit: 6 * minute, concurrency: 1 }
const inFolder = (pattern: RegExp) => (file: string) => pattern.test(file)

/** A file belongs to the first group that holds it. */
export const groups: readonly TestGroup[] = [
  { name: 'tree', holds: inFolder(/^tests\/architecture\//), ...whole },
  { name: 'browser', holds: (file) => inFolder(/\/browser\//)(file) || usesBrowser(file), ...alone, concurrency: 2 },
  { name: 'crash', holds: inFolder(/^tests\/crash\//), ...alone },
  { name: 'packages', holds: inFolder(/^tests\/packages\//), ...alone },
  { name: 'units', holds: inFolder(/^(protocol|roles|adapters|apps|examples)\//), ...whole },
  { name: 'whole', holds: () => true, ...whole },
]

/** The groups in the order in which they run: what fails fastest and says most comes first. */
export const order = ['tree', 'units', 'whole', 'crash', 'browser', 'packages']

const root = join(import.meta.dirname, '..')
const usesBrowser = (file: string) => readFileSync(join(root, file), 'utf8').includes("/chromium.ts'")

/** Every test file of the checkout whose path contains one of the words, or every one without words. */
export function findTests(words: readonly string[]): readonly string[] {
  return globSync('{protocol,roles,adapters,apps,examples,tests,scripts,bench}/**/*.test.ts', {
    cwd: root,
    exclude: (path) => path.split('/').some((part) => part === 'node_modules' || part === 'dist'),
  })
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word.replace(/^\.\//, ''))))
    .toSorted()
}

export interface PlannedGroup extends TestGroup {
  readonly files: readonly string[]
}

export function planGroups(files: readonly string[]): readonly PlannedGroup[] {
  const byGroup = Map.groupBy(files, (file) => groups.find((group) => group.holds(file))?.name)
  return order.flatMap((name) => {
    const group = groups.find((candidate) => candidate.name === name)
    const its = byGroup.get(name)
    return group === undefined || its === undefined ? [] : [{ ...group, files: its }]
  })
}

/** The command line of the bench. */
import { parseArgs } from 'node:util'
import { workloads } from './load/workloads.ts'
import { type Contender, contenders } from './servers/contenders.ts'

export const storages = ['sqlite', 'postgres'] as const
export type StorageKind = (typeof storages)[number]

export const extras = ['start', 'memory'] as const
export type Extra = (typeof extras)[number]

export interface Options {
  readonly workloads: readonly string[]
  readonly storages: readonly StorageKind[]
  readonly concurrencies: readonly number[]
  readonly contenders: readonly Contender[]
  readonly extras: readonly Extra[]
  readonly rounds: number
  readonly seconds: number
  readonly tokens: number
  /** After so long on the way to `tokens` the rest is left out. */
  readonly memorySeconds: number
  /** Numbers of workers to compare, instead of everything else; none when it is not given. */
  readonly workers: readonly number[]
  /** The files below `results/` that are written; none when it is not given. */
  readonly name: string | undefined
  /** A folder for one processor profile of each server, written by Node when the server ends. */
  readonly profiles: string | undefined
}

const full = { rounds: 3, seconds: 1.1, tokens: 100_000, concurrencies: [1, 32, 128] }
const quick = { rounds: 2, seconds: 0.6, tokens: 2_000, concurrencies: [32] }

const secondsForMemory = 45
const workersWorkloads = ['rs256', 'opaque', 'code-flow']

const usage = `npm run bench -- [options]
  --quick                    few and short rounds, concurrency 32 only
  --only NAMES               ${[...workloads.map(({ name }) => name), ...extras].join(', ')}
  --storage NAMES            ${storages.join(', ')}
  --concurrency NUMBERS      ${full.concurrencies.join(', ')}
  --against NAMES            ${contenders.join(', ')}
  --rounds N --seconds S     of each measurement
  --tokens N                 for the memory after N tokens; given by hand, however long it takes
  --workers NUMBERS          Symbolon alone on PostgreSQL with so many processes: ${workersWorkloads.join(', ')}
  --profiles FOLDER          one processor profile of each server
  --name NAME                writes results/NAME.md, .json and .svg; a run of everything writes results/full
`

export class UsageError extends Error {}

export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      storage: { type: 'string' },
      concurrency: { type: 'string' },
      against: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      tokens: { type: 'string' },
      workers: { type: 'string' },
      name: { type: 'string' },
      profiles: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) throw new UsageError(usage)
  const base = values.quick ? quick : full
  const names = workloads.map(({ name }) => name)
  const only =
    values.workers === undefined || values.only !== undefined
      ? pick('only', values.only, [...names, ...extras])
      : workersWorkloads
  const whole =
    !values.quick &&
    [values.only, values.storage, values.concurrency, values.against, values.workers].every((one) => one === undefined)
  return {
    workloads: names.filter((name) => only.includes(name)),
    extras: extras.filter((name) => only.includes(name)),
    storages: pick('storage', values.storage, storages),
    contenders: pick('against', values.against, contenders),
    concurrencies: numbers('concurrency', values.concurrency) ?? base.concurrencies,
    rounds: number('rounds', values.rounds ?? String(base.rounds)),
    seconds: number('seconds', values.seconds ?? String(base.seconds)),
    tokens: number('tokens', values.tokens ?? String(base.tokens)),
    memorySeconds: values.tokens === undefined ? secondsForMemory : Number.POSITIVE_INFINITY,
    workers: numbers('workers', values.workers) ?? [],
    profiles: values.profiles,
    name: values.name ?? (whole ? 'full' : undefined),
  }
}

function pick<Name extends string>(option: string, given: string | undefined, known: readonly Name[]): readonly Name[] {
  if (given === undefined) return known
  const asked = given.split(',')
  const strange = asked.find((one) => !known.includes(one as Name))
  if (strange !== undefined) throw new UsageError(`--${option}: there is no ${strange}.\n\n${usage}`)
  return known.filter((one) => asked.includes(one))
}

const numbers = (option: string, text: string | undefined): readonly number[] | undefined =>
  text?.split(',').map((one) => number(option, one))

function number(option: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new UsageError(`--${option} takes a number above 0, and not ${text}.\n\n${usage}`)
  return value
}

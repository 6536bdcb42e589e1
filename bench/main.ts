/**
 * The bench: ours, the bare floor and oidc-provider side by side in one run, on the same storage with the same
 * durability; medians of interleaved rounds, as ratios. See README.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Load, startLoad } from './load/load.ts'
import { type MemoryFigures, memoryOf, type StartFigures, startOf } from './measure/extras.ts'
import { type Measured, measure } from './measure/rounds.ts'
import { workersTable } from './measure/workers.ts'
import { type Extra, type Options, readOptions, type StorageKind, UsageError } from './options.ts'
import { chart } from './report/chart.ts'
import { machine } from './report/machine.ts'
import { table } from './report/table.ts'
import { type Contender, contenders } from './servers/contenders.ts'
import { type Running, run } from './servers/running.ts'
import { onStage, type Stage } from './stage.ts'
import type { Launch } from './world.ts'

export interface Row {
  readonly storage: StorageKind
  readonly workload: string
  readonly concurrency: number
  readonly measured: readonly Measured[]
}

export interface Results {
  readonly machine: ReturnType<typeof machine>
  readonly options: Options
  readonly rows: readonly Row[]
  readonly starts: readonly StartFigures[]
  readonly memory: readonly MemoryFigures[]
  /** What could not be measured, and why. */
  readonly failures: readonly string[]
}

const fewestStarts = 5

const say = (text: string) => process.stderr.write(`${text}\n`)

const launchOf = ({ launches }: Stage, contender: Contender): Launch => {
  const launch = launches[contenders.indexOf(contender)]
  if (launch === undefined) throw new Error(`${contender} has nowhere to be`)
  return launch
}

async function measureAll(options: Options, stage: Stage, { load, attempt }: Means): Promise<readonly Row[]> {
  const { folder, storage, database } = stage
  const servers: Running[] = []
  const rows: Row[] = []
  const flags = options.profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(options.profiles)}`]
  try {
    for (const contender of options.contenders) {
      const launch = launchOf(stage, contender)
      servers.push(await run(contender, { folder, launch, flags }))
      await load.open(launch.issuer, launch.world)
    }
    for (const workload of options.workloads) {
      for (const concurrency of options.concurrencies) {
        const { rounds, seconds } = options
        const warmUp = { workload, concurrency, rounds: 1, seconds, database }
        await attempt(`${storage} ${workload} ×${concurrency}`, async (name) => {
          if (concurrency === options.concurrencies[0]) await measure(load, servers, warmUp)
          const measured = await measure(load, servers, { workload, concurrency, rounds, seconds, database })
          rows.push({ storage, workload, concurrency, measured })
          say(`${name}  ${measured.map(brief).join('  ')}`)
        })
      }
    }
  } finally {
    await Promise.all(servers.map((server) => server.close()))
  }
  return rows
}

function brief({ contender, perServerSecond, p99, errors }: Measured): string {
  const failed = Object.entries(errors).map(([message, count]) => `${count}× ${message}`)
  return `${contender} ${perServerSecond.toFixed(0)}/s p99 ${p99.toFixed(1)} ms ${failed.join(', ')}`
}

interface Means {
  readonly load: Load
  /** What can't be measured is said, and costs nothing else its result. */
  readonly attempt: (name: string, measuring: (name: string) => Promise<unknown>) => Promise<void>
}

async function main(options: Options): Promise<void> {
  if (options.workers.length > 0) return await compareWorkers(options)
  const rows: Row[] = []
  const starts: StartFigures[] = []
  const memory: MemoryFigures[] = []
  const failures: string[] = []
  const attempt: Means['attempt'] = async (name, measuring) => {
    try {
      await measuring(name)
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
      say(failures.at(-1) ?? name)
    }
  }
  const before = machine()
  for (const storage of options.storages) {
    const load = startLoad()
    try {
      if (options.workloads.length > 0) {
        rows.push(
          ...(await onStage(storage, contenders.length, (stage) => measureAll(options, stage, { load, attempt }))),
        )
      }
      await onStage(storage, contenders.length, async (stage) => {
        for (const contender of options.contenders) {
          const place = { folder: stage.folder, launch: launchOf(stage, contender), storage }
          const { rounds, tokens, memorySeconds, extras } = options
          const tell = async (what: Extra, measuring: () => Promise<unknown>) => {
            if (extras.includes(what)) await attempt(`${storage} ${what} of ${contender}`, measuring)
          }
          await tell('start', async () => starts.push(await startOf(contender, place, Math.max(rounds, fewestStarts))))
          const means = { load, tokens, seconds: memorySeconds }
          await tell('memory', async () => memory.push(await memoryOf(contender, place, means)))
        }
      })
    } finally {
      load.end()
    }
  }
  const results: Results = { machine: before, options, rows, starts, memory, failures }
  const written = table(results)
  process.stdout.write(`${written}\n`)
  if (options.name === undefined) return
  const folder = fileURLToPath(import.meta.resolve('./results/'))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${options.name}.md`), `${written}\n`)
  writeFileSync(join(folder, `${options.name}.json`), `${JSON.stringify(results, null, 2)}\n`)
  writeFileSync(join(folder, `${options.name}.svg`), chart(results))
}

async function compareWorkers(options: Options): Promise<void> {
  const load = startLoad()
  try {
    process.stdout.write(`${await workersTable(options, load)}\n`)
  } finally {
    load.end()
  }
}

try {
  await main(readOptions(process.argv.slice(2)))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  say(error.message)
  process.exitCode = 64
}

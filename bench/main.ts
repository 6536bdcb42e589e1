/**
 * The bench: ours, the bare floor and oidc-provider side by side in one run, on the same storage with the same
 * durability; medians of interleaved rounds, as ratios. See README.md.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePorts } from '../tests/support/ports.ts'
import { startPostgres } from '../tests/support/postgres.ts'
import { type Load, startLoad } from './load/load.ts'
import { type MemoryFigures, memoryOf, type StartFigures, startOf } from './measure/extras.ts'
import { type Measured, measure } from './measure/rounds.ts'
import { type Options, readOptions, type StorageKind, UsageError } from './options.ts'
import { chart } from './report/chart.ts'
import { machine } from './report/machine.ts'
import { table } from './report/table.ts'
import { type Contender, contenders } from './servers/contenders.ts'
import { type Running, run } from './servers/running.ts'
import { type Launch, makeWorld } from './world.ts'

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
}

const say = (text: string) => process.stderr.write(`${text}\n`)

interface Stage {
  readonly folder: string
  readonly storage: StorageKind
  readonly launches: ReadonlyMap<Contender, Launch>
  /** The process of the database server. */
  readonly database: number | undefined
}

/** A fresh database for each server, gone afterwards. */
async function onStage<Result>(storage: StorageKind, play: (stage: Stage) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-bench-'))
  const postgres = storage === 'postgres' ? await startPostgres({ fsync: true }) : undefined
  try {
    const world = makeWorld()
    const ports = await freePorts(contenders.length)
    const launches = new Map<Contender, Launch>()
    for (const [at, contender] of contenders.entries()) {
      const port = ports[at] ?? 0
      const place = postgres ? await postgres.createDatabase() : `sqlite:${join(folder, `${contender}.db`)}`
      launches.set(contender, { issuer: `http://localhost:${port}`, port, storage: place, world })
    }
    return await play({ folder, storage, launches, database: postgres?.pid })
  } finally {
    await postgres?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
}

const launchOf = ({ launches }: Stage, contender: Contender): Launch => {
  const launch = launches.get(contender)
  if (launch === undefined) throw new Error(`${contender} has nowhere to be`)
  return launch
}

async function measureAll(options: Options, stage: Stage, load: Load): Promise<readonly Row[]> {
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
        if (concurrency === options.concurrencies[0]) await measure(load, servers, warmUp)
        const measured = await measure(load, servers, { workload, concurrency, rounds, seconds, database })
        const row: Row = { storage, workload, concurrency, measured }
        rows.push(row)
        say(`${storage} ${workload} ×${concurrency}  ${measured.map(brief).join('  ')}`)
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

/** What can't be measured is said, and costs nothing else its result. */
const orNothing = <Figures>(measuring: Promise<Figures>): Promise<readonly Figures[]> =>
  measuring.then(
    (figures) => [figures],
    (error: unknown) => {
      say(error instanceof Error ? error.message : String(error))
      return []
    },
  )

async function main(options: Options): Promise<void> {
  const rows: Row[] = []
  const starts: StartFigures[] = []
  const memory: MemoryFigures[] = []
  const before = machine()
  for (const storage of options.storages) {
    const load = startLoad()
    try {
      if (options.workloads.length > 0)
        rows.push(...(await onStage(storage, (stage) => measureAll(options, stage, load))))
      await onStage(storage, async (stage) => {
        for (const contender of options.contenders) {
          const place = { folder: stage.folder, launch: launchOf(stage, contender), storage }
          const { rounds, tokens, extras } = options
          if (extras.includes('start')) starts.push(...(await orNothing(startOf(contender, place, rounds))))
          if (extras.includes('memory')) memory.push(...(await orNothing(memoryOf(contender, place, { load, tokens }))))
        }
      })
    } finally {
      load.end()
    }
  }
  const results: Results = { machine: before, options, rows, starts, memory }
  const written = table(results)
  process.stdout.write(`${written}\n`)
  if (options.name === undefined) return
  const folder = fileURLToPath(import.meta.resolve('./results/'))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${options.name}.md`), `${written}\n`)
  writeFileSync(join(folder, `${options.name}.json`), `${JSON.stringify(results, null, 2)}\n`)
  writeFileSync(join(folder, `${options.name}.svg`), chart(results))
}

try {
  await main(readOptions(process.argv.slice(2)))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  say(error.message)
  process.exitCode = 64
}

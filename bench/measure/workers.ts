/** Symbolon with one process and with several, on one PostgreSQL: what more of them bring. */
import type { Load } from '../load/load.ts'
import type { Options } from '../options.ts'
import { grid, ratio, shown, titleOf } from '../report/table.ts'
import { type Running, run } from '../servers/running.ts'
import { onStage } from '../stage.ts'
import { type Measured, measure } from './rounds.ts'

/** Answers the results as Markdown; the first number of workers is what the others are compared with. */
export const workersTable = (options: Options, load: Load): Promise<string> =>
  onStage('postgres', options.workers.length, async ({ folder, launches, database }) => {
    const servers: Running[] = []
    const rows: string[][] = []
    try {
      for (const [at, launch] of launches.entries()) {
        servers.push(await run('symbolon', { folder, launch, workers: options.workers[at] }))
        await load.open(launch.issuer, launch.world)
      }
      for (const workload of options.workloads) {
        for (const concurrency of options.concurrencies) {
          const what = { workload, concurrency, seconds: options.seconds, rounds: options.rounds, database }
          await measure(load, servers, { ...what, rounds: 1 })
          const measured = await measure(load, servers, what)
          rows.push(
            ...measured.map((one, at) =>
              rowOf(one, measured[0], [titleOf(workload), String(concurrency), String(options.workers[at])]),
            ),
          )
        }
      }
    } finally {
      await Promise.all(servers.map((server) => server.close()))
    }
    const heads = [
      '',
      'clients',
      'workers',
      'per second',
      'times the first',
      'server CPU per second',
      'per CPU second',
      'p50 ms',
      'p99 ms',
      'errors',
    ]
    return grid(heads, rows)
  })

function rowOf(one: Measured, first: Measured | undefined, names: readonly string[]): string[] {
  const errors = Object.entries(one.errors).map(([message, count]) => `${count}× ${message}`)
  return [
    ...names,
    shown(one.perSecond, 0),
    shown(ratio(one.perSecond, first?.perSecond)),
    shown(ratio(one.perSecond, one.perServerSecond)),
    shown(one.perServerSecond, 0),
    shown(one.p50, 1),
    shown(one.p99, 1),
    errors.join('; ') || '0',
  ]
}

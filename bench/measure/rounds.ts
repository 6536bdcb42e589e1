/** One measurement: all servers in turn, several rounds, the order turned in each; medians of what came out. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Load } from '../load/load.ts'
import type { Result } from '../load/messages.ts'
import type { Contender } from '../servers/contenders.ts'
import type { Running } from '../servers/running.ts'
import { processorTime } from './process.ts'
import { median } from './statistics.ts'

export interface Measured {
  readonly contender: Contender
  /** Operations for each second of processor time of the server. */
  readonly perServerSecond: number
  /** The same with the time of the database's own processes, where it has any. */
  readonly perSecondWithDatabase: number
  /** Operations for each second on the wall. */
  readonly perSecond: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly operations: number
  readonly errors: Readonly<Record<string, number>>
}

export interface Measurement {
  readonly workload: string
  readonly concurrency: number
  readonly seconds: number
  readonly rounds: number
  /** Of the database server, when it is a process of its own. */
  readonly database: number | undefined
}

/** What a server puts off (records, logs, write-ahead) counts, too. */
const aftermath = 350

interface Round extends Result {
  readonly server: number
  readonly database: number
}

export async function measure(
  load: Load,
  servers: readonly Running[],
  what: Measurement,
): Promise<readonly Measured[]> {
  const { workload, concurrency, seconds } = what
  const rounds = new Map<Running, Round[]>()
  for (let round = 0; round < what.rounds; round++) {
    const turned = servers.map((_, at) => servers[(at + round) % servers.length] as Running)
    for (const one of turned) {
      const { issuer, pid } = one
      const clock = () => ({
        server: processorTime(pid),
        database: what.database === undefined ? 0 : processorTime(what.database),
      })
      const { measured, ...result } = await load.run({ issuer, workload, concurrency, seconds }, () => {
        const before = clock()
        return async () => {
          await delay(aftermath)
          const after = clock()
          return { server: after.server - before.server, database: after.database - before.database }
        }
      })
      rounds.set(one, [...(rounds.get(one) ?? []), { ...result, ...measured }])
    }
  }
  return servers.map((one) => summarize(one.contender, rounds.get(one) ?? []))
}

function summarize(contender: Contender, rounds: readonly Round[]): Measured {
  const of = (pick: (round: Round) => number) => median(rounds.map(pick))
  const errors: Record<string, number> = {}
  for (const [message, count] of rounds.flatMap((round) => Object.entries(round.errors))) {
    errors[message] = (errors[message] ?? 0) + count
  }
  return {
    contender,
    perServerSecond: of(({ operations, server }) => operations / server),
    perSecondWithDatabase: of(({ operations, server, database }) => operations / (server + database)),
    perSecond: of(({ operations, seconds }) => operations / seconds),
    p50: of(({ p50 }) => p50),
    p95: of(({ p95 }) => p95),
    p99: of(({ p99 }) => p99),
    operations: rounds.reduce((sum, { operations }) => sum + operations, 0),
    errors,
  }
}

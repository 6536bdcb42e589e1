/** What is measured without rounds: how soon a server answers after its start, and how much memory it takes. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Load } from '../load/load.ts'
import type { StorageKind } from '../options.ts'
import type { Contender } from '../servers/contenders.ts'
import { run } from '../servers/running.ts'
import type { Launch } from '../world.ts'
import { residentMemory } from './process.ts'
import { median } from './statistics.ts'

interface Place {
  readonly folder: string
  readonly launch: Launch
  readonly storage: StorageKind
}

export interface StartFigures {
  readonly contender: Contender
  readonly storage: StorageKind
  /** Seconds, with an empty database: tables, keys and configuration are made. */
  readonly first: number
  /** The median of all later starts. */
  readonly later: number
}

export async function startOf(contender: Contender, place: Place, times: number): Promise<StartFigures> {
  const taken: number[] = []
  for (let time = 0; time <= times; time++) {
    const server = await run(contender, place)
    taken.push(server.startedIn)
    await server.close()
  }
  const [first = Number.NaN, ...later] = taken
  return { contender, storage: place.storage, first, later: median(later) }
}

export interface MemoryFigures {
  readonly contender: Contender
  readonly storage: StorageKind
  /** Bytes, five seconds after the start. */
  readonly idle: number
  /** As many as were given; fewer than were wanted when time was up. */
  readonly tokens: number
  /** Bytes, at ten points on the way to as many as were wanted. */
  readonly onTheWay: readonly number[]
  readonly errors: Readonly<Record<string, number>>
}

const parts = 10

export async function memoryOf(
  contender: Contender,
  place: Place,
  { load, tokens, seconds }: { readonly load: Load; readonly tokens: number; readonly seconds: number },
): Promise<MemoryFigures> {
  const { issuer, world } = place.launch
  const server = await run(contender, place)
  try {
    await delay(5_000)
    const idle = residentMemory(server.pid)
    await load.open(issuer, world)
    const onTheWay: number[] = []
    const errors: Record<string, number> = {}
    const until = performance.now() + seconds * 1_000
    let given = 0
    for (let part = 0; part < parts && performance.now() < until; part++) {
      const left = Math.min((until - performance.now()) / 1_000, 3_600)
      const operations = Math.ceil(tokens / parts)
      const order = { issuer, workload: 'opaque', concurrency: 32, seconds: left, operations }
      const result = await load.run(order, () => async () => residentMemory(server.pid))
      onTheWay.push(result.measured)
      given += result.operations
      for (const [message, count] of Object.entries(result.errors)) errors[message] = (errors[message] ?? 0) + count
    }
    return { contender, storage: place.storage, idle, tokens: given, onTheWay, errors }
  } finally {
    await server.close()
  }
}

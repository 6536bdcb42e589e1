/** What the bench and the process that makes the load say to each other. */
import type { World } from '../world.ts'

export type Order =
  | { readonly do: 'open'; readonly issuer: string; readonly world: World }
  | {
      readonly do: 'run'
      readonly issuer: string
      readonly workload: string
      readonly concurrency: number
      /** Whichever comes first. */
      readonly seconds: number
      readonly operations?: number
    }

export interface Result {
  readonly operations: number
  readonly errors: Readonly<Record<string, number>>
  readonly seconds: number
  /** Milliseconds, of good answers. */
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

export type Report =
  | { readonly done: 'open' }
  /** Everything is prepared; the measured part starts when it is told to go on. */
  | { readonly done: 'ready' }
  | ({ readonly done: 'run' } & Result)
  | { readonly done: 'failed'; readonly message: string }

/**
 * The process that watches: it holds the port, hands each new connection to the next worker in turn, starts a worker
 * again that died, and ends all of them together.
 */
import cluster, { type Worker } from 'node:cluster'
import { setTimeout as wait } from 'node:timers/promises'
import type { Config } from '@symbolon/server/config/load'
import type { Log } from '@symbolon/server/log'
import { CommandFailure } from '../command.ts'
import type { Explained } from '../failures.ts'
import { closeWhatWasHanded } from './handed.ts'
import { passWholeLines } from './lines.ts'
import type { FromWorker, ToWorker } from './messages.ts'

export interface Watching {
  readonly config: Config
  readonly count: number
  readonly log: Log
  /** Where whole lines of the workers go. */
  readonly write: (lines: string) => unknown
}

export interface Workers {
  /** Says that what all share is in order; resolves when every worker serves. */
  serve(): Promise<{ readonly url: string; readonly pids: readonly number[] }>
  /** Rejects when workers can't be started any more. */
  readonly broken: Promise<never>
  /** Each finishes what is in flight; resolves when all are gone. */
  leave(draining: number): Promise<void>
  kill(): void
}

/** Every thread that has hashed a password keeps memory for the next one; several processes keep less of it. */
const environment = { MALLOC_ARENA_MAX: '2', ...process.env }

/** After so many starts in a row that failed there is no hope in one more. */
const hopeless = 6
const pauses = { second: 100, longest: 5_000 } as const
/** After so many milliseconds of life a death is no sequel of the one before. */
const longLife = 10_000

/** Starts the processes; they load the program and wait for `serve`. */
export function startWorkers({ config, count, log, write }: Watching): Workers {
  cluster.schedulingPolicy = cluster.SCHED_RR
  cluster.setupPrimary({ args: ['serve'], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const living = new Map<Worker, Promise<void>>()
  const prepared = Promise.withResolvers<void>()
  const broken = Promise.withResolvers<never>()
  broken.promise.catch(() => undefined)
  const ending = new AbortController()
  let state: 'starting' | 'serving' | 'leaving' = 'starting'
  let failedInARow = 0

  /** Resolves with the address when the worker serves. `deaths`: how many went before it at short distance. */
  function start(number: number, deaths = 0): Promise<string> {
    const born = performance.now()
    const worker = cluster.fork(environment)
    const url = Promise.withResolvers<string>()
    const gone = Promise.withResolvers<void>()
    let why: Explained | undefined
    living.set(worker, gone.promise)
    closeWhatWasHanded(worker)
    if (worker.process.stdout) passWholeLines(worker.process.stdout, write)
    worker.on('message', async (message: FromWorker) => {
      if (message.say === 'loaded') {
        await prepared.promise
        tell(worker, { say: 'serve', config, worker: number })
      }
      if (message.say === 'serving') {
        failedInARow = 0
        url.resolve(message.url)
        if (state === 'serving') {
          log({ level: 'info', message: 'the worker serves again', worker: number, pid: worker.process.pid })
        }
      }
      if (message.say === 'failed') why = message.why
    })
    worker.on('exit', (code, signal) => {
      living.delete(worker)
      gone.resolve()
      const how = signal ?? `code ${code}`
      const failure = new CommandFailure(why?.message ?? `A worker ended as soon as it began (${how}).`, why?.code)
      // No effect on one that served.
      url.reject(failure)
      if (state === 'starting') broken.reject(failure)
      if (state !== 'serving') return
      const message = 'a worker died and is started again'
      log({ level: 'error', message, worker: number, pid: worker.process.pid, how, reason: why?.message })
      void startAgain(number, performance.now() - born > longLife ? 1 : deaths + 1)
    })
    return url.promise
  }

  async function startAgain(number: number, deaths: number): Promise<void> {
    try {
      if (deaths > 1) await wait(Math.min(pauses.second * 2 ** (deaths - 2), pauses.longest), undefined, ending)
      await start(number, deaths)
    } catch (error) {
      if (ending.signal.aborted || !(error instanceof CommandFailure)) return
      failedInARow++
      const reason = `A worker could not be started, ${failedInARow} times in a row. ${error.message}`
      if (failedInARow === hopeless) broken.reject(new CommandFailure(reason, error.code))
    }
  }

  const all = Promise.all(Array.from({ length: count }, (_, at) => start(at + 1)))
  all.catch(() => undefined)

  return {
    async serve() {
      prepared.resolve()
      const [url = ''] = await Promise.race([all, broken.promise])
      state = 'serving'
      return { url, pids: [...living.keys()].flatMap(({ process }) => process.pid ?? []) }
    },
    broken: broken.promise,
    async leave(draining) {
      state = 'leaving'
      ending.abort()
      for (const worker of living.keys()) tell(worker, { say: 'leave', draining })
      await Promise.all(living.values())
    },
    kill() {
      state = 'leaving'
      ending.abort()
      for (const worker of living.keys()) worker.process.kill('SIGKILL')
    },
  }
}

/** One that dies meanwhile is not told: its end is heard of anyway. */
function tell(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => undefined)
}

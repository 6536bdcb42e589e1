/** A configuration is served: by this process, or by several that it watches. */
import type { Config } from '@symbolon/server/config/load'
import type { Log, WriteLines } from '@symbolon/server/log'
import { CommandFailure } from '../command.ts'

export interface Serving {
  /** Rejects when it can't go on; everything has ended then. */
  readonly broken: Promise<never>
  /** Says at `/ready` that it is leaving, goes on for so many milliseconds, finishes what is in flight. */
  leave(draining: number): Promise<void>
}

export async function serveAlone(config: Config, log: Log): Promise<Serving> {
  const { startServer } = await import('@symbolon/server/server')
  const server = await startServer(config, { log })
  return {
    broken: new Promise(() => undefined),
    leave: async (draining) => {
      if (draining > 0) await server.drain(draining)
      await server.close()
    },
  }
}

/** What all processes share is put in order here, once, while they load the program. */
export async function serveTogether(
  config: Config,
  count: number,
  { log, write }: { readonly log: Log; readonly write: WriteLines },
): Promise<Serving> {
  sharable(config, log)
  const { startWorkers } = await import('./watch.ts')
  const workers = startWorkers({ config, count, log, write })
  // However this process ends, none of them stays behind.
  process.on('exit', workers.kill)
  try {
    const { prepareServer } = await import('@symbolon/server/prepare')
    const applied = await prepareServer(config)
    const { url, pids } = await workers.serve()
    log({ level: 'info', message: 'listening', url, issuer: config.issuer, applied, workers: pids })
  } catch (error) {
    workers.kill()
    throw error
  }
  const broken = workers.broken.catch(async (error: unknown) => {
    await workers.leave(0)
    throw error
  })
  broken.catch(() => undefined)
  return { broken, leave: workers.leave }
}

function sharable({ storage }: Config, log: Log): void {
  if (storage === 'memory' || storage === 'sqlite::memory:') {
    throw new CommandFailure('Several workers share one database, and memory is not shared: name a file or PostgreSQL.')
  }
  if (!storage.startsWith('sqlite:')) return
  const message =
    'SQLite writes for one process at a time: workers share the rest of the work; for more, use PostgreSQL'
  log({ level: 'warn', message })
}

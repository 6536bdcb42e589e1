/**
 * A real PostgreSQL for tests, on a port of its own on 127.0.0.1, gone when the test's process is.
 *
 * `sharedPostgres()` for tests that only need a database; `startPostgres()` for those that stop, kill and
 * restart the server itself.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { binaries, environment, identity, makeCluster, makeFolder } from './postgres-binaries.ts'
import type { Launch, Order, Report } from './postgres-keeper.ts'

/** A server to make databases on. */
export interface Databases {
  /** The address of a database on this server; without a name, the one every server has. */
  readonly url: (database?: string) => string
  /** Makes a fresh, empty database and gives its address. */
  readonly createDatabase: () => Promise<string>
}

export type StopMode = 'fast' | 'immediate' | 'kill'

export interface Postgres extends Databases, AsyncDisposable {
  readonly port: number
  /** The server's process now; changes with each `start`. */
  readonly pid: number
  /**
   * `fast` ends connections and writes everything; `immediate` is as a crash, recovered from at the next start;
   * `kill` is a crash. All wait until every process of the server is gone.
   */
  readonly stop: (mode?: StopMode) => Promise<void>
  /** Starts a stopped server again, same port, same data. */
  readonly start: () => Promise<void>
}

export interface PostgresOptions {
  /** Whether what is committed survives a power cut. Off is faster, for tests that don't ask. */
  readonly fsync?: boolean
}

function databasesOn(server: string): Databases {
  const url = (database = 'postgres') => `${server}/${database}`
  const createDatabase = async () => {
    const name = `test_${randomBytes(8).toString('hex')}`
    const connection = new Client({ connectionString: url() })
    await connection.connect()
    try {
      await connection.query(`create database ${name}`)
    } finally {
      await connection.end()
    }
    return url(name)
  }
  return { url, createDatabase }
}

/** A free port below those the system hands out by itself, so that it is still free after a stop. */
async function findPort(): Promise<number> {
  const port = randomInt(20_000, 32_000)
  const probe = createServer()
  try {
    await once(probe.listen(port, '127.0.0.1'), 'listening')
  } catch {
    return findPort()
  }
  await new Promise((resolve) => probe.close(resolve))
  return port
}

function launchOf(folder: string, port: number, fsync: boolean): Launch {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: folder,
    max_connections: 200,
    shared_buffers: '32MB',
    ...(!fsync && { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
  }
  const parameters = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return {
    program: join(binaries, 'postgres'),
    parameters: ['-D', join(folder, 'data'), ...parameters],
    folder,
    ...identity,
  }
}

/** The keeper with its channel; neither holds this process open except while an answer is awaited. */
function startKeeper(): ChildProcess {
  const program = fileURLToPath(import.meta.resolve('./postgres-keeper.ts'))
  const keeper = fork(program, { detached: true, stdio: 'ignore', execArgv: [], env: environment })
  return quiet(keeper)
}

function quiet(keeper: ChildProcess): ChildProcess {
  keeper.unref()
  keeper.channel?.unref()
  return keeper
}

async function ask(keeper: ChildProcess, order: Order): Promise<Report> {
  keeper.ref()
  keeper.channel?.ref()
  const answer = once(keeper, 'message')
  keeper.send(order)
  const [report] = await answer
  quiet(keeper)
  return report as Report
}

export async function startPostgres({ fsync = true }: PostgresOptions = {}): Promise<Postgres> {
  const folder = makeFolder('symbolon-test-')
  const data = join(folder, 'data')
  makeCluster(data)
  const port = await findPort()
  const keeper = startKeeper()
  let pid: number | undefined
  keeper.on('message', (message: Report) => {
    pid = message.report === 'ready' ? message.pid : undefined
  })

  const start = async () => {
    if (pid !== undefined) return
    const report = await ask(keeper, { order: 'start', launch: launchOf(folder, port, fsync) })
    if (report.report === 'ended') throw new Error(`PostgreSQL did not start: ${report.log}`)
  }
  const stop = async (mode: StopMode = 'fast') => {
    if (pid !== undefined) await ask(keeper, { order: mode })
  }
  await start()
  return {
    ...databasesOn(`postgres://postgres@127.0.0.1:${port}`),
    port,
    get pid() {
      if (pid === undefined) throw new Error('PostgreSQL is stopped')
      return pid
    },
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop('immediate')
      if (keeper.connected) keeper.disconnect()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

let shared: Promise<Databases> | undefined

/** The server that `npm test` started for all files; for a file run by hand, one that ends with its process. */
export function sharedPostgres(): Promise<Databases> {
  const server = process.env.SYMBOLON_TEST_POSTGRES
  shared ??= server === undefined ? startPostgres({ fsync: false }) : Promise.resolve(databasesOn(server))
  return shared
}

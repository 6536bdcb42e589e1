/**
 * A long story on one database: faults of every kind strike at random while people and clients go on, chapter after
 * chapter; at the end of each chapter every promise is held against the state, and the next goes on with what is there.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startBalancer } from '../support/balancer.ts'
import { freePorts } from '../support/ports.ts'
import { startPostgres } from '../support/postgres.ts'
import { checkPromises, type Load, startLoad } from './load.ts'
import { command, placeServer, type ServerProcess } from './process.ts'
import { cutConnections, limitFiles, more, some } from './scenarios.ts'
import { cutLog, type Mark, markLog } from './wal.ts'

/** What happened, and how often. */
export type Tally = Readonly<Record<string, number>>

interface Fault {
  readonly name: string
  /** How often it makes a server or a database start again. */
  readonly restarts?: number
  strike(load: Load): Promise<void>
}

export interface Story {
  readonly tally: () => Tally
  /** Tells one chapter of so many faults; rejects when a promise was broken. */
  chapter(faults: number): Promise<void>
  close(): Promise<void>
}

interface Scene {
  readonly url: string
  readonly faults: readonly Fault[]
  readonly answered?: () => void
  close(): Promise<void>
}

async function tell(scene: Scene): Promise<Story> {
  const told: Record<string, number> = { flows: 0, restarts: 0, answers: 0, repeated: 0, checked: 0, lost: 0 }
  const count = (what: string, by = 1) => {
    told[what] = (told[what] ?? 0) + by
  }
  // Each kind once before any comes again, in another order each time.
  let waiting: Fault[] = []
  const nextFault = (): Fault => {
    if (waiting.length === 0) waiting = scene.faults.toSorted(() => Math.random() - 0.5)
    const fault = waiting.pop()
    assert.ok(fault)
    return fault
  }
  return {
    tally: () => told,
    close: scene.close,
    async chapter(faults) {
      const { answered } = scene
      const load = startLoad(scene.url, { workers: 6, mayFail: true, ...(answered && { answered }) })
      let strikes = 'begin'
      try {
        for (let turn = 0; turn < faults; turn++) {
          await more(load, some(10, 60))
          const { name, restarts = 0, strike } = nextFault()
          strikes = name
          await strike(load)
          count(name)
          count('restarts', restarts)
        }
        await more(load, 20)
        await load.stop()
        count('checked', await checkPromises(scene.url, load.promises))
      } catch (error) {
        count('lost')
        throw new Error(`after: ${strikes}`, { cause: error })
      } finally {
        await load.stop().catch(() => undefined)
        count('flows', load.flows())
        count('answers', load.answers())
        count('repeated', load.repeated())
      }
    },
  }
}

const rotation = (server: ServerProcess, folder: string): Fault => ({
  name: 'keys rotated',
  strike: async () => {
    await command(server, folder, 'keys', 'rotate')
  },
})

/** An hour ahead or behind, and back again after some work. */
const clockJump = (servers: readonly ServerProcess[], hours: 1 | -1): Fault => ({
  name: hours === 1 ? 'clock an hour ahead' : 'clock an hour behind',
  async strike(load) {
    const set = (seconds: number) =>
      load.whileClockIsSet(async () => {
        await Promise.all(servers.map((server) => server.setClock(seconds)))
      })
    await set(hours * 3_600)
    await more(load, 30)
    await set(0)
  },
})

/** Short, so that a rotated key comes to sign within a chapter. */
const lifetimes = { jwksCache: 10 }

/** One server on an SQLite file. */
export async function storyOnSqlite(): Promise<Story> {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-story-'))
  const database = join(folder, 'story.db')
  const server = await placeServer({ storage: 'sqlite:story.db', folder, lifetimes })
  await server.start()
  let mark: Mark | undefined
  const answered = () => {
    if (server.isRunning()) mark = markLog(database)
  }
  const kill = async () => {
    await pause(Math.random() * 10)
    await server.end('SIGKILL')
    // Answers that were on their way still count.
    await pause(10)
  }
  return tell({
    url: server.at,
    answered,
    faults: [
      {
        name: 'kill -9',
        restarts: 1,
        async strike() {
          await kill()
          await server.start()
        },
      },
      {
        name: 'kill -9, log cut',
        restarts: 1,
        async strike() {
          await kill()
          cutLog(database, mark)
          await server.start()
        },
      },
      {
        name: 'restart',
        restarts: 1,
        async strike() {
          assert.equal(await server.end('SIGTERM'), 0, server.complaints())
          await server.start()
        },
      },
      {
        name: 'disk full',
        async strike() {
          limitFiles(server.pid(), 1)
          await pause(300)
          limitFiles(server.pid(), 'unlimited')
        },
      },
      rotation(server, folder),
      clockJump([server], 1),
      clockJump([server], -1),
    ],
    async close() {
      await server.end('SIGTERM')
      rmSync(folder, { recursive: true, force: true })
    },
  })
}

/** Two servers behind a balancer on a PostgreSQL of their own. */
export async function storyOnPostgres(): Promise<Story> {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-story-'))
  const postgres = await startPostgres()
  const storage = await postgres.createDatabase()
  const [front = 0] = await freePorts(1)
  const url = `http://localhost:${front}`
  const place = { storage, folder, url, lifetimes }
  const servers = [await placeServer(place), await placeServer(place)] as const
  const balancer = await startBalancer(
    front,
    servers.map(({ port }) => port),
  )
  await Promise.all(servers.map((server) => server.start()))
  const comeBack = async () => {
    await pause(200)
    await postgres.start()
  }
  return tell({
    url,
    faults: [
      ...(['kill', 'immediate', 'fast'] as const).map((how) => ({
        name: `PostgreSQL stopped: ${how}`,
        restarts: 1,
        async strike() {
          await postgres.stop(how)
          await comeBack()
        },
      })),
      {
        name: 'connections cut',
        async strike(load) {
          for (let cut = 0; cut < 3; cut++) {
            await more(load, some(3, 15))
            await cutConnections(storage)
          }
        },
      },
      ...servers.map((server, index) => ({
        name: `kill -9 of server ${index + 1}`,
        restarts: 1,
        async strike(load: Load) {
          await server.end('SIGKILL')
          // The other alone carries every flow.
          await more(load, 30)
          await server.start()
        },
      })),
      {
        name: 'rolling restart',
        restarts: 2,
        async strike(load) {
          for (const server of servers) {
            assert.equal(await server.end('SIGTERM'), 0, server.complaints())
            await more(load, 10)
            await server.start()
          }
        },
      },
      rotation(servers[0], folder),
      clockJump(servers, 1),
      clockJump(servers, -1),
    ],
    async close() {
      await balancer.close()
      await Promise.all(servers.map((server) => server.end('SIGTERM')))
      await postgres[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  })
}

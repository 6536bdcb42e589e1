/** The faults, each under load, as short or as long as wanted. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { startBalancer } from '../support/balancer.ts'
import { freePorts } from '../support/ports.ts'
import { sharedPostgres, startPostgres } from '../support/postgres.ts'
import { checkPromises, type Load, startLoad } from './load.ts'
import { command, placeServer } from './process.ts'
import { cutLog, type Mark, markLog } from './wal.ts'

export interface Told {
  readonly answers: number
  readonly repeated: number
  readonly [what: string]: number
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-crash-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A load that is at work: so many more answers have come. */
export async function more(load: Load, answers: number): Promise<void> {
  const wanted = load.answers() + answers
  for (let waited = 0; load.answers() < wanted; waited++) {
    assert.ok(waited < 6_000, 'the load stands still')
    await Promise.race([pause(5), load.fault])
  }
}

export const some = (least: number, most: number) => least + Math.floor(Math.random() * (most - least))

/** What a file may grow to stands for what the disk holds: it binds any account, the superuser's too. */
export const limitFiles = (pid: number, bytes: number | 'unlimited') =>
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`])

/** `kill -9` at random moments, for SQLite with a cut through what was not promised yet. */
export const killOften = (kind: 'SQLite' | 'PostgreSQL', { kills }: { readonly kills: number }): Promise<Told> =>
  inFolder(async (folder) => {
    const storage = kind === 'SQLite' ? 'sqlite:crash.db' : await (await sharedPostgres()).createDatabase()
    const database = join(folder, 'crash.db')
    const server = await placeServer({ storage, folder })
    await server.start()
    let mark: Mark | undefined
    let bytesCut = 0
    const answered = () => {
      if (kind === 'SQLite' && server.isRunning()) mark = markLog(database)
    }
    const load = startLoad(server.at, { workers: 6, mayFail: true, answered })
    try {
      for (let kill = 0; kill < kills; kill++) {
        await more(load, some(15, 90))
        await pause(Math.random() * 10)
        await server.end('SIGKILL')
        // Answers that were on their way still count.
        await pause(10)
        bytesCut += cutLog(database, mark)
        await server.start()
      }
      await load.stop()
      await checkPromises(server.at, load.promises)
      return { kills, bytesCut, answers: load.answers(), repeated: load.repeated() }
    } finally {
      await server.end('SIGTERM')
    }
  })

/** PostgreSQL is killed and started again, and its connections are cut in the middle of transactions. */
export const cutDatabase = ({ rounds }: { readonly rounds: number }): Promise<Told> =>
  inFolder(async (folder) => {
    await using postgres = await startPostgres()
    const storage = await postgres.createDatabase()
    const server = await placeServer({ storage, folder })
    await server.start()
    const load = startLoad(server.at, { workers: 6, mayFail: true })
    let cuts = 0
    try {
      for (let round = 0; round < rounds; round++) {
        for (let cut = 0; cut < 3; cut++) {
          await more(load, some(5, 25))
          cuts += await cutConnections(storage)
        }
        await more(load, 20)
        await postgres.stop(round % 2 === 0 ? 'kill' : 'immediate')
        await pause(200)
        await postgres.start()
      }
      await more(load, 20)
      await load.stop()
      await checkPromises(server.at, load.promises)
      return { rounds, cuts, answers: load.answers(), repeated: load.repeated() }
    } finally {
      await server.end('SIGTERM')
    }
  })

export async function cutConnections(location: string): Promise<number> {
  const connection = new Client({ connectionString: location })
  await connection.connect()
  try {
    const ended = await connection.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'symbolon'`,
    )
    return ended.rowCount ?? 0
  } finally {
    await connection.end()
  }
}

/** Two servers behind a balancer on one database. */
async function withTwo<Result>(
  work: (parts: {
    readonly servers: readonly [Awaited<ReturnType<typeof placeServer>>, Awaited<ReturnType<typeof placeServer>>]
    readonly url: string
    readonly folder: string
  }) => Promise<Result>,
): Promise<Result> {
  return inFolder(async (folder) => {
    const storage = await (await sharedPostgres()).createDatabase()
    const [front = 0] = await freePorts(1)
    const url = `http://localhost:${front}`
    const lifetimes = { jwksCache: 10 }
    const place = { storage, folder, url, lifetimes }
    const servers = [await placeServer(place), await placeServer(place)] as const
    const balancer = await startBalancer(
      front,
      servers.map(({ port }) => port),
    )
    try {
      // Both find the database empty.
      await Promise.all(servers.map((server) => server.start()))
      return await work({ servers, url, folder })
    } finally {
      await balancer.close()
      await Promise.all(servers.map((server) => server.end('SIGTERM')))
    }
  })
}

/** One of two is killed: flows that went over both go on at the other. */
export const killOneOfTwo = ({ kills }: { readonly kills: number }): Promise<Told> =>
  withTwo(async ({ servers, url }) => {
    const load = startLoad(url, { workers: 6, mayFail: true })
    for (let kill = 0; kill < kills; kill++) {
      await more(load, some(15, 60))
      const server = servers[kill % 2 === 0 ? 0 : 1]
      await server.end('SIGKILL')
      // The other alone carries every flow.
      await more(load, 30)
      await server.start()
    }
    await load.stop()
    await checkPromises(url, load.promises)
    return { kills, answers: load.answers(), repeated: load.repeated() }
  })

/** A rolling restart with a rotation of keys in between: nobody may notice. */
export const restartInTurn = ({ rounds }: { readonly rounds: number }): Promise<Told> =>
  withTwo(async ({ servers, url, folder }) => {
    const load = startLoad(url, { workers: 6, mayFail: false })
    for (let round = 0; round < rounds; round++)
      for (const server of servers) {
        await more(load, 30)
        assert.equal(await server.end('SIGTERM'), 0, server.complaints())
        await more(load, 10)
        await command(servers[0], folder, 'keys', 'rotate')
        // It finds a database that is as it should be, and applies its configuration to it.
        await server.start()
      }
    await more(load, 30)
    await load.stop()
    assert.equal(load.repeated(), 0)
    const checked = await checkPromises(url, load.promises)
    const [flows, answers] = [load.flows(), load.answers()]
    return { restarts: rounds * 2, flows, answers, repeated: load.repeated(), checked }
  })

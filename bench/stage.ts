/** Where servers of the bench stand: one kind of storage, and for each a fresh database and a port. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../tests/support/ports.ts'
import { startPostgres } from '../tests/support/postgres.ts'
import type { StorageKind } from './options.ts'
import { type Launch, makeWorld } from './world.ts'

export interface Stage {
  readonly folder: string
  readonly storage: StorageKind
  /** As many as there were to be. */
  readonly launches: readonly Launch[]
  /** The process of the database server. */
  readonly database: number | undefined
}

/** Gone when `play` is over. */
export async function onStage<Result>(
  storage: StorageKind,
  count: number,
  play: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-bench-'))
  const postgres = storage === 'postgres' ? await startPostgres({ fsync: true }) : undefined
  try {
    const world = makeWorld()
    const launches: Launch[] = []
    for (const port of await freePorts(count)) {
      const place = postgres ? await postgres.createDatabase() : `sqlite:${join(folder, `${port}.db`)}`
      launches.push({ issuer: `http://localhost:${port}`, port, storage: place, world })
    }
    return await play({ folder, storage, launches, database: postgres?.pid })
  } finally {
    await postgres?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Reads: those of one turn in one batch. Each is answered when its rows are there, and fails alone. */
import type { Pool } from 'pg'
import { type Gathering, gather, type Waiting } from './gather.ts'
import { type Query, type Row, sendBatch } from './postgres-batch.ts'
import { breaksConnection, isWorthRetrying, mostAttempts, translated } from './postgres-errors.ts'

type Read = Waiting<Query, readonly Row[]>
type Limits = Pick<Gathering<Query, readonly Row[]>, 'batches' | 'patience'>

/** Rows that many wait for are not kept from them by a hundred others. */
const largest = 128

export const readTogether = (pool: Pool, limits: Limits): ((query: Query) => Promise<readonly Row[]>) =>
  gather<Query, readonly Row[]>({ ...limits, largest, take: (batch) => takeReads(pool, batch) }).ask

async function takeReads(pool: Pool, batch: readonly Read[]): Promise<readonly Read[]> {
  const queries = batch.map(({ work }) => work)
  let done = 0
  try {
    await sendBatch(pool, queries, (rows) => batch[done++]?.resolve(rows))
    return []
  } catch (error) {
    return afterFailure(batch.slice(done), error)
  }
}

/** The server answers in order: the first without an answer is the one that failed, and those behind it were not tried. */
function afterFailure([failed, ...untried]: readonly Read[], error: unknown): readonly Read[] {
  if (failed === undefined) return []
  if (isWorthRetrying(error) && failed.attempts < mostAttempts) {
    return [failed, ...untried].map((read) => ({ ...read, attempts: read.attempts + 1 }))
  }
  failed.reject(translated(error))
  if (!breaksConnection(error)) return untried
  for (const read of untried) read.reject(translated(error))
  return []
}

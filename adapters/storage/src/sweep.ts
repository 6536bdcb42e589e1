/** Deletes what has expired, each table in a short transaction of its own, so that no request waits for a long one. */
import { type Sql, step } from './sql.ts'
import { sweeps } from './statements/expired.ts'

/** At most `limit` rows of each table; gives the number of all that went. */
export async function sweep(sql: Sql, now: number, limit: number): Promise<number> {
  let gone = 0
  for (const { statement, keptFor } of sweeps) {
    const outcome = await sql.commit([step(statement, { before: now - keptFor, limit })])
    if (outcome.lost === undefined) gone += outcome.changes
  }
  return gone
}

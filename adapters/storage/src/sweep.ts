/** Deletes what has expired, each table in a short transaction of its own, so that no request waits for a long one. */
import { announcedUntil } from '@symbolon/authorization-server/logout/announce'
import { type Sql, step } from './sql.ts'
import { announceExpired, expiredIsAnnounced, sweeps } from './statements/expired.ts'

/** At most `limit` rows of each table; gives the number of all that went. */
export async function sweep(sql: Sql, now: number, limit: number): Promise<number> {
  await sql.commit([
    step(announceExpired, { before: now, limit, now, announced_until: announcedUntil(now) }),
    step(expiredIsAnnounced, { before: now }),
  ])
  let gone = 0
  for (const { statement, keptFor } of sweeps) {
    const outcome = await sql.commit([step(statement, { before: now - keptFor, limit })])
    if (outcome.lost === undefined) gone += outcome.changes
  }
  return gone
}

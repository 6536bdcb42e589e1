/** `throttles`: wrong passwords counted, forgotten at success or when the record expires. */
import type { ThrottleRecord } from '@symbolon/authorization-server/ports/records'
import { statement } from '../sql.ts'

type Row = {
  readonly throttle_key: string
  readonly failures: number
  readonly last_failure_at: number
  readonly expires_at: number
}

/** Four at a time: neither database takes a list as the other does. Fewer keys are filled up with the last one. */
export const keysAtOnce = 4

export const findThrottles = statement<{ key_1: string; key_2: string; key_3: string; key_4: string }, Row>(
  'throttles.find',
  `select throttle_key, failures, last_failure_at, expires_at from throttles
   where issuer_id = :issuer_id and throttle_key in (:key_1, :key_2, :key_3, :key_4)`,
)

/** Counted in the database, so that guesses sent at once are all counted. */
export const countFailure = statement<{ throttle_key: string; now: number; expires_at: number }>(
  'throttles.count',
  `insert into throttles (issuer_id, throttle_key, failures, last_failure_at, expires_at)
   values (:issuer_id, :throttle_key, 1, :now, :expires_at)
   on conflict (issuer_id, throttle_key) do update set
     failures = case when throttles.expires_at <= excluded.last_failure_at then 1 else throttles.failures + 1 end,
     last_failure_at = excluded.last_failure_at,
     expires_at = excluded.expires_at`,
)

export const clearFailures = statement<{ throttle_key: string }>(
  'throttles.clear',
  'delete from throttles where issuer_id = :issuer_id and throttle_key = :throttle_key',
)

export const throttleRecord = (row: Row): ThrottleRecord => ({
  key: row.throttle_key,
  failures: row.failures,
  lastFailureAt: row.last_failure_at,
  expiresAt: row.expires_at,
})

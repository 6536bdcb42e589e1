/** What PostgreSQL's SQLSTATEs mean for the server. @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
import { StorageConflict, StorageUnavailable } from '@symbolon/authorization-server/ports/store'
import { StorageProblem, UnstorableText } from './storage-problem.ts'

/** The SQLSTATE when the server answered; `undefined` when the network, or its absence, did. */
export const stateOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && 'severity' in error && typeof error.code === 'string'
    ? error.code
    : undefined

/** A prepared statement is not there: somebody between us and the server, a pooler, gave us another server process. */
const unprepared = '26000'

/** Besides that, serialization failure and deadlock: the same commit may do at the next try. */
export const isWorthRetrying = (error: unknown): boolean =>
  ['40001', '40P01', unprepared].includes(stateOf(error) ?? '')

export const mostAttempts = 5

/** Classes: connection, resources, operator intervention, system error; and what only a read-only server says. */
const unavailable = /^(08|53|55P03|57|58|XX|25006|25P0[234])/

/** Whether the connection is of no use any more. */
export const breaksConnection = (error: unknown): boolean => {
  const state = stateOf(error)
  if (state === undefined || state === unprepared) return true
  return unavailable.test(state) && state !== '57014' && state !== '55P03'
}

/** The error as the server's other parts know it; a mistake in our SQL stays what it is. */
export function translated(error: unknown): unknown {
  if (error instanceof StorageUnavailable) return error
  const state = stateOf(error)
  if (state === undefined) return new StorageUnavailable('The database can not be reached.', { cause: error })
  if (state === '23505') return new StorageConflict('The record is there already.', { cause: error })
  if (state === '22021' || state === '54000') return new UnstorableText('A text can not be stored.', { cause: error })
  if (isWorthRetrying(error)) return new StorageUnavailable('The database is too busy.', { cause: error })
  if (unavailable.test(state)) return new StorageUnavailable('The database does not answer now.', { cause: error })
  if (state.startsWith('28')) return new StorageUnavailable('The database does not let us in.', { cause: error })
  if (state === '3D000') return new StorageUnavailable('The database is gone.', { cause: error })
  return error
}

/** The same while opening, when trying again does not help. */
export function problemOf(error: unknown, database: string): unknown {
  if (error instanceof StorageProblem) return error
  const state = stateOf(error)
  if (state?.startsWith('28')) {
    return new StorageProblem(`PostgreSQL does not let this user into ${database}: check name and password.`, {
      cause: error,
    })
  }
  if (state === '3D000') return new StorageProblem(`There is no database ${database}; make it first.`, { cause: error })
  if (state === '42501') {
    return new StorageProblem(`This user may not make tables in ${database}; grant it the right to.`, { cause: error })
  }
  return translated(error)
}

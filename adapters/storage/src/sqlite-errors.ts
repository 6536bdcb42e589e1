/** What SQLite's result codes mean for the server. @see https://sqlite.org/rescode.html */
import { StorageConflict, StorageUnavailable } from '@symbolon/authorization-server/ports/store'
import { StorageProblem } from './storage-problem.ts'

const busy = 5
const locked = 6
const full = 13

/** By primary result code. After those with `reopen`, the connection is not to be trusted any more. */
const unavailable: Readonly<Record<number, { readonly says: string; readonly reopen: boolean }>> = {
  [busy]: { says: 'Another process is writing to the database.', reopen: false },
  [locked]: { says: 'The database is locked.', reopen: false },
  7: { says: 'There is no memory left for the database.', reopen: true },
  8: { says: 'The database can only be read, not written.', reopen: true },
  9: { says: 'The database was interrupted.', reopen: false },
  10: { says: 'The disk of the database fails.', reopen: true },
  11: { says: 'The database file is damaged.', reopen: true },
  [full]: { says: 'The disk of the database is full.', reopen: false },
  14: { says: 'The database file can not be opened.', reopen: true },
  15: { says: 'The database file can not be locked.', reopen: true },
  26: { says: 'The database file is not a database.', reopen: true },
}

const constraint = 19

/** The primary result code of an error of node:sqlite. */
const codeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined

const entryOf = (error: unknown) => unavailable[codeOf(error) ?? -1]

export const isBusy = (error: unknown): boolean => codeOf(error) === busy || codeOf(error) === locked

/** Whether the whole transaction is over, and not only the statement. */
export const endsTransaction = (error: unknown): boolean => entryOf(error) !== undefined

export const breaksConnection = (error: unknown): boolean => entryOf(error)?.reopen === true

/** The error as the server's other parts know it; a mistake in our SQL stays what it is. */
export function translated(error: unknown): unknown {
  const entry = entryOf(error)
  if (entry !== undefined) return new StorageUnavailable(entry.says, { cause: error })
  if (codeOf(error) === constraint) return new StorageConflict('The record is there already.', { cause: error })
  return error
}

/** The same while opening, when trying again does not help. */
export function problemOf(error: unknown, path: string): unknown {
  switch (codeOf(error)) {
    case 8:
    case 14:
      return new StorageProblem(`The database file ${path} can't be opened for writing.`, { cause: error })
    case 11:
      return new StorageProblem(`The database file ${path} is damaged.`, { cause: error })
    case 26:
      return new StorageProblem(`The file ${path} is not a SQLite database.`, { cause: error })
    default:
      return translated(error)
  }
}

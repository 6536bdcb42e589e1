/** The file of a SQLite database: found or made, for its owner alone. */
import { closeSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { StorageProblem } from './storage-problem.ts'

/** Makes an empty file when there is none. SQLite gives its side files (`-wal`, `-shm`) the same permissions. */
export function claimFile(path: string): void {
  try {
    refuseFolders(path)
    closeSync(openSync(path, 'a', 0o600))
  } catch (error) {
    if (error instanceof StorageProblem) throw error
    throw new StorageProblem(`The database file ${path} can't be written: ${reasonOf(error)}.`, { cause: error })
  }
}

function refuseFolders(path: string): void {
  const folder = dirname(path)
  const kind = statSync(folder, { throwIfNoEntry: false })
  if (kind === undefined) throw new StorageProblem(`There is no folder ${folder} for the database; make it first.`)
  if (!kind.isDirectory()) throw new StorageProblem(`${folder} is not a folder, so it can't hold the database.`)
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new StorageProblem(`${path} is a folder and not a database file.`)
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENAMETOOLONG: 'the name is too long',
}

const reasonOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
  return reasons[code] ?? code
}

/** The folder where a server keeps its own files: there, for this account's eyes only, and fit to be written. */
import { accessSync, constants, mkdirSync } from 'node:fs'

/** The folder can't be used; the message is one sentence for the person at the terminal. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError'
}

export function openDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const why = reasons[code] ?? `the system says ${code}`
    throw new DataFolderError(`The data folder ${folder} can't be written: ${why}.`, { cause: error })
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this account may not',
  EPERM: 'this account may not',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'there is a file of that name',
  ENOENT: 'a part of its path is not there',
}

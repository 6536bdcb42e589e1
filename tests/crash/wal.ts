/**
 * What a power cut may take from SQLite's write-ahead log, and what it may not.
 *
 * With `synchronous = FULL` a commit returns after its frames were fsynced, and an answer is sent after that. So all
 * that stood in the log when the last answer arrived must survive; what was appended since was promised to nobody, and
 * its bytes may be on the disk or not, up to any one of them. A checkpoint fsyncs the log before it copies anything
 * into the database file: if the file has changed since that answer, what is in the log was synced too, and nothing
 * may be cut.
 *
 * @see https://sqlite.org/fileformat.html#the_write_ahead_log
 */
import { closeSync, openSync, readSync, rmSync, statSync, truncateSync } from 'node:fs'

const headerBytes = 32
const frameHeaderBytes = 24

/** Where the log's own frames end; what is behind them is left from before it last began anew. */
function endOfLog(path: string): number {
  const file = openSync(path, 'r')
  try {
    const header = Buffer.alloc(headerBytes)
    if (readSync(file, header, 0, headerBytes, 0) < headerBytes) return 0
    const frame = frameHeaderBytes + header.readUInt32BE(8)
    const salts = header.subarray(16, 24)
    const { size } = statSync(path)
    const isOurs = (count: number) => {
      const found = Buffer.alloc(8)
      const at = headerBytes + count * frame
      return at + frame <= size && readSync(file, found, 0, 8, at + 8) === 8 && found.equals(salts)
    }
    // Frames of this generation stand in front of all others, so the end is found by halving.
    let [low, high] = [0, Math.floor((size - headerBytes) / frame)]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (isOurs(middle - 1)) low = middle
      else high = middle - 1
    }
    return headerBytes + low * frame
  } finally {
    closeSync(file)
  }
}

export interface Mark {
  readonly salts: string
  readonly end: number
  readonly checkpointed: bigint
}

function saltsOf(path: string): string {
  const file = openSync(path, 'r')
  const salts = Buffer.alloc(8)
  readSync(file, salts, 0, 8, 16)
  closeSync(file)
  return salts.toString('hex')
}

/** How far the log reached when an answer arrived. */
export function markLog(database: string): Mark | undefined {
  const log = `${database}-wal`
  if (statSync(log, { throwIfNoEntry: false }) === undefined) return undefined
  const checkpointed = statSync(database, { bigint: true }).mtimeNs
  return { salts: saltsOf(log), end: endOfLog(log), checkpointed }
}

/** Cuts the log at a random byte of what no answer rests on, as a power cut might; gives how many bytes went. */
export function cutLog(database: string, mark: Mark | undefined): number {
  const log = `${database}-wal`
  if (mark === undefined || statSync(log, { throwIfNoEntry: false }) === undefined) return 0
  // The index of the log is in shared memory, and never outlives a power cut.
  rmSync(`${database}-shm`, { force: true })
  const same = statSync(database, { bigint: true }).mtimeNs === mark.checkpointed && saltsOf(log) === mark.salts
  const end = endOfLog(log)
  if (!same || end <= mark.end) return 0
  const at = mark.end + Math.floor(Math.random() * (end - mark.end))
  truncateSync(log, at)
  return end - at
}

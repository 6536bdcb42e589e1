/** The log of a server: one JSON object for each line on standard output. */
import type { Writable } from 'node:stream'
import type { LogEntry } from '@symbolon/http/message'

export type Log = (entry: LogEntry | Notice) => void

/** Something that is no request: started, applied, stopping. */
export interface Notice {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
  readonly [detail: string]: unknown
}

/** Takes whole lines; urgent ones are to be written at once. */
export type WriteLines = (lines: string, urgent?: boolean) => unknown

/** Makes each entry one line. Causes are written as name, message and stack; nothing else of them. */
export function jsonLog(write: WriteLines, now: () => number = Date.now): Log {
  const textOf = rememberingLast((at: number) => new Date(at).toISOString())
  return (entry) => {
    const { level, route: path, took: ms, cause } = entry
    const error = errorOf(cause)
    // JSON leaves out what is undefined.
    const gone = undefined
    const line = { time: textOf(now()), ...entry, route: gone, took: gone, cause: gone, path, ms, error }
    write(`${JSON.stringify(line)}\n`, level === 'error')
  }
}

/** Most lines of one turn of the event loop have the same time. */
function rememberingLast<Of, Made>(make: (of: Of) => Made): (of: Of) => Made {
  let last: { readonly of: Of; readonly made: Made } | undefined
  return (of) => {
    if (last?.of !== of) last = { of, made: make(of) }
    return last.made
  }
}

function errorOf(cause: unknown): unknown {
  if (cause === undefined) return undefined
  return cause instanceof Error ? { name: cause.name, message: cause.message, stack: cause.stack } : String(cause)
}

const tellOf = (lines: number) =>
  `${JSON.stringify({ time: new Date().toISOString(), level: 'warn', message: 'the log is not read; lines are missing', lines })}\n`

/** Characters held for a reader who does not read. */
const mostHeld = 8 * 1_024 * 1_024

/** Milliseconds in which lines are collected. */
const collecting = 10

/**
 * Writes lines together that come shortly after each other: a write for each would cost more than all else that a line
 * needs.
 *
 * While the reader is slow, lines are held, and then left out and counted; nobody waits for a log. A process that ends in
 * order stays until the reader has taken what is held. One that is ended by `process.exit` or by what it did not
 * catch writes what it holds, as far as the reader has room.
 */
export function linesTo(stream: Writable, most: number = mostHeld): WriteLines {
  let held = ''
  let leftOut = 0
  let writing = false
  let waiting = false

  const write = () => {
    waiting = false
    if (writing || held === '') return
    writing = true
    const lines = held
    held = ''
    stream.write(lines, () => {
      writing = false
      if (leftOut > 0) held += tellOf(leftOut)
      leftOut = 0
      write()
    })
  }
  process.once('exit', () => {
    if (held !== '') stream.write(held)
  })

  return (lines, urgent = false) => {
    if (held.length + lines.length > most) {
      leftOut += 1
      return
    }
    held += lines
    if (urgent) write()
    else if (!waiting) {
      waiting = true
      setTimeout(write, collecting)
    }
  }
}

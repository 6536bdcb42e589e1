/** The log of a server: one JSON object for each line on standard output, flushed before the process ends. */
import type { LogEntry } from '@symbolon/http/message'

export type Log = (entry: LogEntry | Notice) => void

/** Something that is no request: started, applied, stopping. */
export interface Notice {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
  readonly [detail: string]: unknown
}

/** Writes each entry as one line. Causes are written as name, message and stack; nothing else of them. */
export const jsonLog =
  (write: (line: string) => unknown, now: () => Date = () => new Date()): Log =>
  ({ level, ...entry }) => {
    const { cause, took, route, ...rest } = { cause: undefined, took: undefined, route: undefined, ...entry }
    const line = { time: now().toISOString(), level, ...rest, path: route, ms: took, error: errorOf(cause) }
    write(`${JSON.stringify(line)}\n`)
  }

function errorOf(cause: unknown): unknown {
  if (cause === undefined) return undefined
  return cause instanceof Error ? { name: cause.name, message: cause.message, stack: cause.stack } : String(cause)
}

/**
 * HTTP messages as plain values: what both adapters, Fastify and fetch, read a request into and write an answer from.
 */
export interface HttpRequest {
  readonly method: string
  /** Path and query as sent: `/authorize?client_id=…`. */
  readonly target: string
  /** Lower-case names; a header sent twice is joined with `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
  readonly remoteAddress: string
}

/** A header with several values is sent as often. */
export type Headers = Readonly<Record<string, string | readonly string[]>>

export interface HttpResponse {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** One line of the log: what was asked and how it ended, with nothing in it that a caller chose but `client`. */
export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error'
  readonly flow: string
  readonly method: string
  readonly route: string
  readonly status: number
  /** Milliseconds. */
  readonly took: number
  readonly client?: string | undefined
  readonly reason?: string | undefined
  /** What a bug or a broken dependency threw; never shown to a caller. */
  readonly cause?: unknown
}

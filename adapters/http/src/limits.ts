/** What one who is slow, silent or many may take, so that all others are served. */

/** Times are in milliseconds. */
export interface Limits {
  readonly bodyBytes: number
  readonly headerBytes: number
  /** From the connection, or from the end of the answer before, until the headers are here. */
  readonly headers: number
  /** The same, until the whole request is here. */
  readonly request: number
  /** Without a byte in either direction. */
  readonly silence: number
  /** Between an answer and the next request. */
  readonly keepAlive: number
  /** How often it is looked for requests that are late. */
  readonly lookEvery: number
  /** So many at once; further ones are closed before they are read. */
  readonly connections: number
}

export const defaultLimits: Limits = {
  bodyBytes: 65_536,
  headerBytes: 32_768,
  headers: 15_000,
  request: 30_000,
  silence: 60_000,
  keepAlive: 65_000,
  lookEvery: 2_000,
  connections: 10_000,
}

/** Said while connections are closed unread. */
export type Crowded = { readonly level: 'warn'; readonly message: string; readonly connections: number }

const tellEvery = 60_000

export function tellOfDrops(log: (entry: Crowded) => void, connections: number): () => void {
  let toldAt = Number.NEGATIVE_INFINITY
  return () => {
    const now = performance.now()
    if (now - toldAt < tellEvery) return
    toldAt = now
    log({
      level: 'warn',
      message: 'connections are closed unread: there are as many as one process takes',
      connections,
    })
  }
}

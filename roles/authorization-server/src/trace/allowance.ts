/**
 * How much of each kind may be recorded: so many at once, and so many a second after that. What is beyond it is counted,
 * for the next of its kind to tell.
 */

export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

export interface Allowance {
  /** Whether one more of this kind may be recorded; it then has been. */
  take(kind: string): boolean
  /** One of this kind was left out. */
  leaveOut(kind: string): void
  /** How many of this kind were left out since this was last asked. */
  leftOut(kind: string): number
}

interface Bucket {
  room: number
  /** When the room was last reckoned, in milliseconds. */
  since: number
  leftOut: number
}

/** Strangers can name any number of clients: the kind that came first is forgotten first. */
const mostKinds = 2_000

export function createAllowance(parts: {
  readonly each: Rate
  /** For all kinds together. */
  readonly together: Rate
  /** Milliseconds on a clock that nobody sets. */
  readonly now: () => number
}): Allowance {
  const { each, together, now } = parts
  const buckets = new Map<string, Bucket>()
  const all: Bucket = { room: together.burst, since: now(), leftOut: 0 }

  const bucketOf = (kind: string): Bucket => {
    const known = buckets.get(kind)
    if (known !== undefined) return known
    const [oldest] = buckets.keys()
    if (buckets.size >= mostKinds && oldest !== undefined) buckets.delete(oldest)
    const made = { room: each.burst, since: now(), leftOut: 0 }
    buckets.set(kind, made)
    return made
  }

  return {
    take(kind) {
      const bucket = bucketOf(kind)
      const at = now()
      refill(bucket, each, at)
      if (bucket.room < 1) return false
      refill(all, together, at)
      if (all.room < 1) return false
      bucket.room--
      all.room--
      return true
    },
    leaveOut(kind) {
      bucketOf(kind).leftOut++
    },
    leftOut(kind) {
      const bucket = bucketOf(kind)
      const { leftOut } = bucket
      bucket.leftOut = 0
      return leftOut
    },
  }
}

function refill(bucket: Bucket, { burst, perSecond }: Rate, at: number): void {
  bucket.room = Math.min(burst, bucket.room + ((at - bucket.since) * perSecond) / 1_000)
  bucket.since = at
}

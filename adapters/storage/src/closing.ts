/** A database closes after what is under way, and does nothing more. */
import { StorageUnavailable } from '@symbolon/authorization-server/ports/store'

export interface Closing {
  /** For work that is done at once. */
  refuseClosed(): void
  /** Does the work, unless the database is closed. */
  during<Result>(work: () => Promise<Result>): Promise<Result>
  /** Lets nothing more begin; resolves when all that has begun is done. */
  settle(): Promise<void>
}

export function closing(): Closing {
  const underWay = new Set<Promise<unknown>>()
  let open = true
  const refuseClosed = () => {
    if (!open) throw new StorageUnavailable('The database is closed.')
  }
  return {
    refuseClosed,
    async during(work) {
      refuseClosed()
      const working = work()
      underWay.add(working)
      try {
        return await working
      } finally {
        underWay.delete(working)
      }
    },
    async settle() {
      open = false
      await Promise.allSettled(underWay)
    },
  }
}

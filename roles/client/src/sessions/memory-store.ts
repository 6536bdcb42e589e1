/** Sessions in the memory of one process: for development, tests, and apps that may forget at a restart. */
import type { SessionStore } from './store.ts'

export interface MemoryStoreSettings {
  /** Epoch milliseconds. */
  readonly now?: () => number
  /** The oldest session makes room beyond this. */
  readonly most?: number
}

export function memoryStore({ now = Date.now, most = 100_000 }: MemoryStoreSettings = {}): SessionStore {
  const entries = new Map<string, { readonly value: string; readonly expiresAt: number }>()
  const leases = new Map<string, { readonly until: number }>()

  const present = (key: string) => {
    const entry = entries.get(key)
    return entry && entry.expiresAt * 1000 > now() ? entry : undefined
  }

  return {
    async get(key) {
      return present(key)?.value
    },
    async set({ key, value, expiresAt, onlyIfPresent }) {
      if (onlyIfPresent && !present(key)) return false
      entries.delete(key)
      entries.set(key, { value, expiresAt })
      for (const [each, entry] of entries) {
        if (entry.expiresAt * 1000 > now() && entries.size <= most) break
        entries.delete(each)
      }
      return true
    },
    async delete(key) {
      entries.delete(key)
    },
    async lease(key, milliseconds) {
      if ((leases.get(key)?.until ?? 0) > now()) return undefined
      for (const [each, { until }] of leases) {
        if (until > now() && leases.size < most) break
        leases.delete(each)
      }
      const lease = { until: now() + milliseconds }
      leases.set(key, lease)
      return {
        release: async () => {
          if (leases.get(key) === lease) leases.delete(key)
        },
      }
    },
  }
}

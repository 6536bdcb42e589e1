/** Sessions in the memory of one process: for development, tests, and apps that may forget at a restart. */
import type { SessionStore } from '../store.ts'

export interface MemoryStoreSettings {
  /** Epoch milliseconds. */
  readonly now?: () => number
  /** The oldest session makes room beyond this, and the oldest of what lives for minutes. */
  readonly most?: number
}

/** Seconds; what anybody can have stored here lives no longer, and pushes no session out. */
const short = 3_600

export function memoryStore({ now = Date.now, most = 100_000 }: MemoryStoreSettings = {}): SessionStore {
  type Entries = Map<string, { readonly value: string; readonly expiresAt: number }>
  const lasting: Entries = new Map()
  const passing: Entries = new Map()
  const leases = new Map<string, { readonly until: number }>()

  const present = (key: string) => {
    const entry = passing.get(key) ?? lasting.get(key)
    return entry && entry.expiresAt * 1000 > now() ? entry : undefined
  }

  return {
    async get(key) {
      return present(key)?.value
    },
    async set({ key, value, expiresAt, onlyIfPresent }) {
      if (onlyIfPresent && !present(key)) return false
      for (const each of [lasting, passing]) each.delete(key)
      const entries = expiresAt * 1000 > now() + short * 1000 ? lasting : passing
      entries.set(key, { value, expiresAt })
      for (const [each, entry] of entries) {
        if (entry.expiresAt * 1000 > now() && entries.size <= most) break
        entries.delete(each)
      }
      return true
    },
    async delete(key) {
      for (const each of [lasting, passing]) each.delete(key)
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

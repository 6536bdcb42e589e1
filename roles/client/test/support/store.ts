/** A store that remembers all that was written to it. */
import { memoryStore, type SessionStore, type StoredEntry } from '@symbolon/client'

export interface SpiedStore extends SessionStore {
  readonly written: StoredEntry[]
}

export function spied(store: SessionStore = memoryStore()): SpiedStore {
  const written: StoredEntry[] = []
  return {
    ...store,
    written,
    set(entry) {
      written.push(entry)
      return store.set(entry)
    },
  }
}

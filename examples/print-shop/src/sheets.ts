/** The sheets made lately, each for the person who ordered it only. The shop keeps them in memory and forgets them. */
import { randomBytes } from 'node:crypto'
import type { Photo } from './pages.ts'

export interface Sheet {
  readonly id: string
  /** Who may see it: issuer and subject. */
  readonly owner: string
  readonly title: string
  readonly photos: readonly Photo[]
  readonly columns: number
  readonly fullSize: boolean
  readonly pdf: Buffer
  readonly saved: boolean
}

export interface Sheets {
  add(sheet: Omit<Sheet, 'id' | 'saved'>): Sheet
  find(id: string, owner: string): Sheet | undefined
  markSaved(id: string): void
}

export function createSheets(limit = 100): Sheets {
  const kept = new Map<string, Sheet>()
  return {
    add(order) {
      const sheet = { ...order, id: randomBytes(12).toString('base64url'), saved: false }
      kept.set(sheet.id, sheet)
      for (const oldest of kept.keys()) {
        if (kept.size <= limit) break
        kept.delete(oldest)
      }
      return sheet
    },
    find(id, owner) {
      const sheet = kept.get(id)
      return sheet?.owner === owner ? sheet : undefined
    },
    markSaved(id) {
      const sheet = kept.get(id)
      if (sheet !== undefined) kept.set(id, { ...sheet, saved: true })
    },
  }
}

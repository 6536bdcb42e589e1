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
  /** How many of the photos are printed from the small picture. */
  readonly small: number
  readonly pdf: Buffer
  readonly saved: boolean
}

export interface Sheets {
  add(sheet: Omit<Sheet, 'id' | 'saved'>): Sheet
  find(id: string, owner: string): Sheet | undefined
  markSaved(id: string): void
}

export interface Room {
  readonly bytes: number
  /** So that one person can't push out the sheets of all others. */
  readonly perOwner: number
}

const enough: Room = { bytes: 256 * 1024 * 1024, perOwner: 5 }

export function createSheets({ bytes, perOwner }: Room = enough): Sheets {
  const kept = new Map<string, Sheet>()
  return {
    add(order) {
      const sheet = { ...order, id: randomBytes(12).toString('base64url'), saved: false }
      kept.set(sheet.id, sheet)
      const own = [...kept.values()].filter(({ owner }) => owner === sheet.owner)
      for (const { id } of own.slice(0, -perOwner)) kept.delete(id)
      let size = [...kept.values()].reduce((sum, { pdf }) => sum + pdf.length, 0)
      for (const { id, pdf } of kept.values()) {
        if (size <= bytes || id === sheet.id) break
        kept.delete(id)
        size -= pdf.length
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

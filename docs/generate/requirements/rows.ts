/**
 * The rows: what the specifications demand, a sentence each. `docs/requirements/rows.json` is copied from the table
 * that the project is built by, which holds more columns and stands elsewhere.
 */
import { readFileSync, writeFileSync } from 'node:fs'

export interface Row {
  readonly id: string
  readonly spec: string
  readonly section: string
  readonly role: string
  readonly level: string
  readonly topic: string
  readonly text: string
}

const place = new URL('../../requirements/rows.json', import.meta.url)

export const readRows = (): readonly Row[] => JSON.parse(readFileSync(place, 'utf8'))

export function copyRows(table: string): void {
  const { requirements }: { readonly requirements: readonly Row[] } = JSON.parse(readFileSync(table, 'utf8'))
  const rows = requirements.map(({ id, spec, section, role, level, topic, text }) => {
    return { id, spec, section, role, level, topic, text }
  })
  writeFileSync(place, `${JSON.stringify(rows, null, 2)}\n`)
}

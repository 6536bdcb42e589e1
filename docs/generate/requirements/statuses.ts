/**
 * Why a row is not proved: `docs/requirements/statuses.json`, read from top to bottom, the first entry that holds the
 * row counts.
 */
import { readFileSync } from 'node:fs'
import type { Row } from './rows.ts'

export interface Excuse {
  readonly status: 'not yet built' | 'not planned' | 'does not apply'
  /** The part of the roadmap, or the reason. */
  readonly why: string
  /** Ids, with `*` for any ending: `FAPI2-SP-*`. */
  readonly rows?: readonly string[]
  readonly specs?: readonly string[]
  readonly topics?: readonly string[]
}

const place = new URL('../../requirements/statuses.json', import.meta.url)

export const readExcuses = (): readonly Excuse[] => JSON.parse(readFileSync(place, 'utf8'))

const fits = (pattern: string, id: string): boolean =>
  pattern.endsWith('*') ? id.startsWith(pattern.slice(0, -1)) : pattern === id

export const holds = ({ rows = [], specs = [], topics = [] }: Excuse, { id, spec, topic }: Row): boolean =>
  specs.includes(spec) || topics.includes(topic) || rows.some((pattern) => fits(pattern, id))

/** Whether the entry names the row itself, and not as one of many. */
export const names = ({ rows = [] }: Excuse, { id }: Row): boolean => rows.includes(id)

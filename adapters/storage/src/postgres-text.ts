/** How a statement reads in PostgreSQL. */
import { inPlaces, withPlaces } from './places.ts'
import type { Value, Values } from './sql.ts'

export interface PostgresText {
  readonly text: string
  readonly valuesOf: (values: Values) => Value[]
}

export function toPostgres(text: string): PostgresText {
  const placed = withPlaces(text, '$')
  return { text: placed.text, valuesOf: (values) => inPlaces(placed, values) }
}

/**
 * A spending statement that returns no row must undo the commit that it stands in, and the next statements are sent
 * before its answer comes: so it divides by the number of rows, and 1 / 0 is an error.
 */
export const orFail = (text: string): string => `with spent as (${text}) select 1 / count(*) as spent from spent`

/** Any number of commits may hold a row at once; whoever would change it waits for them. In SQLite one writes at a time. */
export const held = (text: string): string => `${text} for share`

/** The SQLSTATE of that error: division_by_zero. */
export const lostState = '22012'

/** Which texts both databases can hold: PostgreSQL refuses U+0000, and UTF-8 has no half surrogate pairs. */
import type { Value, Values } from './sql.ts'
import { UnstorableText } from './storage-problem.ts'

const isStorable = (value: string) => value.isWellFormed() && !value.includes('\0')

/** For writes. The value is not repeated: it may be a secret. */
export function refuseUnstorable(values: Values): void {
  for (const name in values) {
    const value = values[name]
    if (typeof value === 'string' && !isStorable(value)) {
      throw new UnstorableText(`${name} holds a character that can't be stored (U+0000 or half a surrogate pair).`)
    }
  }
}

/** For reads: nothing can be stored under such a key, so nothing is found. */
export function findsNothing(values: Values): boolean {
  for (const name in values) {
    const value: Value | undefined = values[name]
    if (typeof value === 'string' && !isStorable(value)) return true
  }
  return false
}

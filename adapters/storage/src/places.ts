/** Statements name their values; a database gets them in order, which costs it half of what names do. */
import type { Value, Values } from './sql.ts'

/** A text whose `:names` became numbers, and the names in the order of their numbers. */
export interface PlacedText {
  readonly text: string
  readonly places: readonly string[]
}

/** Rewrites `:name` to `?n` or `$n`. Statements hold no casts and no colon in a literal; a test sees to it. */
export function withPlaces(text: string, sign: '?' | '$'): PlacedText {
  const places: string[] = []
  const numbered = text.replace(/:([a-z]\w*)/g, (_, name: string) => {
    if (!places.includes(name)) places.push(name)
    return `${sign}${places.indexOf(name) + 1}`
  })
  return { text: numbered, places }
}

export function inPlaces({ places }: PlacedText, values: Values): Value[] {
  const inOrder: Value[] = []
  for (const name of places) {
    const value = values[name]
    if (value === undefined) throw new TypeError(`No value for :${name}`)
    inOrder.push(value)
  }
  return inOrder
}

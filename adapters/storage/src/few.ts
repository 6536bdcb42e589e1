/** Many rows by their keys, sixteen with one statement: its text is the same, however many they are. */
import type { Values } from './sql.ts'

const places = Array.from({ length: 16 }, (_, at) => `key_${at + 1}`)

/** What stands between the brackets of `in (…)`. */
export const few = places.map((place) => `:${place}`).join(', ')

/** The values of as many statements as these keys take; the last key fills what is left. */
export const inFews = (keys: readonly string[]): readonly Values[] =>
  keys.length === 0
    ? []
    : [
        Object.fromEntries(places.map((place, at) => [place, keys[at] ?? String(keys.at(-1))])),
        ...inFews(keys.slice(places.length)),
      ]

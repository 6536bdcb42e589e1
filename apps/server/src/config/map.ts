/** Maps from names to values of one kind. */
import { isMap, type Kind, wrong } from './kinds.ts'

/** What was read comes as pairs, in the order of the file. */
export function mapOf<W, R>(
  kind: Kind<W, R>,
  name: { readonly fits: (name: string) => boolean; readonly expected: string },
): Kind<Readonly<Record<string, W>>, readonly (readonly [name: string, value: R])[]> {
  const expected = `a map from ${name.expected} to: ${kind.expected}`
  return {
    expected,
    schema: { type: 'object', additionalProperties: kind.schema },
    read: (value, path, reading) => {
      if (!isMap(value)) return wrong(value, path, reading, expected)
      return Object.entries(value).flatMap(([key, item]) => {
        const at = [...path, key]
        if (!name.fits(key)) {
          reading.report({ path: at, on: 'key', expected: name.expected, got: JSON.stringify(key) })
          return []
        }
        const read = kind.read(item, at, reading)
        return read === undefined ? [] : [[key, read] as const]
      })
    },
  }
}

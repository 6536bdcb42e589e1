/** Things with a name, as a map from name to thing or as a list of things that carry theirs. */
import { isMap, type Kind, wrong } from './kinds.ts'

/** A map from name to value, or a list of values that carry their name. */
export function named<W extends object, R extends object>(
  kind: Kind<W, R>,
  key: 'client_id',
): Kind<
  Readonly<Record<string, W>> | readonly (W & { readonly client_id: string })[],
  readonly (R & { readonly id: string })[]
> {
  const expected = `a map from ${key} to ${kind.expected}, or a list of such with ${key}`
  const fits = (id: unknown): id is string => typeof id === 'string' && /^[\x21-\x7e]{1,255}$/.test(id)
  return {
    expected,
    schema: {
      anyOf: [
        { type: 'object', additionalProperties: kind.schema },
        { type: 'array', items: withKey(kind.schema, key) },
      ],
    },
    read: (value, path, reading) => {
      if (!isMap(value) && !Array.isArray(value)) return wrong(value, path, reading, expected)
      const entries = Array.isArray(value)
        ? value.map((item: unknown, at): readonly [unknown, unknown, number] => {
            if (!isMap(item)) return [undefined, item, at]
            const { [key]: id, ...rest } = item
            return [id, rest, at]
          })
        : Object.entries(value).map(([id, item]): readonly [unknown, unknown, string] => [id, item, id])
      const seen = new Set<string>()
      return entries.flatMap(([id, item, at]) => {
        const place = [...path, at]
        const read = kind.read(item, place, reading)
        if (!fits(id)) {
          const idPlace = isMap(item) && typeof at === 'number' && id !== undefined ? [...place, key] : place
          if (isMap(item)) wrong(id, idPlace, reading, `a ${key} of up to 255 ASCII characters, no spaces`)
          return []
        }
        if (seen.has(id)) wrong(id, [...place, key], reading, `a ${key} that no other has`)
        seen.add(id)
        if (read === undefined) return []
        const whole = { ...read, id }
        reading.places.set(whole, place)
        return [whole]
      })
    },
  }
}

const withKey = (schema: Readonly<Record<string, unknown>>, key: string) => ({
  ...schema,
  properties: { [key]: { type: 'string', minLength: 1 }, ...(isMap(schema.properties) && schema.properties) },
  required: [key],
})

/** A map with known keys as JSON Schema writes it. */
import type { Schema } from './kinds.ts'
import type { Fields } from './record.ts'

export function recordSchema(fields: Fields, localized: readonly string[]): Schema {
  const entries = Object.entries(fields)
  const needed = entries.filter(([, { demand }]) => demand === 'required').map(([key]) => key)
  const properties = entries.map(([key, { kind, about, fallback, demand }]) => [
    key,
    { description: about, ...kind.schema, ...(demand === 'defaulted' && isPlain(fallback) && { default: fallback }) },
  ])
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(localized.length > 0 && {
      patternProperties: Object.fromEntries(localized.map((key) => [`^${key}#`, fields[key]?.kind.schema])),
    }),
    ...(needed.length > 0 && { required: needed }),
    additionalProperties: false,
  }
}

const isPlain = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value)

/** A resource in the configuration: an API that tokens are for, and its scopes in words. */

import { signingAlgorithms } from '@symbolon/protocol/algorithms'
import { openidScopes } from '@symbolon/protocol/claims'
import { isScope } from '@symbolon/protocol/scope'
import { choice, duration, flag, isMap, type Kind, text, wrong } from './kinds.ts'
import { mapOf } from './map.ts'
import { isLocale, riskKind } from './people-schema.ts'
import { defaulted, optional, record, required } from './record.ts'

type ByLanguage = Readonly<Record<string, string>>

const words = text('words')

const byLanguage: Kind<string | ByLanguage, ByLanguage> = {
  expected: 'words, or a map from language to words with en among them',
  schema: {
    anyOf: [words.schema, { type: 'object', additionalProperties: words.schema, required: ['en'] }],
  },
  read: (value, path, reading) => {
    if (typeof value === 'string' && value !== '') return { en: value }
    const expected = 'words, or a map from language to words with en among them'
    if (!isMap(value) || value.en === undefined) return wrong(value, path, reading, expected)
    const entries = Object.entries(value).flatMap(([language, said]) => {
      if (!isLocale(language)) {
        const got = JSON.stringify(language)
        reading.report({ path: [...path, language], on: 'key', expected: 'a language tag as de or pt-BR', got })
      }
      const read = words.read(said, [...path, language], reading)
      return read === undefined ? [] : [[language, read] as const]
    })
    return entries.length === Object.keys(value).length ? Object.fromEntries(entries) : undefined
  },
}

export const scopeFields = {
  title: required(byLanguage, 'What it allows, as a verb phrase: "See your photos".'),
  detail: optional(byLanguage, 'One sentence more.'),
  risk: defaulted(riskKind, 'normal', 'How loudly the consent page says it.', '`normal`'),
  optional: defaulted(flag, false, 'Whether the person may untick it.'),
}

const scopeRecord = record(scopeFields, { what: 'a scope' })

type WrittenScope = typeof scopeRecord extends Kind<infer W, infer _> ? W : never
type ReadScope = typeof scopeRecord extends Kind<infer _, infer R> ? R : never

const scopeKind: Kind<string | WrittenScope, ReadScope> = {
  expected: 'words, or a map with the keys of a scope',
  schema: { anyOf: [words.schema, scopeRecord.schema] },
  read: (value, path, reading) =>
    scopeRecord.read(typeof value === 'string' && value !== '' ? { title: value } : value, path, reading),
}

const scopeName = {
  fits: (name: string) => isScope(name) && !name.includes(' ') && !openidScopes.includes(name),
  expected: "a scope's name (one word, none of OpenID's own)",
}

export const resourceFields = {
  name: required(text('a name'), 'What people call it: "Photo library".'),
  token_format: defaulted(
    choice(['jwt', 'opaque']),
    'jwt',
    '`jwt` (RFC 9068) is checked without asking; `opaque` is introspected and ends at once when revoked.',
    '`jwt`',
  ),
  token_lifetime: optional(
    duration(10, '1d'),
    'How long its access tokens live; `lifetimes.accessToken` unless given.',
  ),
  signing_algorithm: optional(choice(signingAlgorithms), 'How its JWTs are signed; `ES256` unless given.'),
  scopes: defaulted(mapOf(scopeKind, scopeName), [], 'What can be allowed there, each in words.', 'none'),
}

export const resourceKind = record(resourceFields, { what: 'a resource' })

/**
 * The configuration, whole: the one table from which the validator, the TypeScript type, the published JSON schema
 * and the tables of the documentation are made.
 */
import { isResourceName, issuerRules } from './addresses.ts'
import { clientKind } from './client-schema.ts'
import { compare } from './compare.ts'
import { duration, flag, isMap, type Kind, listOf, text, type Written, whole, wrong } from './kinds.ts'
import { certificateFrom, isKeyOf, isNetwork } from './network.ts'
import { isLocale, personKind } from './people-schema.ts'
import {
  defaulted,
  defaultsOf,
  mapOf,
  optional,
  type ReadRecord,
  type RecordRule,
  record,
  required,
  type WrittenRecord,
} from './record.ts'
import { type Reference, reference, secret } from './reference.ts'
import { resourceKind } from './resource-schema.ts'
import { installationSecretRules } from './secrets.ts'

export const tlsFields = {
  cert: required(reference, 'The certificate chain, PEM.'),
  key: required(reference, 'Its private key, PEM.'),
}

const tlsRules: readonly RecordRule<ReadRecord<typeof tlsFields>>[] = [
  {
    key: 'cert',
    broken: ({ cert }) => certificateFrom(cert) === undefined,
    expected: 'a certificate in PEM',
    got: 'something else',
  },
  {
    key: 'key',
    broken: ({ cert, key }) => !isKeyOf(certificateFrom(cert), key),
    expected: "the certificate's private key in PEM",
    got: 'something else',
  },
]

const network = text('an address or network', {
  rules: [{ broken: (value) => !isNetwork(value), expected: 'an address or network, as 10.0.0.1 or 10.0.0.0/8' }],
})

export const listenFields = {
  host: defaulted(text('a host or address'), '127.0.0.1', 'The address to listen on; `0.0.0.0` or `::` for all.'),
  port: defaulted(whole(0, 65_535), 4000, 'The port; 0 takes a free one.'),
  tls: optional(
    record(tlsFields, { what: 'tls', rules: tlsRules }),
    'Serves https itself. Without it, put a proxy that does in front.',
  ),
}

export const lifetimeFields = {
  code: defaulted(duration('10s', '10m'), 60, 'An authorization code.', '`60s`'),
  accessToken: defaulted(duration('10s', '1d'), 600, 'An access token.', '`10m`'),
  idToken: defaulted(duration('10s', '1d'), 600, 'An ID token.', '`10m`'),
  refreshTokenIdle: defaulted(duration('1m', '3650d'), 30 * 86_400, 'A refresh token that lies unused.', '`30d`'),
  refreshToken: defaulted(duration('1m', '3650d'), 365 * 86_400, 'All refresh tokens of one authorization.', '`365d`'),
  refreshRetryWindow: defaulted(
    duration(0, '1h'),
    120,
    'For how long a replaced refresh token, presented again, gets the same successor.',
    '`120s`',
  ),
  interaction: defaulted(duration('1m', '1d'), 3_600, 'The pages between request and answer.', '`1h`'),
  session: defaulted(duration('1m', '365d'), 12 * 3_600, 'A sign-in.', '`12h`'),
  keptSession: defaulted(duration('1m', '365d'), 30 * 86_400, 'A sign-in with "Keep me signed in".', '`30d`'),
  signingKey: defaulted(duration('1h', '3650d'), 90 * 86_400, 'A signing key, until the next one takes over.', '`90d`'),
  jwksCache: defaulted(
    duration('10s', '1d'),
    600,
    'How long verifiers may cache the keys; a new key is published that long before it signs.',
    '`10m`',
  ),
}

const lifetimeRules: readonly RecordRule<ReadRecord<typeof lifetimeFields>>[] = [
  {
    key: 'refreshTokenIdle',
    broken: ({ refreshTokenIdle, refreshToken }) => refreshTokenIdle > refreshToken,
    expected: 'a time no longer than lifetimes.refreshToken',
    got: 'a longer one',
  },
  {
    key: 'session',
    broken: ({ session, keptSession }) => session > keptSession,
    expected: 'a time no longer than lifetimes.keptSession',
    got: 'a longer one',
  },
  {
    key: 'jwksCache',
    broken: ({ jwksCache, signingKey }) => jwksCache * 2 > signingKey,
    expected: 'at most half of lifetimes.signingKey',
    got: 'more',
  },
]

/** A map from name to value, or a list of values that carry their name. */
function named<W extends object, R extends object>(
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

const storage: Kind<string | Reference, string> = secret([
  {
    broken: (value) => !/^(memory|sqlite:.+|postgres(ql)?:\/\/.+)$/s.test(value),
    expected: 'memory, sqlite:PATH, postgres://…, or a reference to one',
  },
])

export const configFields = {
  $schema: optional(text('an address'), 'For the editor; nothing else reads it.'),
  issuer: required(
    text('the address that clients know this server by', { rules: issuerRules, schema: { format: 'uri' } }),
    'The address that clients know this server by. It never changes and stands in every token.',
  ),
  secret: required(
    secret(installationSecretRules),
    'What keys and records are sealed under: at least 32 random characters, best as a reference. Without it nothing kept here can be read.',
  ),
  storage: defaulted(storage, 'sqlite:symbolon.db', '`sqlite:PATH`, `postgres://…`, `memory`, or a reference to one.'),
  data: optional(
    text('a folder'),
    'The folder that relative paths of `storage` start from; the one of this file unless given.',
  ),
  name: defaulted(text('a name'), 'Symbolon', 'What people call this place.'),
  listen: defaulted(
    record(listenFields, { what: 'listen' }),
    defaultsOf(listenFields),
    'Where to listen.',
    'see below',
  ),
  trustProxy: defaulted(
    listOf(network),
    [],
    'Proxies whose `X-Forwarded-For` is believed: addresses or networks.',
    'none',
  ),
  development: defaulted(flag, false, 'Tells reasons in errors and records every flow. Loopback issuers only.'),
  locale: defaulted(
    text('a language', {
      rules: [{ broken: (value) => !isLocale(value), expected: 'a language tag as de or pt-BR (BCP 47)' }],
    }),
    'en',
    'The language of pages when the browser asks for none that is known.',
  ),
  lifetimes: defaulted(
    record(lifetimeFields, { what: 'lifetimes', rules: lifetimeRules }),
    defaultsOf(lifetimeFields),
    'How long things live.',
    'see below',
  ),
  clients: defaulted(
    named(clientKind, 'client_id'),
    [],
    'Apps, by `client_id`; or a list with `client_id` in each.',
    'none',
  ),
  resources: defaulted(
    mapOf(resourceKind, { fits: isResourceName, expected: 'an absolute URI without a fragment (RFC 8707 §2)' }),
    [],
    'APIs, by their identifier, which becomes the audience of their tokens.',
    'none',
  ),
  people: defaulted(listOf(personKind), [], 'Who can sign in.', 'none'),
}

export const configKind = record(configFields, {
  what: 'the configuration',
  across: compare,
  elsewhere: { port: 'it stands in listen', host: 'it stands in listen', users: 'did you mean people?' },
})

/** What a file may say. */
export type ConfigFile = WrittenRecord<typeof configFields>

/** What it comes down to: defaults filled in, references read, times in seconds. */
export type ReadConfig = ReadRecord<typeof configFields>

export type ClientDeclaration = ReadConfig['clients'][number]
export type ResourceDeclaration = ReadConfig['resources'][number]
export type PersonDeclaration = ReadConfig['people'][number]
export type ClientFile = Written<typeof clientKind>

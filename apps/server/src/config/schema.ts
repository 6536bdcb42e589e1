/**
 * The configuration, whole: the one table from which the validator, the TypeScript type, the published JSON schema
 * and the tables of the documentation are made.
 */

import { isResourceName, issuerRules } from './addresses.ts'
import { clientKind } from './client-schema.ts'
import { compare } from './compare.ts'
import { keysFields, keysKind } from './keys-schema.ts'
import { choice, flag, type Kind, listOf, text } from './kinds.ts'
import { lifetimeFields, lifetimesKind } from './lifetimes-schema.ts'
import { listenFields, listenKind, networks } from './listen-schema.ts'
import { mapOf } from './map.ts'
import { named } from './named.ts'
import { outgoingFields, outgoingKind } from './outgoing-schema.ts'
import { isLocale, personKind } from './people-schema.ts'
import { defaulted, defaultsOf, optional, type ReadRecord, record, required, type WrittenRecord } from './record.ts'
import { type Reference, secret } from './reference.ts'
import { registrationFields, registrationKind } from './registration-schema.ts'
import { resourceKind } from './resource-schema.ts'
import { installationSecretRules } from './secrets.ts'

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
    'What keys and records are sealed under: at least 32 random characters, best as a reference. Without it nothing kept here can be read, and apps with pairwise subjects know people by other names.',
  ),
  storage: defaulted(storage, 'sqlite:symbolon.db', '`sqlite:PATH`, `postgres://…`, `memory`, or a reference to one.'),
  data: optional(
    text('a folder'),
    'The folder that relative paths of `storage` start from; the one of this file unless given.',
  ),
  name: defaulted(text('a name'), 'Symbolon', 'What people call this place.'),
  listen: defaulted(listenKind, defaultsOf(listenFields), 'Where to listen.', 'see below'),
  trustProxy: defaulted(networks, [], 'Proxies whose `X-Forwarded-For` is believed: addresses or networks.', 'none'),
  profile: defaulted(
    choice(['secure', 'compatible']),
    'secure',
    '`compatible` serves what older apps need and newer standards advise against: tokens through the browser.',
  ),
  sessionManagement: defaulted(
    flag,
    false,
    'Lets apps watch in a frame whether the person is still signed in. Many browsers no longer allow it; back-channel logout needs none.',
  ),
  signUp: defaulted(flag, false, 'Lets people make an account themselves, when an app asks or they have none.'),
  unsignedRequestObjects: defaulted(
    flag,
    false,
    'Takes request objects that nobody signed, from apps with `request_object_signing_alg: none`.',
  ),
  clientSecretJwt: defaulted(
    flag,
    false,
    'Lets apps prove by `client_secret_jwt` that they have their secret. Such secrets are kept sealed and not as hashes; `private_key_jwt` needs none.',
  ),
  development: defaulted(flag, false, 'Tells reasons in errors and records every flow. Loopback issuers only.'),
  locale: defaulted(
    text('a language', {
      rules: [{ broken: (value) => !isLocale(value), expected: 'a language tag as de or pt-BR (BCP 47)' }],
    }),
    'en',
    'The language of pages when the browser asks for none that is known.',
  ),
  lifetimes: defaulted(lifetimesKind, defaultsOf(lifetimeFields), 'How long things live.', 'see below'),
  keys: defaulted(
    keysKind,
    defaultsOf(keysFields),
    'The keys that tokens are signed with, and what clients encrypt to.',
    'see below',
  ),
  outgoing: defaulted(
    outgoingKind,
    defaultsOf(outgoingFields),
    'Requests to addresses that clients gave, such as their `jwks_uri`.',
    'see below',
  ),
  registration: defaulted(
    registrationKind,
    defaultsOf(registrationFields),
    'Whether apps may register themselves.',
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

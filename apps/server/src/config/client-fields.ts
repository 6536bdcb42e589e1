/**
 * A client in the configuration: metadata exactly as RFC 7591 §2 and OpenID Connect Registration §2 name it, and the
 * few keys that are our own.
 */
import { signingAlgorithms, verificationAlgorithms } from '@symbolon/protocol/algorithms'
import { isScope } from '@symbolon/protocol/scope'
import { isResourceName, pageRules, redirectRules } from './addresses.ts'
import { choice, flag, isMap, type Kind, listOf, text, whole, wrong, wrongSecret } from './kinds.ts'
import { optional, record } from './record.ts'
import { type Reference, secret } from './reference.ts'
import { clientSecretRules } from './secrets.ts'

const page = text('the address of a page', { rules: pageRules, schema: { format: 'uri' } })
const redirectAddress = text('an address', { rules: redirectRules, schema: { format: 'uri' } })

export const scopeText = text('scopes, separated by single spaces', {
  rules: [{ broken: (value) => !isScope(value), expected: 'scopes, separated by single spaces (RFC 6749 §3.3)' }],
})

export const resourceName = text('the identifier of a resource', {
  rules: [{ broken: (value) => !isResourceName(value), expected: 'an absolute URI without a fragment (RFC 8707 §2)' }],
  schema: { format: 'uri' },
})

/** What only a private or a symmetric key has (RFC 7518 §6). */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

type PublicJwk = Readonly<Record<string, unknown>>

const publicKey: Kind<PublicJwk, PublicJwk> = {
  expected: 'a public key as JWK',
  schema: {
    type: 'object',
    properties: { kty: { enum: ['EC', 'RSA', 'OKP'] }, kid: { type: 'string' } },
    required: ['kty'],
    not: { anyOf: privateMembers.map((member) => ({ required: [member] })) },
  },
  read: (value, path, reading) => {
    if (!isMap(value)) return wrongSecret(value, path, reading, 'a public key as JWK')
    if (privateMembers.some((member) => Object.hasOwn(value, member)) || value.kty === 'oct') {
      reading.report({ path, on: 'value', expected: 'a public key', got: 'one with its private part' })
      return undefined
    }
    return typeof value.kty === 'string' && ['EC', 'RSA', 'OKP'].includes(value.kty)
      ? value
      : wrong(value.kty, [...path, 'kty'], reading, 'one of EC, RSA, OKP')
  },
}

const clientSecret = secret(clientSecretRules)
type OneOrTwo = string | Reference | readonly (string | Reference)[]

/** Two while one replaces the other. */
const clientSecrets: Kind<OneOrTwo, readonly string[]> = {
  expected: `${clientSecret.expected}, or a list of two while one replaces the other`,
  schema: { anyOf: [clientSecret.schema, { type: 'array', items: clientSecret.schema, minItems: 1, maxItems: 2 }] },
  read: (value, path, reading) => {
    if (!Array.isArray(value)) {
      const one = clientSecret.read(value, path, reading)
      return one === undefined ? undefined : [one]
    }
    if (value.length < 1 || value.length > 2) {
      return wrongSecret(value, path, reading, 'one secret, or two while one replaces the other')
    }
    const all = value.map((item, at) => clientSecret.read(item, [...path, at], reading))
    return all.every((item) => item !== undefined) ? all : undefined
  },
}

export const clientFields = {
  client_name: optional(text('a name'), 'What people call it. In other languages: `client_name#de`.'),
  client_uri: optional(page, "The app's own page."),
  logo_uri: optional(page, 'Its picture.'),
  policy_uri: optional(page, 'How it treats data; linked on the consent page.'),
  tos_uri: optional(page, 'Its terms; linked on the consent page.'),
  contacts: optional(listOf(text('an address')), 'Whom to write to about it.'),
  application_type: optional(choice(['web', 'native']), '`web` unless given.'),
  redirect_uris: optional(
    listOf(redirectAddress, 1),
    'Where the browser may be sent with a response; compared character by character.',
  ),
  post_logout_redirect_uris: optional(listOf(redirectAddress), 'Where it may be sent after signing out.'),
  grant_types: optional(
    listOf(choice(['authorization_code', 'refresh_token', 'client_credentials']), 1),
    '`[authorization_code]` unless given.',
  ),
  response_types: optional(listOf(choice(['code'])), '`[code]` unless given.'),
  scope: optional(scopeText, 'The scopes it may ask for; any of its resources unless given.'),
  token_endpoint_auth_method: optional(
    choice(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']),
    '`client_secret_basic` unless given, for a client with a secret; `none` for one without.',
  ),
  token_endpoint_auth_signing_alg: optional(
    choice(verificationAlgorithms),
    'The only algorithm its assertions may be signed with.',
  ),
  jwks: optional(
    record(
      { keys: optional(listOf(publicKey, 1), 'Public keys as JWK.') },
      { what: 'a key set', rules: [{ broken: ({ keys }) => !keys, key: 'keys', expected: 'keys', got: 'none' }] },
    ),
    'Its public keys, for `private_key_jwt`.',
  ),
  id_token_signed_response_alg: optional(
    choice(signingAlgorithms),
    'How its ID tokens are signed; `RS256` unless given.',
  ),
  default_max_age: optional(whole(0, 31_536_000), 'How old a sign-in may be, in seconds.'),
  require_auth_time: optional(flag, 'Whether ID tokens always say when the person signed in.'),
  subject_type: optional(choice(['public']), 'Every client sees the same `sub`.'),
  software_id: optional(text('an identifier'), 'Kept as it is.'),
  software_version: optional(text('a version'), 'Kept as it is.'),
  client_secret: optional(
    clientSecrets,
    'Its secret, best as a reference. A list of two while one replaces the other.',
  ),
  require_pkce: optional(flag, 'Ours. `false` lets a confidential client go without PKCE; `true` unless given.'),
  rotate_refresh_tokens: optional(flag, 'Ours. `true` unless given for public clients, `false` for confidential ones.'),
  consent: optional(choice(['ask', 'never']), 'Ours. `never` for an app of your own: nobody is asked.'),
  resources: optional(listOf(resourceName), 'Ours. The resources it may ask tokens for; any unless given.'),
  introspects: optional(listOf(resourceName), 'Ours. The resources it speaks for, whose tokens it may introspect.'),
  disabled: optional(flag, 'Ours. Refuses it everywhere without forgetting it.'),
}

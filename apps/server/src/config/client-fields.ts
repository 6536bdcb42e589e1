/**
 * A client in the configuration: metadata exactly as RFC 7591 §2 and OpenID Connect Registration §2 name it, and the
 * few keys that are our own.
 */
import { type MemberName, members } from '@symbolon/authorization-server/registration/members'
import type { ValueOf } from '@symbolon/authorization-server/registration/shapes'
import { isResourceName } from './addresses.ts'
import { choice, flag, type Kind, listOf, text, wrongSecret } from './kinds.ts'
import { type Field, optional } from './record.ts'
import { type Reference, secret } from './reference.ts'
import { clientSecretRules } from './secrets.ts'
import { kindOf } from './shaped.ts'

export const resourceName = text('the identifier of a resource', {
  rules: [{ broken: (value) => !isResourceName(value), expected: 'an absolute URI without a fragment (RFC 8707 §2)' }],
  schema: { format: 'uri' },
})

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

type MemberFields = {
  readonly [Name in MemberName]: Field<
    'optional',
    ValueOf<(typeof members)[Name]['shape']>,
    ValueOf<(typeof members)[Name]['shape']>
  >
}

/** What any client can register (RFC 7591 §2). */
const memberFields = Object.fromEntries(
  Object.entries(members).map(([name, { shape, about }]) => [name, optional(kindOf(shape), about)]),
) as MemberFields

export const clientFields = {
  ...memberFields,
  client_secret: optional(
    clientSecrets,
    'Its secret, best as a reference. A list of two while one replaces the other.',
  ),
  require_pkce: optional(flag, 'Ours. `false` lets a confidential client go without PKCE; `true` unless given.'),
  rotate_refresh_tokens: optional(flag, 'Ours. `true` unless given for public clients, `false` for confidential ones.'),
  consent: optional(choice(['ask', 'never']), 'Ours. `never` for an app of your own: nobody is asked.'),
  backchannel_logout_at_expiry: optional(
    flag,
    'Ours. Whether it hears at `backchannel_logout_uri` of sessions, too, that ran out; `false` unless given.',
  ),
  resources: optional(listOf(resourceName), 'Ours. The resources it may ask tokens for; any unless given.'),
  introspects: optional(listOf(resourceName), 'Ours. The resources it speaks for, whose tokens it may introspect.'),
  disabled: optional(flag, 'Ours. Refuses it everywhere without forgetting it.'),
}

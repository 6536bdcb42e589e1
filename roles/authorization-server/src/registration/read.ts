/**
 * Reads what a program wants to register: each member by the table, then what must fit together, then what is asked of
 * strangers. Unknown members are ignored; what is `null` was not sent.
 *
 * @see RFC 7591 §2 and §3.2.2, OpenID Connect Dynamic Client Registration §2 and §3.3
 */
import { allow, type Decision, type Refused, refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import { responseTypeOf } from '@symbolon/protocol/response-types'
import { type Here, hereRules } from './here.ts'
import { type Metadata, memberOf, members } from './members.ts'
import { type Described, metadataRules, strangerRules, uninvitedRules } from './rules.ts'
import { isMap, misfit } from './shapes.ts'

export interface Asked extends Here {
  readonly body: unknown
  /** Every scope of this issuer. */
  readonly scopes: readonly string[]
}

const longest = { text: 2_000, list: 50, all: 32_000 }

const wrong = (member: string, expected: string): Refused =>
  refuse(member === 'redirect_uris' ? 'registration_redirect_uri_invalid' : 'client_metadata_invalid', {
    expected: clear(`${member}: ${expected}`),
  })

export function readRegistration(asked: Asked): Decision<Metadata> {
  const { body, scopes, reviewed } = asked
  if (!isMap(body)) return refuse('client_metadata_invalid', { expected: clear('a JSON object') })
  if (JSON.stringify(body).length > longest.all) return wrong('(all)', `${longest.all} characters at most`)
  if (typeof body.software_statement === 'string') return refuse('software_statement_unapproved')
  const found: Record<string, unknown> = {}
  for (const [name, sent] of Object.entries(body)) {
    const member = memberOf(name)
    if (member === undefined || sent === null) continue
    const value = member === 'response_types' ? inOurOrder(sent) : sent
    const expected = tooLong(value) ?? misfit(members[member].shape, value)
    if (expected !== undefined) return wrong(member, expected)
    found[name] = value
  }
  const metadata = withDefaults(found, scopes)
  const rules = [...metadataRules, ...strangerRules, ...(reviewed ? [] : uninvitedRules), ...hereRules(asked)]
  const rule = rules.find(({ broken }) => broken(metadata))
  return rule === undefined ? allow(metadata) : wrong(rule.key, rule.expected)
}

/** `token id_token` is `id_token token` (RFC 6749 §3.1.1). */
const inOurOrder = (types: unknown): unknown =>
  Array.isArray(types) ? types.map((type) => (typeof type === 'string' ? (responseTypeOf(type) ?? type) : type)) : types

function tooLong(value: unknown): string | undefined {
  if (Array.isArray(value) && value.length > longest.list) return `${longest.list} of them at most`
  const texts = Array.isArray(value) ? value : [value]
  const isLong = texts.some((text) => typeof text === 'string' && text.length > longest.text)
  return isLong ? `${longest.text} characters at most` : undefined
}

/** The defaults of the standards, written out, so that what is registered can be told whole (RFC 7591 §3.2.1). */
function withDefaults(found: Metadata, scopes: readonly string[]): Described {
  const { response_types: responses, grant_types: grants, scope } = found
  const grantTypes = grants ?? (responses?.length ? grantsFor(responses) : (['authorization_code'] as const))
  const served = scope?.split(' ').filter((one) => scopes.includes(one))
  return {
    ...found,
    ...(served !== undefined && { scope: served.join(' ') }),
    application_type: found.application_type ?? 'web',
    token_endpoint_auth_method: found.token_endpoint_auth_method ?? 'client_secret_basic',
    grant_types: grantTypes,
    response_types: responses ?? (grantTypes.includes('authorization_code') ? ['code'] : []),
    subject_type: found.subject_type ?? 'public',
    id_token_signed_response_alg: found.id_token_signed_response_alg ?? 'RS256',
  }
}

/** The grants that response types need (RFC 7591 §2.1). */
function grantsFor(responses: NonNullable<Metadata['response_types']>): NonNullable<Metadata['grant_types']> {
  const words = new Set(responses.flatMap((type) => type.split(' ')))
  const needsImplicit = words.has('token') || words.has('id_token')
  return [
    ...(words.has('code') || !needsImplicit ? (['authorization_code'] as const) : []),
    ...(needsImplicit ? (['implicit'] as const) : []),
  ]
}

/** What people are shown, made from records: apps by name and proven host, permissions in words with real values. */
import { type Claims, claimsOfScope } from '@symbolon/protocol/claims'
import type {
  ClientView,
  ConsentView,
  FormView,
  PermissionChoice,
  PermissionGroup,
  PermissionView,
  PersonView,
} from '@symbolon/protocol/views'
import type { Client } from '../client.ts'
import type { EndpointRequest } from '../endpoints/endpoint.ts'
import { loginOf, type SignedIn } from '../flow/2-user-authorization.ts'
import { claimOf } from '../flow/claims-request.ts'
import type { ConsentQuestion } from '../flow/consent.ts'
import { destinationOf } from '../flow/redirect-uri.ts'
import type { Settings } from '../ports/issuer.ts'
import type { ClientRecord, PersonRecord, ScopeRecord } from '../ports/records.ts'
import { type FoundScope, findScopes, type Resource } from '../resource.ts'
import { accessTokenLifetime } from '../tokens/lifetimes.ts'

/** A client together with what only its record says. */
export interface KnownClient {
  readonly client: Client
  readonly record: ClientRecord
}

/** `redirectUri`: the address that this request goes back to; without one the client's own page or first address. */
export function clientView({ client, record }: KnownClient, locale: string, redirectUri?: string): ClientView {
  const address = redirectUri ?? client.page('client_uri') ?? client.redirectUris[0]
  return {
    id: client.id,
    name: client.name(locale),
    host: address === undefined ? '' : destinationOf(address).host,
    origin: client.unreviewed ? 'unreviewed' : client.skipConsent ? 'first-party' : 'administrator',
    registeredAt: record.createdAt,
    logoUri: client.page('logo_uri', locale, redirectUri),
    policyUri: client.page('policy_uri', locale, redirectUri),
    tosUri: client.page('tos_uri', locale, redirectUri),
  }
}

export function personView(person: PersonRecord): PersonView {
  const { name, given_name: given, nickname } = person.claims
  const called = [name, given, nickname].find((value) => typeof value === 'string' && value !== '')
  return { name: typeof called === 'string' ? called : person.username, login: loginOf(person) }
}

export function consentView(about: {
  readonly question: ConsentQuestion
  readonly as: SignedIn
  readonly client: ClientView
  readonly lasts: boolean
  readonly redirectUri: string
  readonly useAnotherAccount: string
  readonly form: FormView
  readonly settings: Settings
  readonly locale: string
}): ConsentView {
  const { question, as, locale } = about
  const choice = ({ scope, optional, allowed, record }: ConsentQuestion['permissions'][number]): PermissionChoice => ({
    scope,
    optional,
    state: allowed ? 'already-allowed' : 'new',
    ticked: !optional || allowed || isPreTicked(scope, record, about.client),
  })
  const rows = question.permissions.filter(({ scope }) => scope !== 'offline_access')
  const offline = question.permissions.find(({ scope }) => scope === 'offline_access')
  const unnamed = { scope: 'offline_access', state: 'new', optional: false, ticked: true } as const
  const howLong = offline ? choice(offline) : about.lasts ? unnamed : undefined
  return {
    show: 'consent',
    ...about.form,
    client: about.client,
    person: personView(as.person),
    useAnotherAccount: about.useAnotherAccount,
    groups: groupPermissions(
      rows.map((row) => ({ row, view: { ...choice(row), ...inWords(row, as.person, locale) } })),
    ),
    offline: howLong && { ...howLong, ...offlineTerms(question, about.settings) },
    destination: destinationOf(about.redirectUri),
    changed: question.changed,
  }
}

/** How long access lasts when the client keeps it, and when it doesn't. */
function offlineTerms({ permissions }: ConsentQuestion, settings: Settings) {
  const lifetimes = permissions.map(({ resource }) => accessTokenLifetime(resource, settings))
  return {
    days: Math.round(settings.refreshTokenIdle / 86_400),
    otherwiseMinutes: Math.round(Math.max(0, ...lifetimes) / 60),
  }
}

/** What weighs heavy, or is asked by somebody whom nobody has looked at, is ticked by the person or not at all. */
const isPreTicked = (scope: string, record: ScopeRecord | undefined, client: ClientView): boolean =>
  record?.risk !== 'high' && !(scope === 'offline_access' && client.origin === 'unreviewed')

/** Permissions that were given already, as the account pages list them. */
export function grantedGroups(about: {
  readonly scope: readonly string[]
  readonly resources: readonly Resource[]
  readonly person: PersonRecord
  readonly locale: string
}): readonly PermissionGroup[] {
  const scope = about.scope.filter((one) => one !== 'offline_access')
  const { found, unknown } = findScopes(scope, about.resources)
  const gone = unknown.map((scope) => ({ scope, record: undefined, resource: undefined }))
  return groupPermissions(
    [...found, ...gone].map((row) => {
      const choice = { scope: row.scope, optional: true, state: 'already-allowed', ticked: true } as const
      return { row, view: { ...choice, ...inWords(row, about.person, about.locale) } }
    }),
  )
}

/** The account's own data first, then each resource; within a group from low to high risk. */
function groupPermissions(
  rows: readonly { readonly row: FoundScope; readonly view: PermissionView }[],
): readonly PermissionGroup[] {
  const order = { low: 0, normal: 1, high: 2 }
  const own = rows.filter(({ row }) => row.resource === undefined)
  const resources = [...new Set(rows.flatMap(({ row }) => row.resource ?? []))]
  const groups = [
    { resource: undefined, of: own },
    ...resources.map((resource) => ({
      resource: { name: resource.name, id: resource.resource },
      of: rows.filter(({ row }) => row.resource === resource),
    })),
  ]
  return groups
    .filter(({ of }) => of.length > 0)
    .map(({ resource, of }) => ({
      resource,
      permissions: of.map(({ view }) => view).sort((a, b) => order[a.risk] - order[b.risk]),
    }))
}

function inWords({ scope, record }: FoundScope, person: PersonRecord, locale: string) {
  const claim = claimOf(scope)
  return {
    ...(claim !== undefined && { claim }),
    title: record && inLanguage(record.title, locale),
    detail: record && inLanguage(record.detail, locale),
    risk: record?.risk ?? ('low' as const),
    values: valuesOf(scope, person),
  }
}

/** The text for `locale`, else for its language, else the English one. */
export function inLanguage(texts: Readonly<Record<string, string>>, locale: string): string | undefined {
  const [language = ''] = locale.split('-')
  const tag = [locale, language, 'en'].find((tag) => Object.hasOwn(texts, tag))
  const text = tag === undefined ? undefined : texts[tag]
  return text === '' ? undefined : text
}

/** All claims a person has, `email` among them. */
export const claimsOf = (person: PersonRecord): Claims =>
  person.email === null ? person.claims : { email: person.email, ...person.claims }

/** The real values that a permission shares. */
function valuesOf(scope: string, person: PersonRecord): PermissionView['values'] {
  const names: Readonly<Record<string, readonly string[]>> = claimsOfScope
  const claims = claimsOf(person)
  const claim = claimOf(scope)
  const shared = claim === undefined ? (Object.hasOwn(names, scope) ? (names[scope] ?? []) : []) : [claim]
  const values = shared.flatMap((claim) => {
    const value = claim === 'updated_at' ? undefined : claims[claim]
    return value === undefined ? [] : textOf(value).map((text) => ({ claim, value: text }))
  })
  return values.filter(({ value }, at) => values.findIndex((each) => each.value === value) === at)
}

/** A claim as text; an address as its lines. */
export function textOf(value: Claims[string]): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  if (typeof value === 'number') return [String(value)]
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  const parts = value as Claims
  const formatted = parts.formatted
  if (typeof formatted === 'string') return [formatted]
  return [
    Object.values(parts)
      .flatMap((part) => (typeof part === 'string' ? [part] : []))
      .join(', '),
  ].filter(Boolean)
}

/**
 * The language of words that come from configuration: what the person chose, else what the app asked for, else what the
 * browser says, as the pages choose theirs.
 */
export function languageFor(
  uiLocales: readonly string[],
  { query, cookies, headers }: Pick<EndpointRequest, 'query' | 'cookies' | 'headers'>,
  fallback: string,
): string {
  const chosen = query.get('ui_locales')?.split(' ') ?? []
  const accepted = headers['accept-language']?.split(/[,;]/, 1)[0]?.trim()
  const tags = [...chosen, cookies.get('language'), ...uiLocales, accepted]
  return tags.find((tag) => tag && /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/.test(tag)) ?? fallback
}

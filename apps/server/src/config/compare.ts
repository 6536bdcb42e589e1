/** What only shows when parts of a configuration are compared: the same name twice, a scope that two have or nobody. */
import { loginKey } from '@symbolon/authorization-server/people/login-key'
import { openidScopes } from '@symbolon/protocol/claims'
import { contentsOf, type ResponseType } from '@symbolon/protocol/response-types'
import { nearest } from '../nearest.ts'
import type { Reading } from './kinds.ts'
import { shown } from './problem.ts'

/** Only what is compared here, so that the schema can name this module without going round in a circle. */
interface Compared {
  readonly profile?: 'secure' | 'compatible'
  readonly clientSecretJwt?: boolean
  readonly clients?: readonly ComparedClient[] | undefined
  readonly resources?: readonly (readonly [string, { readonly scopes: readonly (readonly [string, unknown])[] }])[]
  readonly people?: readonly ComparedPerson[] | undefined
}

interface ComparedClient {
  readonly id: string
  readonly scope: string | undefined
  readonly resources: readonly string[] | undefined
  readonly introspects: readonly string[] | undefined
  readonly response_types: readonly ResponseType[] | undefined
  readonly token_endpoint_auth_method: string | undefined
}

interface ComparedPerson {
  readonly username: string
  readonly email: string | undefined
  readonly sub: string | undefined
}

export function compare(config: Compared, reading: Reading, broken: ReadonlySet<string>): void {
  samePeople(config.people ?? [], reading)
  peopleLikeClients(config, reading)
  if (!broken.has('profile')) tokensThroughBrowsers(config, reading)
  if (!broken.has('clientSecretJwt')) calculatedSecrets(config, reading)
  // A resource that was not understood can't be missed.
  if (broken.has('resources')) return
  sharedScopes(config, reading)
  strangeScopes(config, reading)
}

/** A scope is one permission at one resource: what is allowed for one must never be good at another. */
function sharedScopes({ resources = [] }: Compared, reading: Reading): void {
  const owners = new Map<string, string>()
  for (const [name, { scopes }] of resources) {
    for (const [scope] of scopes) {
      const owner = owners.get(scope)
      if (owner === undefined) {
        owners.set(scope, name)
        continue
      }
      const expected = 'a scope that no other resource has'
      const got = `one that ${owner} has, too`
      reading.report({
        path: ['resources', name, 'scopes', scope],
        on: 'key',
        expected,
        got,
        hint: 'name it after its resource',
      })
    }
  }
}

/** No two people may be reached by one login, be it the email of one and the user name of the other. */
function samePeople(people: readonly ComparedPerson[], reading: Reading): void {
  const logins = new Map<string, ComparedPerson>()
  const subs = new Set<string>()
  for (const person of people) {
    const path = reading.places.get(person) ?? []
    for (const key of ['username', 'email'] as const) {
      const login = person[key]
      if (login === undefined) continue
      const other = logins.get(loginKey(login))
      if (other !== undefined && other !== person) {
        const got = shown(login)
        reading.report({ path: [...path, key], on: 'value', expected: `a ${key} that nobody else has`, got })
      }
      logins.set(loginKey(login), person)
    }
    if (person.sub === undefined) continue
    if (subs.has(person.sub)) {
      const got = shown(person.sub)
      reading.report({ path: [...path, 'sub'], on: 'value', expected: 'a sub that nobody else has', got })
    }
    subs.add(person.sub)
  }
}

/** The `sub` of a token that a client got for itself is its id: no API may take it for a person (RFC 9068 §5). */
function peopleLikeClients({ clients = [], people = [] }: Compared, reading: Reading): void {
  const ids = new Set(clients.map(({ id }) => id))
  for (const person of people) {
    if (person.sub === undefined || !ids.has(person.sub)) continue
    const path = [...(reading.places.get(person) ?? []), 'sub']
    const hint = 'an API would take the one for the other'
    reading.report({ path, on: 'value', expected: 'a sub that is no client_id', got: shown(person.sub), hint })
  }
}

/** A client that is registered for what nobody serves would find out at its first request. */
function tokensThroughBrowsers({ clients = [], profile }: Compared, reading: Reading): void {
  if (profile === 'compatible') return
  for (const client of clients) {
    for (const [at, type] of (client.response_types ?? []).entries()) {
      if (!contentsOf(type).accessToken) continue
      const path = [...(reading.places.get(client) ?? []), 'response_types', at]
      const expected = 'profile: compatible, for tokens that go through the browser'
      reading.report({ path, on: 'value', expected, got: shown(type), hint: 'code gives the same, and safely' })
    }
  }
}

/** Its secret would be kept so that it can be read again: that is decided for all, and not by the way. */
function calculatedSecrets({ clients = [], clientSecretJwt }: Compared, reading: Reading): void {
  if (clientSecretJwt === true) return
  for (const client of clients) {
    if (client.token_endpoint_auth_method !== 'client_secret_jwt') continue
    const path = [...(reading.places.get(client) ?? []), 'token_endpoint_auth_method']
    const expected = 'clientSecretJwt: true, for a method that calculates with secrets'
    const hint = 'private_key_jwt proves the same, and needs no secret here'
    reading.report({ path, on: 'value', expected, got: 'client_secret_jwt', hint })
  }
}

function strangeScopes({ clients = [], resources = [] }: Compared, reading: Reading): void {
  const names = resources.map(([name]) => name)
  for (const client of clients) {
    const path = reading.places.get(client) ?? []
    for (const key of ['resources', 'introspects'] as const) {
      for (const [at, name] of (client[key] ?? []).entries()) {
        if (names.includes(name)) continue
        const hint = hintFor(name, names)
        const expected = 'a resource of this file'
        reading.report({ path: [...path, key, at], on: 'value', expected, got: shown(name), hint })
      }
    }
    const usable = resources.filter(([name]) => client.resources === undefined || client.resources.includes(name))
    const known = [...openidScopes, ...usable.flatMap(([, { scopes }]) => scopes.map(([scope]) => scope))]
    for (const scope of client.scope?.split(' ') ?? []) {
      if (known.includes(scope)) continue
      const expected = 'scopes that OpenID or a resource of this client has'
      const hint = hintFor(scope, known)
      reading.report({ path: [...path, 'scope'], on: 'value', expected, got: shown(scope), hint })
    }
  }
}

function hintFor(word: string, known: readonly string[]): string | undefined {
  const close = nearest(word, known)
  return close === undefined ? undefined : `did you mean ${close}?`
}

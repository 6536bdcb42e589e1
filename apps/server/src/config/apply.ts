/**
 * Makes the database agree with the configuration, at each start: what the file declares is created, brought up to
 * date or removed; what came another way is left alone. One commit or none, whichever process comes first.
 */
import { isDeepStrictEqual } from 'node:util'
import { newHandle } from '@symbolon/authorization-server/handles'
import { announcedUntil, endSessions } from '@symbolon/authorization-server/logout/announce'
import { loginKey } from '@symbolon/authorization-server/people/login-key'
import type { Passwords, Sealing } from '@symbolon/authorization-server/ports/issuer'
import type { ClientRecord, PersonRecord, ResourceRecord, Seconds } from '@symbolon/authorization-server/ports/records'
import type { Store, Write } from '@symbolon/authorization-server/ports/store'
import { clientRecord, personRecord, resourceRecord } from './declared.ts'
import type { Config } from './load.ts'
import { ConfigurationError, type Path } from './problem.ts'
import type { PersonDeclaration } from './schema.ts'
import { isPasswordHash } from './secrets.ts'

export interface Applying {
  readonly config: Config
  readonly store: Store
  readonly passwords: Passwords
  readonly sealing: Sealing
  readonly now: () => Seconds
  readonly random: (bytes: number) => Uint8Array
}

interface Rows {
  readonly clients: readonly ClientRecord[]
  readonly resources: readonly ResourceRecord[]
  readonly people: readonly PersonRecord[]
}

const claimName = 'configuration'
const attempts = 10

/** Returns how many rows were written; 0 when the database agreed already. */
export async function applyConfig(applying: Applying): Promise<number> {
  const { config, store, now } = applying
  for (let attempt = 0; attempt < attempts; attempt++) {
    const version = await store.version(claimName)
    const present = await load(store)
    const declared = await declare(applying, present, now())
    const writes = decide(declared, present, { file: config.file, now: now() })
    if (writes.length === 0) return 0
    const ended = await sessionsOver(declared.people, present.people, store, now())
    const { committed } = await store.commit([{ do: 'claim', name: claimName, version }, ...writes, ...ended])
    if (committed) return writes.length
    // Another process applied a configuration meanwhile: what it left is looked at anew.
  }
  throw new Error(`The configuration could not be applied: other processes kept changing it (${attempts} attempts).`)
}

async function load(store: Store): Promise<Rows> {
  const [clients, resources, people] = await Promise.all([
    store.clients.list(),
    store.resources.list(),
    store.people.list(),
  ])
  return { clients, resources, people }
}

/** The rows as the file wants them; what it leaves open (ids, times) is as it was. */
async function declare({ config, passwords, sealing, random }: Applying, present: Rows, now: Seconds): Promise<Rows> {
  const people: PersonRecord[] = []
  // One after the other: hashing takes memory, and a start may have many.
  for (const person of config.people) {
    const known = samePerson(person, present.people)
    const personId = person.sub ?? known?.personId ?? newHandle(random)
    const passwordHash = await hashFor(person.password, known?.passwordHash ?? null, passwords)
    people.push(timed(personRecord(person, { personId, passwordHash }), known, now))
  }
  const clients = config.clients.map((client) => {
    const known = present.clients.find(({ clientId }) => clientId === client.id)
    return timed(clientRecord(client, { known, sealing, url: config.issuer }), known, now)
  })
  return { clients, resources: config.resources.map(resourceRecord), people }
}

/** A stored hash that still fits is kept: a new one would be a change at every start. */
async function hashFor(password: string | undefined, stored: string | null, passwords: Passwords) {
  if (password === undefined) return null
  if (isPasswordHash(password)) return password
  return stored !== null && (await passwords.verify(password, stored)) ? stored : await passwords.hash(password)
}

const samePerson = ({ sub, username }: PersonDeclaration, people: readonly PersonRecord[]) =>
  people.find((person) =>
    sub === undefined ? loginKey(person.username) === loginKey(username) : person.personId === sub,
  )

function timed<R extends { readonly createdAt: Seconds; readonly updatedAt: Seconds }>(
  row: Omit<R, 'createdAt' | 'updatedAt'>,
  known: R | undefined,
  now: Seconds,
): R {
  const { createdAt, updatedAt } = known ?? { createdAt: now, updatedAt: now }
  const same = { ...row, createdAt, updatedAt } as R
  return isDeepStrictEqual(same, known) ? same : ({ ...row, createdAt, updatedAt: now } as R)
}

/** Whoever signed in with a password that was changed or taken away since is signed out everywhere, as is whoever is off. */
async function sessionsOver(
  declared: readonly PersonRecord[],
  present: readonly PersonRecord[],
  store: Store,
  now: Seconds,
): Promise<readonly Write[]> {
  const changed = declared.filter((person) => {
    const known = present.find(({ personId }) => personId === person.personId)
    return known !== undefined && (known.passwordHash !== person.passwordHash || (person.disabled && !known.disabled))
  })
  const sessions = await Promise.all(changed.map(({ personId }) => store.sessions.ofPerson(personId, now)))
  return endSessions(sessions.flat(), { now, flow: null })
}

/** What must be written so that `present` becomes `declared`. Removals come first: a name may pass to another. */
function decide(
  declared: Rows,
  present: Rows,
  { file, now }: { readonly file: string; readonly now: Seconds },
): readonly Write[] {
  const clients = difference(declared.clients, present.clients, ({ clientId }) => clientId)
  const resources = difference(declared.resources, present.resources, ({ resource }) => resource)
  const people = difference(declared.people, present.people, ({ personId }) => personId)
  refuseLikeness(file, declared, present)
  refuseForeign(file, [
    ...clients.foreign.map(({ clientId }) => ['clients', clientId]),
    ...resources.foreign.map(({ resource }) => ['resources', resource]),
    ...foreignLogins(declared.people, present.people),
  ])
  const over = { now, announcedUntil: announcedUntil(now) }
  return [
    ...clients.gone.map(({ clientId }) => ({ do: 'delete-client', clientId }) as const),
    ...resources.gone.map(({ resource }) => ({ do: 'delete-resource', resource }) as const),
    ...people.gone.map(({ personId }) => ({ do: 'delete-person', personId, ...over }) as const),
    ...resources.changed.map((resource) => ({ do: 'put-resource', resource }) as const),
    ...clients.changed.map((client) => ({ do: 'put-client', client }) as const),
    ...people.changed.map((person) => ({ do: 'put-person', person }) as const),
  ]
}

function difference<R extends { readonly declared: boolean }>(
  declared: readonly R[],
  present: readonly R[],
  key: (row: R) => string,
) {
  const known = new Map(present.map((row) => [key(row), row]))
  const wanted = new Set(declared.map(key))
  return {
    gone: present.filter((row) => row.declared && !wanted.has(key(row))),
    changed: declared.filter((row) => !isDeepStrictEqual(row, known.get(key(row)))),
    foreign: declared.filter((row) => known.get(key(row))?.declared === false),
  }
}

/** People who were not declared by a file and hold the login that this one wants to give away. */
const foreignLogins = (declared: readonly PersonRecord[], present: readonly PersonRecord[]): readonly Path[] => {
  const held = new Set(present.filter(({ declared }) => !declared).flatMap(loginsOf))
  const ids = new Set(present.filter(({ declared }) => !declared).map(({ personId }) => personId))
  return declared.flatMap((person, at) =>
    ids.has(person.personId) || loginsOf(person).some((login) => held.has(login)) ? [['people', at]] : [],
  )
}

const loginsOf = ({ username, email }: PersonRecord): readonly string[] =>
  [username, email].filter((login) => login !== null).map(loginKey)

/** Also who is not in the file, or has a sub from before, may not be taken for a client (RFC 9068 §5). */
function refuseLikeness(file: string, declared: Rows, present: Rows): void {
  const staying = <R extends { readonly declared: boolean }>(rows: readonly R[]) => rows.filter((row) => !row.declared)
  const people = new Set([...declared.people, ...staying(present.people)].map(({ personId }) => personId))
  const clients = new Set(staying(present.clients).map(({ clientId }) => clientId))
  const paths: readonly Path[] = [
    ...declared.clients.filter(({ clientId }) => people.has(clientId)).map(({ clientId }) => ['clients', clientId]),
    ...declared.people.flatMap(({ personId }, at) => (clients.has(personId) ? [['people', at]] : [])),
  ]
  refuseAt(file, paths, { expected: 'a client_id that is no sub', got: 'one for a client and a person' })
}

function refuseForeign(file: string, paths: readonly Path[]): void {
  const expected = 'a name that is free, or one that a configuration file declared'
  refuseAt(file, paths, { expected, got: 'one that was registered another way; remove it there first' })
}

function refuseAt(
  file: string,
  paths: readonly Path[],
  { expected, got }: { readonly expected: string; readonly got: string },
): void {
  if (paths.length === 0) return
  throw new ConfigurationError(paths.map((path) => ({ file, path, on: 'key', expected, got, position: undefined })))
}

/**
 * `people`: stays until it is deleted. The keys by which people sign in are unique within an issuer; a write that
 * would make two people share one is refused as a `StorageConflict`.
 */
import { loginKey } from '@symbolon/authorization-server/people/login-key'
import type { PersonRecord } from '@symbolon/authorization-server/ports/records'
import { flag, isFlag, json, parsed } from '../columns.ts'
import { statement } from '../sql.ts'

export type PersonRow = {
  readonly person_id: string
  readonly username: string
  readonly username_key: string
  readonly email: string | null
  readonly email_key: string | null
  readonly password_hash: string | null
  readonly claims: string
  readonly disabled: number
  readonly declared: number
  readonly created_at: number
  readonly updated_at: number
}

export const personColumns = [
  'person_id',
  'username',
  'username_key',
  'email',
  'email_key',
  'password_hash',
  'claims',
  'disabled',
  'declared',
  'created_at',
  'updated_at',
] as const

const columns = personColumns.join(', ')

export const findPerson = statement<{ person_id: string }, PersonRow>(
  'people.find',
  `select ${columns} from people where issuer_id = :issuer_id and person_id = :person_id`,
)

/** A name that is one person's username and another's email is the username. */
export const findPersonByLogin = statement<{ login_key: string }, PersonRow>(
  'people.find_by_login',
  `select ${columns} from people
   where issuer_id = :issuer_id and (username_key = :login_key or email_key = :login_key)
   order by case when username_key = :login_key then 0 else 1 end
   limit 1`,
)

export const listPeople = statement<Record<never, never>, PersonRow>(
  'people.list',
  `select ${columns} from people where issuer_id = :issuer_id order by username_key`,
)

export const putPerson = statement<PersonRow>(
  'people.put',
  `insert into people (issuer_id, ${columns})
   values (:issuer_id, :person_id, :username, :username_key, :email, :email_key, :password_hash, :claims, :disabled,
     :declared, :created_at, :updated_at)
   on conflict (issuer_id, person_id) do update set
     username = excluded.username, username_key = excluded.username_key, email = excluded.email,
     email_key = excluded.email_key, password_hash = excluded.password_hash, claims = excluded.claims,
     disabled = excluded.disabled, declared = excluded.declared, created_at = excluded.created_at,
     updated_at = excluded.updated_at`,
)

export const replacePasswordHash = statement<{ person_id: string; from_hash: string; to_hash: string; now: number }>(
  'people.replace_password_hash',
  `update people set password_hash = :to_hash, updated_at = :now
   where issuer_id = :issuer_id and person_id = :person_id and password_hash = :from_hash`,
)

export const deletePerson = statement<{ person_id: string }>(
  'people.delete',
  'delete from people where issuer_id = :issuer_id and person_id = :person_id',
)

export const personRow = (person: PersonRecord): PersonRow => ({
  person_id: person.personId,
  username: person.username,
  username_key: loginKey(person.username),
  email: person.email,
  email_key: person.email === null ? null : loginKey(person.email),
  password_hash: person.passwordHash,
  claims: json(person.claims),
  disabled: flag(person.disabled),
  declared: flag(person.declared),
  created_at: person.createdAt,
  updated_at: person.updatedAt,
})

export const personRecord = (row: PersonRow): PersonRecord => ({
  personId: row.person_id,
  username: row.username,
  email: row.email,
  passwordHash: row.password_hash,
  claims: parsed(row.claims),
  disabled: isFlag(row.disabled),
  declared: isFlag(row.declared),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

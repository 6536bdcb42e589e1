/** `registrations`: goes with its client. */
import type { RegistrationRecord } from '@symbolon/authorization-server/ports/records'
import { spending, statement } from '../sql.ts'

type Row = {
  readonly client_id: string
  readonly token_hash: string
  readonly version: number
  readonly due_at: number | null
}

export const findRegistration = statement<{ client_id: string }, Row>(
  'registrations.find',
  `select client_id, token_hash, version, due_at from registrations
   where issuer_id = :issuer_id and client_id = :client_id`,
)

export const dueRegistrations = statement<{ now: number; limit: number }, { readonly client_id: string }>(
  'registrations.due',
  `select client_id from registrations
   where issuer_id = :issuer_id and due_at <= :now
   order by due_at limit :limit`,
)

export const insertRegistration = statement<Row>(
  'registrations.insert',
  `insert into registrations (issuer_id, client_id, token_hash, version, due_at)
   values (:issuer_id, :client_id, :token_hash, :version, :due_at)`,
)

export const changeRegistration = spending<{ client_id: string; version: number }>(
  'registrations.change',
  `update registrations set version = version + 1
   where issuer_id = :issuer_id and client_id = :client_id and version = :version
   returning 1 as spent`,
)

export const endRegistration = spending<{ client_id: string; token_hash: string }>(
  'registrations.end',
  `delete from registrations
   where issuer_id = :issuer_id and client_id = :client_id and token_hash = :token_hash
   returning 1 as spent`,
)

/** Nobody allows it anything, and nothing that it was given is good. */
export const endUnusedRegistration = spending<{ client_id: string; now: number }>(
  'registrations.end_unused',
  `delete from registrations
   where issuer_id = :issuer_id and client_id = :client_id and due_at <= :now
     and not exists (select 1 from consents where issuer_id = :issuer_id and client_id = :client_id)
     and not exists (select 1 from grants
       where issuer_id = :issuer_id and client_id = :client_id and revoked_at is null and expires_at > :now)
     and not exists (select 1 from codes
       where issuer_id = :issuer_id and client_id = :client_id and expires_at > :now)
   returning 1 as spent`,
)

export const keepRegistration = statement<{ client_id: string; due_at: number }>(
  'registrations.keep',
  `update registrations set due_at = :due_at where issuer_id = :issuer_id and client_id = :client_id`,
)

export const deleteRegistration = statement<{ client_id: string }>(
  'registrations.delete_of_client',
  'delete from registrations where issuer_id = :issuer_id and client_id = :client_id',
)

export const registrationRow = (registration: RegistrationRecord): Row => ({
  client_id: registration.clientId,
  token_hash: registration.tokenHash,
  version: registration.version,
  due_at: registration.dueAt,
})

export const registrationRecord = (row: Row): RegistrationRecord => ({
  clientId: row.client_id,
  tokenHash: row.token_hash,
  version: row.version,
  dueAt: row.due_at,
})

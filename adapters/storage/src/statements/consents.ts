/** `consents`: what a person allowed a client, one row for the two. Stays until either of them takes it back. */
import type { ConsentRecord } from '@symbolon/authorization-server/ports/records'
import { json, parsed } from '../columns.ts'
import { holding, spending, statement } from '../sql.ts'

export type ConsentRow = {
  readonly person_id: string
  readonly client_id: string
  readonly scope: string
  readonly resources: string
  readonly shown: string
  readonly created_at: number
  readonly updated_at: number
}

export const consentColumns = [
  'person_id',
  'client_id',
  'scope',
  'resources',
  'shown',
  'created_at',
  'updated_at',
] as const

const columns = consentColumns.join(', ')

export const findConsent = statement<{ person_id: string; client_id: string }, ConsentRow>(
  'consents.find',
  `select ${columns} from consents
   where issuer_id = :issuer_id and person_id = :person_id and client_id = :client_id`,
)

export const consentsOfPerson = statement<{ person_id: string }, ConsentRow>(
  'consents.of_person',
  `select ${columns} from consents
   where issuer_id = :issuer_id and person_id = :person_id
   order by created_at desc, client_id`,
)

export const putConsent = statement<ConsentRow>(
  'consents.put',
  `insert into consents (issuer_id, ${columns})
   values (:issuer_id, :person_id, :client_id, :scope, :resources, :shown, :created_at, :updated_at)
   on conflict (issuer_id, person_id, client_id) do update set
     scope = excluded.scope, resources = excluded.resources, shown = excluded.shown,
     created_at = excluded.created_at, updated_at = excluded.updated_at`,
)

type Seen = {
  readonly person_id: string
  readonly client_id: string
  readonly seen_scope: string
  readonly seen_at: number
}

const unchanged = `issuer_id = :issuer_id and person_id = :person_id and client_id = :client_id
     and scope = :seen_scope and updated_at = :seen_at`

/** Two first answers at once: the second is asked again, so that it adds to the first. */
export const addConsent = spending<ConsentRow>(
  'consents.add',
  `insert into consents (issuer_id, ${columns})
   values (:issuer_id, :person_id, :client_id, :scope, :resources, :shown, :created_at, :updated_at)
   on conflict (issuer_id, person_id, client_id) do nothing
   returning 1 as spent`,
)

/** What was taken back meanwhile does not come back by an answer that was read before. */
export const replaceConsent = spending<ConsentRow & Seen>(
  'consents.replace',
  `update consents set scope = :scope, resources = :resources, shown = :shown, created_at = :created_at,
     updated_at = :updated_at
   where ${unchanged}
   returning 1 as spent`,
)

/** What is given without a question is given only while the answer stands that makes it needless. */
export const holdConsent = holding<Seen>(
  'consents.hold',
  `select 1 as spent from consents
   where ${unchanged}`,
)

export const deleteConsent = statement<{ person_id: string; client_id: string }>(
  'consents.delete',
  'delete from consents where issuer_id = :issuer_id and person_id = :person_id and client_id = :client_id',
)

export const deleteConsentsOfPerson = statement<{ person_id: string }>(
  'consents.delete_of_person',
  'delete from consents where issuer_id = :issuer_id and person_id = :person_id',
)

export const deleteConsentsOfClient = statement<{ client_id: string }>(
  'consents.delete_of_client',
  'delete from consents where issuer_id = :issuer_id and client_id = :client_id',
)

export const consentRow = (consent: ConsentRecord): ConsentRow => ({
  person_id: consent.personId,
  client_id: consent.clientId,
  scope: json(consent.scope),
  resources: json(consent.resources),
  shown: json(consent.shown),
  created_at: consent.createdAt,
  updated_at: consent.updatedAt,
})

export const seenRow = (consent: ConsentRecord): Seen => ({
  person_id: consent.personId,
  client_id: consent.clientId,
  seen_scope: json(consent.scope),
  seen_at: consent.updatedAt,
})

export const consentRecord = (row: ConsentRow): ConsentRecord => ({
  personId: row.person_id,
  clientId: row.client_id,
  scope: parsed(row.scope),
  resources: parsed(row.resources),
  shown: parsed(row.shown),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

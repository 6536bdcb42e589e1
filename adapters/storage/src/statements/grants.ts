/**
 * `grants`: made by redeeming a code, used while its tokens are, swept when the last of them is over. Once revoked it
 * stays revoked: no statement here takes `revoked_at` away, and none changes a revoked grant.
 */
import type { GrantRecord } from '@symbolon/authorization-server/ports/records'
import { json, jsonOrNull, parsed, parsedOrNull } from '../columns.ts'
import { statement } from '../sql.ts'
import type { StatusRow } from './people.ts'

export type GrantRow = {
  readonly grant_id: string
  readonly flow: string
  readonly client_id: string
  readonly person_id: string
  readonly session_id: string
  readonly scope: string
  readonly resources: string
  readonly nonce: string | null
  readonly auth_time: number
  readonly amr: string
  readonly created_at: number
  readonly last_used_at: number
  readonly expires_at: number
  readonly revoked_at: number | null
}

export const grantColumns = [
  'grant_id',
  'flow',
  'client_id',
  'person_id',
  'session_id',
  'scope',
  'resources',
  'nonce',
  'auth_time',
  'amr',
  'created_at',
  'last_used_at',
  'expires_at',
  'revoked_at',
] as const satisfies readonly (keyof GrantRow)[]

const columns = grantColumns.join(', ')

export const findGrant = statement<{ grant_id: string }, GrantRow & StatusRow>(
  'grants.find',
  `select ${grantColumns.map((column) => `g.${column}`).join(', ')},
     p.person_id as status_person_id, p.disabled as status_disabled
   from grants g left join people p on p.issuer_id = :issuer_id and p.person_id = g.person_id
   where g.issuer_id = :issuer_id and g.grant_id = :grant_id`,
)

export const grantsOfPerson = statement<{ person_id: string; now: number }, GrantRow>(
  'grants.of_person',
  `select ${columns} from grants
   where issuer_id = :issuer_id and person_id = :person_id and revoked_at is null and expires_at > :now
   order by created_at desc, grant_id`,
)

export const insertGrant = statement<GrantRow>(
  'grants.insert',
  `insert into grants (issuer_id, ${columns})
   values (:issuer_id, ${grantColumns.map((column) => `:${column}`).join(', ')})`,
)

export const touchGrant = statement<{ grant_id: string; last_used_at: number; expires_at: number }>(
  'grants.touch',
  `update grants set last_used_at = :last_used_at, expires_at = :expires_at
   where issuer_id = :issuer_id and grant_id = :grant_id and revoked_at is null`,
)

export const narrowGrant = statement<{ grant_id: string; scope: string }>(
  'grants.narrow',
  `update grants set scope = :scope
   where issuer_id = :issuer_id and grant_id = :grant_id and revoked_at is null`,
)

/** This and the next two come after the revocation of the codes: see codes.ts. */
export const revokeGrant = statement<{ grant_id: string; now: number }>(
  'grants.revoke',
  `update grants set revoked_at = :now
   where issuer_id = :issuer_id and grant_id = :grant_id and revoked_at is null`,
)

export const revokeGrantsOfPersonAndClient = statement<{ person_id: string; client_id: string; now: number }>(
  'grants.revoke_of_person_and_client',
  `update grants set revoked_at = :now
   where issuer_id = :issuer_id and person_id = :person_id and client_id = :client_id and revoked_at is null`,
)

export const revokeGrantsOfSession = statement<{ session_id: string; person_id: string; lasting: string; now: number }>(
  'grants.revoke_of_session',
  `update grants set revoked_at = :now
   where issuer_id = :issuer_id and person_id = :person_id and session_id = :session_id and scope not like :lasting
     and revoked_at is null`,
)

export const deleteGrantsOfPerson = statement<{ person_id: string }>(
  'grants.delete_of_person',
  'delete from grants where issuer_id = :issuer_id and person_id = :person_id',
)

export const deleteGrantsOfClient = statement<{ client_id: string }>(
  'grants.delete_of_client',
  'delete from grants where issuer_id = :issuer_id and client_id = :client_id',
)

export const grantRow = (grant: GrantRecord): GrantRow => ({
  grant_id: grant.grantId,
  flow: grant.flow,
  client_id: grant.clientId,
  person_id: grant.personId,
  session_id: grant.sessionId,
  scope: json(grant.scope),
  resources: json(grant.resources),
  nonce: jsonOrNull(grant.nonce),
  auth_time: grant.authTime,
  amr: json(grant.amr),
  created_at: grant.createdAt,
  last_used_at: grant.lastUsedAt,
  expires_at: grant.expiresAt,
  revoked_at: grant.revokedAt,
})

export const grantRecord = (row: GrantRow): GrantRecord => ({
  grantId: row.grant_id,
  flow: row.flow,
  clientId: row.client_id,
  personId: row.person_id,
  sessionId: row.session_id,
  scope: parsed(row.scope),
  resources: parsed(row.resources),
  nonce: parsedOrNull(row.nonce),
  authTime: row.auth_time,
  amr: parsed(row.amr),
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
})

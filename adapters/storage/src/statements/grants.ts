/**
 * `grants`: made by redeeming a code, used while its tokens are, swept when the last of them is over. Once revoked it
 * stays revoked: no statement here takes `revoked_at` away, and none changes a revoked grant.
 */
import type { GrantRecord } from '@symbolon/authorization-server/ports/records'
import { joined, json, jsonOrNull, parsed, parsedOrNull } from '../columns.ts'
import { few } from '../few.ts'
import { statement, type Values } from '../sql.ts'
import { type ProfileRow, readProfile, readStatus, type StatusRow } from './profiles.ts'

type GrantRow = {
  readonly grant_id: string
  readonly flow: string
  readonly client_id: string
  readonly person_id: string
  readonly session_id: string
  readonly scope: string
  readonly resources: string
  readonly nonce: string | null
  readonly claims: string | null
  readonly auth_time: number
  readonly amr: string
  readonly created_at: number
  readonly last_used_at: number
  readonly expires_at: number
  readonly revoked_at: number | null
}

const grantColumns = [
  'grant_id',
  'flow',
  'client_id',
  'person_id',
  'session_id',
  'scope',
  'resources',
  'nonce',
  'claims',
  'auth_time',
  'amr',
  'created_at',
  'last_used_at',
  'expires_at',
  'revoked_at',
] as const satisfies readonly (keyof GrantRow)[]

/** How a grant is read, also beside what belongs to it: each column as `grant_…`. */
export type ReadGrant = { readonly [Column in keyof GrantRow as `grant_${Column}`]: GrantRow[Column] }

export const readGrant = joined('g', 'grant_', grantColumns)

export const findGrant = statement<{ grant_id: string }, ReadGrant & StatusRow>(
  'grants.find',
  `select ${readGrant}, ${readStatus}
   from grants g left join people p on p.issuer_id = :issuer_id and p.person_id = g.person_id
   where g.issuer_id = :issuer_id and g.grant_id = :grant_id`,
)

export const findGrantWithProfile = statement<{ grant_id: string }, ReadGrant & ProfileRow>(
  'grants.find_with_profile',
  `select ${readGrant}, ${readProfile}
   from grants g left join people p on p.issuer_id = :issuer_id and p.person_id = g.person_id
   where g.issuer_id = :issuer_id and g.grant_id = :grant_id`,
)

export const grantsOfPerson = statement<{ person_id: string; now: number }, ReadGrant>(
  'grants.of_person',
  `select ${readGrant} from grants g
   where g.issuer_id = :issuer_id and g.person_id = :person_id and g.revoked_at is null and g.expires_at > :now
   order by g.created_at desc, g.grant_id`,
)

export const insertGrant = statement<GrantRow>(
  'grants.insert',
  `insert into grants (issuer_id, ${grantColumns.join(', ')})
   values (:issuer_id, ${grantColumns.map((column) => `:${column}`).join(', ')})`,
)

export const touchGrant = statement<{ grant_id: string; last_used_at: number; expires_at: number }>(
  'grants.touch',
  `update grants set last_used_at = :last_used_at, expires_at = :expires_at
   where issuer_id = :issuer_id and grant_id = :grant_id and revoked_at is null`,
)

export const narrowGrant = statement<{ grant_id: string; scope: string; claims: string | null }>(
  'grants.narrow',
  `update grants set scope = :scope, claims = :claims
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

/** No code came before these, so no lock of one is needed: see codes.ts. */
export const dropGrants = statement<Values>(
  'grants.drop',
  `delete from grants where issuer_id = :issuer_id and grant_id in (${few})`,
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
  claims: jsonOrNull(grant.claims),
  auth_time: grant.authTime,
  amr: json(grant.amr),
  created_at: grant.createdAt,
  last_used_at: grant.lastUsedAt,
  expires_at: grant.expiresAt,
  revoked_at: grant.revokedAt,
})

export const grantRecord = (row: ReadGrant): GrantRecord => ({
  grantId: row.grant_grant_id,
  flow: row.grant_flow,
  clientId: row.grant_client_id,
  personId: row.grant_person_id,
  sessionId: row.grant_session_id,
  scope: parsed(row.grant_scope),
  resources: parsed(row.grant_resources),
  nonce: parsedOrNull(row.grant_nonce),
  claims: parsedOrNull(row.grant_claims),
  authTime: row.grant_auth_time,
  amr: parsed(row.grant_amr),
  createdAt: row.grant_created_at,
  lastUsedAt: row.grant_last_used_at,
  expiresAt: row.grant_expires_at,
  revokedAt: row.grant_revoked_at,
})

/**
 * `access_tokens`: the opaque ones, deleted when revoked by themselves, swept when they expire.
 * `revoked_tokens`: the ids of JWT access tokens that were revoked by themselves, until they would have expired.
 */
import type { AccessTokenRecord, GrantStanding } from '@symbolon/authorization-server/ports/records'
import { json, parsed, parsedOrNull } from '../columns.ts'
import { few } from '../few.ts'
import { statement, type Values } from '../sql.ts'
import type { ReadGrant } from './grants.ts'
import { type ProfileRow, readProfile, readStatus, type StatusRow } from './profiles.ts'

type Row = {
  readonly token_hash: string
  readonly grant_id: string | null
  readonly client_id: string
  readonly person_id: string | null
  readonly scope: string
  readonly audience: string
  readonly issued_at: number
  readonly expires_at: number
}

type StandingRow =
  | { readonly grant_flow: null }
  | Pick<ReadGrant, 'grant_flow' | 'grant_scope' | 'grant_claims' | 'grant_auth_time' | 'grant_revoked_at'>

/** No more than decides on the token: it is read at each use of it. */
const readStanding = `g.flow as grant_flow, g.scope as grant_scope, g.claims as grant_claims, g.auth_time as grant_auth_time,
     g.revoked_at as grant_revoked_at`

const columns = 't.token_hash, t.grant_id, t.client_id, t.person_id, t.scope, t.audience, t.issued_at, t.expires_at'

/** With its grant goes the token. */
const found = `from access_tokens t
   left join grants g on g.issuer_id = :issuer_id and g.grant_id = t.grant_id
   left join people p on p.issuer_id = :issuer_id and p.person_id = t.person_id
   where t.issuer_id = :issuer_id and t.token_hash = :token_hash
     and (t.grant_id is null or g.grant_id is not null)`

export const findAccessToken = statement<{ token_hash: string }, Row & StandingRow & StatusRow>(
  'access_tokens.find',
  `select ${columns}, ${readStanding}, ${readStatus}
   ${found}`,
)

export const findAccessTokenWithProfile = statement<{ token_hash: string }, Row & StandingRow & ProfileRow>(
  'access_tokens.find_with_profile',
  `select ${columns}, ${readStanding}, ${readProfile}
   ${found}`,
)

export const insertAccessToken = statement<Row>(
  'access_tokens.insert',
  `insert into access_tokens (issuer_id, token_hash, grant_id, client_id, person_id, scope, audience, issued_at,
     expires_at)
   values (:issuer_id, :token_hash, :grant_id, :client_id, :person_id, :scope, :audience, :issued_at, :expires_at)`,
)

export const deleteAccessToken = statement<{ token_hash: string }>(
  'access_tokens.delete',
  'delete from access_tokens where issuer_id = :issuer_id and token_hash = :token_hash',
)

export const dropAccessTokens = statement<Values>(
  'access_tokens.drop',
  `delete from access_tokens where issuer_id = :issuer_id and token_hash in (${few})`,
)

export const deleteAccessTokensOfClient = statement<{ client_id: string }>(
  'access_tokens.delete_of_client',
  'delete from access_tokens where issuer_id = :issuer_id and client_id = :client_id',
)

/** Revoking twice is no mistake (RFC 7009 §2.2). */
export const revokeJti = statement<{ jti: string; expires_at: number }>(
  'revoked_tokens.put',
  `insert into revoked_tokens (issuer_id, jti, expires_at) values (:issuer_id, :jti, :expires_at)
   on conflict (issuer_id, jti) do nothing`,
)

export const findRevokedJti = statement<{ jti: string }, { readonly jti: string }>(
  'revoked_tokens.find',
  'select jti from revoked_tokens where issuer_id = :issuer_id and jti = :jti',
)

export const accessTokenRow = (token: AccessTokenRecord): Row => ({
  token_hash: token.tokenHash,
  grant_id: token.grantId,
  client_id: token.clientId,
  person_id: token.personId,
  scope: json(token.scope),
  audience: json(token.audience),
  issued_at: token.issuedAt,
  expires_at: token.expiresAt,
})

export const accessTokenRecord = (row: Row): AccessTokenRecord => ({
  tokenHash: row.token_hash,
  grantId: row.grant_id,
  clientId: row.client_id,
  personId: row.person_id,
  scope: parsed(row.scope),
  audience: parsed(row.audience),
  issuedAt: row.issued_at,
  expiresAt: row.expires_at,
})

export const grantStanding = (row: StandingRow): GrantStanding | undefined =>
  row.grant_flow === null
    ? undefined
    : {
        flow: row.grant_flow,
        scope: parsed(row.grant_scope),
        claims: parsedOrNull(row.grant_claims),
        authTime: row.grant_auth_time,
        revokedAt: row.grant_revoked_at,
      }

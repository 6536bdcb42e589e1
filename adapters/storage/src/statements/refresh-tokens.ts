/**
 * `refresh_tokens`: made with a grant or by replacing another, replaced once, swept when it expires. A replaced token
 * stays until then, so that a retry gets the same successor and a replay is recognised. Revoking is the grant's.
 */
import type { RefreshTokenRecord } from '@symbolon/authorization-server/ports/records'
import { spending, statement } from '../sql.ts'
import { type ReadGrant, readGrant } from './grants.ts'
import { readStatus, type StatusRow } from './profiles.ts'

type Row = {
  readonly token_hash: string
  readonly grant_id: string
  readonly client_id: string
  readonly created_at: number
  readonly expires_at: number
  readonly rotated_at: number | null
  readonly successor: string | null
}

/** With its grant goes the token. */
export const findRefreshToken = statement<{ token_hash: string }, Row & ReadGrant & StatusRow>(
  'refresh_tokens.find',
  `select t.token_hash, t.grant_id, t.client_id, t.created_at, t.expires_at, t.rotated_at, t.successor,
     ${readGrant},
     ${readStatus}
   from refresh_tokens t
   join grants g on g.issuer_id = :issuer_id and g.grant_id = t.grant_id
   left join people p on p.issuer_id = :issuer_id and p.person_id = g.person_id
   where t.issuer_id = :issuer_id and t.token_hash = :token_hash`,
)

export const insertRefreshToken = statement<Row>(
  'refresh_tokens.insert',
  `insert into refresh_tokens (issuer_id, token_hash, grant_id, client_id, created_at, expires_at, rotated_at,
     successor)
   values (:issuer_id, :token_hash, :grant_id, :client_id, :created_at, :expires_at, :rotated_at, :successor)`,
)

/** One successor: of many refreshes that race to this line one sets its own, the others are lost and read that one. */
export const rotateRefreshToken = spending<{ token_hash: string; successor: string; now: number }>(
  'refresh_tokens.rotate',
  `update refresh_tokens set rotated_at = :now, successor = :successor
   where issuer_id = :issuer_id and token_hash = :token_hash and rotated_at is null
   returning 1 as spent`,
)

export const touchRefreshToken = statement<{ token_hash: string; expires_at: number }>(
  'refresh_tokens.touch',
  `update refresh_tokens set expires_at = :expires_at
   where issuer_id = :issuer_id and token_hash = :token_hash and rotated_at is null`,
)

export const deleteRefreshTokensOfClient = statement<{ client_id: string }>(
  'refresh_tokens.delete_of_client',
  'delete from refresh_tokens where issuer_id = :issuer_id and client_id = :client_id',
)

export const refreshTokenRow = (token: RefreshTokenRecord): Row => ({
  token_hash: token.tokenHash,
  grant_id: token.grantId,
  client_id: token.clientId,
  created_at: token.createdAt,
  expires_at: token.expiresAt,
  rotated_at: token.rotatedAt,
  successor: token.successor,
})

export const refreshTokenRecord = (row: Row): RefreshTokenRecord => ({
  tokenHash: row.token_hash,
  grantId: row.grant_id,
  clientId: row.client_id,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  rotatedAt: row.rotated_at,
  successor: row.successor,
})

/** `signing_keys`: made, published, active, retired, removed and then deleted, all by the key ring. */
import type { SigningKeyRecord } from '@symbolon/authorization-server/ports/records'
import { json, parsed } from '../columns.ts'
import { statement } from '../sql.ts'

type Row = {
  readonly kid: string
  readonly algorithm: string
  readonly public_jwk: string
  readonly sealed_private: string
  readonly created_at: number
  readonly active_at: number
  readonly retired_at: number | null
  readonly removed_at: number | null
}

const columns = 'kid, algorithm, public_jwk, sealed_private, created_at, active_at, retired_at, removed_at'

export const listKeys = statement<Record<never, never>, Row>(
  'signing_keys.list',
  `select ${columns} from signing_keys where issuer_id = :issuer_id order by created_at, kid`,
)

export const insertKey = statement<Row>(
  'signing_keys.insert',
  `insert into signing_keys (issuer_id, ${columns})
   values (:issuer_id, :kid, :algorithm, :public_jwk, :sealed_private, :created_at, :active_at, :retired_at,
     :removed_at)`,
)

export const updateKey = statement<Pick<Row, 'kid' | 'active_at' | 'retired_at' | 'removed_at'>>(
  'signing_keys.update',
  `update signing_keys set active_at = :active_at, retired_at = :retired_at, removed_at = :removed_at
   where issuer_id = :issuer_id and kid = :kid`,
)

export const deleteKey = statement<{ kid: string }>(
  'signing_keys.delete',
  'delete from signing_keys where issuer_id = :issuer_id and kid = :kid',
)

export const keyRow = (key: SigningKeyRecord): Row => ({
  kid: key.kid,
  algorithm: key.algorithm,
  public_jwk: json(key.publicJwk),
  sealed_private: key.sealedPrivate,
  created_at: key.createdAt,
  active_at: key.activeAt,
  retired_at: key.retiredAt,
  removed_at: key.removedAt,
})

export const keyRecord = (row: Row): SigningKeyRecord => ({
  kid: row.kid,
  algorithm: row.algorithm as SigningKeyRecord['algorithm'],
  publicJwk: parsed(row.public_jwk),
  sealedPrivate: row.sealed_private,
  createdAt: row.created_at,
  activeAt: row.active_at,
  retiredAt: row.retired_at,
  removedAt: row.removed_at,
})

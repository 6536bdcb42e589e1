/** `invitations`: used as often as they may be until they expire. */
import type { InvitationRecord } from '@symbolon/authorization-server/ports/records'
import { spending, statement } from '../sql.ts'

type Row = {
  readonly token_hash: string
  readonly note: string
  readonly created_at: number
  readonly expires_at: number
  readonly most: number
  readonly used: number
}

const columns = 'token_hash, note, created_at, expires_at, most, used'

export const findInvitation = statement<{ token_hash: string }, Row>(
  'invitations.find',
  `select ${columns} from invitations where issuer_id = :issuer_id and token_hash = :token_hash`,
)

export const listInvitations = statement<Record<never, never>, Row>(
  'invitations.list',
  `select ${columns} from invitations where issuer_id = :issuer_id order by created_at desc, token_hash`,
)

export const insertInvitation = statement<Row>(
  'invitations.insert',
  `insert into invitations (issuer_id, ${columns})
   values (:issuer_id, :token_hash, :note, :created_at, :expires_at, :most, :used)`,
)

export const spendInvitation = spending<{ token_hash: string; now: number }>(
  'invitations.use',
  `update invitations set used = used + 1
   where issuer_id = :issuer_id and token_hash = :token_hash and used < most and expires_at > :now
   returning 1 as spent`,
)

export const deleteInvitation = statement<{ token_hash: string }>(
  'invitations.delete',
  'delete from invitations where issuer_id = :issuer_id and token_hash = :token_hash',
)

export const invitationRow = (invitation: InvitationRecord): Row => ({
  token_hash: invitation.tokenHash,
  note: invitation.note,
  created_at: invitation.createdAt,
  expires_at: invitation.expiresAt,
  most: invitation.most,
  used: invitation.used,
})

export const invitationRecord = (row: Row): InvitationRecord => ({
  tokenHash: row.token_hash,
  note: row.note,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  most: row.most,
  used: row.used,
})

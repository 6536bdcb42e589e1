/**
 * `codes`: made when a person allows, redeemed once, swept a while after it expired. A redeemed code stays until
 * then, because a second redemption must be recognised as a replay and not as a code that never was.
 *
 * The row is also the lock between redeeming and revoking. Redeeming sets `redeemed_at` in the commit that inserts
 * the grant; revoking sets `revoked_at` here *before* it turns to `grants`. Whichever comes second to this row waits
 * for the first: a redemption then finds the code revoked and is lost, a revocation then finds the grant inserted.
 * So no order leaves a grant alive that was revoked while it was only a code.
 */
import type { CodeRecord } from '@symbolon/authorization-server/ports/records'
import { flag, isFlag, json, jsonOrNull, parsed, parsedOrNull } from '../columns.ts'
import { few } from '../few.ts'
import { spending, statement, type Values } from '../sql.ts'
import { readStatus, type StatusRow } from './profiles.ts'

type Inserted = {
  readonly code_hash: string
  readonly grant_id: string
  readonly flow: string
  readonly client_id: string
  readonly person_id: string
  readonly session_id: string
  readonly redirect_uri: string
  readonly redirect_uri_sent: number
  readonly code_challenge: string | null
  readonly scope: string
  readonly resources: string
  readonly nonce: string | null
  readonly claims: string | null
  readonly auth_time: number
  readonly amr: string
  readonly created_at: number
  readonly expires_at: number
  readonly redeemed_at: number | null
}
type Row = Inserted & StatusRow & { readonly revoked_at: number | null }

export const findCode = statement<{ code_hash: string }, Row>(
  'codes.find',
  `select c.code_hash, c.grant_id, c.flow, c.client_id, c.person_id, c.session_id, c.redirect_uri,
     c.redirect_uri_sent, c.code_challenge, c.scope, c.resources, c.nonce, c.claims, c.auth_time, c.amr, c.created_at,
     c.expires_at, c.redeemed_at, c.revoked_at, ${readStatus}
   from codes c left join people p on p.issuer_id = :issuer_id and p.person_id = c.person_id
   where c.issuer_id = :issuer_id and c.code_hash = :code_hash`,
)

export const insertCode = statement<Inserted>(
  'codes.insert',
  `insert into codes (issuer_id, code_hash, grant_id, flow, client_id, person_id, session_id, redirect_uri,
     redirect_uri_sent, code_challenge, scope, resources, nonce, claims, auth_time, amr, created_at, expires_at,
     redeemed_at)
   values (:issuer_id, :code_hash, :grant_id, :flow, :client_id, :person_id, :session_id, :redirect_uri,
     :redirect_uri_sent, :code_challenge, :scope, :resources, :nonce, :claims, :auth_time, :amr, :created_at,
     :expires_at, :redeemed_at)`,
)

/** Single use: many redemptions may race to this line, and the database gives one of them the row. */
export const redeemCode = spending<{ code_hash: string; now: number }>(
  'codes.redeem',
  `update codes set redeemed_at = :now
   where issuer_id = :issuer_id and code_hash = :code_hash and redeemed_at is null and revoked_at is null
   returning 1 as spent`,
)

export const dropCodes = statement<Values>(
  'codes.drop',
  `delete from codes where issuer_id = :issuer_id and redeemed_at is null and code_hash in (${few})`,
)

/** Redeemed codes too: touching the row is what makes this wait for a redemption under way. */
export const revokeCodesOfPersonAndClient = statement<{ person_id: string; client_id: string; now: number }>(
  'codes.revoke_of_person_and_client',
  `update codes set revoked_at = :now
   where issuer_id = :issuer_id and person_id = :person_id and client_id = :client_id and revoked_at is null`,
)

export const revokeCodesOfSession = statement<{ session_id: string; person_id: string; lasting: string; now: number }>(
  'codes.revoke_of_session',
  `update codes set revoked_at = :now
   where issuer_id = :issuer_id and person_id = :person_id and session_id = :session_id and scope not like :lasting
     and revoked_at is null`,
)

export const deleteCodesOfPerson = statement<{ person_id: string }>(
  'codes.delete_of_person',
  'delete from codes where issuer_id = :issuer_id and person_id = :person_id',
)

export const deleteCodesOfClient = statement<{ client_id: string }>(
  'codes.delete_of_client',
  'delete from codes where issuer_id = :issuer_id and client_id = :client_id',
)

export const codeRow = (code: CodeRecord): Inserted => ({
  code_hash: code.codeHash,
  grant_id: code.grantId,
  flow: code.flow,
  client_id: code.clientId,
  person_id: code.personId,
  session_id: code.sessionId,
  redirect_uri: code.redirectUri,
  redirect_uri_sent: flag(code.redirectUriSent),
  code_challenge: code.codeChallenge,
  scope: json(code.scope),
  resources: json(code.resources),
  nonce: jsonOrNull(code.nonce),
  claims: jsonOrNull(code.claims),
  auth_time: code.authTime,
  amr: json(code.amr),
  created_at: code.createdAt,
  expires_at: code.expiresAt,
  redeemed_at: code.redeemedAt,
})

/** A code that was revoked before it was redeemed is as spent as one that was. */
export const codeRecord = (row: Row): CodeRecord => ({
  codeHash: row.code_hash,
  grantId: row.grant_id,
  flow: row.flow,
  clientId: row.client_id,
  personId: row.person_id,
  sessionId: row.session_id,
  redirectUri: row.redirect_uri,
  redirectUriSent: isFlag(row.redirect_uri_sent),
  codeChallenge: row.code_challenge,
  scope: parsed(row.scope),
  resources: parsed(row.resources),
  nonce: parsedOrNull(row.nonce),
  claims: parsedOrNull(row.claims),
  authTime: row.auth_time,
  amr: parsed(row.amr),
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  redeemedAt: row.redeemed_at ?? row.revoked_at,
})

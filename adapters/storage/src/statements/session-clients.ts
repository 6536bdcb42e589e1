/**
 * `session_clients`: written with the first answer that a client gets in a session, if it wants to hear of the session's
 * end, and noted again when it is used, at most once a minute; swept when the session would have expired.
 */
import type { SessionClientRecord } from '@symbolon/authorization-server/ports/records'
import { statement } from '../sql.ts'

export const rememberClient = statement<{
  session_id: string
  client_id: string
  person_id: string
  expires_at: number
  used_at: number
  unreviewed: number
  at_expiry: number
}>(
  'session_clients.remember',
  `insert into session_clients (issuer_id, session_id, client_id, person_id, expires_at, used_at, unreviewed, at_expiry)
   values (:issuer_id, :session_id, :client_id, :person_id, :expires_at, :used_at, :unreviewed, :at_expiry)
   on conflict (issuer_id, session_id, client_id) do update
     set used_at = excluded.used_at, unreviewed = excluded.unreviewed, at_expiry = excluded.at_expiry
     where excluded.used_at >= session_clients.used_at + 60`,
)

type Row = { readonly client_id: string; readonly used_at: number; readonly unreviewed: number }

export const clientsOfSession = statement<{ session_id: string }, Row>(
  'session_clients.of_session',
  `select client_id, used_at, unreviewed from session_clients
   where issuer_id = :issuer_id and session_id = :session_id order by unreviewed, used_at desc, client_id`,
)

export const sessionClientRecord = (row: Row): SessionClientRecord => ({
  clientId: row.client_id,
  usedAt: row.used_at,
  unreviewed: row.unreviewed === 1,
})

/** Its end was announced: that it would have run out later is no news. */
export const endedBeforeExpiry = statement<{ session_id: string }>(
  'session_clients.ended',
  `update session_clients set at_expiry = 0
   where issuer_id = :issuer_id and session_id = :session_id and at_expiry = 1`,
)

export const forgetClient = statement<{ client_id: string }>(
  'session_clients.delete_of_client',
  'delete from session_clients where issuer_id = :issuer_id and client_id = :client_id',
)

export const forgetClientsOfPerson = statement<{ person_id: string }>(
  'session_clients.delete_of_person',
  `delete from session_clients where issuer_id = :issuer_id and session_id in
     (select session_id from sessions where issuer_id = :issuer_id and person_id = :person_id)`,
)

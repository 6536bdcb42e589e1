/**
 * `session_clients`: written with the first answer that a client gets in a session, if it wants to hear of the session's
 * end; swept when the session would have expired.
 */
import { statement } from '../sql.ts'

export const rememberClient = statement<{
  session_id: string
  client_id: string
  person_id: string
  expires_at: number
}>(
  'session_clients.remember',
  `insert into session_clients (issuer_id, session_id, client_id, person_id, expires_at)
   values (:issuer_id, :session_id, :client_id, :person_id, :expires_at)
   on conflict (issuer_id, session_id, client_id) do nothing`,
)

export const clientsOfSession = statement<{ session_id: string }, { readonly client_id: string }>(
  'session_clients.of_session',
  `select client_id from session_clients where issuer_id = :issuer_id and session_id = :session_id order by client_id`,
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

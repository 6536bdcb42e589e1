/**
 * `logout_deliveries`: one row for each client that is to hear that a session has ended, written in the commit that ends
 * it. `due_at` says when it is to be tried next, and is null once it was delivered or given up. It stays until it
 * expires, so that the same end is never announced twice and what failed can be seen.
 */
import type { LogoutDeliveryRecord } from '@symbolon/authorization-server/ports/records'
import { spending, statement } from '../sql.ts'

type Row = {
  readonly session_id: string
  readonly client_id: string
  readonly person_id: string
  readonly flow: string | null
  readonly created_at: number
  readonly attempts: number
  readonly due_at: number | null
  readonly failed_at: number | null
  readonly problem: string | null
  readonly expires_at: number
  readonly unreviewed: number
}

const columns = `session_id, client_id, person_id, flow, created_at, attempts, due_at, failed_at, problem,
  expires_at, unreviewed`

export const announceLogout = statement<{ session_id: string; now: number; flow: string | null; expires_at: number }>(
  'logout_deliveries.announce',
  `insert into logout_deliveries (issuer_id, ${columns})
   select c.issuer_id, c.session_id, c.client_id, c.person_id, :flow, :now, 0, :now, null, null, :expires_at,
     c.unreviewed
   from session_clients c where c.issuer_id = :issuer_id and c.session_id = :session_id
   on conflict (issuer_id, session_id, client_id) do nothing`,
)

/** For all sessions that a person still has. */
export const announceLogoutOfPerson = statement<{ person_id: string; now: number; expires_at: number }>(
  'logout_deliveries.announce_person',
  `insert into logout_deliveries (issuer_id, ${columns})
   select c.issuer_id, c.session_id, c.client_id, c.person_id, null, :now, 0, :now, null, null, :expires_at,
     c.unreviewed
   from sessions s join session_clients c on c.issuer_id = s.issuer_id and c.session_id = s.session_id
   where s.issuer_id = :issuer_id and s.person_id = :person_id and s.ended_at is null and s.expires_at > :now
   on conflict (issuer_id, session_id, client_id) do nothing`,
)

/** Where the end was announced already, it is told once more. */
export const announceAgain = statement<{ session_id: string; client_id: string; due_at: number }>(
  'logout_deliveries.announce_again',
  `update logout_deliveries set due_at = :due_at, attempts = 0, failed_at = null, problem = null
   where issuer_id = :issuer_id and session_id = :session_id and client_id = :client_id`,
)

/** Of those that wait for as long, the one that was tried least: whoever hangs at one session hears of another next. */
export const dueLogouts = statement<{ now: number; limit: number; unreviewed: number }, Row>(
  'logout_deliveries.due',
  `select ${columns} from logout_deliveries
   where issuer_id = :issuer_id and unreviewed = :unreviewed and due_at <= :now
   order by due_at, attempts, created_at, session_id limit :limit`,
)

export const logoutsOfSession = statement<{ session_id: string }, Row>(
  'logout_deliveries.of_session',
  `select ${columns} from logout_deliveries
   where issuer_id = :issuer_id and session_id = :session_id order by unreviewed, client_id`,
)

export const listLogouts = statement<{ limit: number }, Row>(
  'logout_deliveries.list',
  `select ${columns} from logout_deliveries
   where issuer_id = :issuer_id order by created_at desc, session_id, client_id limit :limit`,
)

/** Each attempt is one process's: who comes second finds another number of attempts and leaves it alone. */
export const claimLogout = spending<{ session_id: string; client_id: string; attempts: number; due_at: number }>(
  'logout_deliveries.claim',
  `update logout_deliveries set attempts = :attempts + 1, due_at = :due_at
   where issuer_id = :issuer_id and session_id = :session_id and client_id = :client_id and attempts = :attempts
     and due_at is not null
   returning 1 as spent`,
)

/** How the attempt with this number ended, unless a later one has begun meanwhile. */
export const noteLogout = statement<
  Pick<Row, 'session_id' | 'client_id' | 'attempts' | 'due_at' | 'failed_at' | 'problem'>
>(
  'logout_deliveries.note',
  `update logout_deliveries set due_at = :due_at, failed_at = :failed_at, problem = :problem
   where issuer_id = :issuer_id and session_id = :session_id and client_id = :client_id and attempts = :attempts
     and due_at is not null`,
)

/** All that are due to a client that does not listen just now; what is under way has been put off by its claim. */
export const putOffLogouts = statement<{ client_id: string; now: number; due_at: number }>(
  'logout_deliveries.put_off',
  `update logout_deliveries set due_at = :due_at
   where issuer_id = :issuer_id and client_id = :client_id and due_at <= :now`,
)

/** They were there all the time while the client did not listen, and were tried in vain; none is given up untried. */
export const giveUpLogouts = statement<{ client_id: string; before: number; now: number; problem: string }>(
  'logout_deliveries.give_up',
  `update logout_deliveries set due_at = null, failed_at = :now, problem = :problem
   where issuer_id = :issuer_id and client_id = :client_id and due_at <= :now and created_at <= :before
     and attempts > 0`,
)

export const deleteLogoutsOfClient = statement<{ client_id: string }>(
  'logout_deliveries.delete_of_client',
  'delete from logout_deliveries where issuer_id = :issuer_id and client_id = :client_id',
)

export const logoutRecord = (row: Row): LogoutDeliveryRecord => ({
  sessionId: row.session_id,
  clientId: row.client_id,
  personId: row.person_id,
  flow: row.flow,
  createdAt: row.created_at,
  attempts: row.attempts,
  dueAt: row.due_at,
  failedAt: row.failed_at,
  problem: row.problem,
  expiresAt: row.expires_at,
  unreviewed: row.unreviewed === 1,
})

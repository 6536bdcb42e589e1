/**
 * `sessions`: made at sign-in, touched while it is used, ended at sign-out, swept when it expires. One that was ended
 * stays until then and is never touched again.
 */
import type { SessionRecord } from '@symbolon/authorization-server/ports/records'
import type { KnownSession } from '@symbolon/authorization-server/ports/store'
import { joined, json, parsed, partOf } from '../columns.ts'
import { holding, statement } from '../sql.ts'
import { type ConsentRow, consentColumns, consentRecord } from './consents.ts'
import { type PersonRow, personColumns, personRecord } from './people.ts'

type Row = {
  readonly session_id: string
  readonly browser_hash: string
  readonly person_id: string
  readonly auth_time: number
  readonly amr: string
  readonly user_agent: string
  readonly created_at: number
  readonly last_seen_at: number
  readonly expires_at: number
  readonly ended_at: number | null
}

const columns = `session_id, browser_hash, person_id, auth_time, amr, user_agent, created_at, last_seen_at, expires_at,
  ended_at`

type KnownRow = Row & Readonly<Record<string, unknown>>

/** With the person, and with what they allow one client: null where there is none. */
export const sessionsOfBrowser = statement<{ browser_hash: string; client_id: string; now: number }, KnownRow>(
  'sessions.of_browser',
  `select ${columns.replace(/\w+/g, 's.$&')},
     ${joined('p', 'person_', personColumns)},
     ${joined('c', 'consent_', consentColumns)}
   from sessions s
   left join people p on p.issuer_id = :issuer_id and p.person_id = s.person_id
   left join consents c on c.issuer_id = :issuer_id and c.person_id = s.person_id and c.client_id = :client_id
   where s.issuer_id = :issuer_id and s.browser_hash = :browser_hash and s.ended_at is null and s.expires_at > :now
   order by s.auth_time desc, s.created_at desc, s.session_id`,
)

export const sessionsOfPerson = statement<{ person_id: string; now: number }, Row>(
  'sessions.of_person',
  `select ${columns} from sessions
   where issuer_id = :issuer_id and person_id = :person_id and ended_at is null and expires_at > :now
   order by auth_time desc, created_at desc, session_id`,
)

export const findSession = statement<{ session_id: string }, Row>(
  'sessions.find',
  `select ${columns} from sessions where issuer_id = :issuer_id and session_id = :session_id`,
)

export const insertSession = statement<Row>(
  'sessions.insert',
  `insert into sessions (issuer_id, ${columns})
   values (:issuer_id, :session_id, :browser_hash, :person_id, :auth_time, :amr, :user_agent, :created_at,
     :last_seen_at, :expires_at, :ended_at)`,
)

export const touchSession = statement<{ session_id: string; last_seen_at: number; expires_at: number }>(
  'sessions.touch',
  `update sessions set last_seen_at = :last_seen_at, expires_at = :expires_at
   where issuer_id = :issuer_id and session_id = :session_id and ended_at is null`,
)

export const endSession = statement<{ session_id: string; now: number }>(
  'sessions.end',
  `update sessions set ended_at = :now
   where issuer_id = :issuer_id and session_id = :session_id and ended_at is null`,
)

/** What is given in a session is given only while it lasts. */
export const holdSession = holding<{ session_id: string }>(
  'sessions.hold',
  `select 1 as spent from sessions
   where issuer_id = :issuer_id and session_id = :session_id and ended_at is null`,
)

export const moveSessions = statement<{ from_hash: string; to_hash: string }>(
  'sessions.move',
  `update sessions set browser_hash = :to_hash where issuer_id = :issuer_id and browser_hash = :from_hash`,
)

export const deleteSessionsOfPerson = statement<{ person_id: string }>(
  'sessions.delete_of_person',
  'delete from sessions where issuer_id = :issuer_id and person_id = :person_id',
)

export const sessionRow = (session: SessionRecord): Row => ({
  session_id: session.sessionId,
  browser_hash: session.browserHash,
  person_id: session.personId,
  auth_time: session.authTime,
  amr: json(session.amr),
  user_agent: json(session.userAgent),
  created_at: session.createdAt,
  last_seen_at: session.lastSeenAt,
  expires_at: session.expiresAt,
  ended_at: session.endedAt,
})

export const sessionRecord = (row: Row): SessionRecord => ({
  sessionId: row.session_id,
  browserHash: row.browser_hash,
  personId: row.person_id,
  authTime: row.auth_time,
  amr: parsed(row.amr),
  userAgent: parsed(row.user_agent),
  createdAt: row.created_at,
  lastSeenAt: row.last_seen_at,
  expiresAt: row.expires_at,
  endedAt: row.ended_at,
})

export const knownSession = (row: KnownRow): KnownSession => ({
  session: sessionRecord(row),
  person: row.person_person_id === null ? undefined : personRecord(partOf<PersonRow>(row, 'person_', personColumns)),
  consent:
    row.consent_client_id === null ? undefined : consentRecord(partOf<ConsentRow>(row, 'consent_', consentColumns)),
})

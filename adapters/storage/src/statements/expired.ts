/** What is swept, table by table: the oldest expired rows first, at most `limit` of them. */
import { type Statement, statement } from '../sql.ts'

type Sweep = Statement<{ before: number; limit: number }>

const expired = (table: string, key: string, only = ''): Sweep =>
  statement(
    `${table}.sweep`,
    `delete from ${table} where (issuer_id, ${key}) in
       (select issuer_id, ${key} from ${table} where expires_at <= :before${only} order by expires_at limit :limit)`,
  )

/**
 * Sessions that ran out, for clients that want to hear of it: announced like any other end. Who is announced to is not
 * announced to again, whichever process sweeps next, and may be forgotten.
 */
export const announceExpired = statement<{ before: number; limit: number; now: number; announced_until: number }>(
  'logout_deliveries.announce_expired',
  `insert into logout_deliveries (issuer_id, session_id, client_id, person_id, flow, created_at, attempts, due_at,
     failed_at, problem, expires_at, unreviewed)
   select issuer_id, session_id, client_id, person_id, null, :now, 0, :now, null, null, :announced_until, unreviewed
   from session_clients where at_expiry = 1 and expires_at <= :before order by expires_at limit :limit
   on conflict (issuer_id, session_id, client_id) do nothing`,
)
export const expiredIsAnnounced = statement<{ before: number }>(
  'session_clients.expired_is_announced',
  `update session_clients set at_expiry = 0
   where at_expiry = 1 and expires_at <= :before and exists (
     select 1 from logout_deliveries d where d.issuer_id = session_clients.issuer_id
       and d.session_id = session_clients.session_id and d.client_id = session_clients.client_id)`,
)

/** How long after its end a code can still be recognised as replayed, so that what it gave is revoked. */
const codeMemory = 600

/** `keptFor` seconds after a row expired it may go. */
export const sweeps: readonly { readonly statement: Sweep; readonly keptFor: number }[] = [
  { statement: expired('codes', 'code_hash'), keptFor: codeMemory },
  { statement: expired('interaction_outcomes', 'interaction_hash'), keptFor: 0 },
  { statement: expired('refresh_tokens', 'token_hash'), keptFor: 0 },
  { statement: expired('access_tokens', 'token_hash'), keptFor: 0 },
  { statement: expired('revoked_tokens', 'jti'), keptFor: 0 },
  { statement: expired('grants', 'grant_id'), keptFor: 0 },
  { statement: expired('sessions', 'session_id'), keptFor: 0 },
  { statement: expired('session_clients', 'session_id, client_id', ' and at_expiry = 0'), keptFor: 0 },
  { statement: expired('logout_deliveries', 'session_id, client_id'), keptFor: 0 },
  { statement: expired('used_assertions', 'client_id, jti_hash'), keptFor: 0 },
  { statement: expired('invitations', 'token_hash'), keptFor: 0 },
  { statement: expired('throttles', 'throttle_key'), keptFor: 0 },
  { statement: expired('flow_batches', 'track, batch_id'), keptFor: 0 },
]

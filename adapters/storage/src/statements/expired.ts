/** What is swept, table by table: the oldest expired rows first, at most `limit` of them. */
import { type Statement, statement } from '../sql.ts'

type Sweep = Statement<{ before: number; limit: number }>

const expired = (table: string, key: string): Sweep =>
  statement(
    `${table}.sweep`,
    `delete from ${table} where (issuer_id, ${key}) in
       (select issuer_id, ${key} from ${table} where expires_at <= :before order by expires_at limit :limit)`,
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
  { statement: expired('session_clients', 'session_id, client_id'), keptFor: 0 },
  { statement: expired('logout_deliveries', 'session_id, client_id'), keptFor: 0 },
  { statement: expired('used_assertions', 'client_id, jti_hash'), keptFor: 0 },
  { statement: expired('throttles', 'throttle_key'), keptFor: 0 },
  { statement: expired('flow_batches', 'track, batch_id'), keptFor: 0 },
]

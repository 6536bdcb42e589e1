/** `used_assertions`: ids of client assertions that were accepted, kept until the assertion expires, then swept. */
import { spending } from '../sql.ts'

/** An assertion counts once (RFC 7523 §3): a second use finds the row and is lost, which means it was replayed. */
export const useAssertion = spending<{ client_id: string; jti_hash: string; expires_at: number }>(
  'used_assertions.insert',
  `insert into used_assertions (issuer_id, client_id, jti_hash, expires_at)
   values (:issuer_id, :client_id, :jti_hash, :expires_at)
   on conflict (issuer_id, client_id, jti_hash) do nothing
   returning 1 as spent`,
)

/** `issuers`: the short id under which all rows of an issuer stand. Made when its URL is first seen, never changed. */
import { statement } from '../sql.ts'

/** Two processes may both see the URL first: one row stays, and both then find it. */
export const insertIssuer = statement<{ url: string; issuer_id: string }>(
  'issuers.insert',
  `insert into issuers (url, issuer_id) values (:url, :issuer_id)
   on conflict (url) do nothing`,
)

export const findIssuer = statement<{ url: string }, { readonly issuer_id: string }>(
  'issuers.find',
  'select issuer_id from issuers where url = :url',
)

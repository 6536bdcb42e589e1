/**
 * `versions`: named numbers that only grow. Whoever claims one has the right to do what it stands for; `registry` counts
 * the changes of clients and resources, so that what is known of them elsewhere is seen to be of the past.
 */
import { spending, statement } from '../sql.ts'

export const findVersion = statement<{ name: string }, { readonly version: number }>(
  'versions.find',
  'select version from versions where issuer_id = :issuer_id and name = :name',
)

/** From 0, which is no row. Lost: somebody else was first, read again. */
export const claimFirst = spending<{ name: string }>(
  'versions.claim_first',
  `insert into versions (issuer_id, name, version) values (:issuer_id, :name, 1)
   on conflict (issuer_id, name) do nothing
   returning 1 as spent`,
)

/** From `version`. Lost: it is no longer that, read again. */
export const claimNext = spending<{ name: string; version: number }>(
  'versions.claim_next',
  `update versions set version = version + 1
   where issuer_id = :issuer_id and name = :name and version = :version
   returning 1 as spent`,
)

/** The name under which clients and resources are counted. */
export const registryVersion = 'registry'

export const raiseVersion = statement<{ name: string }>(
  'versions.raise',
  `insert into versions (issuer_id, name, version) values (:issuer_id, :name, 1)
   on conflict (issuer_id, name) do update set version = versions.version + 1`,
)

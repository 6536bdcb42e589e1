/**
 * Which schema the program knows, and how a database comes to it: numbered, forward only, all missing ones in one
 * transaction. The number of a migration is its place in this list; one that was released never changes.
 */
import { text as firstTables } from './migrations/0001-first-tables.sql.ts'
import { text as flowBatches } from './migrations/0002-flow-batches.sql.ts'
import { text as fewerIndexes } from './migrations/0003-fewer-indexes.sql.ts'
import { text as tokensByTheirGrant } from './migrations/0004-tokens-by-their-grant.sql.ts'
import { text as indexesToldApart } from './migrations/0005-indexes-told-apart.sql.ts'
import { text as logouts } from './migrations/0006-logouts.sql.ts'
import { text as claims } from './migrations/0007-claims.sql.ts'
import { text as registrations } from './migrations/0008-registrations.sql.ts'
import { text as logoutLanes } from './migrations/0009-logout-lanes.sql.ts'
import { text as sessionsThatRanOut } from './migrations/0010-sessions-that-ran-out.sql.ts'
import { text as invitations } from './migrations/0011-invitations.sql.ts'
import { type Migration, statement } from './sql.ts'
import { StorageProblem } from './storage-problem.ts'

export const migrations: readonly Migration[] = [
  { name: '0001-first-tables', text: firstTables },
  { name: '0002-flow-batches', text: flowBatches },
  { name: '0003-fewer-indexes', text: fewerIndexes },
  { name: '0004-tokens-by-their-grant', text: tokensByTheirGrant },
  { name: '0005-indexes-told-apart', text: indexesToldApart },
  { name: '0006-logouts', text: logouts },
  { name: '0007-claims', text: claims },
  { name: '0008-registrations', text: registrations },
  { name: '0009-logout-lanes', text: logoutLanes },
  { name: '0010-sessions-that-ran-out', text: sessionsThatRanOut },
  { name: '0011-invitations', text: invitations },
]

export const makeSchemaTable = `create table if not exists schema_versions (
  version bigint not null primary key,
  name text not null
)`

export const findSchemaVersion = statement<Record<never, never>, { readonly version: number | null }>(
  'schema_versions.find',
  'select max(version) as version from schema_versions',
)

export const insertSchemaVersion = statement<{ version: number; name: string }>(
  'schema_versions.insert',
  'insert into schema_versions (version, name) values (:version, :name)',
)

/** The migrations that a database with schema `version` lacks, with their numbers. */
export function missingFrom(
  version: number,
  known: readonly Migration[],
): readonly { readonly version: number; readonly name: string; readonly migration: Migration }[] {
  if (version > known.length) {
    throw new StorageProblem(
      `The database has schema ${version}; this program knows ${known.length}. Install the newer version of the program, or restore a backup that is as old as this one.`,
    )
  }
  return known.map((migration, index) => ({ version: index + 1, name: migration.name, migration })).slice(version)
}

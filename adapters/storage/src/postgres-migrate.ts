/** Bringing PostgreSQL to the schema that this program knows. */
import { Client } from 'pg'
import { findSchemaVersion, insertSchemaVersion, makeSchemaTable, missingFrom } from './migrations.ts'
import { toPostgres } from './postgres-text.ts'
import type { Migration } from './sql.ts'

/** Any number that nobody else uses for a lock of this database. */
const migrationLock = 7_309_451

/**
 * All missing migrations in one transaction: whoever comes second waits, and then finds nothing missing. On a
 * connection of its own, for it may take as long as it takes.
 */
export async function migrate(location: string, patience: number, migrations: readonly Migration[]): Promise<void> {
  const client = new Client({ connectionString: location, connectionTimeoutMillis: patience, keepAlive: true })
  client.on('error', () => {})
  await client.connect()
  try {
    const found = await client.query("select to_regclass('schema_versions') is not null as there")
    if (found.rows[0]?.there && missingFrom(await versionOf(client), migrations).length === 0) return
    await client.query('begin')
    await client.query(`select pg_advisory_xact_lock(${migrationLock})`)
    await client.query(makeSchemaTable)
    for (const { version, name, migration } of missingFrom(await versionOf(client), migrations)) {
      await client.query(migration.text)
      const { text, valuesOf } = toPostgres(insertSchemaVersion.text)
      await client.query(text, valuesOf({ version, name }))
    }
    await client.query('commit')
  } finally {
    // With it goes whatever was not committed.
    await client.end()
  }
}

const versionOf = async (client: Client): Promise<number> =>
  Number((await client.query(findSchemaVersion.text)).rows[0]?.version ?? 0)

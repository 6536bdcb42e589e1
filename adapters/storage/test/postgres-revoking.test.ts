/** The one order of revoking and redeeming that is too rare to wait for, made by holding the redemption open. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Write } from '@symbolon/authorization-server/ports/store'
import { Client } from 'pg'
import { sharedPostgres } from '../../../tests/support/postgres.ts'
import { plan } from '../src/commit.ts'
import { toPostgres } from '../src/postgres-text.ts'
import { openAt } from './contract/place.ts'
import * as a from './samples.ts'

const { now } = a

const revocations: readonly Write[] = [
  { do: 'revoke-grants-of', personId: 'alice-id', clientId: 'print-shop', now },
  { do: 'revoke-grants-of-session', sessionId: 'session-1', personId: 'alice-id', now },
  { do: 'delete-person', personId: 'alice-id', now: a.now, announcedUntil: 9_000 },
  { do: 'delete-client', clientId: 'print-shop' },
]

/** Runs the writes in a transaction and leaves it open. */
async function begin(client: Client, issuer: string, writes: readonly Write[]): Promise<void> {
  await client.query('begin')
  for (const { text, values } of plan(writes).steps) {
    const made = toPostgres(text)
    await client.query(made.text, made.valuesOf({ ...values, issuer_id: issuer }))
  }
}

/** Resolves when a connection waits for a lock that another holds. */
async function untilOneWaits(client: Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query(
      "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    )
    if (rows.length > 0) return
  }
}

describe('a grant that is redeemed while it is revoked', () => {
  for (const revocation of revocations) {
    it(`by ${revocation.do} does not outlive that`, async () => {
      const url = await (await sharedPostgres()).createDatabase()
      await using storage = await openAt(url)
      const { store } = storage
      await store.commit([{ do: 'insert-code', code: a.code }])

      const client = new Client({ connectionString: url })
      const watch = new Client({ connectionString: url })
      await Promise.all([client.connect(), watch.connect()])
      const { rows } = await client.query("select issuer_id from issuers where url = 'https://as.example'")
      await begin(client, rows[0].issuer_id, [
        { do: 'redeem-code', codeHash: 'code-1', now },
        { do: 'insert-grant', grant: a.grant },
        { do: 'insert-refresh-token', token: a.refreshToken },
        { do: 'insert-access-token', token: a.accessToken },
      ])
      const revoking = store.commit([revocation])
      await untilOneWaits(watch)
      await client.query('commit')
      assert.deepEqual(await revoking, { committed: true })
      await Promise.all([client.end(), watch.end()])

      const alive = (grant: { readonly revokedAt: number | null } | undefined) => grant?.revokedAt === null
      assert(!alive((await store.grants.find('grant-1'))?.grant))
      assert(!alive((await store.refreshTokens.find('refresh-1'))?.grant))
      const accessToken = await store.accessTokens.find('access-1')
      assert(accessToken === undefined || accessToken.grant?.revokedAt === now)
    })
  }
})

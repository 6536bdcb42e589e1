/** Which index finds a row in a database that PostgreSQL knows nothing of yet, as each is at first. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { Client } from 'pg'
import { sharedPostgres } from '../../../tests/support/postgres.ts'
import { openStorage } from '../src/open.ts'
import { toPostgres } from '../src/postgres-text.ts'
import { findAccessToken } from '../src/statements/access-tokens.ts'
import { findCode, redeemCode } from '../src/statements/codes.ts'
import { findGrant, grantsOfPerson, touchGrant } from '../src/statements/grants.ts'
import { dueLogouts, logoutsOfSession, putOffLogouts } from '../src/statements/logout-deliveries.ts'
import { findPerson } from '../src/statements/people.ts'
import { findRefreshToken, rotateRefreshToken } from '../src/statements/refresh-tokens.ts'
import { endedBeforeExpiry } from '../src/statements/session-clients.ts'
import { findSession, sessionsOfBrowser } from '../src/statements/sessions.ts'

const expected = [
  [findAccessToken, ['access_tokens_pkey', 'grants_pkey']],
  [findCode, ['codes_pkey']],
  [redeemCode, ['codes_pkey']],
  [findGrant, ['grants_pkey', 'people_pkey']],
  [touchGrant, ['grants_pkey']],
  [grantsOfPerson, ['grants_person']],
  [findPerson, ['people_pkey']],
  [findRefreshToken, ['refresh_tokens_pkey', 'grants_pkey']],
  [rotateRefreshToken, ['refresh_tokens_pkey']],
  [findSession, ['sessions_pkey']],
  [sessionsOfBrowser, ['sessions_browser']],
  [dueLogouts, ['logout_deliveries_lane']],
  [putOffLogouts, ['logout_deliveries_client']],
  [endedBeforeExpiry, ['session_clients_pkey']],
  [logoutsOfSession, ['logout_deliveries_pkey']],
] as const

const location = await (await sharedPostgres()).createDatabase()
const storage = await openStorage(location)
const client = new Client({ connectionString: location })
await client.connect()

describe('an empty PostgreSQL', () => {
  after(() => Promise.all([client.end(), storage.close()]))

  for (const [{ name, text }, indexes] of expected) {
    it(`would find by ${indexes.join(' and ')}: ${name}`, async () => {
      const { rows } = await client.query(`explain (generic_plan, costs off) ${toPostgres(text).text}`)
      const used = rows.flatMap((row) => /Index Scan using (\w+)/.exec(row['QUERY PLAN'])?.[1] ?? [])
      assert.deepEqual(used.slice(0, indexes.length), indexes)
    })
  }
})

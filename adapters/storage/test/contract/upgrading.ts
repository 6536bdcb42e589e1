/**
 * From the first schema, with data in every table, to the newest: by several processes at once, while others read and
 * write, and after one was killed on the way.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import type { Write } from '@symbolon/authorization-server/ports/store'
import { plan } from '../../src/commit.ts'
import { migrations } from '../../src/migrations.ts'
import { openDatabase } from '../../src/open.ts'
import { type Database, scopedTo, statement, step } from '../../src/sql.ts'
import { findClient } from '../../src/statements/clients.ts'
import { insertIssuer } from '../../src/statements/issuers.ts'
import { claimFirst, findVersion } from '../../src/statements/versions.ts'
import * as a from '../samples.ts'
import { many, openAt, type Place } from './place.ts'
import { allAtOnce, hear, start } from './processes.ts'

const issuer = 'issuer-1'

/** At least one row in every table that the first schema has and the newest still has. */
const rows: readonly Write[] = [
  { do: 'put-client', client: a.client },
  { do: 'put-resource', resource: a.resource },
  { do: 'put-person', person: a.person },
  { do: 'insert-session', session: a.session },
  { do: 'put-consent', consent: a.consent },
  { do: 'finish-interaction', outcome: a.outcome },
  { do: 'insert-refresh-token', token: a.refreshToken },
  { do: 'insert-access-token', token: a.accessToken },
  { do: 'revoke-jti', jti: 'revoked', expiresAt: 9_000 },
  { do: 'use-assertion', clientId: 'print-shop', jtiHash: 'used', expiresAt: 9_000 },
  { do: 'insert-key', key: a.key },
  { do: 'count-failure', key: 'alice', now: a.now, expiresAt: 9_000 },
  { do: 'claim', name: 'keys', version: 0 },
]

/** A code and a grant as the first schema had them. */
const oldCode = statement<Record<never, never>>(
  'codes.old',
  `insert into codes (issuer_id, code_hash, grant_id, flow, client_id, person_id, session_id, redirect_uri,
     redirect_uri_sent, code_challenge, scope, resources, nonce, auth_time, amr, created_at, expires_at)
   values (:issuer_id, 'code-1', 'grant-1', '8S1K-42QD', 'print-shop', 'alice-id', 'session-1',
     'https://shop.example/callback', 1, 'challenge', '["openid"]', '[]', '"nonce"', 500, '["pwd","otp"]', 900, 1060)`,
)
const oldGrant = statement<Record<never, never>>(
  'grants.old',
  `insert into grants (issuer_id, grant_id, flow, client_id, person_id, session_id, scope, resources, auth_time, amr,
     created_at, last_used_at, expires_at)
   values (:issuer_id, 'grant-1', '8S1K-42QD', 'print-shop', 'alice-id', 'session-1', '["openid","photos.read"]',
     '["https://photos.example/"]', 500, '["pwd"]', 1000, 1000, 9000)`,
)
const oldFlow = statement<Record<never, never>>(
  'flows.old',
  `insert into flows (issuer_id, flow, last_at, expires_at) values (:issuer_id, 'OLD', 1, 9000)`,
)
const oldEvent = statement<Record<never, never>>(
  'flow_events.old',
  `insert into flow_events (issuer_id, flow, event_id, at, place, outcome, event, expires_at)
   values (:issuer_id, 'OLD', 'e', 1, 0, 'ok', '{}', 9000)`,
)
const countOldEvents = statement<Record<never, never>, { readonly n: number }>(
  'flow_events.count_old',
  'select count(*) as n from flow_events where issuer_id = :issuer_id',
)

/** As they were before logouts had lanes. */
const oldRemembered = statement<{ session_id: string }>(
  'session_clients.old',
  `insert into session_clients (issuer_id, session_id, client_id, person_id, expires_at)
   values (:issuer_id, :session_id, 'print-shop', 'alice-id', 5000)
   on conflict (issuer_id, session_id, client_id) do nothing`,
)
const oldAnnounced = statement<{ session_id: string }>(
  'logout_deliveries.old',
  `insert into logout_deliveries (issuer_id, session_id, client_id, person_id, flow, created_at, attempts, due_at,
     failed_at, problem, expires_at)
   select issuer_id, session_id, client_id, person_id, null, 1000, 0, 1000, null, null, 9000
   from session_clients where issuer_id = :issuer_id and session_id = :session_id
   on conflict (issuer_id, session_id, client_id) do nothing`,
)
const oldDue = statement<Record<never, never>, { readonly session_id: string }>(
  'logout_deliveries.old_due',
  'select session_id from logout_deliveries where issuer_id = :issuer_id and due_at <= 1000 order by due_at limit 9',
)

/** A database as the first version left it, opened and not yet migrated any further. */
async function firstSchema(location: string): Promise<Database> {
  const [first] = migrations
  assert(first)
  const database = await openDatabase(location)
  await database.migrate([first])
  await database.commit([step(insertIssuer, { url: 'https://as.example', issuer_id: issuer })])
  const sql = scopedTo(database, issuer)
  await sql.commit([...plan(rows).steps, step(oldCode, {}), step(oldGrant, {}), step(oldFlow, {}), step(oldEvent, {})])
  return database
}

async function holdsAll(location: string): Promise<void> {
  await using storage = await openAt(location)
  const { store } = storage
  assert.deepEqual(await store.clients.find('print-shop'), a.client)
  assert.deepEqual(await store.resources.list(), [a.resource])
  assert.deepEqual(await store.people.find('alice-id'), a.person)
  assert.deepEqual(await store.sessions.find('session-1'), a.session)
  assert.deepEqual(await store.consents.find('alice-id', 'print-shop'), a.consent)
  assert.deepEqual(await store.interactions.findOutcome('interaction-1'), a.outcome)
  assert.deepEqual((await store.codes.find('code-1'))?.code, { ...a.code, claims: null })
  assert.deepEqual((await store.grants.find('grant-1'))?.grant, { ...a.grant, claims: null })
  assert.deepEqual((await store.refreshTokens.find('refresh-1'))?.token, a.refreshToken)
  assert.deepEqual((await store.accessTokens.find('access-1'))?.token, a.accessToken)
  assert.equal(await store.accessTokens.isRevoked('revoked'), true)
  const again = { do: 'use-assertion', clientId: 'print-shop', jtiHash: 'used', expiresAt: 9_000 } as const
  assert.deepEqual(await store.commit([again]), { committed: false, lost: 'use-assertion' })
  assert.deepEqual(await store.keys.list(), [a.key])
  assert.equal((await store.throttles.find(['alice']))[0]?.failures, 1)
  assert.equal(await store.version('keys'), 1)
  assert.deepEqual(await store.flows.list({ limit: 9 }), [])
  await store.flows.append([a.batch([a.event])], 9_000)
  assert.deepEqual(await store.flows.events(a.event.flow), [a.event])
}

/** Reads and writes as a server of the old version does, until it is told to stop; how often it did. */
function serving(database: Database): () => Promise<number> {
  const sql = scopedTo(database, issuer)
  let served = 0
  let stopped = false
  const serve = async () => {
    while (!stopped) {
      assert.equal((await sql.one(findClient, { client_id: 'print-shop' }))?.client_id, 'print-shop')
      await sql.commit([step(claimFirst, { name: `served-${served}` })])
      served++
    }
  }
  const done = serve()
  done.catch(() => undefined)
  return async () => {
    stopped = true
    await done
    for (const number of many(served, (index) => index)) {
      assert.equal((await sql.one(findVersion, { name: `served-${number}` }))?.version, 1)
    }
    return served
  }
}

export function upgrading(place: Place): void {
  describe('a database of the first schema', () => {
    it('comes to the newest with all its data, by four at once, while a server of before serves from it', async () => {
      const location = await place.fresh()
      const before = await firstSchema(location)
      const stop = serving(before)
      const answers = await allAtOnce(many(4, () => ({ do: 'open', location })))
      assert.deepEqual(
        answers,
        many(4, () => 'open'),
      )
      assert((await stop()) > 0)
      await before.close()
      await holdsAll(location)
    })

    it('stays as it was when its migrator is killed half-way, and comes to the newest with the next', async () => {
      const location = await place.fresh()
      const before = await firstSchema(location)
      const sql = scopedTo(before, issuer)
      const migrator = start({ do: 'stop-half-way', location, migrations })
      assert.equal(await hear(migrator), 'half-way')
      // Everything has been rewritten and nothing committed: who reads sees what was there.
      assert.equal((await sql.one(findClient, { client_id: 'print-shop' }))?.client_id, 'print-shop')
      const stop = serving(before)
      const others = allAtOnce(many(2, () => ({ do: 'open', location })))
      migrator.kill('SIGKILL')
      await once(migrator, 'exit')
      assert.deepEqual(await others, ['open', 'open'])
      assert((await stop()) > 0)
      await before.close()
      await holdsAll(location)
    })

    it('from before logouts had lanes keeps who is to hear what, also of servers of before that still run beside', async () => {
      const location = await place.fresh()
      const before = await openDatabase(location)
      await before.migrate(migrations.filter(({ name }) => name < '0009'))
      await before.commit([step(insertIssuer, { url: 'https://as.example', issuer_id: issuer })])
      const sql = scopedTo(before, issuer)
      const endIn = (session_id: string) =>
        sql.commit([step(oldRemembered, { session_id }), step(oldAnnounced, { session_id })])
      await endIn('session-1')
      await using storage = await openAt(location)
      const { store } = storage
      await endIn('session-2')
      const due = await store.logouts.due({ now: 1_000, limit: 9, unreviewed: false })
      assert.deepEqual(
        due.map(({ sessionId, clientId, unreviewed }) => [sessionId, clientId, unreviewed]),
        ['session-1', 'session-2'].map((sessionId) => [sessionId, 'print-shop', false]),
      )
      const remembered = { clientId: 'print-shop', usedAt: 0, unreviewed: false }
      assert.deepEqual(await store.logouts.clientsOf('session-1'), [remembered])
      assert.deepEqual(await store.logouts.clientsOf('session-2'), [remembered])
      const inLane = { usedAt: a.now, unreviewed: true, atExpiry: true }
      await store.commit([
        {
          ...{ do: 'remember-client', sessionId: 'session-3', clientId: 'stranger' },
          ...{ personId: 'alice-id', expiresAt: 5_000, ...inLane },
        },
        { do: 'announce-logout', sessionId: 'session-3', flow: null, now: 1_000, announcedUntil: 9_000 },
      ])
      assert.equal((await sql.many(oldDue, {})).length, 3)
      await before.close()
    })

    it('keeps its record, too, as long as no migration was committed', async () => {
      const location = await place.fresh()
      const before = await firstSchema(location)
      const wrong = { name: 'wrong', text: 'create tabel three (id bigint);' }
      await assert.rejects(before.migrate([...migrations, wrong]))
      assert.equal((await scopedTo(before, issuer).one(countOldEvents, {}))?.n, 1)
      await before.close()
    })
  })
}

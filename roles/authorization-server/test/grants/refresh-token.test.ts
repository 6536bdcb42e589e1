import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { sharedPostgres } from '../../../../tests/support/postgres.ts'
import { token } from '../../src/endpoints/token.ts'
import { userinfo } from '../../src/endpoints/userinfo.ts'
import { hashOf } from '../../src/handles.ts'
import type { Issuer } from '../../src/ports/issuer.ts'
import type { CodeRecord } from '../../src/ports/records.ts'
import {
  alice,
  basic,
  callback,
  claimsOf,
  clientRecord,
  createWorld,
  photos,
  prints,
  redemption,
  type Said,
  secret,
  type World,
} from '../support/back-channel/world.ts'

const databases = {
  'SQLite in memory': async () => 'memory',
  PostgreSQL: async () => (await sharedPostgres()).createDatabase(),
}

for (const [name, location] of Object.entries(databases)) {
  describe(`refreshing, on ${name} (RFC 6749 §6)`, () => {
    let world: World
    let first: Said
    before(async () => {
      world = await createWorld({ location: await location() })
    })
    after(() => world[Symbol.asyncDispose]())
    beforeEach(async () => {
      first = await signIn()
    })

    const signIn = async (change: Partial<CodeRecord> = {}) =>
      world.call(token, { form: redemption(await world.code(change)) })
    const refresh = (refreshToken: unknown, change: Readonly<Record<string, string>> = {}) =>
      world.call(token, {
        form: { grant_type: 'refresh_token', refresh_token: String(refreshToken), client_id: 'app', ...change },
      })
    const refreshAsShop = (refreshToken: unknown, change: Readonly<Record<string, string>> = {}) =>
      world.call(token, {
        form: { grant_type: 'refresh_token', refresh_token: String(refreshToken), ...change },
        headers: basic('shop'),
      })
    const signInAtShop = async () =>
      world.call(token, {
        form: redemption(await world.code({ clientId: 'shop' }), {
          client_id: undefined,
          redirect_uri: callback('shop'),
        }),
        headers: basic('shop'),
      })
    const works = async (accessToken: unknown) =>
      (await world.call(userinfo, { headers: { authorization: `Bearer ${accessToken}` } })).status === 200

    it("replaces a public client's token at each use [RFC9700-2.2.2-01] [RFC6749-6-03] [OAuth2.1-4.3-01] [RFC6819-5.2.2.3-01] [MCP-Auth-Token_Theft-01]", async () => {
      const second = await refresh(first.body.refresh_token)
      assert.equal(second.status, 200)
      assert.notEqual(second.body.refresh_token, first.body.refresh_token)
      assert.notEqual(second.body.access_token, first.body.access_token)
      assert.equal(second.body.scope, first.body.scope)
      assert.equal((await refresh(second.body.refresh_token)).status, 200)
    })

    it('gives the same successor again to a client whose first answer was lost', async () => {
      const answers = [await refresh(first.body.refresh_token)]
      world.clock.now += 120
      answers.push(await refresh(first.body.refresh_token))
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 200],
      )
      assert.equal(new Set(answers.map(({ body }) => body.refresh_token)).size, 1)
      assert.equal(new Set(answers.map(({ body }) => body.access_token)).size, 2)
      assert.equal((await refresh(answers[0]?.body.refresh_token)).status, 200)
    })

    it('gives it again even when the first was replaced in its last moment, and expired rows were swept since', async () => {
      world.clock.now += world.issuer.settings.refreshTokenIdle - 1
      const answer = await refresh(first.body.refresh_token)
      world.clock.now += 60
      await world.sweep()
      const again = await refresh(first.body.refresh_token)
      assert.deepEqual([answer.status, again.status], [200, 200])
      assert.equal(again.body.refresh_token, answer.body.refresh_token)
    })

    it('ends the family, and only it, when a replaced token comes back too late [RFC9700-4.14.2-01] [OAuth2.1-4.3.1-01]', async () => {
      const bystander = await signIn()
      const second = await refresh(first.body.refresh_token)
      world.clock.now += 121
      const replay = await refresh(first.body.refresh_token)
      assert.deepEqual([replay.body.error, replay.answer.reason], ['invalid_grant', 'refresh_token_replayed'])
      assert.equal((await refresh(second.body.refresh_token)).answer.reason, 'grant_revoked')
      assert.equal(await works(second.body.access_token), false)
      assert.equal(await works(bystander.body.access_token), true)
      assert.equal((await refresh(bystander.body.refresh_token)).status, 200)
    })

    it('answers 50 parallel refreshes of one token with one successor, and signs nobody out (attack 40) (attack 41) (attack 42)', async () => {
      const said = await Promise.all(Array.from({ length: 50 }, () => refresh(first.body.refresh_token)))
      assert.ok(said.every(({ status }) => status === 200))
      const successors = new Set(said.map(({ body }) => body.refresh_token))
      assert.equal(successors.size, 1)
      const [successor] = successors
      const presented = await world.issuer.store.refreshTokens.find(hashOf(String(first.body.refresh_token)))
      const next = await world.issuer.store.refreshTokens.find(hashOf(String(successor)))
      assert.equal(presented?.grant.grantId, next?.grant.grantId, 'one family')
      assert.equal(presented?.grant.revokedAt, null)
      assert.ok((await Promise.all(said.map(({ body }) => works(body.access_token)))).every(Boolean))
      assert.equal((await refresh(successor)).status, 200)
    })

    it('keeps the successor so that what is stored reveals nothing', async () => {
      const second = await refresh(first.body.refresh_token)
      const found = await world.issuer.store.refreshTokens.find(hashOf(String(first.body.refresh_token)))
      assert.ok(found?.token.successor)
      assert.ok(!JSON.stringify(found).includes(String(second.body.refresh_token)))
    })

    it("lets a confidential client keep its token, and works as often as it likes (FAPI 2.0's choice)", async () => {
      const shop = await signInAtShop()
      const said = await Promise.all(Array.from({ length: 50 }, () => refreshAsShop(shop.body.refresh_token)))
      assert.ok(said.every(({ status, body }) => status === 200 && body.refresh_token === undefined))
      world.clock.now += 3_600
      assert.equal((await refreshAsShop(shop.body.refresh_token)).status, 200)
    })

    it("rotates a confidential client's token, too, when it is registered so", async () => {
      const metadata = { rotate_refresh_tokens: true }
      const secrets = [{ hash: hashOf(secret), expiresAt: null }]
      await world.put({ do: 'put-client', client: clientRecord('turner', metadata, secrets) })
      const form = redemption(await world.code({ clientId: 'turner' }), {
        client_id: undefined,
        redirect_uri: callback('turner'),
      })
      const given = await world.call(token, { form, headers: basic('turner') })
      const again = await world.call(token, {
        form: { grant_type: 'refresh_token', refresh_token: String(given.body.refresh_token) },
        headers: basic('turner'),
      })
      assert.match(String(again.body.refresh_token), /^[\w-]{43}$/)
      assert.notEqual(again.body.refresh_token, given.body.refresh_token)
    })

    it('prolongs a token that is kept by using it, until its family ends [RFC10017-6.3.2.3-01] (attack 57)', async () => {
      const { refreshTokenIdle, refreshTokenLifetime } = world.issuer.settings
      const shop = await signInAtShop()
      const begun = world.clock.now
      while (world.clock.now + refreshTokenIdle - 1 < begun + refreshTokenLifetime) {
        world.clock.now += refreshTokenIdle - 1
        assert.equal((await refreshAsShop(shop.body.refresh_token)).status, 200)
      }
      world.clock.now = begun + refreshTokenLifetime
      assert.equal((await refreshAsShop(shop.body.refresh_token)).answer.reason, 'refresh_token_expired')
    })

    it('ends a family at its absolute life, also where that was longer when the token was given [RFC10017-6.3.2.3-01] (attack 57)', async () => {
      const { settings } = world.issuer
      const shorter: Issuer = { ...world.issuer, settings: { ...settings, refreshTokenLifetime: 1_000 } }
      world.clock.now += 1_000
      const form = { grant_type: 'refresh_token', refresh_token: String(first.body.refresh_token), client_id: 'app' }
      const said = await world.call((request) => token(request, shorter), { form })
      assert.equal(said.answer.reason, 'refresh_token_expired')
    })

    it('refuses a token that lay unused for too long [OAuth2.1-4.3.3-01] (attack 57)', async () => {
      world.clock.now += world.issuer.settings.refreshTokenIdle
      assert.equal((await refresh(first.body.refresh_token)).answer.reason, 'refresh_token_expired')
    })

    it('refuses an unknown token (§5.2) [RFC6749-5.2-01]', async () => {
      assert.equal((await refresh('x'.repeat(43))).answer.reason, 'refresh_token_unknown')
    })

    it('refuses the token of another client and leaves it as it is (§6) [RFC6749-6-01] [RFC6749-10.4-01] (attack 30)', async () => {
      const said = await refresh(first.body.refresh_token, { client_id: 'other' })
      assert.deepEqual([said.body.error, said.answer.reason], ['invalid_grant', 'refresh_token_of_another_client'])
      assert.equal((await refresh(first.body.refresh_token)).status, 200)
    })

    it('leaves a replaced token of another client as it is, too (attack 30)', async () => {
      const second = await refresh(first.body.refresh_token)
      world.clock.now += 200
      await refresh(first.body.refresh_token, { client_id: 'other' })
      assert.equal((await refresh(second.body.refresh_token)).status, 200)
    })

    it("needs a confidential client's credentials [OIDC-Core-12.1-01] [RFC6749-6-01] (attack 31)", async () => {
      const shop = await signInAtShop()
      const form = { grant_type: 'refresh_token', refresh_token: String(shop.body.refresh_token) }
      const attempts = [
        { form: { ...form, client_id: 'shop' } },
        { form, headers: basic('shop', 'wrong') },
        { form, headers: basic('library') },
      ]
      for (const attempt of attempts) assert.notEqual((await world.call(token, attempt)).status, 200)
      assert.equal((await refreshAsShop(shop.body.refresh_token)).status, 200)
    })

    it('narrows the scope of one answer without narrowing the grant (§6) [RFC6749-6-02]', async () => {
      const narrow = await refresh(first.body.refresh_token, { scope: 'photos.read' })
      assert.equal(narrow.body.scope, 'photos.read')
      assert.equal(narrow.body.id_token, undefined)
      const full = await refresh(narrow.body.refresh_token)
      assert.equal(full.body.scope, 'openid offline_access photos.read')
    })

    it('gives no more scope than was granted (§6) [RFC6749-6-02] [OAuth2.1-16-4.3.1-03]', async () => {
      const said = await refresh(first.body.refresh_token, { scope: 'photos.read photos.write' })
      assert.deepEqual([said.status, said.body.error], [400, 'invalid_scope'])
      assert.equal((await refresh(first.body.refresh_token)).status, 200, 'and spends nothing')
    })

    it('gives no scope any more that the client has lost since (attack 51)', async () => {
      const changed = clientRecord('fading', { scope: 'openid offline_access photos.read photos.write' })
      await world.put({ do: 'put-client', client: changed })
      const form = redemption(
        await world.code({ clientId: 'fading', scope: ['openid', 'offline_access', 'photos.read', 'photos.write'] }),
        { client_id: 'fading', redirect_uri: callback('fading') },
      )
      const given = await world.call(token, { form })
      const client = clientRecord('fading', { scope: 'openid offline_access photos.read' })
      await world.put({ do: 'put-client', client })
      const said = await refresh(given.body.refresh_token, { client_id: 'fading' })
      assert.equal(said.body.scope, 'openid offline_access photos.read')
    })

    it('keeps no access for a client that may not keep it any more, or has lost all that was granted (OpenID Connect Core §11) (attack 51)', async () => {
      const register = (scope: string) =>
        world.put({ do: 'put-client', client: clientRecord('fading', { scope, rotate_refresh_tokens: false }) })
      await register('openid offline_access photos.read')
      const form = redemption(await world.code({ clientId: 'fading' }), {
        client_id: 'fading',
        redirect_uri: callback('fading'),
      })
      const { body } = await world.call(token, { form })
      for (const scope of ['openid photos.read', 'prints.order', '']) {
        await register(scope)
        const said = await refresh(body.refresh_token, { client_id: 'fading' })
        assert.deepEqual([said.status, said.body.error], [400, 'invalid_grant'], scope)
      }
      await register('openid offline_access')
      assert.equal((await refresh(body.refresh_token, { client_id: 'fading' })).status, 200)
    })

    it('gives a token for each resource that was allowed, one at a time (RFC 8707 §2.2) [RFC8707-2.2-01] [RFC8707-2-03]', async () => {
      const both = await signIn({
        scope: ['offline_access', 'openid', 'photos.read', 'prints.order'],
        resources: [photos, prints],
      })
      assert.equal(claimsOf(both.body.access_token).aud, photos)
      const other = await refresh(both.body.refresh_token, { resource: prints })
      assert.deepEqual([other.body.scope, other.body.expires_in], ['offline_access openid prints.order', 120])
    })

    it('refuses a resource that was not allowed (attack 43)', async () => {
      const said = await refresh(first.body.refresh_token, { resource: prints })
      assert.deepEqual([said.status, said.body.error], [400, 'invalid_target'])
    })

    it('repeats who signed in and when, without the nonce of a request that is over [OIDC-Core-12.2-01]', async () => {
      const before = claimsOf(first.body.id_token)
      world.clock.now += 30
      const after = claimsOf((await refresh(first.body.refresh_token)).body.id_token)
      for (const claim of ['iss', 'sub', 'aud', 'auth_time']) assert.equal(after[claim], before[claim], claim)
      assert.equal(after.nonce, undefined)
      assert.equal(Number(after.iat), Number(before.iat) + 30)
    })

    it('refuses when the grant was ended [OAuth2.1-16-4.3.1-01]', async () => {
      const found = await world.issuer.store.refreshTokens.find(hashOf(String(first.body.refresh_token)))
      await world.put({ do: 'revoke-grant', grantId: String(found?.grant.grantId), now: world.clock.now })
      assert.equal((await refresh(first.body.refresh_token)).answer.reason, 'grant_revoked')
    })

    it('refuses while the person is turned off', async () => {
      await world.put({ do: 'put-person', person: { ...alice, disabled: true } })
      const said = await refresh(first.body.refresh_token)
      await world.put({ do: 'put-person', person: alice })
      assert.equal(said.answer.reason, 'person_unavailable')
      assert.equal((await refresh(first.body.refresh_token)).status, 200)
    })
  })
}

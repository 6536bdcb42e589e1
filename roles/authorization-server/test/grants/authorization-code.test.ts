import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sharedPostgres } from '../../../../tests/support/postgres.ts'
import { introspection } from '../../src/endpoints/introspection.ts'
import { token } from '../../src/endpoints/token.ts'
import { userinfo } from '../../src/endpoints/userinfo.ts'
import { hashOf } from '../../src/handles.ts'
import {
  basic,
  brokenRule,
  callback,
  clientRecord,
  createWorld,
  redemption,
  type World,
} from '../support/back-channel/world.ts'

const databases = {
  'SQLite in memory': async () => 'memory',
  PostgreSQL: async () => (await sharedPostgres()).createDatabase(),
}

for (const [name, location] of Object.entries(databases)) {
  describe(`single use of an authorization code, on ${name} (RFC 6749 §4.1.2)`, () => {
    let world: World
    before(async () => {
      world = await createWorld({ location: await location() })
    })
    after(() => world[Symbol.asyncDispose]())

    const userinfoStatus = async (accessToken: unknown) =>
      (await world.call(userinfo, { headers: { authorization: `Bearer ${accessToken}` } })).status

    it('gives one of 50 parallel redemptions its tokens, and then ends them as replayed [RFC6749-4.1.2-02] [RFC6749-10.5-01] (attack 34)', async () => {
      const code = await world.code()
      const said = await Promise.all(Array.from({ length: 50 }, () => world.call(token, { form: redemption(code) })))
      const [won, ...more] = said.filter(({ status }) => status === 200)
      assert.equal(more.length, 0)
      const lost = said.filter(({ status }) => status !== 200)
      assert.ok(lost.every(({ answer, body }) => answer.reason === 'code_replayed' && body.error === 'invalid_grant'))
      assert.equal(await userinfoStatus(won?.body.access_token), 401)
      const refresh = { grant_type: 'refresh_token', refresh_token: String(won?.body.refresh_token), client_id: 'app' }
      assert.equal((await world.call(token, { form: refresh })).answer.reason, 'grant_revoked')
    })

    it('ends the first tokens when their own client sends the code again [OAuth2.1-4.1.3-01] [RFC9700-4.2.4-02] (attack 25) (attack 32) (attack 33)', async () => {
      const code = await world.code()
      const first = await world.call(token, { form: redemption(code) })
      assert.equal(await userinfoStatus(first.body.access_token), 200)
      const second = await world.call(token, { form: redemption(code) })
      assert.equal(second.answer.reason, 'code_replayed')
      assert.equal(await userinfoStatus(first.body.access_token), 401)
    })

    it('does nothing to the first tokens when another client sends the code [RFC6749-10.5-02] (attack 30)', async () => {
      const code = await world.code()
      const first = await world.call(token, { form: redemption(code) })
      const form = redemption(code, { client_id: 'other', redirect_uri: callback('app') })
      const said = await world.call(token, { form })
      assert.equal(said.answer.reason, 'code_of_another_client')
      assert.equal(said.answer.flow, 'CCCC-DDDD', 'a stranger is not told whose flow it is')
      assert.equal(await userinfoStatus(first.body.access_token), 200)
    })

    it('leaves the code good when another client tried it first (attack 30)', async () => {
      const code = await world.code()
      const stolen = await world.call(token, { form: redemption(code, { client_id: 'other' }) })
      assert.equal(stolen.body.error, 'invalid_grant')
      assert.equal((await world.call(token, { form: redemption(code) })).status, 200)
    })

    it('gives nothing for a code whose grant was ended before it was redeemed', async () => {
      const code = await world.code({ personId: 'person-bob' })
      await world.put({ do: 'revoke-grants-of', personId: 'person-bob', clientId: 'app', now: world.clock.now })
      const said = await world.call(token, { form: redemption(code) })
      assert.equal(said.body.error, 'invalid_grant')
      assert.equal(said.status, 400)
    })

    it('gives no scope that the client has lost between the consent and here (attack 50) (attack 51)', async () => {
      const scope = ['openid', 'offline_access', 'photos.read']
      await world.put({ do: 'put-client', client: clientRecord('fading', { scope: scope.join(' ') }) })
      const code = await world.code({ clientId: 'fading', scope })
      await world.put({ do: 'put-client', client: clientRecord('fading', { scope: 'openid photos.read' }) })
      const form = redemption(code, { client_id: 'fading', redirect_uri: callback('fading') })
      const { body } = await world.call(token, { form })
      assert.deepEqual([body.scope, body.refresh_token], ['openid photos.read', undefined])
    })

    it('refuses an expired code by the clock [RFC6749-4.1.2-01] (attack 34)', async () => {
      const code = await world.code()
      world.clock.now += 60
      const said = await world.call(token, { form: redemption(code) })
      assert.equal(said.answer.reason, 'code_expired')
      assert.equal(brokenRule(world.observed.at(-1)?.checks), 'code_expired')
    })

    it('keeps only hashes of what it gives out (RFC 6819 §5.1.4.1.3) [RFC6819-5.1.4.1.3-01]', async () => {
      const said = await world.call(token, { form: redemption(await world.code()) })
      const refresh = String(said.body.refresh_token)
      assert.equal(await world.issuer.store.refreshTokens.find(refresh), undefined)
      const found = await world.issuer.store.refreshTokens.find(hashOf(refresh))
      assert.ok(found)
      assert.ok(!JSON.stringify(found).includes(refresh))
    })

    it('gives a token for userinfo alone as an opaque one, which its own client may introspect', async () => {
      const code = await world.code({ clientId: 'shop', scope: ['openid', 'email'], resources: [] })
      const form = redemption(code, { client_id: undefined, redirect_uri: callback('shop') })
      const said = await world.call(token, { form, headers: basic('shop') })
      assert.match(String(said.body.access_token), /^[\w-]{43}$/)
      const seen = await world.call(introspection, {
        form: { token: String(said.body.access_token) },
        headers: basic('shop'),
      })
      assert.deepEqual([seen.body.active, seen.body.aud], [true, 'https://id.example'])
    })
  })
}

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sharedPostgres } from '../../../../tests/support/postgres.ts'
import { introspection } from '../../src/endpoints/introspection.ts'
import { token } from '../../src/endpoints/token.ts'
import { userinfo } from '../../src/endpoints/userinfo.ts'
import { basic, createWorld, redemption, type World } from '../support/back-channel/world.ts'

describe('two servers on one PostgreSQL, which share nothing else', () => {
  let worlds: readonly [World, World]
  before(async () => {
    const location = await (await sharedPostgres()).createDatabase()
    worlds = await Promise.all([createWorld({ location }), createWorld({ location })])
  })
  after(() => Promise.all(worlds.map((world) => world[Symbol.asyncDispose]())))

  /** The same request 50 times, in turn to either. */
  const everywhere = (form: Readonly<Record<string, string>>) =>
    Promise.all(Array.from({ length: 50 }, (_, at) => worlds[at % 2 === 0 ? 0 : 1].call(token, { form })))

  it('have one set of keys, although both started at once', async () => {
    const [first, second] = await Promise.all(worlds.map(({ issuer }) => issuer.keys.published()))
    assert.equal(first?.keys.length, 2)
    assert.deepEqual(first, second)
  })

  it('take a code once between them (RFC 6749 §4.1.2) [RFC6749-10.5-01] (attack 33) (attack 34)', async () => {
    const said = await everywhere(redemption(await worlds[0].code()))
    assert.equal(said.filter(({ status }) => status === 200).length, 1)
  })

  it('give one successor between them, and sign nobody out (attack 40) (attack 41)', async () => {
    const first = await worlds[0].call(token, { form: redemption(await worlds[1].code()) })
    const form = { grant_type: 'refresh_token', refresh_token: String(first.body.refresh_token), client_id: 'app' }
    const said = await everywhere(form)
    assert.ok(said.every(({ status }) => status === 200))
    assert.equal(new Set(said.map(({ body }) => body.refresh_token)).size, 1)
    const next = { ...form, refresh_token: String(said[0]?.body.refresh_token) }
    assert.equal((await worlds[1].call(token, { form: next })).status, 200)
  })

  it("know each other's tokens, and which of them were ended", async () => {
    const { body } = await worlds[0].call(token, { form: redemption(await worlds[0].code({ grantId: 'shared' })) })
    const bearer = { headers: { authorization: `Bearer ${body.access_token}` } }
    assert.equal((await worlds[1].call(userinfo, bearer)).status, 200)
    await worlds[0].put({ do: 'revoke-grant', grantId: 'shared', now: worlds[0].clock.now })
    assert.equal((await worlds[1].call(userinfo, bearer)).status, 401)
    const form = { token: String(body.access_token) }
    const seen = await worlds[1].call(introspection, { form, headers: basic('library') })
    assert.deepEqual(seen.body, { active: false })
  })
})

import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { sharedPostgres } from '../../../../tests/support/postgres.ts'
import { introspection } from '../../src/endpoints/introspection.ts'
import { token } from '../../src/endpoints/token.ts'
import { userinfo } from '../../src/endpoints/userinfo.ts'
import { revokeKeys } from '../../src/keys/emergency.ts'
import { maintainKeys, rotateKeys } from '../../src/keys/lifecycle.ts'
import { createKeyRing } from '../../src/keys/ring.ts'
import type { Issuer } from '../../src/ports/issuer.ts'
import { cachingVerifier } from '../support/back-channel/verifier.ts'
import { basic, createWorld, headerOf, redemption, type World } from '../support/back-channel/world.ts'

const databases = {
  'SQLite in memory': async () => 'memory',
  PostgreSQL: async () => (await sharedPostgres()).createDatabase(),
}

for (const [name, location] of Object.entries(databases)) {
  describe(`a key that somebody else may have, on ${name}`, () => {
    let world: World
    before(async () => {
      world = await createWorld({ location: await location() })
    })
    after(() => world[Symbol.asyncDispose]())
    beforeEach(async () => {
      world.clock.now += 2 * world.issuer.settings.jwksCache
      await maintainKeys(world.issuer)
      await world.keys.reload()
    })

    const sign = ({ keys }: Issuer) => keys.sign({ sub: 'a' }, { algorithm: 'ES256', typ: 'at+jwt' })
    const kidOf = (jwt: string) => String(headerOf(jwt).kid)
    const publishedKids = async () => (await world.issuer.keys.published()).keys.map(({ kid }) => kid)

    it('leaves the published set at once, and another signs at once', async () => {
      const { issuer } = world
      const lost = kidOf(await sign(issuer))
      const { revoked, made } = await revokeKeys(issuer, ({ kid }) => kid === lost)
      await world.keys.reload()
      assert.deepEqual([revoked, made.length], [[lost], 1])
      assert.ok(!(await publishedKids()).includes(lost))
      assert.equal(kidOf(await sign(issuer)), made[0])
      assert.ok((await publishedKids()).includes(made[0]))
    })

    it('leaves nothing good that it signed: not here, and nowhere that asks for the keys anew (RFC 8725 §3.5)', async () => {
      const { issuer } = world
      const [cached, elsewhere] = [cachingVerifier(issuer), cachingVerifier(issuer)]
      const before = await sign(issuer)
      assert.equal(await cached.takes(before), true)
      await revokeKeys(issuer, ({ kid }) => kid === kidOf(before))
      await world.keys.reload()
      assert.equal(await issuer.keys.verify(before, 'at+jwt'), undefined)
      assert.equal(await elsewhere.takes(before), false)
      // What a cache means: it holds until it is over, and the new key is found because its kid is unknown.
      assert.equal(await cached.takes(before), true)
      assert.equal(await cached.takes(await sign(issuer)), true)
      assert.equal(cached.surprises(), 1)
      assert.equal(await cached.takes(before), false)
    })

    it('ends access tokens that it signed, at userinfo and introspection', async () => {
      const { access_token } = (
        await world.call(token, { form: redemption(await world.code({ scope: ['openid', 'photos.read'] })) })
      ).body
      const asks = async () => {
        const headers = { authorization: `Bearer ${access_token}` }
        const { status } = await world.call(userinfo, { headers, method: 'GET' })
        const asked = { headers: basic('library'), form: { token: String(access_token) } }
        return [status, (await world.call(introspection, asked)).body.active]
      }
      assert.deepEqual(await asks(), [200, true])
      await revokeKeys(world.issuer, ({ kid }) => kid === kidOf(String(access_token)))
      await world.keys.reload()
      assert.deepEqual(await asks(), [401, false])
    })

    it('is followed by the key that waits already, which others may know', async () => {
      const { issuer } = world
      const lost = kidOf(await sign(issuer))
      const [next] = await rotateKeys(issuer, { force: true, algorithm: 'ES256' })
      assert.deepEqual(await revokeKeys(issuer, ({ kid }) => kid === lost), { revoked: [lost], made: [] })
      await world.keys.reload()
      assert.equal(kidOf(await sign(issuer)), next)
    })

    it('is gone in other processes within seconds, whichever of them ended it', async () => {
      const { issuer, clock } = world
      const elsewhere = { ...issuer, keys: createKeyRing(issuer) }
      const before = await sign(elsewhere)
      const lost = kidOf(before)
      const [a, b] = await Promise.all([issuer, elsewhere].map((each) => revokeKeys(each, ({ kid }) => kid === lost)))
      assert.equal([...(a?.made ?? []), ...(b?.made ?? [])].length, 1, 'one successor')
      clock.now += 5
      assert.equal(await elsewhere.keys.verify(before, 'at+jwt'), undefined)
      assert.notEqual(kidOf(await sign(elsewhere)), lost)
      assert.equal(kidOf(await sign(elsewhere)), kidOf(await sign(issuer)))
    })

    it('may be any: all are replaced at once, and what is over is forgotten', async () => {
      const { issuer } = world
      const before = await publishedKids()
      const { revoked, made } = await revokeKeys(issuer, () => true)
      assert.deepEqual(revoked.toSorted(), before.toSorted())
      await maintainKeys(issuer)
      await world.keys.reload()
      assert.deepEqual((await publishedKids()).toSorted(), made.toSorted())
      assert.deepEqual(
        (await issuer.store.keys.list()).map(({ kid }) => kid),
        await publishedKids(),
      )
    })

    it('is none that there is not', async () => {
      assert.deepEqual(await revokeKeys(world.issuer, ({ kid }) => kid === 'none'), { revoked: [], made: [] })
    })
  })
}

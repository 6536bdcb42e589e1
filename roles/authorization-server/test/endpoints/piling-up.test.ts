/** What a browser can be made to pile up by leading it here again and again, with somebody signed in in it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sharedPostgres } from '../../../../tests/support/postgres.ts'
import { hashOf } from '../../src/handles.ts'
import { mostEnds } from '../../src/people/ends.ts'
import { mostCodes, mostGrants } from '../../src/people/granted-answer.ts'
import { atOnce } from '../../src/people/outstanding.ts'
import { findToken } from '../../src/tokens/find.ts'
import { Browser, sentToClient } from '../support/front-channel/browser.ts'
import { everything, openSigningWorld } from '../support/front-channel/signing.ts'
import { aClient, alice, authorizationParams, photos, type World } from '../support/front-channel/world.ts'

const places: Readonly<Record<string, () => Promise<string>>> = {
  memory: async () => 'memory',
  PostgreSQL: async () => (await sharedPostgres()).createDatabase(),
}

/** Those over the limit that are not given up yet: they go sixteen at once, and later when many are on their way. */
const notYet = 2 * atOnce

async function openWithSession(location: string, tokenFormat: 'jwt' | 'opaque'): Promise<[World, Browser]> {
  const world = await openSigningWorld({}, location)
  await world.issuer.store.commit([
    { do: 'put-client', client: aClient('shop', { ...everything, consent: 'never' }) },
    { do: 'put-resource', resource: { ...photos, tokenFormat } },
  ])
  const browser = new Browser(world)
  await browser.signIn(await browser.open(authorizationParams()))
  return [world, browser]
}

for (const [name, place] of Object.entries(places)) {
  describe(`a browser that is led here again and again, on ${name}`, () => {
    it('has so many grants and codes of one session at most, however many answers are on their way at once (RFC 6819 §4.4.1.11)', async () => {
      const [world, browser] = await openWithSession(await place(), 'opaque')
      const { store, now } = world.issuer
      const params = authorizationParams({ response_type: 'code token', prompt: 'none' })
      const answers = await Promise.all(
        Array.from({ length: 4 * mostGrants }, () => browser.get(`/authorize?${params}`)),
      )
      const given = answers.map((answer) => sentToClient(answer).params)
      const grants = await store.grants.ofPerson(alice.personId, now())
      const codes = await Promise.all(given.map((params) => store.codes.find(hashOf(params.get('code') ?? ''))))
      const tokens = await Promise.all(
        given.map((params) => store.accessTokens.find(hashOf(params.get('access_token') ?? ''))),
      )
      const left = (found: readonly unknown[]) => found.filter((one) => one !== undefined).length
      assert(grants.length >= mostGrants && grants.length < mostGrants + notYet, `${grants.length} grants`)
      assert.equal(left(tokens), grants.length)
      assert(left(codes) >= mostCodes && left(codes) < mostCodes + notYet, `${left(codes)} codes`)
      await world.storage.close()
    })

    it('has so many ends of interactions that nobody decided, which forms of other sites begin (RFC 6819 §4.4.1.11)', async () => {
      const [world, browser] = await openWithSession(await place(), 'opaque')
      const { store } = world.issuer
      const params = authorizationParams({ prompt: 'none' })
      const led = Array.from({ length: 4 * mostEnds }, async () => {
        const begun = await browser.post('/authorize', params, { crossSite: true })
        assert(begun.kind === 'redirect')
        const end = await browser.follow(begun)
        assert.equal(sentToClient(end).params.get('error'), null)
        return /\/i\/([\w-]{43})\//.exec(begun.location)?.[1] ?? ''
      })
      const ids = await Promise.all(led)
      const ends = await Promise.all(ids.map((id) => store.interactions.findOutcome(hashOf(id))))
      const left = ends.filter((one) => one !== undefined).length
      assert(left >= mostEnds && left < mostEnds + notYet, `${left} ends`)
      await world.storage.close()
    })

    it('keeps the newest: what was given up for them is good nowhere, a JWT neither (RFC 7662 §2.2)', async () => {
      const [world, browser] = await openWithSession(await place(), 'jwt')
      const params = authorizationParams({ response_type: 'token', prompt: 'none' })
      const tokens: string[] = []
      for (let answers = 0; answers < mostGrants + atOnce; answers++) {
        const { params: given } = sentToClient(await browser.get(`/authorize?${params}`))
        tokens.push(given.get('access_token') ?? '')
      }
      const registry = await world.issuer.store.registry()
      const standing = await Promise.all(
        tokens.map(async (token) => (await findToken(token, { issuer: world.issuer, registry }))?.grant !== undefined),
      )
      assert.deepEqual(
        standing,
        tokens.map((_, index) => index >= atOnce),
      )
      await world.storage.close()
    })
  })
}

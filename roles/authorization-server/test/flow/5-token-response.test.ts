import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { token } from '../../src/endpoints/token.ts'
import { acrOf } from '../../src/flow/acr.ts'
import { sidFor } from '../../src/people/sid.ts'
import type { CodeRecord } from '../../src/ports/records.ts'
import {
  basic,
  callback,
  claimsOf,
  clientRecord,
  createWorld,
  headerOf,
  photos,
  prints,
  redemption,
  resources,
  type World,
} from '../support/back-channel/world.ts'

describe('step 5, the token response (RFC 6749 §5.1)', () => {
  let world: World
  before(async () => {
    world = await createWorld()
  })
  after(() => world[Symbol.asyncDispose]())

  const redeem = async (change: Partial<CodeRecord> = {}) => {
    const clientId = change.clientId ?? 'app'
    const form = redemption(await world.code(change), { client_id: clientId, redirect_uri: callback(clientId) })
    return (await world.call(token, { form })).body
  }

  describe('an access token as a JWT (RFC 9068)', () => {
    it('has every claim that is required, and those that say for what it is, and nothing personal [RFC9068-2.2-01] [RFC9068-2.2.3-01] [RFC9068-6-01]', async () => {
      const claims = claimsOf((await redeem({ grantId: 'family' })).access_token)
      const { jti, ...rest } = claims
      assert.match(String(jti), /^[\w-]{43}$/)
      assert.deepEqual(rest, {
        iss: 'https://id.example',
        sub: 'person-alice',
        aud: photos,
        client_id: 'app',
        iat: world.clock.now,
        exp: world.clock.now + 600,
        scope: 'openid offline_access photos.read',
        auth_time: world.clock.now - 60,
        grant_id: 'family',
      })
    })

    it('is typed and signed asymmetrically [RFC9068-5-01] [RFC8725-3.11-01]', async () => {
      const { typ, alg } = headerOf((await redeem()).access_token)
      assert.deepEqual([typ, alg], ['at+jwt', 'ES256'])
    })

    it('is for the one resource that its scopes belong to, and has only those [RFC9068-3-01] [RFC6749-3.3-02] [RFC6750-5.2-02] [RFC9700-2.3-01] [OAuth2.1-7.1.4-01] (attack 44)', async () => {
      const both = { scope: ['photos.read', 'prints.order'], resources: [photos, prints] }
      const body = await redeem(both)
      assert.equal(claimsOf(body.access_token).aud, photos)
      assert.equal(body.scope, 'photos.read')
    })

    it('is signed by the algorithm of its resource, and lives as long as it says [RFC9068-2.1-01]', async () => {
      const [resource] = resources
      assert.ok(resource)
      await world.put({ do: 'put-resource', resource: { ...resource, signingAlgorithm: 'RS256', tokenLifetime: 60 } })
      const body = await redeem()
      await world.put({ do: 'put-resource', resource })
      assert.equal(headerOf(body.access_token).alg, 'RS256')
      assert.equal(body.expires_in, 60)
      assert.equal(claimsOf(body.access_token).exp, world.clock.now + 60)
    })
  })

  describe('an opaque access token', () => {
    it('is what its resource asks for: 256 random bits, kept as a hash [RFC6749-10.10-01] [OAuth2.1-7.7-01] [RFC6819-5.1.4.2.2-01] [RFC6819-5.1.4.1.3-01]', async () => {
      const body = await redeem({ scope: ['prints.order'], resources: [prints] })
      assert.match(String(body.access_token), /^[\w-]{43}$/)
      assert.equal(await world.issuer.store.accessTokens.find(String(body.access_token)), undefined)
    })
  })

  describe('an ID token (OpenID Connect Core §2)', () => {
    it('says who signed in, when, how and for whom [OIDC-Core-2-01] [OIDC-Core-2-02] [OIDC-Core-3.1.3.6-01]', async () => {
      const body = await redeem()
      const { at_hash, ...claims } = claimsOf(body.id_token)
      assert.deepEqual(claims, {
        iss: 'https://id.example',
        sub: 'person-alice',
        aud: 'app',
        iat: world.clock.now,
        exp: world.clock.now + 600,
        auth_time: world.clock.now - 60,
        nonce: 'n-0S6_WzA2Mj',
        acr: acrOf(['pwd']),
        amr: ['pwd'],
        sid: sidFor(world.issuer, 'session', 'app'),
      })
      const digest = hash('sha256', String(body.access_token), 'buffer')
      assert.equal(at_hash, digest.subarray(0, 16).toString('base64url'))
    })

    it('holds no personal claims, which userinfo has [RFC10017-9.1-01] [OIDC-Core-5.4-01]', async () => {
      const body = await redeem({ scope: ['openid', 'profile', 'email'] })
      const claims = claimsOf(body.id_token)
      for (const claim of ['name', 'email', 'email_verified']) assert.equal(claims[claim], undefined)
    })

    it('is signed with RS256 unless the client registered another algorithm [OIDC-Core-15.1-01] [OIDC-Core-2-03]', async () => {
      assert.equal(headerOf((await redeem()).id_token).alg, 'RS256')
      const client = clientRecord('modern', { id_token_signed_response_alg: 'ES256' })
      await world.put({ do: 'put-client', client })
      assert.equal(headerOf((await redeem({ clientId: 'modern' })).id_token).alg, 'ES256')
    })

    it('comes only where openid was granted', async () => {
      assert.equal((await redeem({ scope: ['photos.read'] })).id_token, undefined)
    })
  })

  it('holds nothing twice and nothing empty: one call, one set of tokens', async () => {
    const form = { grant_type: 'client_credentials', scope: 'photos.read' }
    const first = (await world.call(token, { form, headers: basic('shop') })).body
    const second = (await world.call(token, { form, headers: basic('shop') })).body
    assert.notEqual(claimsOf(first.access_token).jti, claimsOf(second.access_token).jti)
    assert.ok(Object.values(first).every((value) => value !== undefined && value !== null))
  })
})

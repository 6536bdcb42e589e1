import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { parseChallenges } from '@symbolon/protocol/challenge'
import { token } from '../../src/endpoints/token.ts'
import { userinfo } from '../../src/endpoints/userinfo.ts'
import { claimsFor } from '../../src/people/claims.ts'
import type { CodeRecord } from '../../src/ports/records.ts'
import {
  alice,
  basic,
  type Call,
  callback,
  clientRecord,
  createWorld,
  redemption,
  type World,
} from '../support/back-channel/world.ts'

describe('userinfo (OpenID Connect Core §5.3)', () => {
  let world: World
  before(async () => {
    world = await createWorld()
  })
  after(() => world[Symbol.asyncDispose]())

  const signIn = async (change: Partial<CodeRecord> = {}) =>
    (await world.call(token, { form: redemption(await world.code(change)) })).body
  const bearer = (accessToken: unknown) => ({ headers: { authorization: `Bearer ${accessToken}` } })
  const challengeOf = async (call: Call) => {
    const said = await world.call(userinfo, call)
    const [challenge] = parseChallenges(said.headers['www-authenticate'] ?? '')
    return { status: said.status, error: challenge?.parameters.error, scheme: challenge?.scheme, challenge }
  }

  it('tells the claims that the scope asks for, and always sub (§5.3.2, §5.4) [OIDC-Core-5.3.2-01] [OIDC-Core-5.4-01] [OIDC-Core-5.6-01]', async () => {
    const { access_token } = await signIn({ scope: ['openid', 'profile', 'email', 'phone'], resources: [] })
    const said = await world.call(userinfo, { ...bearer(access_token), method: 'GET' })
    assert.deepEqual(said.body, {
      sub: 'person-alice',
      name: 'Alice',
      preferred_username: 'alice',
      locale: 'pt-PT',
      updated_at: 200,
      email: 'alice@example.com',
      email_verified: true,
    })
  })

  it('tells nothing but sub for openid alone, and null never (§5.3.2) [OIDC-Core-5.3.2-01] [OIDC-Core-13.3-01]', () => {
    assert.deepEqual(claimsFor(alice, ['openid']), { sub: 'person-alice' })
    assert.deepEqual(claimsFor(alice, ['openid', 'phone']), { sub: 'person-alice' })
  })

  it('lets no claim stand in for sub', () => {
    const person = { ...alice, claims: { sub: 'mallory', name: 'A' } }
    assert.equal(claimsFor(person, ['openid', 'profile']).sub, 'person-alice')
  })

  it('takes the token in the header or in the body (RFC 6750 §2) [OIDC-Core-5.3-01]', async () => {
    const { access_token } = await signIn()
    assert.equal((await world.call(userinfo, bearer(access_token))).status, 200)
    assert.equal((await world.call(userinfo, { form: { access_token: String(access_token) } })).status, 200)
  })

  it('takes a token for another resource that was granted openid, too', async () => {
    const { access_token } = await signIn({ scope: ['openid', 'photos.read'] })
    assert.equal((await world.call(userinfo, bearer(access_token))).status, 200)
  })

  it('says only that a token is needed when none came (RFC 6750 §3.1) [RFC6750-3-01] [RFC6750-3.1-01]', async () => {
    const { status, scheme, challenge } = await challengeOf({ method: 'GET' })
    assert.deepEqual([status, scheme], [401, 'Bearer'])
    assert.deepEqual(challenge?.parameters, { realm: 'https://id.example' })
    assert.equal((await challengeOf({ headers: { authorization: 'Basic x' } })).error, undefined)
  })

  it('refuses a token in the URL, or sent in two ways (RFC 6750 §3.1)', async () => {
    const { access_token } = await signIn()
    const inQuery = await challengeOf({ query: `access_token=${access_token}`, method: 'GET' })
    assert.deepEqual([inQuery.status, inQuery.error], [400, 'invalid_request'])
    const twice = await challengeOf({ ...bearer(access_token), form: { access_token: String(access_token) } })
    assert.deepEqual([twice.status, twice.error], [400, 'invalid_request'])
  })

  it('refuses a token that is unknown, of another kind, over or ended (RFC 6750 §3.1) [OIDC-Core-5.3.3-01] (attack 69)', async () => {
    const { access_token, id_token, refresh_token } = await signIn({ grantId: 'to-end' })
    const refused = { status: 401, error: 'invalid_token' }
    const check = async (value: unknown) => {
      const { status, error } = await challengeOf(bearer(value))
      assert.deepEqual({ status, error }, refused)
    }
    for (const value of ['x', id_token, refresh_token]) await check(value)
    await world.put({ do: 'revoke-grant', grantId: 'to-end', now: world.clock.now })
    await check(access_token)
    const later = await signIn()
    world.clock.now += 600
    await check(later.access_token)
  })

  it('refuses a token without openid, and names what is missing (RFC 6750 §3.1)', async () => {
    const { access_token } = await signIn({ scope: ['photos.read'] })
    const { status, error, challenge } = await challengeOf(bearer(access_token))
    assert.deepEqual([status, error, challenge?.parameters.scope], [403, 'insufficient_scope', 'openid'])
  })

  it("refuses a client's own token: there is no person", async () => {
    const form = { grant_type: 'client_credentials', scope: 'photos.read' }
    const { body } = await world.call(token, { form, headers: basic('shop') })
    assert.equal((await challengeOf(bearer(body.access_token))).status, 403)
  })

  it('tells no claim any more for a permission that the person took back', async () => {
    const { access_token } = await signIn({ grantId: 'narrowed', scope: ['openid', 'email'], resources: [] })
    assert.equal((await world.call(userinfo, bearer(access_token))).body.email, 'alice@example.com')
    await world.put({ do: 'narrow-grant', grantId: 'narrowed', scope: ['openid'], claims: null })
    assert.deepEqual((await world.call(userinfo, bearer(access_token))).body, { sub: 'person-alice' })
    await world.put({ do: 'narrow-grant', grantId: 'narrowed', scope: [], claims: null })
    assert.equal((await challengeOf(bearer(access_token))).status, 403)
  })

  it('refuses the token of a client that was turned off or is gone', async () => {
    const fading = clientRecord('fading')
    await world.put({ do: 'put-client', client: fading })
    const form = { client_id: 'fading', redirect_uri: callback('fading') }
    const { body } = await world.call(token, { form: redemption(await world.code({ clientId: 'fading' }), form) })
    assert.equal((await world.call(userinfo, bearer(body.access_token))).status, 200)
    await world.put({ do: 'put-client', client: { ...fading, disabled: true } })
    assert.equal((await challengeOf(bearer(body.access_token))).error, 'invalid_token')
    await world.put({ do: 'delete-client', clientId: 'fading' })
    assert.equal((await challengeOf(bearer(body.access_token))).error, 'invalid_token')
  })

  it('refuses the token of a person who was turned off', async () => {
    const { access_token } = await signIn()
    await world.put({ do: 'put-person', person: { ...alice, disabled: true } })
    const { status } = await challengeOf(bearer(access_token))
    await world.put({ do: 'put-person', person: alice })
    assert.equal(status, 401)
  })
})

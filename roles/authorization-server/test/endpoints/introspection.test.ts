import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { introspection } from '../../src/endpoints/introspection.ts'
import { token } from '../../src/endpoints/token.ts'
import { hashOf } from '../../src/handles.ts'
import type { CodeRecord } from '../../src/ports/records.ts'
import {
  alice,
  basic,
  clientRecord,
  clients,
  createWorld,
  photos,
  prints,
  redemption,
  secret,
  type World,
} from '../support/back-channel/world.ts'

const inactive = '{"active":false}'

describe('token introspection (RFC 7662 §2)', () => {
  let world: World
  let tokens: Readonly<Record<string, unknown>>
  before(async () => {
    world = await createWorld()
  })
  after(() => world[Symbol.asyncDispose]())
  beforeEach(async () => {
    tokens = await signIn()
  })

  const signIn = async (change: Partial<CodeRecord> = {}) =>
    (await world.call(token, { form: redemption(await world.code({ grantId: crypto.randomUUID(), ...change })) })).body
  const ask = (value: unknown, { as = 'library', hint }: { readonly as?: string; readonly hint?: string } = {}) =>
    world.call(introspection, {
      form: { token: String(value), ...(hint !== undefined && { token_type_hint: hint }) },
      headers: basic(as),
    })
  const bodyOf = async (...args: Parameters<typeof ask>) => JSON.stringify((await ask(...args)).body)

  it('tells the resource server what a JWT for it allows [RFC7662-2.2-01]', async () => {
    const { body } = await ask(tokens.access_token)
    const { jti, ...rest } = body
    assert.match(String(jti), /^[\w-]{43}$/)
    assert.deepEqual(rest, {
      active: true,
      iss: 'https://id.example',
      sub: 'person-alice',
      aud: photos,
      client_id: 'app',
      scope: 'openid offline_access photos.read',
      token_type: 'Bearer',
      iat: world.clock.now,
      exp: world.clock.now + 600,
      auth_time: world.clock.now - 60,
    })
  })

  it('tells a client of its own tokens of every kind, whatever the hint says [RFC7662-2.1-03]', async () => {
    const { body } = await world.call(token, {
      form: { grant_type: 'client_credentials', resource: prints },
      headers: basic('shop'),
    })
    for (const hint of [undefined, 'access_token', 'refresh_token', 'nonsense']) {
      assert.equal((await ask(body.access_token, { as: 'shop', ...(hint && { hint }) })).body.active, true)
    }
  })

  it('says of a token for another resource exactly that it is not active [RFC7662-2.2-02] [RFC7662-4-04] (attack 48)', async () => {
    const foreign = await signIn({ scope: ['prints.order'], resources: [prints] })
    assert.equal(await bodyOf(foreign.access_token), inactive)
  })

  it("says the same of another client's refresh token, although its grant covers the resource (attack 48)", async () => {
    assert.equal(await bodyOf(tokens.refresh_token), inactive)
  })

  it("says the same of another client's refresh token even to whom speaks for this server", async () => {
    const { issuer, put } = world
    const record = clientRecord('insider', { introspects: [issuer.url, photos] }, [
      { hash: hashOf(secret), expiresAt: null },
    ])
    await put({ do: 'put-client', client: record })
    assert.equal((await ask(tokens.access_token, { as: 'insider' })).body.active, true)
    assert.equal(await bodyOf(tokens.refresh_token, { as: 'insider' }), inactive)
  })

  it('says the same of what is no token at all, or another kind of JWT [RFC7662-2.2-02] (attack 69)', async () => {
    for (const value of ['x', 'a.b.c', 'x'.repeat(43), String(tokens.id_token)]) {
      assert.equal(await bodyOf(value), inactive)
    }
  })

  it('says the same once the token has expired [RFC7662-4-01]', async () => {
    world.clock.now += 600
    assert.equal(await bodyOf(tokens.access_token), inactive)
  })

  it('says the same once the grant was ended, although the JWT still verifies [RFC7662-4-01]', async () => {
    const { grant } = world.observed.at(-1) ?? {}
    assert.equal((await ask(tokens.access_token)).body.active, true)
    await world.put({ do: 'revoke-grant', grantId: String(grant), now: world.clock.now })
    assert.equal(await bodyOf(tokens.access_token), inactive)
  })

  it('tells no permission that the person took back, of a token of either kind', async () => {
    const opaque = await signIn({ grantId: 'narrowed', scope: ['openid', 'prints.order'], resources: [prints] })
    const shopper = clientRecord('prints', { introspects: [prints] }, [{ hash: hashOf(secret), expiresAt: null }])
    await world.put({ do: 'put-client', client: shopper })
    assert.equal((await ask(opaque.access_token, { as: 'prints' })).body.scope, 'openid prints.order')
    await world.put({ do: 'narrow-grant', grantId: 'narrowed', scope: ['openid'], claims: null })
    assert.equal((await ask(opaque.access_token, { as: 'prints' })).body.scope, 'openid')

    const jwt = await signIn({ grantId: 'narrowed-too' })
    await world.put({ do: 'narrow-grant', grantId: 'narrowed-too', scope: ['openid'], claims: null })
    assert.equal((await ask(jwt.access_token)).body.scope, 'openid')
  })

  it('says the same while the person is turned off, or the client', async () => {
    await world.put({ do: 'put-person', person: { ...alice, disabled: true } })
    assert.equal(await bodyOf(tokens.access_token), inactive)
    await world.put({ do: 'put-person', person: alice })
    assert.equal((await ask(tokens.access_token)).body.active, true)
    const [app] = clients
    assert.ok(app)
    await world.put({ do: 'put-client', client: { ...app, disabled: true } })
    assert.equal(await bodyOf(tokens.access_token), inactive)
    await world.put({ do: 'put-client', client: app })
  })

  it('lets nobody ask who can not authenticate, and tells them nothing of the token [RFC7662-2.1-01] [RFC7662-2.3-01]', async () => {
    const form = { token: String(tokens.access_token) }
    const attempts = [{ form }, { form, headers: basic('library', 'wrong') }, { form: { ...form, client_id: 'app' } }]
    for (const attempt of attempts) {
      const said = await world.call(introspection, attempt)
      assert.deepEqual([said.status, said.body.error], [401, 'invalid_client'])
      assert.match(String(said.headers['www-authenticate']), /^Basic realm="https:\/\/id\.example"/)
      assert.equal(said.body.active, undefined)
    }
  })

  it('refuses a request without a token', async () => {
    const said = await world.call(introspection, { headers: basic('library') })
    assert.deepEqual([said.status, said.body.error], [400, 'invalid_request'])
  })
})

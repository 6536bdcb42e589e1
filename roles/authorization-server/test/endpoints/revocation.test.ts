import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { introspection } from '../../src/endpoints/introspection.ts'
import { revocation } from '../../src/endpoints/revocation.ts'
import { token } from '../../src/endpoints/token.ts'
import { userinfo } from '../../src/endpoints/userinfo.ts'
import { basic, createWorld, prints, redemption, type World } from '../support/back-channel/world.ts'

describe('token revocation (RFC 7009 §2)', () => {
  let world: World
  let tokens: Readonly<Record<string, unknown>>
  before(async () => {
    world = await createWorld()
  })
  after(() => world[Symbol.asyncDispose]())
  beforeEach(async () => {
    tokens = await signIn()
  })

  const signIn = async () => (await world.call(token, { form: redemption(await world.code()) })).body
  const revoke = (value: unknown, more: Readonly<Record<string, string>> = {}) =>
    world.call(revocation, { form: { token: String(value), client_id: 'app', ...more } })
  const works = async (accessToken: unknown) =>
    (await world.call(userinfo, { headers: { authorization: `Bearer ${accessToken}` } })).status === 200
  const refreshes = async (refreshToken: unknown) => {
    const form = { grant_type: 'refresh_token', refresh_token: String(refreshToken), client_id: 'app' }
    return (await world.call(token, { form })).status === 200
  }

  it('ends with a refresh token the access tokens of its grant, and no others [RFC7009-2-02] [RFC7009-2.1-04]', async () => {
    const bystander = await signIn()
    const said = await revoke(tokens.refresh_token)
    assert.deepEqual([said.status, said.answer.kind], [200, 'empty'])
    assert.equal(await works(tokens.access_token), false)
    assert.equal(await refreshes(tokens.refresh_token), false)
    assert.equal(await works(bystander.access_token), true)
    assert.equal(await refreshes(bystander.refresh_token), true)
  })

  it('ends with an access token its whole family [RFC7009-2-02]', async () => {
    await revoke(tokens.access_token)
    assert.equal(await works(tokens.access_token), false)
    assert.equal(await refreshes(tokens.refresh_token), false)
  })

  it('takes a wrong hint for what it is: a hint [RFC7009-2.1-03]', async () => {
    for (const hint of ['access_token', 'nonsense']) {
      const { refresh_token } = await signIn()
      await revoke(refresh_token, { token_type_hint: hint })
      assert.equal(await refreshes(refresh_token), false)
    }
  })

  it('answers an unknown token like one that it revoked [RFC7009-2.2-01]', async () => {
    for (const value of ['x', 'a.b.c', 'x'.repeat(43)]) assert.equal((await revoke(value)).status, 200)
    await revoke(tokens.refresh_token)
    assert.equal((await revoke(tokens.refresh_token)).status, 200, 'and again')
  })

  it('refuses the token of another client, to which nothing happens [RFC7009-2.1-02] (attack 30)', async () => {
    for (const value of [tokens.access_token, tokens.refresh_token]) {
      const said = await revoke(value, { client_id: 'other' })
      assert.deepEqual([said.status, said.body.error], [400, 'unauthorized_client'])
    }
    assert.equal(await works(tokens.access_token), true)
    assert.equal(await refreshes(tokens.refresh_token), true)
  })

  it('authenticates the client first [RFC7009-2.1-02]', async () => {
    const said = await world.call(revocation, { form: { token: String(tokens.access_token), client_id: 'shop' } })
    assert.equal(said.status, 401)
    assert.equal(await works(tokens.access_token), true)
  })

  for (const resource of ['https://photos.example', prints]) {
    it(`ends a client's own token for ${resource}, there being no family [RFC7009-2-02]`, async () => {
      const own = await world.call(token, {
        form: { grant_type: 'client_credentials', resource },
        headers: basic('shop'),
      })
      const form = { token: String(own.body.access_token) }
      const isActive = async () => (await world.call(introspection, { form, headers: basic('shop') })).body.active
      assert.equal(await isActive(), true)
      assert.equal((await world.call(revocation, { form, headers: basic('shop') })).status, 200)
      assert.equal(await isActive(), false)
    })
  }

  it('refuses a request without a token', async () => {
    const said = await world.call(revocation, { form: { client_id: 'app' } })
    assert.deepEqual([said.status, said.body.error], [400, 'invalid_request'])
  })
})

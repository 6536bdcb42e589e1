import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Reason } from '@symbolon/protocol/refusals'
import { introspection } from '../../src/endpoints/introspection.ts'
import { token } from '../../src/endpoints/token.ts'
import { hashOf } from '../../src/handles.ts'
import {
  basic,
  claimsOf,
  clientRecord,
  createWorld,
  photos,
  prints,
  secret,
  type World,
} from '../support/back-channel/world.ts'

describe('a client acting for itself (RFC 6749 §4.4)', () => {
  let world: World
  before(async () => {
    world = await createWorld()
    const secrets = [{ hash: hashOf(secret), expiresAt: null }]
    await world.put(
      { do: 'put-client', client: clientRecord('reader', { scope: 'openid photos.read' }, secrets) },
      { do: 'put-client', client: clientRecord('nobody', {}, secrets) },
    )
  })
  after(() => world[Symbol.asyncDispose]())

  const ask = (clientId: string, form: Readonly<Record<string, string>> = {}) =>
    world.call(token, { form: { grant_type: 'client_credentials', ...form }, headers: basic(clientId) })

  it('gets a token for what it is registered for, and no refresh token (§4.4.3) [RFC6749-4.4.3-01]', async () => {
    const said = await ask('reader')
    assert.equal(said.status, 200)
    assert.deepEqual(Object.keys(said.body).sort(), ['access_token', 'expires_in', 'scope', 'token_type'])
    assert.equal(said.body.scope, 'photos.read')
    const claims = claimsOf(said.body.access_token)
    assert.deepEqual(
      [claims.sub, claims.client_id, claims.aud, claims.grant_id],
      ['reader', 'reader', photos, undefined],
    )
  })

  it('gets the scopes of the resource that it names (RFC 8707 §2.2)', async () => {
    const said = await ask('shop', { resource: prints })
    assert.deepEqual([said.body.scope, said.body.expires_in], ['prints.order', 120])
    const form = { token: String(said.body.access_token) }
    const seen = await world.call(introspection, { form, headers: basic('shop') })
    assert.deepEqual([seen.body.active, seen.body.sub, seen.body.aud], [true, 'shop', prints])
  })

  const refused: readonly (readonly [title: string, clientId: string, form: Record<string, string>, reason: Reason])[] =
    [
      ['a scope that it is not registered for (attack 50)', 'reader', { scope: 'photos.write' }, 'scope_not_allowed'],
      ['any scope to a client registered for none', 'nobody', { scope: 'photos.read' }, 'scope_not_allowed'],
      ['a request for nothing by a client registered for nothing [RFC6749-3.3-03]', 'nobody', {}, 'scope_missing'],
      ['openid: there is no person', 'reader', { scope: 'openid' }, 'openid_scope_without_person'],
      ['a resource that nobody knows [RFC8707-2-02]', 'shop', { resource: 'https://else.example' }, 'resource_unknown'],
      ['a resource that is no URI [RFC8707-2-02]', 'shop', { resource: 'photos' }, 'resource_malformed'],
    ]
  for (const [title, clientId, form, reason] of refused) {
    it(`refuses ${title}`, async () => {
      const said = await ask(clientId, form)
      assert.deepEqual([said.status, said.answer.reason], [400, reason])
    })
  }

  it('refuses who does not prove to be the client (§4.4.2) [OAuth2.1-16-4.2.1-01]', async () => {
    const form = { grant_type: 'client_credentials' }
    for (const attempt of [{ form: { ...form, client_id: 'reader' } }, { form, headers: basic('reader', 'wrong') }]) {
      const said = await world.call(token, attempt)
      assert.deepEqual([said.status, said.body.error], [401, 'invalid_client'])
    }
  })

  it('refuses a public client [RFC6749-4.4-01] [OAuth2.1-4.2-01]', async () => {
    const said = await world.call(token, { form: { grant_type: 'client_credentials', client_id: 'app' } })
    assert.deepEqual([said.status, said.body.error], [400, 'unauthorized_client'])
  })
})

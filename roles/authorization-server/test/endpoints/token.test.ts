import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Reason } from '@symbolon/protocol/refusals'
import { token } from '../../src/endpoints/token.ts'
import { hashOf } from '../../src/handles.ts'
import { StorageUnavailable } from '../../src/ports/store.ts'
import {
  basic,
  brokenRule,
  type Call,
  claimsOf,
  clientRecord,
  createWorld,
  headerOf,
  redemption,
  secret,
  type World,
} from '../support/back-channel/world.ts'

describe('the token endpoint (RFC 6749 §3.2)', () => {
  let world: World
  before(async () => {
    world = await createWorld()
  })
  after(() => world[Symbol.asyncDispose]())

  it('gives tokens for a code, and says for how long and for what [RFC6749-5.1-02] [OIDC-Core-3.1.3.3-01]', async () => {
    const said = await world.call(token, { form: redemption(await world.code()) })
    assert.equal(said.status, 200)
    assert.equal(said.body.token_type, 'Bearer')
    assert.equal(said.body.expires_in, 600)
    assert.equal(said.body.scope, 'openid offline_access photos.read')
    assert.equal(headerOf(said.body.access_token).typ, 'at+jwt')
    assert.match(String(said.body.refresh_token), /^[\w-]{43}$/)
    assert.equal(claimsOf(said.body.id_token).sub, 'person-alice')
  })

  it('gives nothing by any grant type to a client that was turned off since (attack 46) (attack 99)', async () => {
    const record = clientRecord('fading', { scope: 'openid offline_access photos.read' }, [
      { hash: hashOf(secret), expiresAt: null },
    ])
    await world.put({ do: 'put-client', client: record })
    const redeem = async () =>
      redemption(await world.code({ clientId: 'fading' }), {
        client_id: undefined,
        redirect_uri: 'https://fading.example/callback',
      })
    const given = await world.call(token, { form: await redeem(), headers: basic('fading') })
    const forms = [
      await redeem(),
      { grant_type: 'refresh_token', refresh_token: String(given.body.refresh_token) },
      { grant_type: 'client_credentials', scope: 'photos.read' },
    ]
    await world.put({ do: 'put-client', client: { ...record, disabled: true } })
    for (const form of forms) {
      const said = await world.call(token, { form, headers: basic('fading') })
      assert.deepEqual([said.answer.reason, said.body.access_token], ['client_disabled', undefined])
    }
    await world.put({ do: 'put-client', client: record })
    for (const form of forms) assert.equal((await world.call(token, { form, headers: basic('fading') })).status, 200)
  })

  it('lets no answer into a cache (§5.1) [RFC6749-5.1-01] [OAuth2.1-3.2.3-01] [OIDC-Core-3.1.3.3-01]', async () => {
    const given = await world.call(token, { form: redemption(await world.code()) })
    const refused = await world.call(token, { form: {} })
    for (const { headers } of [given, refused]) assert.equal(headers['cache-control'], 'no-store')
  })

  it('answers in the flow that the code belongs to', async () => {
    const { answer } = await world.call(token, { form: redemption(await world.code({ flow: '8S1K-42QD' })) })
    assert.equal(answer.flow, '8S1K-42QD')
    assert.equal(world.observed.at(-1)?.flow, '8S1K-42QD')
  })

  const refusals: readonly (readonly [title: string, call: Call, reason: Reason, status: number, error: string])[] = [
    [
      'a parameter that is sent twice (§3.2) [RFC6749-3.2-03]',
      { form: 'grant_type=client_credentials&grant_type=refresh_token&client_id=app' },
      'parameter_repeated',
      400,
      'invalid_request',
    ],
    ['a request without grant_type', { form: { client_id: 'app' } }, 'grant_type_missing', 400, 'invalid_request'],
    [
      'a grant_type without a value like none (§3.2) [RFC6749-3.2-03]',
      { form: { client_id: 'app', grant_type: '' } },
      'grant_type_missing',
      400,
      'invalid_request',
    ],
    [
      'a grant type that is not served, as that of passwords is not (§5.2) [RFC6749-5.2-01] [RFC6749-4.3-01] [RFC9700-2.4-01]',
      { form: { client_id: 'app', grant_type: 'password' } },
      'grant_type_unsupported',
      400,
      'unsupported_grant_type',
    ],
    [
      'a client that does not say who it is (§3.2.1) [RFC6749-3.2.1-01]',
      { form: { grant_type: 'authorization_code', code: 'x' } },
      'client_authentication_missing',
      401,
      'invalid_client',
    ],
    [
      'a code grant without a code',
      { form: { grant_type: 'authorization_code', client_id: 'app' } },
      'parameter_missing',
      400,
      'invalid_request',
    ],
    [
      'a refresh without a refresh token',
      { form: { grant_type: 'refresh_token', client_id: 'app' } },
      'parameter_missing',
      400,
      'invalid_request',
    ],
    [
      'a scope that is no scope (§3.3) [RFC6749-3.3-01]',
      { form: { grant_type: 'client_credentials', scope: 'a  b' }, headers: basic('shop') },
      'scope_malformed',
      400,
      'invalid_scope',
    ],
  ]
  for (const [title, call, reason, status, error] of refusals) {
    it(`refuses ${title}`, async () => {
      const said = await world.call(token, call)
      assert.deepEqual([said.status, said.body.error, said.answer.reason], [status, error, reason])
      assert.equal(brokenRule(world.observed.at(-1)?.checks), reason)
    })
  }

  for (const grantType of ['authorization_code', 'refresh_token', 'client_credentials']) {
    it(`refuses ${grantType} to a client that is not registered for it (RFC 6749 §5.2) (attack 50)`, async () => {
      const others = ['authorization_code', 'refresh_token', 'client_credentials'].filter((type) => type !== grantType)
      const client = clientRecord('narrow', { grant_types: others }, [{ hash: hashOf(secret), expiresAt: null }])
      await world.put({ do: 'put-client', client })
      const form = { grant_type: grantType, code: 'x', refresh_token: 'x' }
      const said = await world.call(token, { form, headers: basic('narrow') })
      assert.deepEqual([said.status, said.body.error], [400, 'unauthorized_client'])
    })
  }

  it('ignores parameters that it does not know (§3.2) [RFC6749-3.2-03]', async () => {
    const said = await world.call(token, { form: redemption(await world.code(), { nonsense: '1' }) })
    assert.equal(said.status, 200)
  })

  it('tells the wire only the generic sentence and the reference', async () => {
    const said = await world.call(token, { form: redemption('no such code') })
    assert.deepEqual(said.body, {
      error: 'invalid_grant',
      error_description:
        'The grant is unknown, expired, used or revoked, or was issued to another client. Ref CCCC-DDDD',
    })
  })

  it('says the reason while developing, within the characters that §5.2 allows', async () => {
    await using developing = await createWorld({ settings: { development: true } })
    const said = await developing.call(token, { form: redemption('no such code') })
    const description = String(said.body.error_description)
    assert.match(description, /No such authorization code exists at this issuer\. \(code_unknown\) Ref CCCC-DDDD/)
    assert.match(description, /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/)
  })

  it('records the rules it applied, up to the one that refused', async () => {
    await world.call(token, { form: redemption(await world.code(), { code_verifier: 'x'.repeat(43) }) })
    const seen = world.observed.at(-1)
    assert.deepEqual([seen?.outcome, seen?.step, seen?.band, seen?.status], ['refused', 4, 'token', 400])
    const passed = seen?.checks?.filter(({ ok }) => ok).map(({ rule }) => rule) ?? []
    assert.ok(passed.includes('code_of_another_client') && passed.includes('redirect_uri_changed'))
    assert.deepEqual(seen?.checks?.at(-1), { rule: 'code_verifier_wrong', ok: false })
  })

  it('spends nothing when signing fails', async () => {
    const code = await world.code()
    const keys = { ...world.issuer.keys, sign: () => Promise.reject(new Error('no key')) }
    const broken = token(
      {
        method: 'POST',
        path: '/token',
        parts: {},
        query: new URLSearchParams(),
        form: new URLSearchParams(redemption(code)),
        unreadable: undefined,
        headers: {},
        cookies: new Map(),
        remoteAddress: '192.0.2.1',
        receivedAt: 0,
        flow: 'CCCC-DDDD',
      },
      { ...world.issuer, keys },
    )
    await assert.rejects(broken, /no key/)
    assert.equal(world.observed.at(-1)?.outcome, 'failed')
    assert.equal((await world.call(token, { form: redemption(code) })).status, 200)
  })

  it('leaves an unreachable storage to whoever serves it, and says so in the record', async () => {
    const store = { ...world.issuer.store, registry: () => Promise.reject(new StorageUnavailable('gone')) }
    const asking = token(
      {
        method: 'POST',
        path: '/token',
        parts: {},
        query: new URLSearchParams(),
        form: new URLSearchParams(redemption('x')),
        unreadable: undefined,
        headers: {},
        cookies: new Map(),
        remoteAddress: '192.0.2.1',
        receivedAt: 0,
        flow: 'CCCC-DDDD',
      },
      { ...world.issuer, store },
    )
    await assert.rejects(asking, StorageUnavailable)
    assert.equal(world.observed.at(-1)?.refused?.reason, 'storage_unavailable')
  })

  it('never looks for credentials in the URL (§2.3.1) [RFC6749-2.3.1-02]', async () => {
    const form = { grant_type: 'client_credentials' }
    const said = await world.call(token, {
      form,
      query: new URLSearchParams({ client_id: 'poster', client_secret: secret }).toString(),
    })
    assert.equal(said.answer.reason, 'client_authentication_missing')
  })
})

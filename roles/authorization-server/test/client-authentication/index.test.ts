import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { authenticateClient } from '../../src/client-authentication/index.ts'
import { hashOf } from '../../src/handles.ts'
import { createTrail } from '../../src/trace/trail.ts'
import { basic, clientRecord, createWorld, secret, type World } from '../support/back-channel/world.ts'

describe('client authentication (RFC 6749 §2.3)', () => {
  let world: World
  before(async () => {
    world = await createWorld()
  })
  after(() => world[Symbol.asyncDispose]())

  const authenticate = async (
    form: string | Record<string, string>,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const { issuer } = world
    const presented = {
      form: new URLSearchParams(form),
      authorization: headers.authorization,
      remoteAddress: '192.0.2.1',
    }
    const registry = await issuer.store.registry()
    const arrived = { issuer, registry, now: issuer.now(), trail: createTrail() }
    const decision = await authenticateClient(presented, arrived)
    return decision.ok ? decision.value.id : decision.reason
  }
  const header = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
  const put = (...args: Parameters<typeof clientRecord>) =>
    world.put({ do: 'put-client', client: clientRecord(...args) })

  it('takes a public client at its word', async () => {
    assert.equal(await authenticate({ client_id: 'app' }), 'app')
  })

  it('never takes a client_id alone for a confidential client [RFC6749-2.2-01] [RFC6749-3.2.1-01] [RFC9700-2.5-01] (attack 72)', async () => {
    assert.equal(await authenticate({ client_id: 'shop' }), 'client_authentication_method_wrong')
  })

  it('reads form-encoded user and password from the header (§2.3.1) [RFC6749-2.3.1-01]', async () => {
    assert.equal(await authenticate({}, basic('shop')), 'shop')
  })

  it('splits the header at the first colon and decodes after that [RFC7617-2-01]', async () => {
    const encoded = new URLSearchParams({ '': secret }).toString().slice(1)
    assert.equal(await authenticate({}, header(`shop:${encoded.replace('%3A', ':')}`)), 'shop')
  })

  it('takes client_id beside the header when it says the same, and only then', async () => {
    assert.equal(await authenticate({ client_id: 'shop' }, basic('shop')), 'shop')
    assert.equal(await authenticate({ client_id: 'app' }, basic('shop')), 'client_authentication_malformed')
  })

  it('reads the secret from the body (§2.3.1) [OAuth2.1-2.4.1-01]', async () => {
    assert.equal(await authenticate({ client_id: 'poster', client_secret: secret }), 'poster')
  })

  it('refuses two methods in one request (§2.3) [RFC6749-2.3-01] [OAuth2.1-2.4-02]', async () => {
    const form = { client_id: 'shop', client_secret: secret }
    assert.equal(await authenticate(form, basic('shop')), 'client_authentication_several')
  })

  it('holds a client to its registered method (OpenID Connect Core §9) (attack 72)', async () => {
    assert.equal(await authenticate({ client_id: 'shop', client_secret: secret }), 'client_authentication_method_wrong')
    assert.equal(await authenticate({}, basic('poster')), 'client_authentication_method_wrong')
    assert.equal(await authenticate({}, basic('app')), 'client_authentication_method_wrong')
  })

  it('refuses a wrong secret', async () => {
    assert.equal(await authenticate({}, basic('shop', 'wrong')), 'client_secret_wrong')
    assert.equal(await authenticate({}, basic('shop', `${secret} `)), 'client_secret_wrong')
  })

  it('never takes an empty secret, not even one that is registered (attack 72)', async () => {
    await put('blank', { token_endpoint_auth_method: 'client_secret_basic' }, [{ hash: hashOf(''), expiresAt: null }])
    await put('bare', { token_endpoint_auth_method: 'client_secret_basic' })
    assert.equal(await authenticate({}, header('blank:')), 'client_secret_wrong')
    assert.equal(await authenticate({}, header('bare:')), 'client_secret_wrong')
    assert.equal(await authenticate({ client_id: 'blank', client_secret: '' }), 'client_authentication_method_wrong')
  })

  it('takes each of two secrets while one replaces the other, until its end', async () => {
    const secrets = [
      { hash: hashOf('new'), expiresAt: null },
      { hash: hashOf('old'), expiresAt: world.clock.now + 10 },
    ]
    await put('moving', {}, secrets)
    assert.equal(await authenticate({}, basic('moving', 'new')), 'moving')
    assert.equal(await authenticate({}, basic('moving', 'old')), 'moving')
    world.clock.now += 10
    assert.equal(await authenticate({}, basic('moving', 'old')), 'client_secret_expired')
    assert.equal(await authenticate({}, basic('moving', 'new')), 'moving')
  })

  it('refuses a client that nobody registered like one with a wrong secret', async () => {
    assert.equal(await authenticate({}, basic('stranger')), 'client_unknown')
    assert.equal(await authenticate({ client_id: 'stranger' }), 'client_unknown')
  })

  it('looks into the database once for whoever is refused, whether the client is there or not', async () => {
    const { issuer } = world
    const unknownTo = async (headers: Readonly<Record<string, string>>) => {
      const kept = await issuer.store.registry()
      let missed = 0
      const registry = {
        ...kept,
        client: async (clientId: string) => {
          const found = await kept.client(clientId)
          if (found === undefined) missed++
          return found
        },
      }
      const presented = {
        form: new URLSearchParams(),
        authorization: headers.authorization,
        remoteAddress: '192.0.2.1',
      }
      await authenticateClient(presented, { issuer, registry, now: issuer.now(), trail: createTrail() })
      return missed
    }
    assert.equal(await unknownTo(basic('stranger')), 1)
    assert.equal(await unknownTo(basic('shop', 'wrong')), 1)
    assert.equal(await unknownTo(basic('poster')), 1)
    assert.equal(await unknownTo(basic('shop')), 0)
  })

  it('refuses a client that is turned off, once it has proven who it is', async () => {
    const record = clientRecord('off', {}, [{ hash: hashOf(secret), expiresAt: null }])
    await world.put({ do: 'put-client', client: { ...record, disabled: true } })
    assert.equal(await authenticate({}, basic('off')), 'client_disabled')
    assert.equal(await authenticate({}, basic('off', 'wrong')), 'client_secret_wrong')
  })

  it('refuses a method that this server does not serve', async () => {
    const metadata = { token_endpoint_auth_method: 'client_secret_jwt' }
    await put('symmetric', metadata, [{ hash: hashOf(secret), expiresAt: null }])
    assert.equal(await authenticate({}, basic('symmetric')), 'client_authentication_method_wrong')
  })

  const malformed: Record<string, Readonly<Record<string, string>>> = {
    'another scheme': { authorization: 'Bearer abc' },
    'no base64': { authorization: 'Basic ???' },
    'no colon': header('shop'),
    'no user': header(':secret'),
    'a broken escape': header('shop:%zz'),
    'bytes that are no UTF-8': { authorization: `Basic ${Buffer.from([0xff, 0x3a, 0xfe]).toString('base64')}` },
  }
  for (const [title, headers] of Object.entries(malformed)) {
    it(`refuses an Authorization header with ${title}`, async () => {
      assert.equal(await authenticate({ client_id: 'app' }, headers), 'client_authentication_malformed')
    })
  }
})

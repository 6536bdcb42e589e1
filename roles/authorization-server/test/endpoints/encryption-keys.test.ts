/** A client that wants answers encrypted and has no key for it: said at registration, or else before anybody signs in. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { compactDecrypt, exportJWK, type JWK } from 'jose'
import { registration } from '../../src/endpoints/registration.ts'
import { token } from '../../src/endpoints/token.ts'
import { userinfo } from '../../src/endpoints/userinfo.ts'
import type { Outgoing } from '../../src/ports/outgoing.ts'
import { clientRecord, createWorld, redemption } from '../support/back-channel/world.ts'
import { Browser, sentToClient, shown } from '../support/front-channel/browser.ts'
import { everything, openSigningWorld } from '../support/front-channel/signing.ts'
import { aClient, authorizationParams, callback, type World } from '../support/front-channel/world.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = async (key: KeyObject, more: JWK = {}): Promise<JWK> => ({ ...(await exportJWK(key)), ...more })
const jwksUri = 'https://shop.example.com/jwks'

/** The set at the client's address, which a test changes; `undefined`: nobody answers there. */
function publisher() {
  const place: { keys: readonly JWK[] | undefined; asked: number; readonly outgoing: Outgoing } = {
    keys: [],
    asked: 0,
    outgoing: {
      fetch: async () => {
        place.asked++
        return place.keys === undefined
          ? { ok: false, problem: 'unreachable' }
          : { ok: true, status: 200, headers: {}, text: JSON.stringify({ keys: place.keys }) }
      },
    },
  }
  return place
}

describe('keys that a client registers to encrypt to (OpenID Connect Core §10.2, RFC 7591 §2)', () => {
  const kinds = ['id_token', 'userinfo', 'authorization'] as const
  const unfit: Readonly<Record<string, readonly [algorithm: string, key: () => Promise<JWK>]>> = {
    'an EC key for RSA-OAEP-256': ['RSA-OAEP-256', () => jwk(ec.publicKey)],
    'an RSA key for ECDH-ES': ['ECDH-ES', () => jwk(rsa.publicKey)],
    'an RSA key that is for signatures': ['RSA-OAEP-256', () => jwk(rsa.publicKey, { use: 'sig' })],
    'a key with operations for signatures': ['ECDH-ES+A128KW', () => jwk(ec.publicKey, { key_ops: ['verify'] })],
    'a key for another algorithm': ['ECDH-ES', () => jwk(ec.publicKey, { alg: 'ECDH-ES+A256KW' })],
    'an RSA key of 1024 bits': [
      'RSA-OAEP-256',
      () => jwk(generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey),
    ],
    'a curve for signatures': ['ECDH-ES', () => jwk(generateKeyPairSync('ed25519').publicKey)],
    'what is no key': ['ECDH-ES', async () => ({ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' })],
  }
  for (const [title, [algorithm, key]] of Object.entries(unfit)) {
    it(`are refused where there is only ${title}`, async () => {
      await using world = await createWorld({ settings: { registration: 'open' } })
      for (const kind of kinds) {
        const json = {
          redirect_uris: ['https://shop.example/cb'],
          jwks: { keys: [await key()] },
          [`${kind}_encrypted_response_alg`]: algorithm,
        }
        const { status, body } = await world.call(registration, { json })
        assert.deepEqual([status, body.error], [400, 'invalid_client_metadata'])
        const wanted = algorithm.startsWith('RSA')
          ? 'RSA key of 2048 to 8192 bits'
          : 'key on P-256, P-384, P-521 or X25519'
        assert.match(
          String(body.error_description),
          new RegExp(`^Expected ${kind}_encrypted_response_alg: .*${wanted}`),
        )
      }
    })
  }

  it('are taken when one of them fits, whatever the others are for', async () => {
    await using world = await createWorld({ settings: { registration: 'open' } })
    const keys = [
      await jwk(ec.publicKey, { use: 'sig' }),
      await jwk(rsa.publicKey),
      await jwk(generateKeyPairSync('x25519').publicKey),
    ]
    for (const algorithm of ['RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A256KW']) {
      const json = {
        redirect_uris: ['https://shop.example/cb'],
        jwks: { keys },
        id_token_encrypted_response_alg: algorithm,
      }
      assert.equal((await world.call(registration, { json })).status, 201, algorithm)
    }
  })

  it('are not asked for at an address: it may have them later', async () => {
    await using world = await createWorld({ settings: { registration: 'open' } })
    const json = {
      redirect_uris: ['https://shop.example/cb'],
      jwks_uri: 'https://shop.example/jwks',
      id_token_encrypted_response_alg: 'ECDH-ES',
    }
    assert.equal((await world.call(registration, { json })).status, 201)
  })
})

describe('a client without a usable key', () => {
  const place = publisher()
  let world: World
  let browser: Browser
  before(async () => {
    const opened = await openSigningWorld()
    world = { ...opened, issuer: { ...opened.issuer, outgoing: place.outgoing } }
    browser = new Browser(world)
  })
  after(() => world.storage.close())

  const registered = async (more: Readonly<Record<string, unknown>>) => {
    const client = aClient('shop', { ...everything, jwks_uri: jwksUri, ...more })
    await world.issuer.store.commit([{ do: 'put-client', client }])
    // What was fetched before is not used any more.
    world.wait(7_200)
  }
  const ask = (change: Parameters<typeof authorizationParams>[0]) =>
    browser.get(`/authorize?${authorizationParams(change)}`)

  for (const [title, keys] of [
    ['none that fits', async () => [await jwk(ec.publicKey, { use: 'sig' })]],
    ['an address that does not answer', async () => undefined],
  ] as const) {
    it(`hears with ${title} that its ID token can't be encrypted, before anybody signs in (OpenID Connect Core §10.2, §3.1.2.6)`, async () => {
      await registered({ id_token_encrypted_response_alg: 'ECDH-ES' })
      place.keys = await keys()
      for (const response_type of ['id_token', 'code id_token', 'id_token token']) {
        const answer = await ask({ response_type })
        assert.equal(answer.reason, 'client_encryption_key_missing')
        const { to, params } = sentToClient(answer)
        assert.deepEqual([to, params.get('error'), params.get('state')], [callback, 'invalid_request', 'the state'])
      }
      assert.equal((await ask({ response_type: 'code' })).reason, undefined, 'which gives none here')
    })

    it(`is not answered with ${title} where answers are to be encrypted: the person hears of it (JARM §2.2)`, async () => {
      await registered({ authorization_encrypted_response_alg: 'ECDH-ES' })
      place.keys = await keys()
      for (const change of [{}, { scope: 'bogus' }, { prompt: 'none' }]) {
        const answer = await ask({ response_mode: 'jwt', ...change })
        const view = shown(answer, 'error')
        assert.deepEqual([view.reason, view.status, view.client?.id], ['client_encryption_key_missing', 400, 'shop'])
      }
      assert.equal((await ask({ response_mode: 'query' })).reason, undefined)
    })
  }

  it('gets what it asked for as soon as it has a key', async () => {
    await registered({ id_token_encrypted_response_alg: 'ECDH-ES' })
    place.keys = []
    const asked = { response_type: 'id_token', scope: 'openid' }
    assert.equal((await ask(asked)).reason, 'client_encryption_key_missing')
    place.keys = [await jwk(ec.publicKey, { use: 'enc' })]
    world.wait(60)
    const signedIn = await browser.signIn(await browser.open(authorizationParams(asked)))
    const { params } = sentToClient(await browser.submit(signedIn, { decision: 'allow' }))
    assert.match(
      new TextDecoder().decode((await compactDecrypt(params.get('id_token') ?? '', ec.privateKey)).plaintext),
      /^ey/,
    )
  })

  it('hears of it in its answer when the key went while somebody signed in, and nothing is left of what they allowed', async () => {
    const other = new Browser(world, '192.0.2.9')
    await registered({ id_token_encrypted_response_alg: 'ECDH-ES' })
    place.keys = [await jwk(ec.publicKey)]
    const asked = { response_type: 'code id_token', scope: 'openid', prompt: 'consent' }
    const consent = await other.signIn(await other.open(authorizationParams(asked)))
    place.keys = []
    world.wait(1_800)
    const { params } = sentToClient(await other.submit(consent, { decision: 'allow' }))
    assert.deepEqual(
      [params.get('error'), params.get('state'), params.has('code')],
      ['invalid_request', 'the state', false],
    )
  })

  it('asks nothing of the address of a client that encrypts nothing', async () => {
    await registered({})
    place.asked = 0
    await ask({ response_type: 'code id_token', response_mode: 'jwt' })
    assert.equal(place.asked, 0)
  })

  it('keeps its code at the token endpoint, and its token at userinfo, until it has a key', async () => {
    const keys = publisher()
    await using back = await createWorld({ outgoing: keys.outgoing })
    const put = (more: object) =>
      back.put({ do: 'put-client', client: clientRecord('app', { jwks_uri: jwksUri, ...more }) })
    await put({ id_token_encrypted_response_alg: 'RSA-OAEP-256' })
    keys.keys = undefined
    const code = await back.code({ scope: ['openid'], resources: [] })
    const redeem = () => back.call(token, { form: redemption(code) })
    const early = await redeem()
    assert.deepEqual([early.status, early.body.error], [400, 'invalid_request'])
    assert.equal(early.answer.reason, 'client_encryption_key_missing')
    keys.keys = [await jwk(rsa.publicKey)]
    back.clock.now += 10
    const { status, body } = await redeem()
    assert.equal(status, 200)
    await put({ userinfo_encrypted_response_alg: 'ECDH-ES' })
    const headers = { authorization: `Bearer ${body.access_token}` }
    const without = await back.call(userinfo, { method: 'GET', headers })
    assert.deepEqual([without.status, without.body.error], [400, 'invalid_request'])
    assert.match(without.headers['www-authenticate'] ?? '', /error="invalid_request"/)
    keys.keys = [await jwk(rsa.publicKey), await jwk(ec.publicKey)]
    back.clock.now += 10
    assert.equal((await back.call(userinfo, { method: 'GET', headers })).status, 200)
  })
})

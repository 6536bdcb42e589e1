import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, it } from 'node:test'
import { exportJWK, SignJWT } from 'jose'
import { clientFrom } from '../../src/client.ts'
import { token } from '../../src/endpoints/token.ts'
import { encryptionKeyOf } from '../../src/keys/client-keys.ts'
import { keySetOf, readKeySet, renewedKeySetOf } from '../../src/keys/key-sets.ts'
import type { Outgoing, OutgoingAnswer, OutgoingRequest } from '../../src/ports/outgoing.ts'
import { clientRecord, createWorld, type World } from '../support/back-channel/world.ts'

const jwksUri = 'https://signer.example/keys'

interface Key {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly jwk: Readonly<Record<string, unknown>>
}

async function newKey(kid: string): Promise<Key> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid } }
}

/** A client that publishes its keys, as a test lets it. */
class Publisher implements Outgoing {
  readonly requests: { readonly url: string; readonly how: OutgoingRequest }[] = []
  keys: readonly unknown[] = []
  headers: Readonly<Record<string, string>> = {}
  instead: OutgoingAnswer | undefined
  /** Until it is called, nothing is answered. */
  hold: Promise<void> | undefined

  async fetch(url: string, how: OutgoingRequest = {}): Promise<OutgoingAnswer> {
    this.requests.push({ url, how })
    await this.hold
    return this.instead ?? { ok: true, status: 200, headers: this.headers, text: JSON.stringify({ keys: this.keys }) }
  }
}

interface Place extends AsyncDisposable {
  readonly world: World
  readonly publisher: Publisher
  readonly send: (key: Key, header?: Readonly<Record<string, unknown>>) => Promise<string>
}

async function openPlace(): Promise<Place> {
  const publisher = new Publisher()
  const world = await createWorld({ outgoing: publisher })
  const metadata = { token_endpoint_auth_method: 'private_key_jwt', scope: 'photos.read', jwks_uri: jwksUri }
  await world.put({ do: 'put-client', client: clientRecord('signer', metadata) })
  return {
    world,
    publisher,
    async send({ kid, privateKey }, header = {}) {
      const now = world.clock.now
      const assertion = await new SignJWT({ jti: crypto.randomUUID(), exp: now + 60 })
        .setIssuer('signer')
        .setSubject('signer')
        .setAudience('https://id.example')
        .setProtectedHeader({ alg: 'ES256', kid, ...header })
        .sign(privateKey)
      const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
      const form = { grant_type: 'client_credentials', client_assertion_type: type, client_assertion: assertion }
      return (await world.call(token, { form })).answer.reason ?? 'ok'
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  }
}

describe('keys at an address of the client (OpenID Connect Core §10.1.1)', () => {
  it('verify what it signed, and are fetched once however many requests need them', async () => {
    await using place = await openPlace()
    const { publisher, send } = place
    const key = await newKey('a')
    publisher.keys = [key.jwk]
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(key)))
    assert.deepEqual(new Set(answers), new Set(['ok']))
    assert.equal(await send(key), 'ok')
    assert.deepEqual(
      publisher.requests.map(({ url }) => url),
      [jwksUri],
    )
    assert.deepEqual(publisher.requests[0]?.how.accept, ['application/json', 'application/jwk-set+json'])
  })

  it('are not fetched for a client that registered its keys themselves', async () => {
    await using place = await openPlace()
    const key = await newKey('a')
    const metadata = { token_endpoint_auth_method: 'private_key_jwt', scope: 'photos.read', jwks: { keys: [key.jwk] } }
    await place.world.put({ do: 'put-client', client: clientRecord('signer', metadata) })
    assert.equal(await place.send(key), 'ok')
    assert.equal(await place.send(await newKey('b')), 'assertion_key_unknown')
    assert.equal(place.publisher.requests.length, 0)
  })

  it('are fetched again when the client signs with a new one, at once', async () => {
    await using place = await openPlace()
    const { publisher, send } = place
    const [before, after] = [await newKey('a'), await newKey('b')]
    publisher.keys = [before.jwk]
    assert.equal(await send(before), 'ok')
    publisher.keys = [after.jwk]
    assert.equal(await send(after), 'ok')
    assert.equal(await send(before), 'assertion_key_unknown')
    assert.equal(publisher.requests.length, 2)
  })

  it('are fetched again when a new one has the name of the old, or none', async () => {
    for (const kid of ['same', undefined]) {
      await using place = await openPlace()
      const { publisher, send } = place
      const keys = [await newKey('same'), await newKey('same')] as const
      const published = ({ jwk }: Key) => ({ ...jwk, kid })
      publisher.keys = [published(keys[0])]
      assert.equal(await send(keys[0], { kid }), 'ok')
      publisher.keys = [published(keys[1])]
      assert.equal(await send(keys[1], { kid }), 'ok')
      assert.equal(await send(keys[0], { kid }), 'assertion_signature_wrong')
    }
  })

  it('are not fetched at every invented kid (attack 75)', async () => {
    await using place = await openPlace()
    const { publisher, send, world } = place
    const [key, stranger] = [await newKey('a'), await newKey('b')]
    publisher.keys = [key.jwk]
    assert.equal(await send(key), 'ok')
    for (let attempt = 0; attempt < 20; attempt++) {
      assert.equal(await send(stranger, { kid: `invented ${attempt}` }), 'assertion_key_unknown')
    }
    assert.equal(publisher.requests.length, 2)
    world.clock.now += 10
    assert.equal(await send(stranger, { kid: 'invented' }), 'assertion_key_unknown')
    assert.equal(publisher.requests.length, 3)
  })

  it('are kept for as long as the client says, within bounds', async () => {
    const bounds = [
      [{ 'cache-control': 'public, max-age=5' }, 60],
      [{ 'cache-control': 'max-age=300' }, 300],
      [{ 'cache-control': 'max-age=99999999' }, 3_600],
      [{ 'cache-control': 'no-store' }, 600],
      [{}, 600],
    ] as const
    const key = await newKey('a')
    for (const [headers, seconds] of bounds) {
      await using place = await openPlace()
      const { publisher, send, world } = place
      publisher.keys = [key.jwk]
      publisher.headers = headers
      await send(key)
      world.clock.now += seconds - 1
      assert.equal(await send(key), 'ok')
      assert.equal(publisher.requests.length, 1, String(seconds))
      world.clock.now += 1
      assert.equal(await send(key), 'ok')
      assert.equal(publisher.requests.length, 2, String(seconds))
    }
  })

  it('go on for a day while the client does not answer, which it is not asked at every request', async () => {
    await using place = await openPlace()
    const { publisher, send, world } = place
    const key = await newKey('a')
    publisher.keys = [key.jwk]
    assert.equal(await send(key), 'ok')
    publisher.instead = { ok: false, problem: 'unreachable' }
    world.clock.now += 600
    for (let attempt = 0; attempt < 5; attempt++) assert.equal(await send(key), 'ok')
    assert.equal(publisher.requests.length, 2)
    world.clock.now += 86_400 - 600
    assert.equal(await send(key), 'client_keys_unavailable')
    publisher.instead = undefined
    world.clock.now += 5
    assert.equal(await send(key), 'ok')
  })

  it('that cannot be had, or are none, authenticate nobody, and are not asked for at every request', async () => {
    const wrong: readonly OutgoingAnswer[] = [
      { ok: false, problem: 'address_refused' },
      { ok: true, status: 404, headers: {}, text: '{"keys":[]}' },
      ...['', '[]', '{}', '{"keys":{}}', 'null'].map((text) => ({ ok: true, status: 200, headers: {}, text }) as const),
    ]
    for (const instead of wrong) {
      await using place = await openPlace()
      const { publisher, send } = place
      publisher.instead = instead
      const key = await newKey('a')
      for (let attempt = 0; attempt < 5; attempt++) assert.equal(await send(key), 'client_keys_unavailable')
      assert.equal(publisher.requests.length, 1)
    }
  })

  it('are read once for all who wait for them', async () => {
    await using place = await openPlace()
    const { publisher, send } = place
    const key = await newKey('a')
    publisher.keys = [key.jwk]
    const { promise, resolve } = Promise.withResolvers<void>()
    publisher.hold = promise
    const waiting = [send(key), send(key), send(key)]
    resolve()
    assert.deepEqual(await Promise.all(waiting), ['ok', 'ok', 'ok'])
    assert.equal(publisher.requests.length, 1)
  })

  it('stay the same object while nothing in them changes, so that they are opened once', async () => {
    await using place = await openPlace()
    const { publisher, world } = place
    publisher.keys = [(await newKey('a')).jwk]
    const client = clientFrom(clientRecord('signer', { jwks_uri: jwksUri }))
    const first = await keySetOf({ client, issuer: world.issuer })
    world.clock.now += 600
    const second = await keySetOf({ client, issuer: world.issuer })
    assert.ok(first.set)
    assert.equal(first.set, second.set)
    assert.equal(publisher.requests.length, 2)
  })

  const at = (clientId: string, jwks_uri: string, more = {}) =>
    clientFrom(clientRecord(clientId, { jwks_uri, ...more }))

  it('stay at hand however many strangers publish theirs (attack 75)', async () => {
    await using place = await openPlace()
    const { publisher, world } = place
    publisher.keys = [(await newKey('a')).jwk]
    const { issuer } = world
    const ours = at('ours', jwksUri)
    await keySetOf({ client: ours, issuer })
    for (let one = 0; one < 600; one++) {
      const client = at(`stranger ${one}`, `https://stranger.example/${one}`, { reviewed: false })
      await keySetOf({ client, issuer })
    }
    const before = publisher.requests.length
    publisher.instead = { ok: false, problem: 'unreachable' }
    assert.ok((await keySetOf({ client: ours, issuer })).set)
    assert.equal(publisher.requests.length, before)
  })

  it('are fetched again for a client, whatever others that name the same address have just made us ask', async () => {
    await using place = await openPlace()
    const { publisher, world } = place
    const { issuer } = world
    const others = [at('beside', jwksUri), at('stranger', jwksUri, { reviewed: false })]
    const ours = at('ours', jwksUri)
    publisher.keys = [(await newKey('a')).jwk]
    for (const client of [ours, ...others]) await keySetOf({ client, issuer })
    for (const client of [...others, ...others]) await renewedKeySetOf({ client, issuer })
    const { jwk } = await newKey('new')
    publisher.keys = [jwk]
    const before = publisher.requests.length
    const { set } = await renewedKeySetOf({ client: ours, issuer })
    assert.deepEqual(
      set?.keys.map(({ kid }) => kid),
      ['new'],
    )
    await renewedKeySetOf({ client: ours, issuer })
    assert.equal(publisher.requests.length, before + 1)
  })

  it('go out as what a stranger wants, if it is one', async () => {
    await using place = await openPlace()
    const { publisher, world } = place
    for (const reviewed of [true, false]) {
      await keySetOf({ client: at(`reviewed ${reviewed}`, jwksUri, { reviewed }), issuer: world.issuer })
      assert.equal(publisher.requests.at(-1)?.how.forStranger, !reviewed)
    }
  })

  it('are read without what nobody needs, and only so many', () => {
    const jwk = { kty: 'RSA', n: 'x', e: 'AQAB', x5c: ['certificate'], kid: 'a' }
    assert.deepEqual(readKeySet(JSON.stringify({ keys: [jwk, 'x', null] }))?.keys, [
      { kty: 'RSA', n: 'x', e: 'AQAB', kid: 'a' },
    ])
    assert.equal(readKeySet(JSON.stringify({ keys: Array(1_000).fill(jwk) }))?.keys.length, 50)
  })
})

describe('the key to encrypt to (OpenID Connect Core §10.2)', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey
  const x25519 = generateKeyPairSync('x25519').publicKey
  const ed25519 = generateKeyPairSync('ed25519').publicKey
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey

  const pick = async (
    algorithm: 'RSA-OAEP-256' | 'ECDH-ES',
    ...keys: readonly (readonly [KeyObject, Readonly<Record<string, unknown>>])[]
  ) => {
    await using world = await createWorld()
    const jwks = { keys: await Promise.all(keys.map(async ([key, more]) => ({ ...(await exportJWK(key)), ...more }))) }
    return (await encryptionKeyOf({ client: clientFrom(clientRecord('a', { jwks })), issuer: world.issuer }, algorithm))
      ?.kid
  }

  it('is of the kind that the algorithm takes, and meant for it [OIDC-Core-10.2-01]', async () => {
    assert.equal(await pick('RSA-OAEP-256', [ec, { kid: 'ec' }], [rsa, { kid: 'rsa' }]), 'rsa')
    assert.equal(await pick('ECDH-ES', [rsa, { kid: 'rsa' }], [ed25519, { kid: 'ed' }], [ec, { kid: 'ec' }]), 'ec')
    assert.equal(await pick('ECDH-ES', [x25519, { kid: 'x' }]), 'x')
    assert.equal(await pick('RSA-OAEP-256', [rsa, { kid: 'none' }], [rsa, { kid: 'enc', use: 'enc' }]), 'enc')
    const unfit = [{ use: 'sig' }, { alg: 'RS256' }, { alg: 'RSA-OAEP' }, { key_ops: ['verify'] }]
    for (const members of unfit) assert.equal(await pick('RSA-OAEP-256', [rsa, { kid: 'a', ...members }]), undefined)
    assert.equal(await pick('RSA-OAEP-256'), undefined)
  })

  it('is fetched again when the set at hand has none', async () => {
    await using place = await openPlace()
    const { publisher, world, send } = place
    const key = await newKey('a')
    publisher.keys = [{ ...key.jwk, use: 'sig' }]
    await send(key)
    publisher.keys = [...publisher.keys, { ...(await exportJWK(ec)), kid: 'new', use: 'enc' }]
    const client = clientFrom(clientRecord('signer', { jwks_uri: jwksUri }))
    assert.equal((await encryptionKeyOf({ client, issuer: world.issuer }, 'ECDH-ES'))?.kid, 'new')
  })
})

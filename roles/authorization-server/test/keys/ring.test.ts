import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { hashFor, signingAlgorithms } from '@symbolon/protocol/algorithms'
import { calculateJwkThumbprint, createLocalJWKSet, type JWK, jwtVerify } from 'jose'
import { createKeyRing } from '../../src/keys/ring.ts'
import { createSealing, generateSecret } from '../../src/keys/sealing.ts'
import { KeySealedElsewhere, openSigningKey } from '../../src/keys/signing-key.ts'
import { createWorld, headerOf, type World } from '../support/back-channel/world.ts'

describe('the key ring (RFC 7515, RFC 8725)', () => {
  let world: World
  before(async () => {
    world = await createWorld()
  })
  after(() => world[Symbol.asyncDispose]())

  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

  const proved: Readonly<Record<string, string>> = { EdDSA: ' [RFC8037-3.1-01]', RS256: ' [RFC7638-3-01]' }
  for (const algorithm of signingAlgorithms) {
    it(`signs with ${algorithm} as others verify it, by the published keys${proved[algorithm] ?? ''}`, async () => {
      const { keys } = world.issuer
      const jwt = await keys.sign({ sub: 'alice' }, { algorithm, typ: 'at+jwt' })
      const published = await keys.published()
      const set = createLocalJWKSet(published as unknown as Parameters<typeof createLocalJWKSet>[0])
      const { payload, protectedHeader } = await jwtVerify(jwt, set, { typ: 'at+jwt', algorithms: [algorithm] })
      assert.equal(payload.sub, 'alice')
      const jwk = published.keys.find(({ kid }) => kid === protectedHeader.kid)
      assert.equal(jwk?.alg, algorithm)
      assert.equal(await calculateJwkThumbprint(jwk as JWK), jwk?.kid)
      assert.equal((await keys.verify(jwt, 'at+jwt'))?.sub, 'alice')
    })
  }

  it('puts nothing but alg, typ and kid into the header [OIDC-Core-2-05] [OIDC-Core-10.1-01]', async () => {
    const jwt = await world.issuer.keys.sign({}, { algorithm: 'RS256', typ: 'JWT' })
    assert.deepEqual(Object.keys(headerOf(jwt)).toSorted(), ['alg', 'kid', 'typ'])
  })

  it('publishes public members only, with distinct kids [RFC7517-4.5-01] [RFC7517-9.2-01] [RFC7518-3.3-01]', async () => {
    const { keys } = await world.issuer.keys.published()
    assert.equal(new Set(keys.map(({ kid }) => kid)).size, keys.length)
    for (const key of keys) {
      const allowed = { EC: ['crv', 'x', 'y'], OKP: ['crv', 'x'], RSA: ['n', 'e'] }[String(key.kty)] ?? []
      assert.deepEqual(Object.keys(key).toSorted(), ['kty', 'kid', 'use', 'alg', ...allowed].toSorted())
    }
    const rsa = keys.find(({ kty }) => kty === 'RSA')
    assert.equal(Buffer.from(String(rsa?.n), 'base64url').length, 256)
  })

  it('verifies only the type that it is asked for (RFC 8725 §3.12) (attack 69)', async () => {
    const { keys } = world.issuer
    const idToken = await keys.sign({ sub: 'alice' }, { algorithm: 'ES256', typ: 'JWT' })
    assert.ok(await keys.verify(idToken, 'JWT'))
    assert.equal(await keys.verify(idToken, 'at+jwt'), undefined)
  })

  it('verifies nothing that was changed, unsigned, or signed otherwise (attack 52) (attack 58) (attack 60) (attack 61)', async () => {
    const { keys } = world.issuer
    const jwt = await keys.sign({ sub: 'alice' }, { algorithm: 'ES256', typ: 'JWT' })
    const [header = '', , signature = ''] = jwt.split('.')
    const { kid } = headerOf(jwt)
    const payload = encode({ sub: 'mallory' })
    const hmac = (signed: string) => createHmac('sha256', JSON.stringify(kid)).update(signed).digest('base64url')
    const unsigned = `${encode({ alg: 'none', typ: 'JWT', kid })}.${payload}`
    const symmetric = `${encode({ alg: 'HS256', typ: 'JWT', kid })}.${payload}`
    const other = `${encode({ alg: 'RS256', typ: 'JWT', kid })}.${jwt.split('.')[1]}`
    const critical = `${encode({ alg: 'ES256', typ: 'JWT', kid, crit: ['x'], x: 1 })}.${payload}`
    const forged = [
      `${header}.${payload}.${signature}`,
      `${unsigned}.`,
      `${symmetric}.${hmac(symmetric)}`,
      `${other}.${signature}`,
      `${critical}.${signature}`,
      `${header}.${payload}`,
      `${jwt}.x`,
      'x',
      '',
      `${encode({ alg: 'ES256', typ: 'JWT', kid: 'unknown' })}.${payload}.${signature}`,
      `${'x'.repeat(20_000)}.${payload}.${signature}`,
    ]
    for (const text of forged) assert.equal(await keys.verify(text, 'JWT'), undefined)
  })

  it('verifies no header that is not as its own, not even one that its own key signed [RFC7515-4.1.11-01] [RFC8725-3.1-01]', async () => {
    const { issuer } = world
    const record = (await issuer.store.keys.list()).find(({ algorithm }) => algorithm === 'ES256')
    assert.ok(record)
    const [key] = openSigningKey(record, issuer.sealing)
    assert.ok(key)
    const verifies = async (change: Readonly<Record<string, unknown>>) => {
      const signed = `${encode({ alg: 'ES256', typ: 'JWT', kid: record.kid, ...change })}.${encode({})}`
      return (await issuer.keys.verify(`${signed}.${await key.sign(signed)}`, 'JWT')) !== undefined
    }
    assert.equal(await verifies({}), true)
    for (const change of [{ crit: ['x'], x: 1 }, { alg: 'RS256' }, { alg: 'none' }, { alg: undefined }]) {
      assert.equal(await verifies(change), false)
    }
  })

  it('reads the keys once for many that ask, and not at every unknown kid', async () => {
    const { issuer, clock } = world
    let reads = 0
    const list = () => {
      reads++
      return issuer.store.keys.list()
    }
    const ring = createKeyRing({ ...issuer, store: { ...issuer.store, keys: { list } } })
    await Promise.all(Array.from({ length: 20 }, () => ring.sign({}, { algorithm: 'ES256', typ: 'JWT' })))
    assert.equal(reads, 1)
    const strange = `${encode({ alg: 'ES256', typ: 'JWT', kid: 'strange' })}.${encode({})}.AAAA`
    for (let attempt = 0; attempt < 20; attempt++) await ring.verify(strange, 'JWT')
    assert.equal(reads, 1, 'just read')
    clock.now += 5
    for (let attempt = 0; attempt < 20; attempt++) await ring.verify(strange, 'JWT')
    assert.equal(reads, 2)
  })

  it('makes the key of an algorithm when it is first asked for, and only one of all who ask at once', async () => {
    const fresh = await createWorld()
    const first = fresh.issuer.keys
    const second = createKeyRing(fresh.issuer)
    const wanted = ['PS256', 'EdDSA', 'PS384', 'ES512'] as const
    const asked = wanted.flatMap((algorithm) => [first, second, first].map((ring) => ring.sign({}, { algorithm })))
    const kids = (await Promise.all(asked)).map((jwt) => headerOf(jwt).kid)
    assert.equal(new Set(kids).size, wanted.length)
    const algorithms = (await fresh.issuer.store.keys.list()).map(({ algorithm }) => algorithm)
    assert.deepEqual(algorithms.toSorted(), ['ES256', 'RS256', ...wanted].toSorted())
    await fresh[Symbol.asyncDispose]()
  })

  it('goes on for a minute with the keys that it has while storage does not answer', async () => {
    const { issuer } = world
    let [failing, now] = [false, issuer.now()]
    const list = () => (failing ? Promise.reject(new Error('gone')) : issuer.store.keys.list())
    const ring = createKeyRing({ ...issuer, now: () => now, store: { ...issuer.store, keys: { list } } })
    await ring.published()
    failing = true
    now += 59
    assert.ok(await ring.sign({}, { algorithm: 'ES256', typ: 'JWT' }))
    now += 1
    await assert.rejects(ring.published(), /gone/)
  })

  it('reads the keys again when the clock was set back', async () => {
    const { issuer } = world
    let [reads, now] = [0, issuer.now()]
    const list = () => {
      reads++
      return issuer.store.keys.list()
    }
    const ring = createKeyRing({ ...issuer, now: () => now, store: { ...issuer.store, keys: { list } } })
    await ring.published()
    now -= 3_600
    await ring.published()
    assert.equal(reads, 2)
  })

  it('says so when the keys were sealed under another secret', async () => {
    const ring = createKeyRing({ ...world.issuer, sealing: createSealing(generateSecret()) })
    await assert.rejects(ring.published(), KeySealedElsewhere)
  })
})

describe('the digest that goes with an algorithm (OpenID Connect Core §3.1.3.6)', () => {
  it('is the one that the algorithm signs', () => {
    const digests = signingAlgorithms.map((algorithm) => [algorithm, hashFor(algorithm)])
    assert.deepEqual(Object.fromEntries(digests), {
      ...{ ES256: 'sha256', PS256: 'sha256', RS256: 'sha256', ES384: 'sha384', PS384: 'sha384', RS384: 'sha384' },
      ...{ ES512: 'sha512', PS512: 'sha512', RS512: 'sha512', EdDSA: 'sha512' },
    })
  })
})

import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { clear } from '@symbolon/protocol/evidence'
import { exportJWK, generateKeyPair } from 'jose'
import { makeKey, type TestKey } from '../../../tests/support/test-issuer.ts'
import { GuardError } from '../src/errors.ts'
import { createKeyCache } from '../src/key-cache.ts'

let es: TestKey
let rs: TestKey
let next: TestKey
before(async () => {
  es = await makeKey('ES256', 'es')
  rs = await makeKey('RS256', 'rs')
  next = await makeKey('ES256', 'next')
})

/** A key cache over a document the test changes, with a clock the test moves. */
function cacheOver(keys: readonly unknown[]) {
  const world = { keys, at: 1_000_000, loads: 0, down: false }
  const cache = createKeyCache({
    now: () => world.at,
    load: async () => {
      world.loads++
      await new Promise((resolve) => setImmediate(resolve))
      if (world.down) throw new GuardError('issuer_unavailable', { got: clear('no answer') })
      return { keys: world.keys }
    },
  })
  return { world, cache }
}
const wants = (kid: string | undefined, algorithm = 'ES256') => ({ kid, algorithm })
const unavailable = (error: unknown) => error instanceof GuardError && error.code === 'issuer_unavailable'

describe('the key cache', () => {
  it('fetches once for many first requests, and then no more (RFC 9068 §4)', async () => {
    const { world, cache } = cacheOver([es.publicJwk])
    const found = await Promise.all(Array.from({ length: 100 }, () => cache.find(wants('es'))))
    assert.ok(found.every((keys) => keys.length === 1))
    await cache.find(wants('es'))
    assert.equal(world.loads, 1)
  })

  it('answers 100 unknown kids at once with one fetch, and more of them with none for 30 s (RFC 8725 §3.10) [RFC8725-3.10-01]', async () => {
    const { world, cache } = cacheOver([es.publicJwk])
    await cache.find(wants('es'))
    world.at += 60_000
    const invented = (from: number) =>
      Promise.all(Array.from({ length: 100 }, (_, at) => cache.find(wants(`invented-${from + at}`))))
    assert.ok((await invented(0)).every((keys) => keys.length === 0))
    assert.equal(world.loads, 2)
    world.at += 29_999
    await invented(100)
    assert.equal(world.loads, 2)
    world.at += 1
    await invented(200)
    assert.equal(world.loads, 3)
  })

  it('finds a new key after a rotation by looking once more (RFC 9068 §4)', async () => {
    const { world, cache } = cacheOver([es.publicJwk])
    await cache.find(wants('es'))
    world.at += 60_000
    world.keys = [next.publicJwk]
    const found = await Promise.all(Array.from({ length: 50 }, () => cache.find(wants('next'))))
    assert.ok(found.every((keys) => keys.length === 1))
    assert.equal(world.loads, 2)
    assert.equal((await cache.find(wants('es'))).length, 0)
  })

  it('looks once more at once, also when the set was fetched a moment ago (OpenID Connect Core §10.1.1)', async () => {
    const { world, cache } = cacheOver([es.publicJwk])
    await cache.find(wants('es'))
    world.at += 1_000
    world.keys = [es.publicJwk, next.publicJwk]
    assert.equal((await cache.find(wants('next'))).length, 1)
    assert.equal((await cache.find(wants('other'))).length, 0)
    assert.equal(world.loads, 2)
  })

  it('keeps known keys in use while the issuer does not answer, and cannot judge unknown ones (RFC 9110 §15.6.4)', async () => {
    const { world, cache } = cacheOver([es.publicJwk])
    await cache.find(wants('es'))
    world.down = true
    world.at += 3_600_000
    assert.equal((await cache.find(wants('es'))).length, 1)
    await assert.rejects(cache.find(wants('other')), unavailable)
    assert.equal(world.loads, 2)
    world.down = false
    world.at += 30_000
    assert.equal((await cache.find(wants('other'))).length, 0)
    assert.equal(world.loads, 3)
  })

  it('uses no key that it could not look after for a day, so that an issuer kept silent can still withdraw one (RFC 9068 §4)', async () => {
    const { world, cache } = cacheOver([es.publicJwk])
    await cache.find(wants('es'))
    world.down = true
    world.at += 86_399_999
    assert.equal((await cache.find(wants('es'))).length, 1)
    world.at += 30_001
    await assert.rejects(cache.find(wants('es')), unavailable)
    world.down = false
    world.at += 1_000
    assert.equal((await cache.find(wants('es'))).length, 1)
  })

  it('recovers within a second when there never was an answer (RFC 9110 §15.6.4)', async () => {
    const { world, cache } = cacheOver([es.publicJwk])
    world.down = true
    await assert.rejects(cache.find(wants('es')), unavailable)
    await assert.rejects(cache.find(wants('es')), unavailable)
    assert.equal(world.loads, 1)
    world.down = false
    world.at += 1_000
    assert.equal((await cache.find(wants('es'))).length, 1)
  })

  it('forgets a key that the issuer withdrew, ten minutes later at most (RFC 9068 §4)', async () => {
    const { world, cache } = cacheOver([es.publicJwk, next.publicJwk])
    await cache.find(wants('es'))
    world.keys = [next.publicJwk]
    world.at += 599_999
    assert.equal((await cache.find(wants('es'))).length, 1, 'still there while it is fetched in the background')
    world.at += 600_000
    assert.equal((await cache.find(wants('es'))).length, 0)
  })

  it('reads an answer without keys as none (RFC 7517 §5)', async () => {
    const cache = createKeyCache({ now: () => 1_000_000, load: async () => ({ keys: 'none' }) })
    await assert.rejects(cache.find(wants('es')), unavailable)
  })
})

describe('the keys fit for an algorithm', () => {
  it('are those of its kind when the token names none (RFC 7515 §4.1.4)', async () => {
    const { cache } = cacheOver([es.publicJwk, rs.publicJwk])
    assert.equal((await cache.find(wants(undefined, 'ES256'))).length, 1)
    assert.equal((await cache.find(wants(undefined, 'RS256'))).length, 1)
    assert.equal((await cache.find(wants(undefined, 'ES384'))).length, 0)
  })

  it('are never of another kind than the algorithm, whatever the kid says (RFC 8725 §3.1) [RFC8725-3.1-01] (attack 58)', async () => {
    const { alg: _es, ...esWithoutAlg } = es.publicJwk
    const { alg: _rs, ...rsWithoutAlg } = rs.publicJwk
    const { cache } = cacheOver([esWithoutAlg, rsWithoutAlg])
    const families = {
      ES256: ['es'],
      ES384: [],
      ES512: [],
      RS256: ['rs'],
      PS256: ['rs'],
      EdDSA: [],
      HS256: [],
      none: [],
    }
    for (const [algorithm, fit] of Object.entries(families))
      for (const kid of ['es', 'rs'])
        assert.equal((await cache.find(wants(kid, algorithm))).length, fit.some((one) => one === kid) ? 1 : 0)
  })

  it('are not those for encryption, for another algorithm or for signing only (RFC 7517 §4.2 to §4.4)', async () => {
    for (const change of [{ use: 'enc' }, { alg: 'ES384' }, { key_ops: ['sign'] }]) {
      const { cache } = cacheOver([{ ...es.publicJwk, ...change }])
      assert.equal((await cache.find(wants('es'))).length, 0)
    }
  })

  it('are never symmetric, and never a short RSA key (RFC 7518 §3.3) (attack 59)', async () => {
    const secret = { kty: 'oct', kid: 'es', k: Buffer.alloc(32).toString('base64url') }
    const short = { ...rs.publicJwk, n: Buffer.alloc(128, 0xff).toString('base64url') }
    const { cache } = cacheOver([secret, short])
    for (const algorithm of ['ES256', 'HS256']) assert.equal((await cache.find(wants('es', algorithm))).length, 0)
    assert.equal((await cache.find(wants('rs', 'RS256'))).length, 0)
  })

  it('leave out a point that is on no curve, and keep its neighbour (RFC 8725 §3.4) [RFC8725-3.4-01]', async () => {
    const { cache } = cacheOver([{ ...es.publicJwk, y: es.publicJwk.x }, next.publicJwk, null, 'no key'])
    assert.equal((await cache.find(wants('es'))).length, 0)
    assert.equal((await cache.find(wants('next'))).length, 1)
  })

  it('are public even where an issuer publishes too much (RFC 7517 §9.2)', async () => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    const { cache } = cacheOver([{ ...(await exportJWK(privateKey)), kid: 'es' }])
    assert.deepEqual(
      (await cache.find(wants('es'))).map(({ type }) => type),
      ['public'],
    )
  })
})

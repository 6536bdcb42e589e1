import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sharedPostgres } from '../../../../tests/support/postgres.ts'
import { activeKey, maintainKeys, planRotation, rotateKeys } from '../../src/keys/lifecycle.ts'
import { createKeyRing } from '../../src/keys/ring.ts'
import { createSealing, generateSecret } from '../../src/keys/sealing.ts'
import { makeSigningKey } from '../../src/keys/signing-key.ts'
import { defaultSettings } from '../../src/ports/issuer.ts'
import type { SigningKeyRecord } from '../../src/ports/records.ts'
import { cachingVerifier } from '../support/back-channel/verifier.ts'
import { createWorld, headerOf, type World } from '../support/back-channel/world.ts'

const day = 86_400
const settings = defaultSettings

const key = (kid: string, change: Partial<SigningKeyRecord> = {}): SigningKeyRecord => ({
  kid,
  algorithm: 'ES256',
  publicJwk: {},
  sealedPrivate: '',
  createdAt: 0,
  activeAt: 0,
  retiredAt: null,
  removedAt: null,
  ...change,
})
const other = key('rsa', { algorithm: 'RS256' })
const plan = (keys: readonly SigningKeyRecord[], now: number, force: readonly ('ES256' | 'RS256')[] = []) =>
  planRotation({ keys, settings, longestToken: 3_600, now, force })

describe('the plan for signing keys (OpenID Connect Core §10.1.1)', () => {
  it('makes a first key of each algorithm, which signs at once', () => {
    assert.deepEqual(plan([], 5).make, [
      { algorithm: 'ES256', activeAt: 5 },
      { algorithm: 'RS256', activeAt: 5 },
    ])
  })

  it('leaves young keys alone', () => {
    assert.deepEqual(plan([key('a'), other], 10), { make: [], retire: [], remove: [] })
  })

  it('publishes a successor before it signs, and keeps the old key while its tokens live [OIDC-Core-10.1.1-01]', () => {
    const now = 90 * day - settings.jwksCache
    const { make, retire } = plan([key('a'), { ...other, activeAt: now }], now)
    assert.deepEqual(make, [{ algorithm: 'ES256', activeAt: now + settings.jwksCache }])
    assert.equal(retire.length, 1)
    assert.equal(retire[0]?.retiredAt, now + settings.jwksCache)
    assert.equal(retire[0]?.removedAt, now + settings.jwksCache + 3_600)
  })

  it('makes no second successor while one waits to begin, even when told to', () => {
    const keys = [key('a', { retiredAt: 700, removedAt: 4_300 }), key('b', { activeAt: 700 }), other]
    assert.deepEqual(plan(keys, 200, ['ES256']).make, [])
  })

  it('lets a process whose clock is behind sign with the first key, and never with one that is over', () => {
    const [first, next] = [key('first', { activeAt: 100 }), key('next', { activeAt: 700 })]
    assert.equal(activeKey([next, first], 'ES256', 95)?.kid, 'first')
    assert.equal(activeKey([next, first], 'ES256', 699)?.kid, 'first')
    assert.equal(activeKey([next, first], 'ES256', 700)?.kid, 'next')
    assert.equal(activeKey([key('over', { retiredAt: 50 })], 'ES256', 95), undefined)
  })

  it('replaces a young key when told to', () => {
    assert.deepEqual(plan([key('a'), other], 100, ['ES256']).make, [{ algorithm: 'ES256', activeAt: 700 }])
  })

  it('removes a key once nothing that it signed can be good', () => {
    const keys = [key('a', { retiredAt: 700, removedAt: 4_300 }), key('b', { activeAt: 700 }), other]
    assert.deepEqual(plan(keys, 4_299).remove, [])
    assert.deepEqual(
      plan(keys, 4_300).remove.map(({ kid }) => kid),
      ['a'],
    )
  })

  it('has at every moment of a rotation a key that signs, published for long enough', () => {
    const keys = [key('a', { retiredAt: 700, removedAt: 4_300 }), key('b', { createdAt: 100, activeAt: 700 })]
    for (let now = 100; now < 5_000; now += 50) {
      const active = activeKey(keys, 'ES256', now)
      assert.ok(active)
      assert.ok(active.createdAt === 0 || now - active.createdAt >= settings.jwksCache)
    }
  })
})

const databases = {
  'SQLite in memory': async () => 'memory',
  PostgreSQL: async () => (await sharedPostgres()).createDatabase(),
}

describe('the name of a key', () => {
  it('is never read as an option of a command', async () => {
    const sealing = createSealing(generateSecret())
    const make = () => makeSigningKey(sealing, { algorithm: 'ES256', createdAt: 0, activeAt: 0 })
    const kids = (await Promise.all(Array.from({ length: 500 }, make))).map(({ kid }) => kid)
    assert.deepEqual(
      kids.filter((kid) => kid.startsWith('-')),
      [],
    )
  })
})

for (const [name, location] of Object.entries(databases)) {
  describe(`signing keys, on ${name}`, () => {
    let world: World
    before(async () => {
      world = await createWorld({ location: await location() })
    })
    after(() => world[Symbol.asyncDispose]())

    it('are one of each algorithm, however many processes start at once', async () => {
      const fresh = await createWorld({ location: await location() })
      for (const { kid } of await fresh.issuer.store.keys.list()) await fresh.put({ do: 'delete-key', kid })
      const made = await Promise.all(Array.from({ length: 3 }, () => maintainKeys(fresh.issuer)))
      assert.equal(made.flat().length, 2)
      const algorithms = (await fresh.issuer.store.keys.list()).map(({ algorithm }) => algorithm)
      assert.deepEqual(algorithms.toSorted(), ['ES256', 'RS256'])
      await fresh[Symbol.asyncDispose]()
    })

    it('rotate by command without breaking a verifier that cached the set, or a token that is still good', async () => {
      const { issuer, clock } = world
      const sign = () => issuer.keys.sign({ sub: 'a' }, { algorithm: 'ES256', typ: 'at+jwt' })
      const kidOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString()).kid
      const cached = (await issuer.keys.published()).keys.map(({ kid }) => kid)
      const before = await sign()

      const [made] = await rotateKeys(issuer, { force: true, algorithm: 'ES256' })
      await world.keys.reload()
      assert.ok((await issuer.keys.published()).keys.some(({ kid }) => kid === made))
      assert.ok(cached.includes(kidOf(await sign())), 'the old key signs while the new one becomes known')

      clock.now += issuer.settings.jwksCache
      assert.equal(kidOf(await sign()), made)
      assert.ok(await issuer.keys.verify(before, 'at+jwt'), 'the old key still verifies')

      clock.now += issuer.settings.accessTokenLifetime
      await maintainKeys(issuer)
      await world.keys.reload()
      assert.equal(await issuer.keys.verify(before, 'at+jwt'), undefined)
      assert.equal((await issuer.keys.published()).keys.length, 2)
    })

    for (const cause of ['by command', 'by age'] as const) {
      it(`rotate ${cause} without a surprise for a verifier, whichever process signs and publishes [OIDC-Core-10.1.1-01]`, async () => {
        await using fresh = await createWorld({ location: await location() })
        const { issuer, clock } = fresh
        const { jwksCache, signingKeyLifetime } = issuer.settings
        const processes = [issuer, { ...issuer, keys: createKeyRing(issuer) }] as const
        const verifiers = processes.map(cachingVerifier)
        if (cause === 'by age') clock.now += signingKeyLifetime - jwksCache - 90
        const signers = new Set<unknown>()
        const living: { readonly jwt: string; readonly until: number }[] = []
        for (let step = 0; step < 50; step++) {
          clock.now += 30
          if (cause === 'by command' && step === 3) await rotateKeys(issuer, { force: true, algorithm: 'ES256' })
          // One of them keeps the keys in order, and learns at once of what it made; the other has to read it.
          if ((await maintainKeys(issuer)).length > 0) await fresh.keys.reload()
          const signer = processes[step % 2] ?? issuer
          const jwt = await signer.keys.sign({ sub: 'a', exp: clock.now + 600 }, { algorithm: 'ES256', typ: 'at+jwt' })
          signers.add(headerOf(jwt).kid)
          living.push({ jwt, until: clock.now + 600 })
          for (const { jwt, until } of living) {
            if (until <= clock.now) continue
            for (const verifier of verifiers) assert.equal(await verifier.takes(jwt), true, `step ${step}`)
          }
        }
        assert.equal(signers.size, 2)
        assert.deepEqual(
          verifiers.map(({ surprises }) => surprises()),
          [0, 0],
        )
      })
    }

    it('rotate by age', async () => {
      const { issuer, clock } = world
      clock.now += issuer.settings.signingKeyLifetime
      assert.equal((await maintainKeys(issuer)).length, 2)
      assert.equal((await maintainKeys(issuer)).length, 0)
    })

    it('can be used by another process as soon as it meets them', async () => {
      const { issuer } = world
      const elsewhere = createKeyRing(issuer)
      await elsewhere.published()
      world.clock.now += issuer.settings.jwksCache
      await rotateKeys(issuer, { force: true, algorithm: 'RS256' })
      await world.keys.reload()
      world.clock.now += issuer.settings.jwksCache
      const jwt = await issuer.keys.sign({ sub: 'a' }, { algorithm: 'RS256', typ: 'JWT' })
      assert.ok(await elsewhere.verify(jwt, 'JWT'))
    })

    it('are kept sealed: nothing in storage signs [RFC7517-9.2-01]', async () => {
      for (const record of await world.issuer.store.keys.list()) {
        assert.deepEqual(
          Object.keys(record.publicJwk).filter((name) => ['d', 'p', 'q', 'k'].includes(name)),
          [],
        )
        assert.ok(!Buffer.from(record.sealedPrivate, 'base64url').includes('PRIVATE'))
        assert.equal(world.issuer.sealing.open('signing key', record.sealedPrivate, 'another'), undefined)
      }
    })
  })
}

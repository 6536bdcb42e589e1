import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createGuesses, freeGuesses, longestWait } from '../../src/client-authentication/guesses.ts'
import { introspection } from '../../src/endpoints/introspection.ts'
import { revocation } from '../../src/endpoints/revocation.ts'
import { token } from '../../src/endpoints/token.ts'
import { basic, createWorld, type World } from '../support/back-channel/world.ts'

const here = '192.0.2.1'
const elsewhere = '203.0.113.9'
const now = 1_800_000_000
const guess = (secret: string, place: { readonly clientId?: string; readonly remoteAddress?: string } = {}) => ({
  clientId: 'shop',
  remoteAddress: here,
  secret,
  ...place,
})

describe('guesses at client secrets', () => {
  it('cost nothing at first, then make wait twice as long each time, and never too long', () => {
    const guesses = createGuesses()
    for (let made = 1; made < freeGuesses; made++) guesses.count(guess(`wrong ${made}`), now)
    assert.equal(guesses.wait(guess('x'), now), 0)
    const waits = Array.from({ length: 9 }, (_, further) => {
      guesses.count(guess(`worse ${further}`), now)
      return guesses.wait(guess('x'), now)
    })
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, longestWait, longestWait, longestWait])
    assert.equal(guesses.wait(guess('x'), now + longestWait), 0)
    assert.equal(guesses.wait(guess('x'), now - 3_600), longestWait)
  })

  it('are forgotten after a quiet time', () => {
    const guesses = createGuesses()
    for (let made = 0; made < 40; made++) guesses.count(guess(`wrong ${made}`), now)
    guesses.count(guess('wrong again'), now + 600)
    assert.equal(guesses.wait(guess('x'), now + 600), 0)
  })

  it('count once when they are the same: an instance with the old secret keeps nobody out', () => {
    const guesses = createGuesses()
    for (let time = 0; time < 1_000; time++) guesses.count(guess('the old secret'), now)
    assert.equal(guesses.wait(guess('x'), now), 0)
  })

  it('are counted for a client and a network together, an IPv6 network being 64 bits', () => {
    const guesses = createGuesses()
    const inside = { remoteAddress: '2001:db8:1:2:3::4' }
    for (let made = 0; made < 40; made++) guesses.count(guess(`wrong ${made}`, inside), now)
    assert.ok(guesses.wait(guess('x', { remoteAddress: '2001:db8:1:2::99' }), now) > 0)
    assert.equal(guesses.wait(guess('x', { remoteAddress: '2001:db8:1:3::4' }), now), 0)
    assert.equal(guesses.wait(guess('x', { ...inside, clientId: 'web' }), now), 0)
  })

  it('take a bounded number of places, and the longest quiet makes room', () => {
    const guesses = createGuesses({ most: 3 })
    for (const clientId of ['a', 'b', 'c', 'a', 'd'])
      for (let made = 0; made < freeGuesses; made++)
        guesses.count(guess(`${clientId} ${made} ${Math.random()}`, { clientId }), now)
    const waits = ['a', 'b', 'c', 'd'].map((clientId) => guesses.wait(guess('x', { clientId }), now) > 0)
    assert.deepEqual(waits, [true, false, true, true])
  })

  it('are counted for names of any length', () => {
    const guesses = createGuesses()
    const long = { clientId: 'x'.repeat(5_000) }
    for (let made = 0; made < freeGuesses; made++) guesses.count(guess(`wrong ${made}`, long), now)
    assert.equal(guesses.wait(guess('x', long), now), 1)
    assert.equal(guesses.wait(guess('x', { clientId: 'x'.repeat(5_001) }), now), 0)
  })
})

describe('a client whose secret is guessed', () => {
  const credentials = { form: { grant_type: 'client_credentials', token: 'x' } }
  const endpoints = { token, introspection, revocation }
  const from = (world: World, remoteAddress: string, secret?: string, endpoint = token) =>
    world.call((request, issuer) => endpoint({ ...request, remoteAddress }, issuer), {
      ...credentials,
      headers: basic('shop', secret),
    })
  const guessOften = async (world: World, endpoint = token) => {
    for (let made = 0; made < freeGuesses; made++) {
      const said = await from(world, here, `wrong ${made}`, endpoint)
      assert.deepEqual([said.status, said.body.error], [401, 'invalid_client'])
    }
  }

  for (const [name, endpoint] of Object.entries(endpoints))
    it(`is guarded at the ${name} endpoint: its network waits, and the right secret works after that (RFC 6749 §2.3.1, RFC 6585 §4) [RFC6749-2.3.1-04] [OAuth2.1-2.4.1-02] [RFC7009-5-01]`, async () => {
      await using world = await createWorld()
      await guessOften(world, endpoint)
      const refused = await from(world, here, undefined, endpoint)
      assert.deepEqual([refused.status, refused.body.error], [429, 'temporarily_unavailable'])
      assert.equal(refused.headers['retry-after'], '1')
      assert.equal(refused.headers['www-authenticate'], undefined)
      assert.equal(refused.answer.reason, 'client_slowed_down')
      world.clock.now += 1
      assert.equal((await from(world, here, undefined, endpoint)).status, 200)
    })

  it('works at once from every other network, and can not be shut out by strangers', async () => {
    await using world = await createWorld()
    await guessOften(world)
    assert.equal((await from(world, elsewhere)).status, 200)
    assert.equal((await from(world, here)).status, 429)
  })

  it('is told nothing by many guesses at once, though one of them is right', async () => {
    await using world = await createWorld()
    const secrets = [...Array.from({ length: 60 }, (_, made) => `wrong ${made}`), undefined]
    const answers = await Promise.all(secrets.map((secret) => from(world, here, secret)))
    assert.equal(answers.filter(({ status }) => status === 401).length, freeGuesses)
    assert.equal(answers.at(-1)?.status, 429)
  })

  it('is answered like one that nobody registered', async () => {
    await using world = await createWorld()
    const statuses = async (clientId: string) => {
      const said: number[] = []
      for (let made = 0; made <= freeGuesses; made++)
        said.push((await world.call(token, { ...credentials, headers: basic(clientId, `wrong ${made}`) })).status)
      return said
    }
    assert.deepEqual(await statuses('shop'), await statuses('stranger'))
  })

  it('has nothing of it in storage', async () => {
    await using world = await createWorld()
    const { store } = world.issuer
    let commits = 0
    const commit: typeof store.commit = (...writes) => {
      commits++
      return store.commit(...writes)
    }
    const watched = { ...world.issuer, store: { ...store, commit } }
    for (let made = 0; made <= freeGuesses; made++)
      await world.call((request) => token(request, watched), {
        ...credentials,
        headers: basic('shop', `wrong ${made}`),
      })
    assert.equal(commits, 0)
  })
})

/** The database comes to agree with the file: once, whole, and whichever process is first. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { openSecret } from '@symbolon/authorization-server/client-authentication/kept-secret'
import { hashOf } from '@symbolon/authorization-server/handles'
import { createSealing } from '@symbolon/authorization-server/keys/sealing'
import { createPasswords } from '@symbolon/authorization-server/people/passwords'
import type { Passwords, Sealing } from '@symbolon/authorization-server/ports/issuer'
import type { Storage, Store } from '@symbolon/authorization-server/ports/store'
import { applyConfig } from '@symbolon/server/config/apply'
import type { ConfigFile } from '@symbolon/server/config/define'
import { readConfig } from '@symbolon/server/config/load'
import { ConfigurationError } from '@symbolon/server/config/problem'
import { openStorage } from '@symbolon/storage/open'
import { sharedPostgres } from '../../../../tests/support/postgres.ts'

const folder = mkdtempSync(join(tmpdir(), 'symbolon-apply-'))
const opened: Storage[] = []
after(async () => {
  await Promise.all(opened.map((storage) => storage.close()))
  rmSync(folder, { recursive: true })
})

const issuer = 'http://localhost:4000'
const secret = 'Zk3vQw8xN1pT6yLr0sBd5uHj9mCf2aGe'
const sealing = createSealing(secret)
const passwords = createPasswords((bytes) => randomBytes(bytes), { memory: 8, passes: 1, parallelism: 1 })

async function openStore(location = 'memory'): Promise<Store> {
  const storage = await openStorage(location)
  opened.push(storage)
  return await storage.issuer(issuer)
}

interface How {
  readonly now?: number
  readonly hashing?: Passwords
  readonly under?: Sealing
}

const apply = (
  store: Store,
  file: Partial<ConfigFile>,
  { now = 1_000, hashing = passwords, under = sealing }: How = {},
) =>
  applyConfig({
    config: readConfig({ issuer, secret, development: true, ...file }),
    store,
    passwords: hashing,
    sealing: under,
    now: () => now,
    random: (bytes) => randomBytes(bytes),
  })

const shop: ConfigFile['clients'] = { shop: { client_name: 'Shop', redirect_uris: ['https://shop.example/cb'] } }
const photos: ConfigFile['resources'] = { 'https://photos.example': { name: 'Photos', scopes: { read: 'See them' } } }
const alice = { username: 'alice', email: 'alice@example.com', password: 'print my photos', claims: { name: 'Alice' } }

describe('applying a configuration', () => {
  it('makes what it declares, marked as declared, with secrets as hashes only', async () => {
    const store = await openStore()
    const clients = { shop: { ...shop.shop, client_secret: ['one-secret', 'another-secret'] } }
    await apply(store, { clients, resources: photos, people: [alice] })

    const client = await store.clients.find('shop')
    assert.deepEqual(client, {
      clientId: 'shop',
      metadata: { client_name: 'Shop', redirect_uris: ['https://shop.example/cb'] },
      secrets: ['one-secret', 'another-secret'].map((one) => ({ hash: hashOf(one), expiresAt: null })),
      disabled: false,
      declared: true,
      createdAt: 1_000,
      updatedAt: 1_000,
    })
    const [resource] = await store.resources.list()
    assert.deepEqual(resource, {
      resource: 'https://photos.example',
      name: 'Photos',
      tokenFormat: 'jwt',
      tokenLifetime: null,
      signingAlgorithm: null,
      scopes: [{ scope: 'read', title: { en: 'See them' }, detail: {}, risk: 'normal', optional: false }],
      declared: true,
    })
    const person = await store.people.findByLogin('ALICE@example.com')
    assert.deepEqual(person?.claims, { email: 'alice@example.com', name: 'Alice' })
    assert.equal(person?.declared, true)
    assert.equal(await passwords.verify('print my photos', person?.passwordHash ?? null), true)
  })

  it('writes nothing when nothing changed, and hashes no password anew', async () => {
    const store = await openStore()
    const file = { clients: shop, resources: photos, people: [alice, { username: 'bob' }] }
    assert.equal(await apply(store, file), 4)
    const before = [await store.clients.list(), await store.resources.list(), await store.people.list()]
    const hashing: Passwords = { ...passwords, hash: () => assert.fail('a password was hashed') }
    assert.equal(await apply(store, file, { now: 2_000, hashing }), 0)
    assert.deepEqual([await store.clients.list(), await store.resources.list(), await store.people.list()], before)
    assert.equal(await store.version('configuration'), 1)
  })

  it('keeps a secret that is calculated with sealed, and seals it anew only when it or what it is sealed under changed', async () => {
    const store = await openStore()
    const client_secret = ['a secret of forty-eight octets, as HS384 wants it', 'another one, of exactly thirty-two.']
    const method = { ...shop.shop, client_secret, token_endpoint_auth_method: 'client_secret_jwt' } as const
    const file = { clientSecretJwt: true, clients: { shop: method } }
    const opened = async (under = sealing) => {
      const secrets = (await store.clients.find('shop'))?.secrets ?? []
      return secrets.map((kept) => openSecret(kept, { clientId: 'shop', url: issuer, sealing: under }))
    }
    assert.equal(await apply(store, file), 1)
    assert.deepEqual(await opened(), client_secret)
    for (const one of client_secret) assert.ok(!JSON.stringify(await store.clients.list()).includes(one))
    assert.equal(await apply(store, file, { now: 2_000 }), 0)
    const other = createSealing('another secret of the whole installation')
    assert.equal(await apply(store, file, { now: 3_000, under: other }), 1)
    assert.deepEqual(await opened(other), client_secret)
    await apply(store, { clients: { shop: { ...shop.shop, client_secret } } })
    assert.deepEqual(await opened(other), [undefined, undefined])
  })

  it('changes what changed, and only that', async () => {
    const store = await openStore()
    const bob = { username: 'bob', email: 'bob@example.com' }
    await apply(store, { clients: shop, people: [alice, bob] })
    const before = await store.people.list()
    const changed = { ...alice, password: 'other words', claims: { name: 'Alice M.' } }
    assert.equal(await apply(store, { clients: shop, people: [changed, bob] }, { now: 2_000 }), 1)

    const idOf = (username: string) => before.find((person) => person.username === username)?.personId ?? ''
    const after = await store.people.find(idOf('alice'))
    assert.equal(after?.claims.name, 'Alice M.')
    assert.deepEqual([after?.createdAt, after?.updatedAt], [1_000, 2_000])
    assert.equal(await passwords.verify('other words', after?.passwordHash ?? null), true)
    assert.equal((await store.people.find(idOf('bob')))?.updatedAt, 1_000)
  })

  it('removes what the file no longer declares, and leaves what came another way', async () => {
    const store = await openStore()
    await apply(store, { clients: shop, resources: photos, people: [alice] })
    const client = await store.clients.find('shop')
    assert.ok(client)
    await store.commit([{ do: 'put-client', client: { ...client, clientId: 'registered', declared: false } }])
    await apply(store, {})

    assert.deepEqual(
      (await store.clients.list()).map(({ clientId }) => clientId),
      ['registered'],
    )
    assert.deepEqual(await store.resources.list(), [])
    assert.deepEqual(await store.people.list(), [])
  })

  it('refuses to take over a client or a login that was registered another way, and applies nothing', async () => {
    const store = await openStore()
    await apply(store, { clients: shop, people: [alice] })
    const [client, person] = [await store.clients.find('shop'), await store.people.findByLogin('alice')]
    assert.ok(client && person)
    await store.commit([
      { do: 'put-client', client: { ...client, declared: false } },
      { do: 'put-person', person: { ...person, declared: false } },
    ])
    const file = {
      clients: shop,
      resources: photos,
      people: [{ username: 'ada' }, { username: 'a', email: alice.email }],
    }
    await assert.rejects(apply(store, file), (error: unknown) => {
      assert.ok(error instanceof ConfigurationError)
      assert.deepEqual(
        error.problems.map(({ path }) => path),
        [
          ['clients', 'shop'],
          ['people', 1],
        ],
      )
      return true
    })
    assert.deepEqual(await store.resources.list(), [])
  })

  it('never lets a client be what a person is known by, whichever was there before (RFC 9068 §5, RFC 9700 §4.15.1) [RFC9068-5-02] [RFC9700-4.15.1-01]', async () => {
    const refused = (at: readonly (string | number)[]) => (error: unknown) => {
      assert.ok(error instanceof ConfigurationError)
      assert.deepEqual(
        error.problems.map(({ path }) => path),
        [at],
      )
      return true
    }
    const before = await openStore()
    await apply(before, { people: [{ ...alice, sub: 'shop' }] })
    // The file leaves the sub out, and the person keeps it.
    await assert.rejects(apply(before, { people: [alice], clients: shop }), refused(['clients', 'shop']))
    const [person] = await before.people.list()
    assert.ok(person)

    const imported = await openStore()
    await imported.commit([{ do: 'put-person', person: { ...person, declared: false } }])
    await assert.rejects(apply(imported, { clients: shop }), refused(['clients', 'shop']))
    assert.deepEqual(await imported.clients.list(), [])

    const registered = await openStore()
    await apply(registered, { clients: shop })
    const [client] = await registered.clients.list()
    assert.ok(client)
    await registered.commit([{ do: 'put-client', client: { ...client, declared: false } }])
    await assert.rejects(apply(registered, { people: [{ ...alice, sub: 'shop' }] }), refused(['people', 0]))
    assert.deepEqual(await registered.people.list(), [])
  })

  it('keeps a person who has a sub through a change of their user name', async () => {
    const store = await openStore()
    await apply(store, { people: [{ ...alice, sub: 'a1' }] })
    await apply(store, { people: [{ ...alice, sub: 'a1', username: 'alicia' }] })
    assert.equal((await store.people.findByLogin('alicia'))?.personId, 'a1')
    assert.equal((await store.people.list()).length, 1)
  })

  it('gives a name that was freed to another person in the same step', async () => {
    const store = await openStore()
    await apply(store, { people: [{ ...alice, sub: 'a1' }] })
    await apply(store, { people: [{ ...alice, sub: 'a2' }] })
    assert.deepEqual(
      (await store.people.list()).map(({ personId }) => personId),
      ['a2'],
    )
  })

  it('signs out everywhere whose password it changed, or whom it turned off, and nobody else (OWASP ASVS §3.3.3)', async () => {
    const store = await openStore()
    const bob = { username: 'bob', password: 'another password' }
    await apply(store, { people: [alice, bob] })
    const session = async (username: string) => {
      const person = (await store.people.list()).find((one) => one.username === username)
      assert.ok(person)
      const { personId } = person
      const times = { authTime: 1_000, createdAt: 1_000, lastSeenAt: 1_000, expiresAt: 9_000, endedAt: null }
      const record = {
        sessionId: `session of ${username}`,
        browserHash: 'b',
        personId,
        amr: [],
        userAgent: '',
        ...times,
      }
      await store.commit([{ do: 'insert-session', session: record }])
      return async () => (await store.sessions.ofPerson(personId, 1_500)).length
    }
    const [ofAlice, ofBob] = [await session('alice'), await session('bob')]
    await apply(store, { people: [{ ...alice, claims: { name: 'A.' } }, bob] }, { now: 1_500 })
    assert.deepEqual([await ofAlice(), await ofBob()], [1, 1])
    await apply(store, { people: [{ ...alice, password: 'a new password' }, bob] }, { now: 1_500 })
    assert.deepEqual([await ofAlice(), await ofBob()], [0, 1])
    await apply(
      store,
      {
        people: [
          { ...alice, password: 'a new password' },
          { ...bob, disabled: true },
        ],
      },
      { now: 1_500 },
    )
    assert.equal(await ofBob(), 0)
  })

  it('takes a hash as it is', async () => {
    const store = await openStore()
    const password = await passwords.hash('secret words')
    await apply(store, { people: [{ ...alice, password }] })
    assert.equal((await store.people.findByLogin('alice'))?.passwordHash, password)
  })

  const databases: readonly (readonly [name: string, make: () => Promise<string>])[] = [
    ['SQLite', async () => `sqlite:${join(folder, 'together.db')}`],
    ['PostgreSQL', async () => await (await sharedPostgres()).createDatabase()],
  ]
  for (const [name, make] of databases) {
    it(`lets five processes start at once on ${name}: one writes, the others find it done`, async () => {
      const location = await make()
      const stores = await Promise.all([1, 2, 3, 4, 5].map(() => openStore(location)))
      const file = { clients: shop, resources: photos, people: [alice] }
      const written = await Promise.all(stores.map((store) => apply(store, file)))
      assert.deepEqual(written.toSorted(), [0, 0, 0, 0, 3])
      const [store] = stores
      assert.equal(await store?.version('configuration'), 1)
      assert.equal((await store?.people.list())?.length, 1)
    })
  }
})

/** PostgreSQL that is gone for a while: unavailable meanwhile, used again after, nothing restarted. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { type Storage, StorageUnavailable, type Store } from '@symbolon/authorization-server/ports/store'
import { Client } from 'pg'
import { startPostgres } from '../../../tests/support/postgres.ts'
import { openStorage } from '../src/open.ts'
import { StorageProblem } from '../src/storage-problem.ts'
import { many } from './contract/place.ts'
import * as a from './samples.ts'

/** One for all of this file; each test leaves it running. */
const server = await startPostgres()

const unavailable = (error: unknown) => {
  assert(error instanceof StorageUnavailable, String(error))
  assert(!error.message.includes('postgres://'))
  return true
}

async function assertUnavailable(storage: Storage, store: Store): Promise<void> {
  await assert.rejects(storage.ping(), unavailable)
  await assert.rejects(store.clients.find('x'), unavailable)
  await assert.rejects(store.commit([{ do: 'claim', name: 'x', version: 0 }]), unavailable)
  await assert.rejects(
    store.commit([
      { do: 'put-client', client: a.client },
      { do: 'claim', name: 'x', version: 0 },
    ]),
    unavailable,
  )
  await assert.rejects(storage.sweep(1, 1), unavailable)
}

async function administer(text: string): Promise<void> {
  const client = new Client({ connectionString: server.url() })
  await client.connect()
  await client.query(text)
  await client.end()
}

describe('PostgreSQL that goes away', () => {
  after(() => server[Symbol.asyncDispose]())

  for (const mode of ['fast', 'immediate', 'kill'] as const) {
    it(`by stop('${mode}') is unavailable until it is back, and has what was committed`, async () => {
      const storage = await openStorage(await server.createDatabase())
      const store = await storage.issuer('https://as.example')
      // All connections of the pool are open when the server goes.
      await Promise.all(many(20, (name) => store.commit([{ do: 'claim', name: `${name}`, version: 0 }])))
      await server.stop(mode)
      await assertUnavailable(storage, store)
      await server.start()
      await storage.ping()
      assert.equal(await store.version('19'), 1)
      assert.deepEqual(await store.commit([{ do: 'claim', name: 'x', version: 0 }]), { committed: true })
      await storage.close()
    })
  }

  it('while commits are under way answers each of them, and those answered as committed are there', async () => {
    const storage = await openStorage(await server.createDatabase())
    const store = await storage.issuer('https://as.example')
    const answers = many(400, (name) =>
      store
        .commit([
          { do: 'claim', name: `${name}`, version: 0 },
          { do: 'count-failure', key: `${name}`, now: 1, expiresAt: 2 },
        ])
        .then(
          ({ committed }) => committed,
          (error) => !unavailable(error),
        ),
    )
    await Promise.race(answers)
    await server.stop('kill')
    const committed = await Promise.all(answers)
    await server.start()
    for (const [name, wasCommitted] of committed.entries()) {
      const version = await store.version(`${name}`)
      const [failures] = await store.throttles.find([`${name}`])
      assert.equal(failures?.failures ?? 0, version, 'a commit happened by half')
      if (wasCommitted) assert.equal(version, 1)
    }
    assert(committed.some(Boolean))
    await storage.close()
  })

  it('by ending our connections only is not noticed by the next request after', async () => {
    const storage = await openStorage(await server.createDatabase())
    const store = await storage.issuer('https://as.example')
    await administer("select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'symbolon'")
    await storage.ping().catch(unavailable)
    assert.deepEqual(await store.commit([{ do: 'claim', name: 'x', version: 0 }]), { committed: true })
    await storage.close()
  })

  it('when locked by somebody else is waited for as long as patience lasts', async () => {
    const url = await server.createDatabase()
    const storage = await openStorage(url, { patience: 200 })
    const store = await storage.issuer('https://as.example')
    await store.commit([{ do: 'claim', name: 'x', version: 0 }])
    const locker = new Client({ connectionString: url })
    await locker.connect()
    await locker.query('begin; update versions set version = version')
    await assert.rejects(store.commit([{ do: 'claim', name: 'x', version: 1 }]), unavailable)
    await assert.rejects(
      store.commit([
        { do: 'revoke-jti', jti: 'jti', expiresAt: 9 },
        { do: 'claim', name: 'x', version: 1 },
      ]),
      unavailable,
    )
    await locker.query('rollback')
    await locker.end()
    assert.equal(await store.accessTokens.isRevoked('jti'), false)
    assert.deepEqual(await store.commit([{ do: 'claim', name: 'x', version: 1 }]), { committed: true })
    await storage.close()
  })

  it('that is read-only is unavailable for writing, and writable again', async () => {
    const url = await server.createDatabase()
    const database = new URL(url).pathname.slice(1)
    await (await openStorage(url)).close()
    await administer(`alter database ${database} set default_transaction_read_only = on`)
    const storage = await openStorage(url)
    await assert.rejects(storage.issuer('https://as.example'), unavailable)
    await administer(`alter database ${database} set default_transaction_read_only = off`)
    await administer("select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'symbolon'")
    await storage.ping().catch(unavailable)
    assert.deepEqual(await (await storage.issuer('https://as.example')).clients.list(), [])
    await storage.close()
  })

  it('when it is not there at the start can be opened as soon as it is', async () => {
    const url = await server.createDatabase()
    await server.stop('fast')
    await assert.rejects(openStorage(url), unavailable)
    await server.start()
    await (await openStorage(url)).close()
  })

  it('is a problem when there is no such database, or its user may not come in', async () => {
    await assert.rejects(openStorage(server.url('nowhere')), (error) => {
      assert(error instanceof StorageProblem)
      assert.equal(error.message, 'There is no database nowhere; make it first.')
      return true
    })
    const stranger = new URL(server.url())
    stranger.username = 'nobody'
    stranger.password = 'hunter2'
    await assert.rejects(openStorage(stranger.href), (error) => {
      assert(error instanceof StorageProblem, String(error))
      assert.match(error.message, /^PostgreSQL does not let this user into postgres/)
      assert(!error.message.includes('hunter2'))
      return true
    })
  })

  it('closes only after the commits under way', async () => {
    const url = await server.createDatabase()
    const storage = await openStorage(url)
    const store = await storage.issuer('https://as.example')
    const commits = many(30, (name) => store.commit([{ do: 'claim', name: `${name}`, version: 0 }]))
    await storage.close()
    assert((await Promise.all(commits)).every(({ committed }) => committed))
    await assert.rejects(store.clients.list(), unavailable)
  })
})

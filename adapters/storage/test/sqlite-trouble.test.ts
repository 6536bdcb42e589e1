/** SQLite in trouble: another writer, a full disk, a failing one, and files that are no database. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { after, describe, it, mock } from 'node:test'
import { type Storage, StorageUnavailable, type Write } from '@symbolon/authorization-server/ports/store'
import { openStorage } from '../src/open.ts'
import { StorageProblem } from '../src/storage-problem.ts'
import { many } from './contract/place.ts'
import * as a from './samples.ts'

const folder = mkdtempSync(join(tmpdir(), 'symbolon-storage-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const freshPath = () => join(folder, `trouble-${++files}.db`)

const claim = (name: string, version = 0): Write => ({ do: 'claim', name, version })
const committed = { committed: true }

async function open(path: string, patience = 5_000): Promise<Storage & AsyncDisposable> {
  const storage = await openStorage(`sqlite:${path}`, { patience })
  return { ...storage, [Symbol.asyncDispose]: () => storage.close() }
}

/** Another process with a write under way, as far as SQLite can tell. */
function lock(path: string): { readonly release: () => void } {
  const other = new DatabaseSync(path)
  other.exec('begin immediate')
  return { release: () => other.close() }
}

describe('SQLite with another writer', () => {
  it('waits for it, reads meanwhile, and then commits', async () => {
    const path = freshPath()
    await using storage = await open(path)
    const store = await storage.issuer('https://as.example')
    const writer = lock(path)
    const commit = store.commit([claim('x')])
    assert.equal(await store.version('x'), 0)
    await new Promise(setImmediate)
    writer.release()
    assert.deepEqual(await commit, committed)
  })

  it('is unavailable when patience ends, and available again when the writer is done', async () => {
    const path = freshPath()
    await using storage = await open(path, 60)
    const store = await storage.issuer('https://as.example')
    const writer = lock(path)
    const commits = await Promise.allSettled(many(3, (index) => store.commit([claim(`x${index}`)])))
    assert(commits.every(({ status, ...rest }) => 'reason' in rest && rest.reason instanceof StorageUnavailable))
    await storage.ping()
    writer.release()
    assert.equal(await store.version('x0'), 0)
    assert.deepEqual(await store.commit([claim('x0')]), committed)
  })

  it('is opened while that one writes, there being nothing to migrate', async () => {
    const path = freshPath()
    await (await open(path)).close()
    const writer = lock(path)
    await using storage = await open(path, 60)
    await storage.ping()
    writer.release()
  })
})

describe('SQLite on a disk', () => {
  it('that is full is unavailable for writing, and goes on when there is room', async () => {
    const prepare = mock.method(DatabaseSync.prototype, 'prepare')
    await using storage = await open(freshPath())
    const database = prepare.mock.calls.at(-1)?.this as DatabaseSync
    prepare.mock.restore()
    const store = await storage.issuer('https://as.example')

    const pages = Number(database.prepare('pragma page_count').get()?.page_count)
    database.exec(`pragma max_page_count = ${pages}`)
    const big = { ...a.client, metadata: { text: 'x'.repeat(100_000) } }
    await assert.rejects(store.commit([claim('x'), { do: 'put-client', client: big }]), (error) => {
      assert(error instanceof StorageUnavailable)
      assert.equal(error.message, 'The disk of the database is full.')
      return true
    })
    assert.equal(await store.version('x'), 0)

    database.exec('pragma max_page_count = 1000000')
    assert.deepEqual(await store.commit([claim('x'), { do: 'put-client', client: big }]), committed)
  })

  it('that fails at the commit answers nobody as committed, and is opened anew', async () => {
    await using storage = await open(freshPath())
    const store = await storage.issuer('https://as.example')
    await store.commit([claim('before')])
    const run = mock.method(StatementSync.prototype, 'run', function (this: StatementSync, ...values: []) {
      if (this.sourceSQL === 'commit') {
        run.mock.restore()
        throw Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 1034 })
      }
      return this.all(...values) as never
    })
    const answers = await Promise.allSettled([store.commit([claim('x')]), store.commit([claim('y')])])
    for (const answer of answers) {
      assert(answer.status === 'rejected' && answer.reason instanceof StorageUnavailable)
    }
    assert.deepEqual(await Promise.all(['before', 'x', 'y'].map((name) => store.version(name))), [1, 0, 0])
    assert.deepEqual(await store.commit([claim('x')]), committed)
  })
})

describe('the SQLite file', () => {
  it('is for its owner alone, and so is what SQLite puts beside it', async () => {
    const path = freshPath()
    await using storage = await open(path)
    await storage.issuer('https://as.example')
    for (const end of ['', '-wal', '-shm']) assert.equal(statSync(`${path}${end}`).mode & 0o777, 0o600, end)
  })

  it('may be named from the current folder', async () => {
    const before = process.cwd()
    process.chdir(folder)
    try {
      await (await openStorage('sqlite:relative.db')).close()
    } finally {
      process.chdir(before)
    }
    assert(statSync(join(folder, 'relative.db')).isFile())
  })

  const problems: readonly { readonly title: string; readonly make: () => string; readonly says: RegExp }[] = [
    {
      title: 'has no folder',
      make: () => join(folder, 'nowhere', 'symbolon.db'),
      says: /^There is no folder .*nowhere for the database; make it first\.$/,
    },
    {
      title: 'is a folder',
      make: () => {
        mkdirSync(join(folder, 'a-folder'))
        return join(folder, 'a-folder')
      },
      says: /^.*a-folder is a folder and not a database file\.$/,
    },
    {
      title: 'stands in a file',
      make: () => {
        writeFileSync(join(folder, 'a-file'), '')
        return join(folder, 'a-file', 'symbolon.db')
      },
      says: /^.*a-file is not a folder, so it can't hold the database\.$/,
    },
    {
      title: 'is something else',
      make: () => {
        writeFileSync(join(folder, 'letter.txt'), 'Dear Alice, '.repeat(200))
        return join(folder, 'letter.txt')
      },
      says: /^The file .*letter\.txt is not a SQLite database\.$/,
    },
    {
      title: 'has a name that is too long',
      make: () => join(folder, 'x'.repeat(300)),
      says: /^The database file .* can't be written: the name is too long\.$/,
    },
  ]
  for (const { title, make, says } of problems) {
    it(`that ${title} is a problem that one sentence tells`, async () => {
      await assert.rejects(open(make()), (error) => {
        assert(error instanceof StorageProblem, String(error))
        assert.match(error.message, says)
        return true
      })
    })
  }

  it('that may not be written is a problem that one sentence tells', async () => {
    const path = freshPath()
    await (await open(path)).close()
    chmodSync(path, 0o400)
    const openSync = mock.method(DatabaseSync.prototype, 'exec', () => {
      throw Object.assign(new Error('attempt to write a readonly database'), { errcode: 8 })
    })
    await assert.rejects(open(path), (error) => {
      assert(error instanceof StorageProblem)
      assert.match(error.message, /^The database file .* can't be (opened for writing|written: permission denied)\.$/)
      return true
    })
    openSync.mock.restore()
  })

  it('closes only after the commits that wait', async () => {
    const path = freshPath()
    const storage = await openStorage(`sqlite:${path}`)
    const store = await storage.issuer('https://as.example')
    const commits = many(600, (name) => store.commit([claim(`${name}`)]))
    await storage.close()
    assert((await Promise.all(commits)).every((each) => each.committed))
    await assert.rejects(store.commit([claim('late')]), StorageUnavailable)
    await assert.rejects(store.version('late'), StorageUnavailable)
    await assert.rejects(storage.ping(), StorageUnavailable)
    await using again = await open(path)
    assert.equal(await (await again.issuer('https://as.example')).version('599'), 1)
  })
})

describe('a location', () => {
  it('that is none is a problem, and its password is not repeated', async () => {
    for (const location of ['mysql://root:hunter2@host/db', 'sqlite:', 'symbolon.db', '']) {
      await assert.rejects(openStorage(location), (error) => {
        assert(error instanceof StorageProblem)
        assert.match(error.message, /^The storage must be sqlite:PATH, postgres:\/\/… or memory, and not ".*"\.$/)
        assert(!error.message.includes('hunter2'))
        return true
      })
    }
  })
})

/** The disk full and the data folder read-only: a clear answer while it lasts, and service again when it is over. */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, it } from 'node:test'
import { secret } from '../support/server.ts'
import { checkPromises, startLoad } from './load.ts'
import { placeServer, type ServerProcess } from './process.ts'
import { limitFiles, more } from './scenarios.ts'

let folder: string
let server: ServerProcess | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'symbolon-disk-'))
})
afterEach(async () => {
  if (server?.isRunning()) await server.end('SIGTERM')
  server = undefined
  rmSync(folder, { recursive: true, force: true })
})

const newToken = (url: string) =>
  fetch(`${url}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'archive:read' }),
    headers: { authorization: `Basic ${Buffer.from(`robot:${secret}`).toString('base64')}` },
  })

it('answers 503 while the disk is full, reads on, and goes on when there is room', async () => {
  server = await placeServer({ storage: 'sqlite:full.db', folder })
  await server.start()
  const load = startLoad(server.at, { workers: 3, mayFail: true })
  await more(load, 20)
  // The log begins at its front again after a checkpoint, so even its first page may not be written.
  limitFiles(server.pid(), 1)
  const refused = await newToken(server.at)
  assert.equal(refused.status, 503)
  assert.ok(Number(refused.headers.get('retry-after')) > 0)
  assert.equal((await refused.json()).error, 'temporarily_unavailable')
  assert.equal((await fetch(`${server.at}/health`)).status, 200)
  assert.equal((await fetch(`${server.at}/jwks`)).status, 200)
  const page = await fetch(`${server.at}/authorize?client_id=web`, { headers: { accept: 'text/html' } })
  assert.match(await page.text(), /<html/)
  limitFiles(server.pid(), 'unlimited')
  assert.equal((await newToken(server.at)).status, 200)
  await more(load, 20)
  await load.stop()
  assert.ok(load.repeated() > 0)
  await checkPromises(server.at, load.promises)
})

it('says in one sentence that the data folder is read-only, and starts when it is not', async () => {
  const data = join(folder, 'data')
  mkdirSync(data, { mode: 0o700 })
  // The superuser may write anywhere, so it lends the server the account of `nobody`, as for PostgreSQL.
  const isRoot = process.getuid?.() === 0
  const nobody = 65_534
  if (isRoot) {
    for (const path of [folder, data]) chownSync(path, nobody, nobody)
  }
  server = await placeServer({ storage: 'sqlite:kept.db', folder: data, ...(isRoot && { account: nobody }) })
  chmodSync(data, 0o500)
  await assert.rejects(server.start(), /data folder .* can't be written: this account may not\./)
  assert.equal(server.complaints().trim().split('\n').length, 1)
  chmodSync(data, 0o700)
  await server.start()
  assert.equal((await newToken(server.at)).status, 200)
  assert.equal(statSync(join(data, 'kept.db')).mode & 0o777, 0o600)
})

/** `symbolon serve` as a real process: how it starts, how it refuses to, and how it ends. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { listening, place, run, secret, start } from './symbolon.ts'

const clientSecret = 'v7Tq2Lx9Rb4Nc6Wd1Kf8Hm3Zs5Pj0Ya2'

const registered = `\
clients:
  shop: { client_secret: ${clientSecret}, redirect_uris: [https://shop.example/cb] }
people:
  - { username: alice, password: print my photos }`

/** Sends the head of a token request and keeps its body back; resolves once the server has the head. */
async function holdRequest(url: string): Promise<ClientRequest> {
  const body = 'grant_type=client_credentials'
  const held = request(`${url}/token`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': body.length,
      expect: '100-continue',
    },
  })
  held.on('error', () => undefined)
  held.flushHeaders()
  await once(held, 'continue')
  return held
}

describe('symbolon serve', () => {
  it('answers what is in flight before it ends on SIGTERM, with 0', async () => {
    using here = place(registered)
    const server = start(['serve', '--config', here.config])
    const held = await holdRequest(await listening(server))
    server.child.kill('SIGTERM')
    await server.line(/"message":"stopping"/)
    held.end('grant_type=client_credentials')
    const [response]: IncomingMessage[] = await once(held, 'response')
    assert.equal(response?.statusCode, 401)
    assert.match(await text(response), /invalid_client/)
    const { code, stdout, stderr } = await server.ended
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /"message":"stopped"}\n$/)
  })

  it('ends at once on a second signal, but takes a Ctrl-C that npm repeats for one', async () => {
    using here = place()
    const server = start(['serve', '--config', here.config])
    const held = await holdRequest(await listening(server))
    server.child.kill('SIGINT')
    await server.line(/"message":"stopping"/)
    server.child.kill('SIGINT')
    server.child.kill('SIGTERM')
    assert.equal((await server.ended).code, 130)
    held.destroy()
  })

  it('logs one JSON line for each request, with the flow and the reason and without query and secrets', async () => {
    using here = place(registered)
    const server = start(['serve', '--config', here.config])
    const url = await listening(server)
    const guesses = ['wrong-secret-4711', 'code-4711', 'hunter2']
    const response = await fetch(`${url}/token?leak=hunter2`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`shop:${guesses[0]}`)}` },
      body: new URLSearchParams({ grant_type: 'authorization_code', code: 'code-4711' }),
    })
    assert.equal(response.status, 401)
    server.child.kill('SIGTERM')
    const { stdout, stderr } = await server.ended
    const line = stdout.split('\n').find((line) => line.includes('/token'))
    const { time, flow, ms, ...rest } = JSON.parse(line ?? '{}')
    assert.deepEqual(rest, {
      level: 'warn',
      method: 'POST',
      status: 401,
      client: 'shop',
      reason: 'client_secret_wrong',
      path: '/token',
    })
    assert.match(flow, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/)
    assert.match(time, /^\d{4}-\d\d-\d\dT/)
    assert.ok(ms >= 0)
    for (const hidden of [...guesses, secret, clientSecret, 'print my photos', btoa(`shop:${guesses[0]}`)]) {
      assert.ok(!`${stdout}${stderr}`.includes(hidden), hidden)
    }
  })

  it('starts twice at once on one new database: one applies the file, both serve the same keys', async () => {
    using here = place(registered)
    const servers = [start(['serve', '--config', here.config]), start(['serve', '--config', here.config])]
    const urls = await Promise.all(servers.map(listening))
    const sets = await Promise.all(urls.map(async (url) => await (await fetch(`${url}/jwks`)).json()))
    assert.equal(sets[0].keys.length, 2)
    assert.deepEqual(sets[0], sets[1])
    for (const { child } of servers) child.kill('SIGTERM')
    const ended = await Promise.all(servers.map(({ ended }) => ended))
    const applied = ended.map(({ stdout }) => JSON.parse(stdout.split('\n')[0] ?? '{}').applied)
    assert.deepEqual(applied.toSorted(), [0, 2])
  })

  it('says that the port is in use', async () => {
    using here = place()
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const ended = await run(['serve', '--config', here.config, '--port', String(port)])
    other.close()
    assert.deepEqual(ended, {
      code: 1,
      stdout: '',
      stderr: `Port ${port} is in use by another program; stop that one or choose another port with --port.\n`,
    })
  })

  it("says that the data folder can't be written", async () => {
    using here = place('data: ./file/data')
    here.write('file', '')
    const { code, stderr } = await run(['serve', '--config', here.config])
    assert.equal(code, 1)
    const folder = join(here.folder, 'file/data')
    assert.equal(stderr, `The data folder ${folder} can't be written: a part of its path is a file.\n`)
  })

  it('says that the database is newer than the program', async () => {
    using here = place()
    const first = start(['serve', '--config', here.config])
    await listening(first)
    first.child.kill('SIGTERM')
    await first.ended
    const database = new DatabaseSync(join(here.folder, 'symbolon.db'))
    database.exec("insert into schema_versions (version, name) values (999, 'from-the-future')")
    database.close()
    const { code, stdout, stderr } = await run(['serve', '--config', here.config])
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /^The database has schema 999; this program knows \d+\. [^\n]+\n$/)
  })

  it('says that the keys were sealed under another secret', async () => {
    using here = place()
    const first = start(['serve', '--config', here.config])
    await listening(first)
    first.child.kill('SIGTERM')
    await first.ended
    here.write('symbolon.yaml', `issuer: http://localhost:4999\nsecret: ${clientSecret}\nlisten: { port: 0 }\n`)
    const { code, stdout, stderr } = await run(['serve', '--config', here.config])
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /^The signing keys were sealed under another secret\. [^\n]+\n$/)
  })

  it('says what is wrong with the configuration, and makes no database', async () => {
    using here = place('nmae: x')
    const { code, stdout, stderr } = await run(['serve', '--config', here.config])
    assert.deepEqual([code, stdout], [1, ''])
    assert.ok(stderr.startsWith(`${here.config}:4:1  nmae: expected a key of the configuration`))
    assert.ok(!stderr.includes(secret))
    assert.throws(() => new DatabaseSync(join(here.folder, 'symbolon.db'), { readOnly: true }))
  })

  it('says that the database is out of reach, without its password', async () => {
    using here = place('storage: { env: DATABASE_URL }')
    const unused = createServer().listen(0, '127.0.0.1')
    await once(unused, 'listening')
    const { port } = unused.address() as AddressInfo
    unused.close()
    await once(unused, 'close')
    const environment = { DATABASE_URL: `postgres://symbolon:hunter2@127.0.0.1:${port}/symbolon` }
    const { code, stdout, stderr } = await run(['serve', '--config', here.config], { environment })
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /^[^\n]+\n$/)
    assert.ok(!stderr.includes('hunter2'))
    assert.ok(!stderr.includes('fault of the program'))
  })
})

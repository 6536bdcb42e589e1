/** `symbolon serve --workers`: several processes behind one port that are one server to whoever asks. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { challengeOf } from '@symbolon/protocol/pkce'
import { createPerson } from '../../../tests/support/person.ts'
import { freePorts } from '../../../tests/support/ports.ts'
import { sharedPostgres } from '../../../tests/support/postgres.ts'
import { allow, callback, configFor, secret } from '../../../tests/support/server.ts'
import { place, type Running, run, start } from './symbolon.ts'

const robot = `Basic ${Buffer.from(`robot:${secret}`).toString('base64')}`

interface Told {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Readonly<Record<string, unknown>>
}

/** Over a connection of its own, so that the next worker gets it. */
async function post(url: string, form: Readonly<Record<string, string>>, authorization = robot): Promise<Told> {
  const asked = request(url, {
    method: 'POST',
    agent: false,
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
  })
  asked.end(new URLSearchParams(form).toString())
  const [response]: IncomingMessage[] = await once(asked, 'response')
  if (response === undefined) throw new Error('no response')
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: JSON.parse((await text(response)) || '{}'),
  }
}

const credentials = { grant_type: 'client_credentials', scope: 'archive:read', resource: 'https://archive.example' }

const ask = (url: string) => post(`${url}/token`, credentials)

/** What the process that watches says when all serve. */
async function serving(server: Running): Promise<{ readonly url: string; readonly pids: readonly number[] }> {
  const { url, workers } = JSON.parse(await server.line(/"message":"listening"/))
  return { url, pids: workers }
}

/** Asks from so many at once, over and over, until told to stop; returns the tokens and how often nobody answered. */
function load(url: string, atOnce = 6) {
  const tokens: string[] = []
  let unanswered = 0
  let over = false
  const one = async () => {
    while (!over) {
      try {
        const { status, body } = await ask(url)
        assert.equal(status, 200)
        tokens.push(String(body.access_token))
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error
        unanswered++
      }
    }
  }
  const all = Promise.all(Array.from({ length: atOnce }, one))
  return async () => {
    over = true
    await all
    return { tokens, unanswered }
  }
}

const linesOf = (log: string): readonly Readonly<Record<string, unknown>>[] =>
  log
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

const configured = (here: ReturnType<typeof place>, settings: { readonly storage: string; readonly port?: number }) => {
  const { port = 0, storage } = settings
  const config = configFor({ port, url: `http://localhost:${port === 0 ? 4999 : port}`, storage })
  return here.write('symbolon.json', JSON.stringify(config))
}

describe('symbolon serve --workers', () => {
  it('lets a flow go over all workers on PostgreSQL, and gives a code to one of twenty (RFC 6749 §4.1.2)', async () => {
    using here = place()
    const [port = 0] = await freePorts(1)
    const storage = await (await sharedPostgres()).createDatabase()
    const server = start(['serve', '--config', configured(here, { storage, port }), '--workers', '2'])
    await serving(server)
    const url = `http://localhost:${port}`
    const verifier = 'a-verifier-that-is-shown-with-the-code-and-long-enough'
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'web',
      redirect_uri: callback,
      scope: 'openid',
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'S256',
    })
    const answer = await allow(createPerson({ stopAt: [callback] }), `${url}/authorize?${query}`)
    const form = {
      grant_type: 'authorization_code',
      code: answer.searchParams.get('code') ?? '',
      redirect_uri: callback,
      code_verifier: verifier,
    }
    const web = `Basic ${Buffer.from(`web:${secret}`).toString('base64')}`
    const told = await Promise.all(Array.from({ length: 20 }, () => post(`${url}/token`, form, web)))
    assert.deepEqual(told.map(({ status }) => status).toSorted(), [200, ...Array.from({ length: 19 }, () => 400)])
    server.child.kill('SIGTERM')
    const { code, stdout, stderr } = await server.ended
    assert.deepEqual([code, stderr], [0, ''])
    const requests = linesOf(stdout).filter(({ path }) => path === '/token')
    assert.equal(requests.length, 20)
    assert.deepEqual([...new Set(requests.map(({ worker }) => worker))].toSorted(), [1, 2])
  })

  it('starts a worker again that was killed under load; what was answered is kept and nobody waits for ever', async () => {
    using here = place()
    const server = start(['serve', '--config', configured(here, { storage: 'sqlite:db' }), '--workers', '2'])
    const { url, pids } = await serving(server)
    const stop = load(url)
    await server.line(/"path":"\/token"/)
    process.kill(pids[0] ?? 0, 'SIGKILL')
    const again = JSON.parse(await server.line(/"message":"the worker serves again"/))
    const { tokens, unanswered } = await stop()
    assert.ok(tokens.length > 0)
    // Those that the dead one held, and not those that came after.
    assert.ok(unanswered <= 12, String(unanswered))
    const known = await Promise.all(tokens.slice(0, 200).map((token) => post(`${url}/introspect`, { token })))
    assert.deepEqual([...new Set(known.map(({ body }) => body.active))], [true])
    assert.equal((await ask(url)).status, 200)
    server.child.kill('SIGTERM')
    const { code, stdout } = await server.ended
    assert.equal(code, 0)
    const died = linesOf(stdout).find(({ how }) => how === 'SIGKILL')
    assert.deepEqual([died?.worker, died?.pid], [again.worker, pids[0]])
    assert.notEqual(again.pid, pids[0])
  })

  it('answers everybody on SIGTERM under load: says that it is leaving first, and ends with 0', async () => {
    using here = place()
    const server = start(['serve', '--config', configured(here, { storage: 'sqlite:db' }), '--workers', '2'])
    const { url } = await serving(server)
    const untilSentAway = async () => {
      for (;;) {
        const { status, headers } = await ask(url)
        assert.equal(status, 200)
        if (headers.connection === 'close' && leaving) return
      }
    }
    let leaving = false
    const clients = Array.from({ length: 8 }, untilSentAway)
    await server.line(/"path":"\/token"/)
    server.child.kill('SIGTERM')
    await server.line(/"message":"stopping"/)
    leaving = true
    const ready = await fetch(`${url}/ready`)
    assert.deepEqual([ready.status, (await ready.json()).reason], [503, 'closing'])
    await Promise.all(clients)
    const { code, stdout, stderr } = await server.ended
    assert.deepEqual([code, stderr], [0, ''])
    assert.equal(linesOf(stdout).at(-1)?.message, 'stopped')
  })

  it('ends all workers with itself, however it ends', async () => {
    using here = place()
    const server = start(['serve', '--config', configured(here, { storage: 'sqlite:db' }), '--workers', '2'])
    const { url } = await serving(server)
    server.child.kill('SIGKILL')
    // Every worker holds standard error, too: it closes with the last of them.
    await server.ended
    await assert.rejects(ask(url), { code: 'ECONNREFUSED' })
  })

  it('gives up when no worker can be started any more, with a sentence and 1', async () => {
    using here = place()
    const server = start(['serve', '--config', configured(here, { storage: 'sqlite:db' }), '--workers', '2'])
    const { pids } = await serving(server)
    const database = new DatabaseSync(join(here.folder, 'db'))
    database.exec("insert into schema_versions (version, name) values (999, 'from-the-future')")
    database.close()
    process.kill(pids[1] ?? 0, 'SIGKILL')
    const { code, stderr } = await server.ended
    assert.equal(code, 1)
    assert.match(stderr, /^A worker could not be started, 6 times in a row\. The database has schema 999; [^\n]+\n$/)
  })

  it('says once that the port is in use', async () => {
    using here = place()
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const ended = await run(['serve', '--config', here.config, '--workers', '2', '--port', String(port)])
    other.close()
    assert.equal(ended.code, 1)
    assert.equal(
      ended.stderr,
      `Port ${port} is in use by another program; stop that one or choose another port with --port.\n`,
    )
  })

  it('takes the number from the configuration, and refuses storage that workers do not share', async () => {
    using here = place('storage: memory')
    here.write(
      'symbolon.yaml',
      `issuer: http://localhost:4999\nsecret: ${secret}\nstorage: memory\nlisten: { workers: 2 }\n`,
    )
    const { code, stdout, stderr } = await run(['serve', '--config', here.config])
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /^Several workers share one database, and memory is not shared: [^\n]+\n$/)
  })
})

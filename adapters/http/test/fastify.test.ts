import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { after, describe, it } from 'node:test'
import type { Endpoint, Route } from '@symbolon/authorization-server/endpoints/endpoint'
import { defaultSettings, type Issuer } from '@symbolon/authorization-server/ports/issuer'
import { listen } from '../src/fastify.ts'
import { createFetchHandler } from '../src/fetch.ts'

const issuer = {
  url: 'http://localhost:4000',
  settings: defaultSettings,
  random: (bytes: number) => randomBytes(bytes),
  now: () => 0,
} as unknown as Issuer

let release = () => {}
const held = new Promise<void>((resolve) => {
  release = resolve
})
let entered = () => {}
const inside = new Promise<void>((resolve) => {
  entered = resolve
})

const routes: readonly Route[] = [
  {
    path: '/echo',
    methods: {
      POST: async ({ form, remoteAddress }) => ({
        kind: 'json',
        status: 200,
        body: { form: [...form], remoteAddress },
      }),
    },
    cors: true,
    audience: 'program',
  },
  {
    path: '/slow',
    methods: {
      GET: async () => {
        entered()
        await held
        return { kind: 'json', status: 200, body: 'done' }
      },
    },
    cors: false,
    audience: 'program',
  },
]
const answers: readonly Route[] = [
  {
    path: '/read/:id',
    methods: {
      GET: async ({ path, parts, headers, cookies }) => ({
        kind: 'json',
        status: 200,
        body: { path, parts, accept: headers.accept, sent: headers['set-cookie'], cookies: [...cookies] },
        cookies: [
          { name: 'a', value: '1' },
          { name: 'b', value: 'ü' },
        ],
      }),
    },
    cors: false,
    audience: 'program',
  },
  {
    path: '/empty',
    methods: {
      GET: async () => ({ kind: 'empty', status: 401, headers: { 'www-authenticate': 'Bearer' } }),
      POST: async () => ({ kind: 'empty', status: 204 }),
    },
    cors: false,
    audience: 'program',
  },
  {
    path: '/away',
    methods: { GET: async () => ({ kind: 'redirect', status: 303, location: 'https://app.example/' }) },
    cors: false,
    audience: 'person',
  },
  {
    path: '/unsendable',
    methods: { GET: async () => ({ kind: 'redirect', status: 303, location: 'a\r\nset-cookie: b=c' }) },
    cors: false,
    audience: 'person',
  },
]
let broken = false
const ready = async () => {
  if (broken) throw new Error('storage is away')
}
const options = { issuers: [issuer], routes: [...routes, ...answers], host: '127.0.0.1', port: 0, ready }

/** An endpoint that answers when it is told to. */
function createWaiting() {
  const entered = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const wait: Endpoint = async () => {
    entered.resolve()
    await released.promise
    return { kind: 'json', status: 200, body: 'waited' }
  }
  const route: Route = { path: '/wait', methods: { GET: wait }, cors: false, audience: 'program' }
  return { options: { ...options, routes: [route] }, entered: entered.promise, release: released.resolve }
}

describe('the Fastify adapter', async () => {
  const listener = await listen(options)
  after(() => listener.close())

  it('serves the same answer as the fetch handler', async () => {
    const init = { method: 'POST', body: new URLSearchParams({ a: 'b' }) }
    const fetched = await createFetchHandler({ issuers: [issuer], routes })(new Request('http://x/echo', init))
    const served = await fetch(`${listener.url}/echo`, init)
    assert.deepEqual((await served.json()).form, (await fetched.json()).form)
    for (const name of ['content-type', 'cache-control', 'access-control-allow-origin', 'x-content-type-options'])
      assert.equal(served.headers.get(name), fetched.headers.get(name), name)
  })
  it('answers whatever is asked as the fetch handler does, broken paths and wrong methods included', async () => {
    const handler = createFetchHandler({ issuers: [issuer], routes: options.routes })
    for (const [method, path] of [
      ['GET', '/read/a%20b'],
      ['HEAD', '/read/x'],
      ['GET', '/empty'],
      ['POST', '/empty'],
      ['DELETE', '/empty'],
      ['OPTIONS', '/echo'],
      ['GET', '/echo'],
      ['GET', '/away'],
      ['GET', '/nowhere'],
      ['GET', '/read/%zz'],
      ['GET', `/read/${'x'.repeat(600)}`],
    ] as const) {
      const headers = { accept: 'application/json', cookie: 'symbolon4000_a=1' }
      const wanted = await handler(new Request(`http://x${path}`, { method, headers }))
      const served = await fetch(`${listener.url}${path}`, { method, headers, redirect: 'manual' })
      const seen = async (response: Response) => ({
        status: response.status,
        headers: [...response.headers].filter(([name]) => !transport.includes(name)).map(withoutReference),
        body: withoutReference(await response.text()),
      })
      assert.deepEqual(await seen(served), await seen(wanted), `${method} ${path}`)
    }
  })
  it('joins a header that is sent more than once (RFC 9110 §5.3)', async () => {
    const lines = ['Host: x', 'Accept: a', 'Accept: b', 'Set-Cookie: c', 'Set-Cookie: d', 'Connection: close']
    const answer = await rawRequest(listener.port, `GET /read/x HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
    const { accept, sent } = JSON.parse(answer.split('\r\n\r\n')[1] ?? '')
    assert.deepEqual([accept, sent], ['a, b', 'c, d'])
  })
  it('says how long each answer is, so that the next can follow on the same connection (RFC 9112 §6.3)', async () => {
    const asked = ['GET /read/x', 'HEAD /read/x', 'GET /empty', 'GET /away', 'GET /nowhere', 'POST /empty']
    const requests = asked.map((line) => `${line} HTTP/1.1\r\nHost: x\r\n\r\n`)
    requests.push('GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    const answer = await rawRequest(listener.port, requests.join(''))
    const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))
    assert.deepEqual(statuses, [200, 200, 401, 303, 404, 204, 200])
    assert.ok(!/transfer-encoding/i.test(answer))
    assert.match(answer, /\{"status":"ok"\}$/)
  })
  it('turns an answer that can not be sent into a 500, and serves the next', async () => {
    const answer = await fetch(`${listener.url}/unsendable`, { redirect: 'manual' })
    assert.deepEqual([answer.status, await answer.json()], [500, { error: 'server_error' }])
    assert.equal(answer.headers.get('set-cookie'), null)
    assert.equal((await fetch(`${listener.url}/away`, { redirect: 'manual' })).status, 303)
  })
  it('refuses a body over its limit with 413, in both adapters', async () => {
    const init = { method: 'POST', body: new URLSearchParams({ a: 'x'.repeat(70_000) }) }
    assert.equal((await fetch(`${listener.url}/echo`, init)).status, 413)
    assert.equal(
      (await createFetchHandler({ issuers: [issuer], routes })(new Request('http://x/echo', init))).status,
      413,
    )
  })
  it('answers headers that are too large with 431 and lives on', async () => {
    const answer = await rawRequest(listener.port, `GET /echo HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`)
    assert.match(answer, /^HTTP\/1\.1 431/)
    assert.equal((await fetch(`${listener.url}/health`)).status, 200)
  })
  it('answers what is not HTTP with 400 and lives on', async () => {
    assert.match(await rawRequest(listener.port, 'NONSENSE\r\n\r\n'), /^HTTP\/1\.1 400/)
    assert.equal((await fetch(`${listener.url}/health`)).status, 200)
  })
  it('does not believe X-Forwarded-For unless the proxy is trusted (RFC 9700 §4.13) [RFC9700-4.13-01]', async () => {
    const init = {
      method: 'POST',
      headers: { 'x-forwarded-for': '203.0.113.9' },
      body: new URLSearchParams({ a: 'b' }),
    }
    assert.equal((await (await fetch(`${listener.url}/echo`, init)).json()).remoteAddress, '127.0.0.1')
    const trusting = await listen({ ...options, trustProxy: ['127.0.0.1'] })
    try {
      assert.equal((await (await fetch(`${trusting.url}/echo`, init)).json()).remoteAddress, '203.0.113.9')
    } finally {
      await trusting.close()
    }
  })
  it('is ready while its storage answers, and says 503 with Retry-After while not', async () => {
    assert.equal((await fetch(`${listener.url}/ready`)).status, 200)
    broken = true
    const answer = await fetch(`${listener.url}/ready`)
    broken = false
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '2'])
  })
  it('finishes what is in flight before it closes', async () => {
    const closing = await listen(options)
    const answer = new Promise<string>((resolve, reject) => {
      httpRequest(`${closing.url}/slow`, (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => resolve(text))
      })
        .on('error', reject)
        .end()
    })
    await inside
    const closed = closing.close()
    release()
    assert.equal(await answer, '"done"')
    await closed
    await assert.rejects(fetch(`${closing.url}/health`))
  })

  it('closes though whoever asked has left without waiting for the answer', async () => {
    const waiting = createWaiting()
    const closing = await listen(waiting.options)
    const socket = connect(closing.port, '127.0.0.1', () => socket.write('GET /wait HTTP/1.1\r\nHost: x\r\n\r\n'))
    await waiting.entered
    socket.destroy()
    await once(socket, 'close')
    const closed = closing.close()
    waiting.release()
    await closed
  })

  it('says that it is leaving before it does, and answers all the same', async () => {
    const leaving = await listen(options)
    try {
      leaving.retire()
      const ready = await fetch(`${leaving.url}/ready`)
      assert.deepEqual([ready.status, (await ready.json()).reason], [503, 'closing'])
      const answer = await fetch(`${leaving.url}/echo`, { method: 'POST', body: new URLSearchParams({ a: 'b' }) })
      assert.deepEqual([answer.status, answer.headers.get('connection')], [200, 'close'])
    } finally {
      await leaving.close()
    }
  })
})

/** What belongs to the connection, not to the answer. */
const transport: readonly string[] = ['connection', 'content-length', 'date', 'keep-alive', 'symbolon-flow']

const withoutReference = <Text>(text: Text) =>
  JSON.stringify(text).replaceAll(/[0-9A-Z]{4}-[0-9A-Z]{4}|datetime=[^>]*|\d\d:\d\d(:\d\d)?/g, '')

function rawRequest(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk
    })
    socket.on('close', () => resolve(received))
    socket.on('error', reject)
  })
}

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { after, describe, it } from 'node:test'
import type { Route } from '@symbolon/authorization-server/endpoints/endpoint'
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
let broken = false
const ready = async () => {
  if (broken) throw new Error('storage is away')
}
const options = { issuers: [issuer], routes, host: '127.0.0.1', port: 0, ready }

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

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import type { Endpoint, Route } from '@symbolon/authorization-server/endpoints/endpoint'
import { defaultSettings, type Issuer } from '@symbolon/authorization-server/ports/issuer'
import { StorageUnavailable } from '@symbolon/authorization-server/ports/store'
import { createHandler } from '../src/handle.ts'
import type { HttpRequest, LogEntry } from '../src/message.ts'

/** Nothing here reaches further than the clock and randomness. */
const issuerAt = (url: string) =>
  ({ url, settings: defaultSettings, random: (bytes: number) => randomBytes(bytes), now: () => 0 }) as unknown as Issuer

const echo: Endpoint = async (request) => ({
  kind: 'json',
  status: 200,
  body: { path: request.path, parts: request.parts, query: [...request.query], form: [...request.form] },
})

const routes: readonly Route[] = [
  { path: '/token', methods: { POST: echo }, cors: true, audience: 'program' },
  { path: '/jwks', methods: { GET: echo }, cors: true, audience: 'program' },
  { path: '/i/:id/:step', methods: { GET: echo }, cors: false, audience: 'person' },
  {
    path: '/.well-known/oauth-authorization-server',
    methods: { GET: echo },
    cors: true,
    audience: 'program',
    atOrigin: true,
  },
  { path: '/.well-known/oauth-authorization-server', methods: { GET: echo }, cors: true, audience: 'program' },
  {
    path: '/bug',
    methods: { GET: () => Promise.reject(new Error('secret inside')) },
    cors: false,
    audience: 'program',
  },
  {
    path: '/long-name',
    methods: { GET: async () => ({ kind: 'empty', status: 401, client: 'c'.repeat(60_000) }) },
    cors: false,
    audience: 'program',
  },
  {
    path: '/page-bug',
    methods: { GET: () => Promise.reject(new Error('secret inside')) },
    cors: false,
    audience: 'person',
  },
  {
    path: '/down',
    methods: { GET: () => Promise.reject(new StorageUnavailable('gone')) },
    cors: false,
    audience: 'program',
  },
]

const world = (url = 'http://localhost:4000') => {
  const log: LogEntry[] = []
  const handle = createHandler({ issuers: [issuerAt(url)], routes, log: (entry) => log.push(entry) })
  const ask = (method: string, target: string, change: Partial<HttpRequest> = {}) =>
    handle({ method, target, headers: {}, body: new Uint8Array(), remoteAddress: '127.0.0.1', ...change })
  return { ask, log }
}
const formHeaders = { 'content-type': 'application/x-www-form-urlencoded' }

describe('the handler', () => {
  it('hands query, form and path parts to the endpoint', async () => {
    const { ask } = world()
    const posted = await ask('POST', '/token?x=1', { headers: formHeaders, body: Buffer.from('a=b') })
    assert.deepEqual(JSON.parse(posted.body), { path: '/token', parts: {}, query: [['x', '1']], form: [['a', 'b']] })
    assert.deepEqual(JSON.parse((await ask('GET', '/i/k1/sign-in')).body).parts, { id: 'k1', step: 'sign-in' })
  })
  it('serves an issuer below a path, its metadata also inserted before the path (RFC 8414 §3.1)', async () => {
    const { ask } = world('https://id.example/tenant')
    assert.equal((await ask('GET', '/tenant/jwks')).status, 200)
    assert.equal((await ask('GET', '/.well-known/oauth-authorization-server/tenant')).status, 200)
    assert.equal((await ask('GET', '/tenant/.well-known/oauth-authorization-server')).status, 200)
    assert.equal((await ask('GET', '/jwks')).status, 404)
  })
  it('says no-store on every answer (RFC 6749 §5.1)', async () => {
    const { ask } = world()
    for (const [method, target] of [
      ['GET', '/jwks'],
      ['GET', '/nowhere'],
      ['GET', '/token'],
      ['GET', '/bug'],
    ] as const)
      assert.equal((await ask(method, target)).headers['cache-control'], 'no-store', target)
  })
  it('logs no more of what a stranger calls themselves than a client_id can have', async () => {
    const { ask, log } = world()
    await ask('GET', '/long-name')
    assert.equal(log[0]?.client?.length, 255)
  })
  it('takes a method for what it is, and for no property of an object', async () => {
    for (const method of ['constructor', 'toString', '__proto__']) {
      assert.equal((await world().ask(method, '/token')).status, 405)
    }
  })
  it('answers a wrong method with 405 and what is allowed', async () => {
    const answer = await world().ask('GET', '/token')
    assert.equal(answer.status, 405)
    assert.equal(answer.headers.allow, 'POST')
  })
  it('answers HEAD as GET without the body', async () => {
    const answer = await world().ask('HEAD', '/jwks')
    assert.deepEqual([answer.status, answer.body], [200, ''])
  })
  it('lets scripts of any origin read program endpoints, without credentials, and no page (Fetch §3.2)', async () => {
    const { ask } = world()
    const preflight = await ask('OPTIONS', '/token', { headers: { origin: 'https://app.example' } })
    assert.equal(preflight.status, 204)
    assert.equal(preflight.headers['access-control-allow-origin'], '*')
    assert.equal(preflight.headers['access-control-allow-credentials'], undefined)
    assert.equal((await ask('OPTIONS', '/i/k1/sign-in')).status, 405)
    assert.equal((await ask('GET', '/i/k1/sign-in')).headers['access-control-allow-origin'], undefined)
  })
  for (const [what, target, change] of [
    ['a broken query', '/token?a=%zz', { headers: formHeaders }],
    ['a JSON body', '/token', { headers: { 'content-type': 'application/json' }, body: Buffer.from('{}') }],
    ['bytes that are not UTF-8', '/token', { headers: formHeaders, body: Buffer.from([0x61, 0x3d, 0xff]) }],
  ] as const)
    it(`refuses ${what} before any endpoint sees it (RFC 6749 appendix B)`, async () => {
      const answer = await world().ask('POST', target, change)
      assert.equal(answer.status, 400)
      assert.equal(JSON.parse(answer.body).error, 'invalid_request')
    })
  it('answers a path with broken escapes with 404', async () =>
    assert.equal((await world().ask('GET', '/i/%zz/sign-in')).status, 404))
  it('turns an unknown throw into server_error, telling the log and not the caller', async () => {
    const { ask, log } = world()
    const answer = await ask('GET', '/bug')
    assert.deepEqual([answer.status, JSON.parse(answer.body).error], [500, 'server_error'])
    assert.ok(!JSON.stringify(answer).includes('secret inside'))
    assert.ok(!(await ask('GET', '/page-bug')).body.includes('secret inside'))
    assert.ok(log[0]?.cause instanceof Error)
  })
  it('answers 503 with Retry-After while storage is away (RFC 7009 §2.2.1) [RFC7009-2.2.1-02]', async () => {
    const answer = await world().ask('GET', '/down')
    assert.deepEqual([answer.status, answer.headers['retry-after']], [503, '2'])
  })
  it('sends Strict-Transport-Security over https and never over http (RFC 6797 §7.2) [RFC6797-7.2-01]', async () => {
    const header = async (url: string) => (await world(url).ask('GET', '/jwks')).headers['strict-transport-security']
    assert.match(String(await header('https://id.example')), /^max-age=/)
    assert.equal(await header('http://localhost:4000'), undefined)
  })
  it('gives one flow reference to the answer, its header and the log', async () => {
    const { ask, log } = world()
    const answer = await ask('GET', '/bug')
    const [entry] = log
    assert.match(entry?.flow ?? '', /^[0-9A-Z]{4}-[0-9A-Z]{4}$/)
    assert.equal(answer.headers['symbolon-flow'], entry?.flow)
    assert.ok(JSON.parse(answer.body).error_description.endsWith(`Ref ${entry?.flow}`))
  })
  it('logs the route and never the query', async () => {
    const { ask, log } = world()
    await ask('GET', '/jwks?code=SECRET')
    await ask('GET', '/nowhere/SECRET')
    assert.deepEqual(
      log.map(({ route }) => route),
      ['/jwks', '(none)'],
    )
    assert.ok(!JSON.stringify(log).includes('SECRET'))
  })
})

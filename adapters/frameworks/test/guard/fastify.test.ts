import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { describe, it } from 'node:test'
import { GuardError } from '@symbolon/resource-server'
import fastify from 'fastify'
import { startTestIssuer, type TestIssuer } from '../../../../tests/support/test-issuer.ts'
import { fastifyGuard } from '../../src/guard/fastify.ts'

const audience = 'https://api.example/v1'

async function start(issuer: TestIssuer) {
  const app = fastify()
  await app.register(fastifyGuard, {
    issuer: issuer.url,
    audience,
    scopes: { 'notes:read': 'See', 'notes:write': 'Write' },
  })
  app.get('/v1/notes', { onRequest: app.guarded('notes:read') }, async (request) => request.token.sub)
  app.get('/v1/late', { preHandler: app.guarded('notes:read') }, async (request) => request.token.sub)
  app.post('/v1/notes', { onRequest: app.guarded('notes:read', 'notes:write') }, async () => 'written')
  app.get('/v1/open', async (request) => request.token.sub)
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  return { app, port: new URL(url).port, url, [Symbol.asyncDispose]: () => app.close() }
}

describe('the guard on Fastify', () => {
  for (const path of ['/v1/notes', '/v1/late'])
    it(`lets a good token pass at ${path} and says whose it is (RFC 6750 §2.1) [RFC6750-2.1-02]`, async () => {
      await using issuer = await startTestIssuer()
      await using server = await start(issuer)
      const headers = { authorization: `Bearer ${await issuer.token({ audience })}` }
      const response = await fetch(`${server.url}${path}`, { headers })
      assert.equal(response.status, 200)
      assert.equal(await response.text(), 'person-1')
    })

  it('answers 401 and 403 with every scope needed, before reading a body (RFC 6750 §3.1) [RFC6750-3-01] [RFC6750-3.1-02]', async () => {
    await using issuer = await startTestIssuer()
    await using server = await start(issuer)
    const malformed = { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }
    const none = await fetch(`${server.url}/v1/notes`, malformed)
    assert.equal(none.status, 401)
    assert.equal(
      none.headers.get('www-authenticate'),
      'Bearer scope="notes:read notes:write", resource_metadata="https://api.example/.well-known/oauth-protected-resource/v1"',
    )
    assert.equal(none.headers.get('content-type'), 'application/problem+json')
    const authorization = `Bearer ${await issuer.token({ audience })}`
    const lacking = await fetch(`${server.url}/v1/notes`, { method: 'POST', headers: { authorization } })
    assert.equal(lacking.status, 403)
    assert.match(lacking.headers.get('www-authenticate') ?? '', /scope="notes:read notes:write"/)
  })

  it('sees a token in the URL and a second Authorization header (RFC 6750 §3.1) [RFC6750-3.1-02]', async () => {
    await using issuer = await startTestIssuer()
    await using server = await start(issuer)
    const token = await issuer.token({ audience })
    assert.equal((await fetch(`${server.url}/v1/notes?access_token=${token}`)).status, 400)
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = httpRequest({ port: server.port, path: '/v1/notes' }, (response) => {
        resolve(response.statusCode)
        response.resume()
      })
      sent.setHeader('authorization', [`Bearer ${token}`, `Bearer ${token}`])
      sent.on('error', reject).end()
    })
    assert.equal(status, 400)
  })

  it('says 503 and when to come again while the issuer is away (RFC 9110 §15.6.4)', async () => {
    await using issuer = await startTestIssuer()
    await using server = await start(issuer)
    issuer.serves.failing = 500
    const headers = { authorization: `Bearer ${await issuer.token({ audience })}` }
    const response = await fetch(`${server.url}/v1/notes`, { headers })
    assert.equal(response.status, 503)
    assert.equal(response.headers.get('retry-after'), '5')
  })

  it('serves its metadata to everyone, at its own place and the root (RFC 9728 §3) [RFC9728-3-01] [RFC9728-3.2-01] [RFC10017-6.3.3.4-01]', async () => {
    await using issuer = await startTestIssuer()
    await using server = await start(issuer)
    for (const end of ['/v1', '']) {
      const place = `${server.url}/.well-known/oauth-protected-resource${end}`
      const response = await fetch(place)
      assert.equal(response.headers.get('content-type'), 'application/json')
      assert.equal(response.headers.get('access-control-allow-origin'), '*')
      assert.equal(((await response.json()) as { resource: string }).resource, audience)
      assert.equal((await fetch(place, { method: 'OPTIONS' })).status, 204)
    }
  })

  it('throws where a handler reads the token of a request nobody guarded (attack 110)', async () => {
    await using issuer = await startTestIssuer()
    await using server = await start(issuer)
    assert.equal((await fetch(`${server.url}/v1/open`)).status, 500)
  })

  it('does not let a misspelt scope start', async () => {
    await using issuer = await startTestIssuer()
    await using server = await start(issuer)
    assert.throws(() => server.app.guarded('notes:raed'), GuardError)
  })
})

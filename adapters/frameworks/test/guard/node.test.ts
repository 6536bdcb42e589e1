import assert from 'node:assert/strict'
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { connect, createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { parseChallenges } from '@symbolon/protocol/challenge'
import { GuardError } from '@symbolon/resource-server'
import express from 'express'
import { startTestIssuer, type TestIssuer } from '../../../../tests/support/test-issuer.ts'
import { type NodeGuard, nodeGuard } from '../../src/guard/node.ts'

const audience = 'https://api.example/v1'
const scopes = { 'notes:read': 'See your notes', 'notes:write': 'Write notes' }

async function serve(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

const bare = ({ guarded, metadata, tokenOf }: NodeGuard): RequestListener => {
  const read = guarded('notes:read')
  return (request, response) =>
    metadata(request, response, () =>
      read(request, response, () => {
        response.end(tokenOf(request).sub)
      }),
    )
}

const inExpress = ({ guarded, metadata, tokenOf }: NodeGuard): RequestListener => {
  const app = express()
  const router = express.Router()
  app.use(metadata)
  router.get('/notes', guarded('notes:read'), (request, response) => {
    response.send(tokenOf(request).sub)
  })
  app.use('/v1', router)
  return app
}

for (const [name, listener] of Object.entries({ 'node:http': bare, Express: inExpress }))
  describe(`the guard on ${name}`, () => {
    const start = async (issuer: TestIssuer) => serve(listener(nodeGuard({ issuer: issuer.url, audience, scopes })))

    it('lets a good token pass and says whose it is (RFC 6750 §2.1) [RFC6750-2.1-02]', async () => {
      await using issuer = await startTestIssuer()
      await using server = await start(issuer)
      const authorization = `Bearer ${await issuer.token({ audience })}`
      const response = await fetch(`${server.url}/v1/notes`, { headers: { authorization } })
      assert.equal(response.status, 200)
      assert.equal(await response.text(), 'person-1')
    })

    it('answers 401 and 403 with what is needed (RFC 6750 §3.1) [RFC6750-3-01] [RFC6750-3.1-02] [MCP-Auth-Error_Handling-01] [OAuth2.1-5.3.1-01] [OAuth2.1-5.3.2-01]', async () => {
      await using issuer = await startTestIssuer()
      await using server = await start(issuer)
      const none = await fetch(`${server.url}/v1/notes`)
      assert.equal(none.status, 401)
      assert.deepEqual(parseChallenges(none.headers.get('www-authenticate') ?? '')[0]?.parameters, {
        scope: 'notes:read',
        resource_metadata: 'https://api.example/.well-known/oauth-protected-resource/v1',
      })
      const authorization = `Bearer ${await issuer.token({ audience, scope: 'notes:write' })}`
      const lacking = await fetch(`${server.url}/v1/notes`, { headers: { authorization } })
      assert.equal(lacking.status, 403)
      assert.match(lacking.headers.get('www-authenticate') ?? '', /error="insufficient_scope".*scope="notes:read"/)
    })

    it('sees a token in the URL and a second Authorization header (RFC 6750 §3.1) [RFC6750-3.1-02] [MCP-Auth-Error_Handling-01] [OAuth2.1-5.3.2-01]', async () => {
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

    it('serves its metadata to everyone, at its own place and the root (RFC 9728 §3) [RFC9728-3-01] [RFC9728-3.2-01] [RFC10017-6.3.3.4-01] [MCP-Auth-Protected_Resource_Metadata_Discovery_Requirements-01]', async () => {
      await using issuer = await startTestIssuer()
      await using server = await start(issuer)
      for (const end of ['/v1', '']) {
        const place = `${server.url}/.well-known/oauth-protected-resource${end}`
        const response = await fetch(place)
        assert.equal(response.status, 200)
        assert.equal(response.headers.get('content-type'), 'application/json')
        assert.equal(response.headers.get('access-control-allow-origin'), '*')
        assert.match(response.headers.get('cache-control') ?? '', /max-age/)
        assert.deepEqual(await response.json(), {
          resource: audience,
          authorization_servers: [issuer.url],
          scopes_supported: ['notes:read', 'notes:write'],
          bearer_methods_supported: ['header'],
        })
        assert.equal((await fetch(place, { method: 'OPTIONS' })).status, 204)
        assert.equal((await fetch(place, { method: 'POST' })).status, 405)
      }
    })
  })

describe('nodeGuard', () => {
  it('guards requests of HTTP/2 as well', async () => {
    await using issuer = await startTestIssuer()
    const { guarded, tokenOf } = nodeGuard({ issuer: issuer.url, audience, scopes })
    const read = guarded('notes:read')
    const server = createHttp2Server((request, response) => {
      const message = request as unknown as IncomingMessage
      read(message, response as unknown as ServerResponse, (error) => {
        response.end(error === undefined ? tokenOf(message).sub : String(error))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const ask = async (headers: Readonly<Record<string, string>>) => {
      const stream = session.request({ ':path': '/v1/notes', ...headers })
      const status = new Promise((resolve) => stream.on('response', (answer) => resolve(answer[':status'])))
      let text = ''
      for await (const chunk of stream) text += chunk
      return [await status, text]
    }
    assert.equal((await ask({}))[0], 401)
    const authorization = `Bearer ${await issuer.token({ audience })}`
    assert.deepEqual(await ask({ authorization }), [200, 'person-1'])
    session.close()
    await new Promise((resolve) => server.close(resolve))
  })

  it('does not let a misspelt scope start', async () => {
    await using issuer = await startTestIssuer()
    const { guarded } = nodeGuard({ issuer: issuer.url, audience, scopes })
    assert.throws(() => guarded('notes:raed'), GuardError)
  })

  it('throws where a handler reads the token of a request nobody guarded (attack 110)', async () => {
    await using issuer = await startTestIssuer()
    const { tokenOf } = nodeGuard({ issuer: issuer.url, audience })
    await using server = await serve((request, response) => {
      assert.throws(() => tokenOf(request), TypeError)
      response.end('asserted')
    })
    assert.equal(await (await fetch(server.url)).text(), 'asserted')
  })
})

/** What a provider sends by itself arrives in every server: a logout token, and an answer that its page posts. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { it } from 'node:test'
import { type Auth, memoryStore } from '@symbolon/client'
import { fastifyAuth } from '@symbolon/frameworks/client/fastify'
import { nodeAuth } from '@symbolon/frameworks/client/node'
import express from 'express'
import Fastify from 'fastify'
import { follow, startShop, visit } from './support.ts'

const servers = {
  'node:http': (auth: Auth) => {
    const { routes } = nodeAuth(auth)
    const server = createServer((request, response) => routes(request, response, () => response.end('a page')))
    return (...[request, response]: Parameters<ReturnType<typeof express>>) => server.emit('request', request, response)
  },
  'Express with its own parsers': (auth: Auth) => {
    const app = express()
    app.use(express.json(), express.urlencoded({ extended: true }), nodeAuth(auth).routes)
    return app.use((_request, response) => response.end('a page'))
  },
  Fastify: async (auth: Auth) => {
    const app = Fastify()
    await app.register(fastifyAuth, { auth })
    app.setNotFoundHandler((_request, reply) => reply.send('a page'))
    await app.ready()
    return (...[request, response]: Parameters<ReturnType<typeof express>>) => app.routing(request, response)
  },
}

for (const [name, app] of Object.entries(servers)) {
  it(`a logout token ends the session, in ${name}`, async () => {
    const session = { kind: 'store', store: memoryStore() } as const
    const shop = await startShop(app as Parameters<typeof startShop>[0], { logoutNotices: true }, session)
    const { issuer, change, sign } = shop.standIn
    change.claims = (claims) => ({ ...claims, sid: 's1' })
    const visitor = visit(shop)
    await follow(visitor, '/api/auth/signin/symbolon')
    const signedIn = async () => (await (await visitor.go('/api/auth/session')).json()) !== null
    assert.equal(await signedIn(), true)

    const now = Math.floor(Date.now() / 1000)
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
    const about = { iss: issuer, aud: 'print-shop', iat: now, exp: now + 120, jti: 'j1', sid: 's1', events }
    const send = async () => {
      const body = new URLSearchParams({ logout_token: await sign(about, { typ: 'logout+jwt' }) })
      const url = `${shop.auth.baseUrl}/api/auth/backchannel-logout/symbolon`
      return (await fetch(url, { method: 'POST', body })).status
    }
    assert.deepEqual([await send(), await send()], [200, 400])
    assert.equal(await signedIn(), false)
    await shop.stop()
  })
}

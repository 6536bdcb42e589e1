/** The client in Fastify, with a stand-in for the provider. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { fastifyAuth, required } from '@symbolon/frameworks/client/fastify'
import Fastify, { type FastifyInstance } from 'fastify'
import { type App, startApp } from '../../../../roles/client/test/support/app.ts'

describe('fastifyAuth', () => {
  let app: App
  let server: FastifyInstance
  before(async () => {
    app = await startApp()
    server = Fastify()
    await server.register(fastifyAuth, { auth: app.auth })
    server.get('/photos', { preHandler: required(app.auth) }, async (request) => ({
      user: (await request.auth.session())?.user.sub,
    }))
  })
  after(async () => {
    await server.close()
    await app.stop()
  })

  it('sends a browser to sign in', async () => {
    const response = await server.inject({ url: '/photos?page=2', headers: { accept: 'text/html' } })
    assert.equal(
      response.headers.location,
      'http://localhost:4200/api/auth/signin/symbolon?returnTo=%2Fphotos%3Fpage%3D2',
    )
    assert.equal(response.statusCode, 302)
  })
})

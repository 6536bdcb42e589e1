/** The client in Fastify. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { AuthError } from '@symbolon/client'
import { fastifyAuth, required } from '@symbolon/frameworks/client/fastify'
import Fastify from 'fastify'
import { follow, type Shop, startShop, visit } from './support.ts'

describe('in Fastify', () => {
  let shop: Shop
  before(async () => {
    shop = await startShop(async (auth) => {
      const app = Fastify()
      // what the app itself does with forms must not matter
      app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, _body, done) =>
        done(null, 'read'),
      )
      await app.register(fastifyAuth, { auth })
      app.get('/photos', { onRequest: required(auth) }, async (request) => ({
        user: (await request.auth.session())?.user.sub,
        url: request.url,
      }))
      app.get<{ Querystring: { readonly api: string } }>('/list', async (request) => {
        const { response } = await request.auth.fetch(request.query.api)
        return response.json()
      })
      app.post('/form', async (request) => ({ body: request.body }))
      app.setErrorHandler((error, _request, reply) =>
        reply
          .code(error instanceof AuthError ? error.status : 500)
          .send({ code: error instanceof AuthError ? error.code : 'bug' }),
      )
      await app.ready()
      return (request, response) => app.routing(request, response)
    })
  })
  after(() => shop.stop())

  it('sends a browser to sign in and brings it back to the page', async () => {
    const page = await follow(visit(shop), '/photos?page=2')
    assert.deepEqual(await page.json(), { user: 'alice', url: '/photos?page=2' })
  })

  it('tells a script that nobody is signed in', async () => {
    const response = await visit(shop).go('/photos', { headers: { accept: 'application/json' } })
    assert.equal(response.status, 401)
    assert.equal(((await response.json()) as { readonly error: string }).error, 'session_missing')
  })

  it('reads its own forms and leaves those of the app alone', async () => {
    const visitor = visit(shop)
    await follow(visitor, '/photos')
    const init = {
      method: 'POST',
      body: new URLSearchParams({ returnTo: '/bye' }),
      headers: { origin: shop.auth.baseUrl },
    }
    assert.deepEqual(await (await visitor.go('/form', init)).json(), { body: 'read' })
    const response = await visitor.go('/api/auth/signout', init)
    assert.deepEqual([response.status, response.headers.get('location')], [303, `${shop.auth.baseUrl}/bye`])
    assert.equal(visitor.cookies.size, 0)
  })

  it('sets every cookie by a header of its own', async () => {
    const visitor = visit(shop)
    const first = await visitor.go('/api/auth/signin/symbolon')
    const back = await visitor.go(first.headers.get('location') ?? '')
    assert.equal((await visitor.go(back.headers.get('location') ?? '')).headers.getSetCookie().length, 2)
  })

  it('puts the cookies of a renewed session on the answer', async () => {
    const visitor = visit(shop)
    shop.standIn.change.tokens = (body) => ({ ...body, expires_in: 0 })
    await follow(visitor, '/photos')
    delete shop.standIn.change.tokens
    const before = new Map(visitor.cookies)
    const list = (api: string) => visitor.go(`/list?${new URLSearchParams({ api })}`)
    assert.deepEqual(await (await list(`${shop.standIn.issuer}/photos`)).json(), { ok: true })
    assert.deepEqual([...visitor.cookies.keys()], [...before.keys()])
    assert.notDeepEqual(visitor.cookies, before)
    assert.deepEqual(await (await list('https://evil.example/')).json(), { code: 'resource_unknown' })
  })

  it('remembers on the answer that access has ended, although the call failed', async () => {
    const visitor = visit(shop)
    shop.standIn.change.tokens = ({ refresh_token: _, ...body }) => ({ ...body, expires_in: 0 })
    await follow(visitor, '/photos')
    delete shop.standIn.change.tokens
    const response = await visitor.go(`/list?${new URLSearchParams({ api: `${shop.standIn.issuer}/photos` })}`)
    assert.deepEqual(await response.json(), { code: 'session_cannot_renew' })
    const session = (await (await visitor.go('/api/auth/session')).json()) as { readonly access: string }
    assert.equal(session.access, 'ended')
  })

  it('passes on what is not its own, and answers a wrong type or method', async () => {
    const visitor = visit(shop)
    assert.equal((await visitor.go('/api/auth/unknown')).status, 404)
    assert.equal((await visitor.go('/api/auth/session', { method: 'DELETE' })).status, 405)
    const headers = { origin: shop.auth.baseUrl, 'content-type': 'application/json' }
    assert.equal((await visitor.go('/api/auth/signout', { method: 'POST', body: '{}', headers })).status, 415)
  })

  it('serves its page with its own policy', async () => {
    const response = await visit(shop).go('/api/auth/signout')
    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8')
    assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/)
    assert.match(await response.text(), /Sign out\?/)
  })
})

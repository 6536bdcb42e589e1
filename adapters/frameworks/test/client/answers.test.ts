/** Many calls for one request, in every framework: one session, one set of cookies. */
import assert from 'node:assert/strict'
import { request as httpRequest, type RequestListener } from 'node:http'
import { describe, it } from 'node:test'
import type { ApiAnswer, Auth } from '@symbolon/client'
import { fastifyAuth } from '@symbolon/frameworks/client/fastify'
import { nodeAuth } from '@symbolon/frameworks/client/node'
import Fastify from 'fastify'
import { follow, startShop, visit } from './support.ts'

type Fetch = (url: string) => Promise<ApiAnswer>

/** Calls at a time and one after the other, as a page does that shows many pictures. */
async function callMany(fetch: Fetch, api: string): Promise<readonly number[]> {
  const answers = await Promise.all([1, 2, 3, 4].map(() => fetch(api)))
  for (let count = 0; count < 4; count++) answers.push(await fetch(api))
  return answers.map(({ response }) => response.status)
}

const own = 'theme=dark; Path=/'

const frameworks: Readonly<Record<string, (auth: Auth) => RequestListener | Promise<RequestListener>>> = {
  'node:http': (auth) => {
    const { routes, authOf } = nodeAuth(auth)
    return (request, response) =>
      routes(request, response, async () => {
        const api = new URL(request.url ?? '/', auth.baseUrl).searchParams.get('api') ?? ''
        if (request.url?.startsWith('/late')) {
          response.write('so far ')
          const failure = await authOf(request, response)
            .fetch(api)
            .catch((error: unknown) => String(error))
          return response.end(String(failure))
        }
        if (request.url === '/renew') return response.end((await authOf(request, response).renew()).user.name)
        if (!request.url?.startsWith('/list')) return response.end()
        response.setHeader('set-cookie', own)
        response.end(JSON.stringify(await callMany((url) => authOf(request, response).fetch(url), api)))
      })
  },
  Fastify: async (auth) => {
    const app = Fastify()
    await app.register(fastifyAuth, { auth })
    app.get<{ Querystring: { readonly api: string } }>('/late', async (request, reply) => {
      reply.hijack()
      reply.raw.write('so far ')
      const failure = await request.auth.fetch(request.query.api).catch((error: unknown) => String(error))
      reply.raw.end(String(failure))
    })
    app.get('/renew', async (request) => (await request.auth.renew()).user.name)
    app.get<{ Querystring: { readonly api: string } }>('/list', async (request, reply) => {
      reply.header('set-cookie', own)
      return callMany((url) => request.auth.fetch(url), request.query.api)
    })
    await app.ready()
    return (request, response) => app.routing(request, response)
  },
}

for (const [name, app] of Object.entries(frameworks)) {
  describe(`the client for one request in ${name}`, () => {
    const signedIn = async () => {
      const shop = await startShop(app)
      const visitor = visit(shop)
      // over from the start, and again after each renewal
      shop.standIn.change.tokens = (body) => ({ ...body, expires_in: 0 })
      await follow(visitor, '/api/auth/signin/symbolon')
      return { shop, visitor, api: `?${new URLSearchParams({ api: `${shop.standIn.issuer}/photos` })}` }
    }

    it('renews at once when the app asks, and puts the cookie on the answer', async () => {
      const { shop, visitor } = await signedIn()
      const answer = await visitor.go('/renew')
      assert.equal(await answer.text(), 'Alice')
      assert.equal(answer.headers.getSetCookie().length, 1)
      assert.equal(shop.standIn.tokenRequests('refresh_token').length, 1)
      await shop.stop()
    })

    it('puts each cookie of a renewed session on the answer once, beside those of the app (RFC 6265 §4.1.1)', async () => {
      const { shop, visitor, api } = await signedIn()
      const answer = await visitor.go(`/list${api}`)
      assert.deepEqual(
        await answer.json(),
        Array.from({ length: 8 }, () => 200),
      )
      const names = answer.headers.getSetCookie().map((line) => line.split('=', 1)[0])
      assert.deepEqual(names, ['theme', `symbolon-${new URL(shop.auth.baseUrl).port}.session`])
      await shop.stop()
    })

    it('shows a refresh token once: the calls that follow a renewal use what it gave (RFC 6749 §6) [RFC6749-6-04]', async () => {
      const { shop, visitor, api } = await signedIn()
      await visitor.go(`/list${api}`)
      const used = shop.standIn.tokenRequests('refresh_token').map(({ form }) => form.get('refresh_token'))
      assert.equal(used.length, 5, 'one for the four at a time, and one for each that follows')
      assert.equal(new Set(used).size, used.length)
      await shop.stop()
    })

    it('answers a method that is none of its own by 405, whichever (RFC 9110 §15.5.6)', async () => {
      const shop = await startShop(app)
      for (const method of ['TRACE', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
        const { host } = new URL(shop.auth.baseUrl)
        const status = await new Promise((resolve, reject) =>
          httpRequest(`http://${host}/api/auth/session`, { method }, (response) => {
            resolve(response.resume().statusCode)
          })
            .on('error', reject)
            .end(),
        )
        assert.equal(status, 405, method)
      }
      await shop.stop()
    })

    it('refuses to call once the answer has begun, since a renewed session could not be kept', async () => {
      const { shop, visitor, api } = await signedIn()
      const text = await (await visitor.go(`/late${api}`)).text()
      assert.match(text, /^so far TypeError: call fetch and renew before the answer begins/)
      await shop.stop()
    })
  })
}

/** The client in node:http and in Express. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { type Auth, AuthError } from '@symbolon/client'
import { type NodeAuth, nodeAuth } from '@symbolon/frameworks/client/node'
import express, { type Express, type NextFunction, type Response as Reply, type Request } from 'express'
import { follow, type Shop, startShop, visit } from './support.ts'

const plain = (auth: Auth) => {
  const { routes, required, authOf } = nodeAuth(auth)
  const mustBeSignedIn = required()
  return ((request, response) =>
    routes(request, response, () =>
      mustBeSignedIn(request, response, async () => {
        const session = await authOf(request, response).session()
        response
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify({ user: session?.user.sub, url: request.url }))
      }),
    )) satisfies Parameters<typeof startShop>[0] extends (auth: Auth) => infer Listener ? Listener : never
}

/** Mounted below `/shop`, with the parsers that apps have, so that both are met. */
const withExpress = (auth: Auth): Express => {
  const app = express()
  const { routes, required, authOf }: NodeAuth = nodeAuth(auth)
  app.use(express.json(), express.urlencoded({ extended: true }))
  app.use(routes)
  const shop = express.Router()
  shop.get('/photos', required(), async (request, response) => {
    response.json({ user: (await authOf(request, response).session())?.user.sub, url: request.originalUrl })
  })
  shop.get('/list', async (request, response) => {
    const { response: answer } = await authOf(request, response).fetch(String(request.query.api))
    response.json(await answer.json())
  })
  app.use('/shop', shop)
  app.use((error: unknown, _request: Request, response: Reply, _next: NextFunction) => {
    response
      .status(error instanceof AuthError ? error.status : 500)
      .json({ code: error instanceof AuthError ? error.code : 'bug' })
  })
  return app
}

describe('in node:http', () => {
  let shop: Shop
  before(async () => {
    shop = await startShop(plain)
  })
  after(() => shop.stop())

  it('sends a browser to sign in and brings it back to the page', async () => {
    const visitor = visit(shop)
    const page = await follow(visitor, '/photos?page=2')
    assert.deepEqual(await page.json(), { user: 'alice', url: '/photos?page=2' })
    assert.deepEqual(shop.logged, [])
  })

  it('tells a script that nobody is signed in', async () => {
    const response = await visit(shop).go('/photos', { headers: { accept: 'application/json' } })
    assert.equal(response.status, 401)
    assert.equal(((await response.json()) as { readonly error: string }).error, 'session_missing')
  })

  it('signs out by a form', async () => {
    const visitor = visit(shop)
    await follow(visitor, '/photos')
    const body = new URLSearchParams({ returnTo: '/bye' })
    const response = await visitor.go('/api/auth/signout', {
      method: 'POST',
      body,
      headers: { origin: shop.auth.baseUrl },
    })
    assert.deepEqual([response.status, response.headers.get('location')], [303, `${shop.auth.baseUrl}/bye`])
    assert.equal(visitor.cookies.size, 0)
  })

  it('sets every cookie by a header of its own', async () => {
    const visitor = visit(shop)
    const first = await visitor.go('/api/auth/signin/symbolon')
    const back = await visitor.go(first.headers.get('location') ?? '')
    const done = await visitor.go(back.headers.get('location') ?? '')
    assert.equal(done.headers.getSetCookie().length, 2)
  })

  it('believes neither the Host header nor an address in the request line', async () => {
    const { port } = new URL(shop.auth.baseUrl)
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), 'localhost')
      let text = ''
      socket.on('data', (data) => {
        text += data
      })
      socket.on('end', () => resolve(text))
      socket.on('error', reject)
      socket.write(
        'GET http://evil.example/api/auth/signin/symbolon HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
      )
    })
    assert.match(answer, /^HTTP\/1\.1 302 /)
    assert.match(answer, new RegExp(`redirect_uri=${encodeURIComponent(shop.auth.baseUrl)}`))
    assert.doesNotMatch(answer, /evil/)
  })

  it('answers a body that is too large, of another kind, or broken, and never by 500', async () => {
    const post = (body: string, type: string) =>
      visit(shop).go('/api/auth/signout', {
        method: 'POST',
        body,
        headers: { origin: shop.auth.baseUrl, 'content-type': type },
      })
    const form = 'application/x-www-form-urlencoded'
    assert.equal((await post(`returnTo=/${'a'.repeat(100_000)}`, form)).status, 413)
    assert.equal((await post('{"returnTo":"/"}', 'application/json')).status, 415)
    assert.equal((await post('returnTo=%ff%2', form)).status, 400)
  })
})

describe('in Express', () => {
  let shop: Shop
  before(async () => {
    shop = await startShop(withExpress)
  })
  after(() => shop.stop())

  it('sends a browser to sign in and brings it back to the page below its mount', async () => {
    const page = await follow(visit(shop), '/shop/photos?page=2')
    assert.deepEqual(await page.json(), { user: 'alice', url: '/shop/photos?page=2' })
  })

  it('takes a form that the parser of the app has read before', async () => {
    const visitor = visit(shop)
    await follow(visitor, '/shop/photos')
    const init = {
      method: 'POST',
      body: new URLSearchParams({ returnTo: '/bye' }),
      headers: { origin: shop.auth.baseUrl },
    }
    assert.equal((await visitor.go('/api/auth/signout', init)).headers.get('location'), `${shop.auth.baseUrl}/bye`)
  })

  it('takes no JSON for a form', async () => {
    const headers = { origin: shop.auth.baseUrl, 'content-type': 'application/json' }
    const init = { method: 'POST', body: '{"returnTo":"/"}', headers }
    assert.equal((await visit(shop).go('/api/auth/signout', init)).status, 415)
  })

  it('calls an API, and leaves a failure to the app with its code', async () => {
    const visitor = visit(shop)
    await follow(visitor, '/shop/photos')
    const list = (api: string) => visitor.go(`/shop/list?${new URLSearchParams({ api })}`)
    assert.deepEqual(await (await list(`${shop.standIn.issuer}/photos`)).json(), { ok: true })
    assert.deepEqual(await (await list('https://evil.example/')).json(), { code: 'resource_unknown' })
  })

  it('passes on what is not its own', async () => {
    assert.equal((await visit(shop).go('/api/auth/unknown')).status, 404)
  })
})

describe('an answer by form_post', () => {
  for (const [name, app] of [
    ['node:http', plain],
    ['Express', withExpress],
  ] as const) {
    it(`is read in ${name}`, async () => {
      const shop = await startShop(app, { responseMode: 'form_post' })
      const visitor = visit(shop)
      const start = await visitor.go('/api/auth/signin/symbolon')
      const back = await shop.standIn.allow(start.headers.get('location') ?? '')
      const done = await visitor.go(back.pathname, { method: 'POST', body: back.searchParams })
      assert.deepEqual([done.status, done.headers.get('location')], [303, `${shop.auth.baseUrl}/`])
      await shop.stop()
    })
  }
})

describe('required', () => {
  it('lets nobody pass when the store is away (attack 110)', async () => {
    const shop = await startShop((auth) => {
      const away: Auth = { ...auth, session: async () => Promise.reject(new AuthError('storage_unavailable')) }
      const { required } = nodeAuth(away)
      return (request, response) => {
        required()(request, response, (error) => {
          response.writeHead(error instanceof AuthError ? error.status : 200).end()
        })
      }
    })
    assert.equal((await visit(shop).go('/photos')).status, 503)
    await shop.stop()
  })

  it('signs in with the provider that it is given, and without a page it could not return to', async () => {
    const shop = await startShop((auth) => {
      const { required } = nodeAuth(auth)
      return (request, response) => required({ provider: 'symbolon' })(request, response, () => response.end())
    })
    const location = async (path: string) => (await visit(shop).go(path)).headers.get('location')
    assert.equal(await location('/a'), `${shop.auth.baseUrl}/api/auth/signin/symbolon?returnTo=%2Fa`)
    assert.equal(await location(`/${'a'.repeat(2000)}`), `${shop.auth.baseUrl}/api/auth/signin/symbolon`)
    await shop.stop()
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseChallenges } from '@symbolon/protocol/challenge'
import { sizeOf } from '../src/file-types.ts'
import { alice, audience, bob, bytesOf, openLibrary, photosOf } from './support.ts'

describe('who may have what', () => {
  const routes = [
    ['GET', '/photos', 'photos:read'],
    ['GET', '/photos/autumn-lake', 'photos:read'],
    ['GET', '/photos/autumn-lake/thumbnail', 'photos:read'],
    ['GET', '/photos/autumn-lake/original', 'photos:download'],
    ['POST', '/photos', 'photos:upload'],
  ] as const
  it('each route stands under its own scope and says so (RFC 6750 §3.1) [RFC6750-3-01] [RFC6750-3.1-02]', async () => {
    await using library = await openLibrary()
    const all = ['photos:read', 'photos:download', 'photos:upload']
    for (const [method, path, scope] of routes) {
      const none = await fetch(`${library.url}${path}`, { method })
      assert.equal(none.status, 401, path)
      assert.deepEqual(parseChallenges(none.headers.get('www-authenticate') ?? '')[0]?.parameters, {
        scope,
        resource_metadata: `${audience}/.well-known/oauth-protected-resource`,
      })
      const others = all.filter((each) => each !== scope).join(' ')
      const lacking = await library.ask(path, { sub: alice, scope: others }, { method })
      assert.equal(lacking.status, 403, path)
      assert.match(lacking.headers.get('www-authenticate') ?? '', new RegExp(`insufficient_scope.*scope="${scope}"`))
    }
  })

  it('a token for another resource opens nothing (RFC 9068 §4) [RFC9068-4-01] (attack 44)', async () => {
    await using library = await openLibrary()
    const token = await library.issuer.token({ audience: 'http://localhost:4300', scope: 'photos:read' })
    const response = await fetch(`${library.url}/photos`, { headers: { authorization: `Bearer ${token}` } })
    assert.equal(response.status, 401)
  })

  it('everyone has photos of their own, and a stranger has none (RFC 6749 §7)', async () => {
    await using library = await openLibrary()
    const hers = await photosOf(await library.ask('/photos', { sub: alice }))
    const his = await photosOf(await library.ask('/photos', { sub: bob }))
    assert.equal(hers.length, 8)
    assert.equal(his.length, 8)
    assert.deepEqual(
      hers.filter(({ id }) => his.some((photo) => photo.id === id)),
      [],
    )
    assert.deepEqual(await photosOf(await library.ask('/photos', { sub: 'somebody' })), [])
    assert.deepEqual(await photosOf(await library.ask('/photos', { sub: '../../../etc' })), [])
  })

  it("answers for somebody else's photo exactly as for one that is not there (RFC 6749 §7)", async () => {
    await using library = await openLibrary()
    for (const end of ['', '/thumbnail', '/original']) {
      const answers = await Promise.all(
        ['green-hills', 'no-such-photo', '..%2f..%2fetc', 'constructor'].map(async (id) => {
          const response = await library.ask(`/photos/${id}${end}`, { sub: alice })
          return { status: response.status, type: response.headers.get('content-type'), body: await response.text() }
        }),
      )
      assert.equal(answers[0]?.status, 404)
      assert.equal(answers[0]?.type, 'application/problem+json')
      for (const answer of answers) assert.deepEqual(answer, answers[0])
    }
  })

  it('says where tokens come from, to everyone (RFC 9728 §3) [RFC9728-3-01]', async () => {
    await using library = await openLibrary()
    const response = await fetch(`${library.url}/.well-known/oauth-protected-resource`)
    assert.deepEqual(await response.json(), {
      resource: audience,
      authorization_servers: [library.issuer.url],
      scopes_supported: ['photos:read', 'photos:download', 'photos:upload'],
      bearer_methods_supported: ['header'],
      resource_name: 'Photo library',
    })
  })
})

describe('the pictures', () => {
  it('come as JPEG in two sizes, the same ones each time', async () => {
    await using library = await openLibrary()
    const [photo] = await photosOf(await library.ask('/photos', { sub: alice }))
    assert.ok(photo?.links.thumbnail)
    const small = await library.ask(photo.links.thumbnail, { sub: alice })
    assert.equal(small.headers.get('content-type'), 'image/jpeg')
    assert.match(small.headers.get('cache-control') ?? '', /private/)
    const thumbnail = await bytesOf(small)
    assert.deepEqual(sizeOf(thumbnail), { width: 320, height: 213 })
    const asked = await Promise.all([1, 2].map(() => library.ask(photo.links.original, { sub: alice }).then(bytesOf)))
    assert.deepEqual(sizeOf(asked[0] ?? Buffer.alloc(0)), { width: photo.width, height: photo.height })
    assert.deepEqual(asked[0], asked[1])
    await library.restart()
    assert.deepEqual(await bytesOf(await library.ask(photo.links.thumbnail, { sub: alice })), thumbnail)
    assert.deepEqual(library.errors, [])
  })
})

describe('bad requests', () => {
  it('get the right answer as a problem document (RFC 9457 §3)', async () => {
    await using library = await openLibrary()
    const cases = [
      ['GET', '/nowhere', 404],
      ['DELETE', '/photos', 405],
      ['PUT', '/photos/autumn-lake', 405],
      ['POST', '/', 405],
      ['GET', '/photos/%', 400],
    ] as const
    for (const [method, path, status] of cases) {
      const response = await library.ask(path, { sub: alice }, { method })
      assert.equal(response.status, status, `${method} ${path}`)
      assert.equal(response.headers.get('content-type'), 'application/problem+json')
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
      if (status === 405) assert.match(response.headers.get('allow') ?? '', /GET/)
    }
    assert.deepEqual(library.errors, [])
  })

  it('are told to come again while the issuer is away (RFC 9110 §15.6.4)', async () => {
    await using library = await openLibrary()
    library.issuer.serves.failing = 500
    const response = await library.ask('/photos', { sub: alice })
    assert.equal(response.status, 503)
    assert.equal(response.headers.get('retry-after'), '5')
  })
})

describe('the page for people', () => {
  it('says what this is and what can be allowed, without script', async () => {
    await using library = await openLibrary()
    const response = await fetch(library.url)
    assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/)
    const page = await response.text()
    for (const words of ['See your photos', 'Download your photos in full size', 'photos:upload', library.issuer.url])
      assert.ok(page.includes(words), words)
    assert.equal(page.includes('<script'), false)
    for (const path of ['/theme.css', '/icon.svg']) assert.equal((await fetch(`${library.url}${path}`)).status, 200)
  })
})

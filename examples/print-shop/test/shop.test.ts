/** The shop as a person meets it, and as somebody who means no good. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mostBytes } from '../src/pictures.ts'
import { jpeg, openBrowser, openShop, photo, png, readPdf } from './support.ts'

const order = [
  ['photo', 'one'],
  ['photo', 'two'],
  ['title', 'By the lake'],
] as const

describe('ordering a sheet', () => {
  it('gives a PDF of the photos chosen, in full size', async () => {
    await using all = await openShop()
    const browser = openBrowser(all)
    assert.equal((await browser.signIn()).headers.location, 'http://localhost:4200/photos')
    assert.match((await browser.get('/photos')).body, /2 photos in your library/)
    const { headers, statusCode } = await browser.post('/sheets', order)
    assert.equal(statusCode, 303)
    const page = await browser.get(String(headers.location))
    assert.match(page.body, /<h1>By the lake<\/h1>/)
    assert.doesNotMatch(page.body, /small picture/)
    const pdf = await browser.get(`${headers.location}/sheet.pdf`)
    assert.equal(pdf.headers['content-disposition'], 'attachment; filename="By the lake.pdf"')
    assert.deepEqual(readPdf(pdf.rawPayload), { pages: 1, images: 2 })
    assert.deepEqual(
      all.library.asked.filter((path) => path.includes('two/')),
      ['GET /photos/two/original'],
    )
  })

  it('gives the PDF the name of its title in any script (RFC 6266 §4.3)', async () => {
    await using all = await openShop()
    const browser = openBrowser(all)
    await browser.signIn()
    const { headers } = await browser.post('/sheets', [
      ['photo', 'one'],
      ['title', 'Été (東京)'],
    ])
    const pdf = await browser.get(`${headers.location}/sheet.pdf`)
    const whole = '%C3%89t%C3%A9%20%28%E6%9D%B1%E4%BA%AC%29.pdf'
    assert.equal(pdf.headers['content-disposition'], `attachment; filename="t.pdf"; filename*=UTF-8''${whole}`)
  })

  it('survives pictures that are corrupt, gone, heavy or not to be printed', async () => {
    await using all = await openShop()
    all.library.photos = [
      photo('corrupt', { original: png({ colours: 6, data: Buffer.from('no pixels') }) }),
      photo('gone', { original: Buffer.from(''), thumbnail: Buffer.from('nothing either') }),
      photo('heavy', { original: jpeg(mostBytes) }),
      { id: 'lost', title: 'Lost', width: 3 },
    ]
    const browser = openBrowser(all)
    await browser.signIn()
    const chosen = all.library.photos.map(({ id }) => ['photo', id] as const)
    const { location } = (await browser.post('/sheets', chosen)).headers
    assert.match((await browser.get(String(location))).body, /4 of them from the small picture/)
    assert.deepEqual(readPdf((await browser.get(`${location}/sheet.pdf`)).rawPayload), { pages: 1, images: 2 })
    assert.deepEqual(all.logged, [])
  })

  it('says so when nothing or too much was chosen, and lists no PDF among the photos', async () => {
    await using all = await openShop()
    const browser = openBrowser(all)
    all.library.photos = Array.from({ length: 61 }, (_, at) => photo(`p${at}`))
    await browser.signIn()
    assert.match((await browser.post('/sheets')).body, /Nothing chosen/)
    const chosen = all.library.photos.map(({ id }) => ['photo', id] as const)
    assert.match((await browser.post('/sheets', chosen)).body, /up to 60. You ticked 61/)
    all.library.photos = [{ id: 'sheet', title: 'A saved sheet' }]
    assert.match((await browser.get('/photos')).body, /Your library is empty/)
    assert.match((await browser.post('/sheets', [['photo', 'sheet']])).body, /Nothing chosen/)
  })

  it('is refused to a form of another site (RFC 9700 §4.7)', async () => {
    await using all = await openShop()
    const browser = openBrowser(all)
    await browser.signIn()
    const asked = all.library.asked.length
    const from: readonly Readonly<Record<string, string>>[] = [
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site', origin: 'http://localhost:4300' },
      { 'sec-fetch-site': '', origin: 'null' },
      { 'sec-fetch-site': '' },
    ]
    for (const headers of from) {
      assert.equal((await browser.post('/sheets', order, headers)).statusCode, 403)
      assert.equal((await browser.post('/sheets/x/save', [], headers)).statusCode, 403)
      const { location } = (await browser.post('/api/auth/signout', [], headers)).headers
      assert.match(String(location), /\/sorry\?error=form_not_from_here/)
    }
    assert.equal(all.library.asked.length, asked)
    assert.equal((await browser.get('/photos')).statusCode, 200)
  })

  it('puts no markup of a title on a page or into a header', async () => {
    await using all = await openShop()
    const browser = openBrowser(all)
    const title = '<img src=x onerror=alert(1)>"\r\nX-Evil: 1'
    all.library.photos = [photo('one', { title })]
    await browser.signIn()
    const { location } = (await browser.post('/sheets', [...order.slice(0, 1), ['title', title]])).headers
    for (const path of ['/photos', String(location)]) {
      const page = await browser.get(path)
      assert.equal(page.statusCode, 200)
      assert.equal(page.body.includes('<img src=x'), false)
      assert.match(String(page.headers['content-security-policy']), /default-src 'none'/)
    }
    const pdf = await browser.get(`${location}/sheet.pdf`)
    assert.deepEqual([pdf.statusCode, pdf.headers['x-evil']], [200, undefined])
    assert.match(String(pdf.headers['content-disposition']), /^attachment; filename="[\w -]+\.pdf"$/)
  })
})

describe('a sheet that was made', () => {
  it('is shown to nobody else, in another browser or after them in the same one', async () => {
    await using all = await openShop()
    const hers = openBrowser(all)
    await hers.signIn()
    const { location } = (await hers.post('/sheets', order)).headers
    all.issuer.change.claims = (claims) => ({ ...claims, sub: 'bob' })
    all.issuer.change.userinfo = (claims) => ({ ...claims, sub: 'bob' })
    const his = openBrowser(all)
    await his.signIn()
    for (const path of [`${location}`, `${location}/sheet.pdf`])
      assert.equal((await his.get(path)).statusCode, 404, path)
    assert.equal((await his.post(`${location}/save`)).statusCode, 404)
    assert.equal((await openBrowser(all).get(`${location}/sheet.pdf`)).statusCode, 401)
    assert.equal((await hers.get(`${location}/sheet.pdf`)).statusCode, 200)
    await hers.signIn()
    assert.equal((await hers.get(`${location}`)).statusCode, 404)
    assert.equal(all.library.uploads.length, 0)
  })

  it('is saved when that is allowed, once, and asked for when it is not', async () => {
    await using all = await openShop()
    const browser = openBrowser(all)
    await browser.signIn()
    const { location } = (await browser.post('/sheets', order)).headers
    const link = /href="([^"]+)">Allow saving/.exec((await browser.get(`${location}`)).body)?.[1]
    await browser.signIn(link?.replaceAll('&amp;', '&'))
    for (let count = 0; count < 2; count++)
      assert.equal((await browser.post(`${location}/save`)).headers.location, location)
    assert.equal(all.library.uploads.length, 1)
    assert.deepEqual(readPdf(all.library.uploads[0] ?? Buffer.alloc(0)), { pages: 1, images: 2 })
    assert.match((await browser.get(`${location}`)).body, /Saved in your photo library/)
  })

  it('says what stood in the way of saving it', async () => {
    await using all = await openShop()
    const browser = openBrowser(all)
    await browser.signIn()
    const { location } = (await browser.post('/sheets', order)).headers
    for (const [status, code, words] of [
      [507, 422, /library is full/],
      [413, 422, /too large/],
      [500, 502, /does not answer/],
    ] as const) {
      all.library.instead = (_path, method) => (method === 'POST' ? { status } : undefined)
      const page = await browser.post(`${location}/save`)
      assert.deepEqual([page.statusCode, words.test(page.body)], [code, true])
    }
  })
})

describe('what was not allowed', () => {
  it('is not done: without full size the sheet is of small pictures, and says so (RFC 6749 §3.3)', async () => {
    await using all = await openShop()
    const browser = openBrowser(all)
    all.issuer.change.tokens = (body) => ({ ...body, scope: 'openid profile photos:read' })
    await browser.signIn()
    assert.match((await browser.get('/photos')).body, /Not allowed: fetch them in full size/)
    const { location } = (await browser.post('/sheets', order)).headers
    assert.match((await browser.get(`${location}`)).body, /full size was not allowed/)
    assert.deepEqual(readPdf((await browser.get(`${location}/sheet.pdf`)).rawPayload), { pages: 1, images: 2 })
    assert.equal(
      all.library.asked.some((path) => path.endsWith('/original')),
      false,
    )
  })

  it('ends in a page and not in a failure: Don’t allow, no photos, or something wrong at the issuer', async () => {
    await using all = await openShop()
    const browser = openBrowser(all)
    for (const [error, words] of [
      ['access_denied', /You chose not to allow it/],
      ['server_error', /The sign-in did not come to an end/],
    ] as const) {
      all.issuer.change.redirect = (answer) => {
        answer.delete('code')
        answer.set('error', error)
        return answer
      }
      const { headers } = await browser.signIn()
      assert.match((await browser.get(String(headers.location))).body, words)
      assert.equal(browser.cookies.size, 0)
    }
    delete all.issuer.change.redirect
    all.issuer.change.tokens = (body) => ({ ...body, scope: 'openid' })
    await browser.signIn()
    assert.match((await browser.get('/photos')).body, /You did not allow us to see your photos/)
  })

  it('may be taken back meanwhile: full size falls back to small, and the list says so (RFC 6750 §3.1)', async () => {
    await using all = await openShop()
    const browser = openBrowser(all)
    await browser.signIn()
    const challenge = 'Bearer error="insufficient_scope", scope="photos:download"'
    all.library.instead = (path) => (path.endsWith('/original') ? { status: 403, challenge } : undefined)
    const { location } = (await browser.post('/sheets', order)).headers
    assert.match((await browser.get(`${location}`)).body, /full size was not allowed/)
    assert.equal(all.library.asked.filter((path) => path.endsWith('/original')).length, 1)
    all.library.instead = () => ({ status: 403, challenge })
    const page = await browser.get('/photos')
    assert.deepEqual([page.statusCode, /not allowed to do that any more/.test(page.body)], [403, true])
  })
})

describe('when somebody is away', () => {
  it('says so, and goes on when they are back', async () => {
    await using all = await openShop()
    const browser = openBrowser(all)
    await browser.signIn()
    for (const status of [500, 503]) {
      all.library.instead = () => ({ status })
      assert.match((await browser.get('/photos')).body, /does not answer/)
      assert.match((await browser.post('/sheets', order)).body, /does not answer/)
    }
    delete all.library.instead
    assert.equal((await browser.get('/photos')).statusCode, 200)
    await all.closeLibrary()
    const page = await browser.get('/photos')
    assert.deepEqual([page.statusCode, /does not answer/.test(page.body)], [503, true])
  })

  it('asks to sign in again once access has ended, and signs out without the issuer', async () => {
    await using all = await openShop()
    const browser = openBrowser(all)
    all.issuer.change.tokens = (body) => ({ ...body, expires_in: 0 })
    await browser.signIn()
    all.issuer.change.token = () => ({ status: 400, body: { error: 'invalid_grant' } })
    for (let count = 0; count < 2; count++) {
      const page = await browser.get('/photos')
      assert.deepEqual([page.statusCode, /Please sign in again/.test(page.body)], [401, true])
    }
    await all.issuer.stop()
    assert.equal((await browser.post('/api/auth/signout')).statusCode, 303)
    assert.equal(browser.cookies.size, 0)
    assert.equal((await browser.get('/photos')).statusCode, 303)
  })
})

describe('addresses', () => {
  it('lead to the photos of the library and to nothing else there (RFC 10017 §6.1.3.6) [RFC10017-6.1.3.6-01]', async () => {
    await using all = await openShop()
    const browser = openBrowser(all)
    await browser.signIn()
    const before = all.library.asked.length
    for (const id of ['%2e%2e', '%2E', '..%2f..%2fadmin%3f', '%2e%2e%2fx'])
      assert.equal((await browser.get(`/photos/${id}/thumbnail`)).statusCode, 404, id)
    for (const path of all.library.asked.slice(before)) assert.match(path, /^GET \/photos\/[^/?]+\/thumbnail$/)
    const missing = await browser.get('/nowhere')
    assert.deepEqual([missing.statusCode, /There is no such page/.test(missing.body)], [404, true])
  })

  it('of the client keep the stricter headers that they bring', async () => {
    await using all = await openShop()
    const { headers } = await openBrowser(all).get('/api/auth/signin/symbolon')
    assert.equal(headers['referrer-policy'], 'no-referrer')
  })
})

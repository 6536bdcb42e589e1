import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readRequest, readToken } from '../src/request.ts'

const plain = (authorization: string | readonly string[] | undefined, url = '/notes') =>
  readRequest({ method: 'GET', url, authorization })
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('readRequest', () => {
  it('reads the token after the scheme in any case (RFC 6750 §2.1, RFC 9110 §11.1) [RFC6750-2.1-02] [OAuth2.1-5.1.1-01]', () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) assert.equal(plain(`${scheme} abc`).bearer, 'abc')
    assert.equal(plain('Bearer   abc').bearer, 'abc')
  })

  it('reads no token from another scheme, and an empty one from a scheme alone (RFC 6750 §2.1)', () => {
    for (const authorization of [undefined, [], 'Basic abc', 'BearerX abc', 'Bearer_abc'])
      assert.equal(plain(authorization).bearer, undefined)
    assert.equal(plain('Bearer').bearer, '')
    assert.equal(plain('Bearer ').bearer, '')
  })

  it('keeps every header of a request (RFC 6750 §3.1)', () => {
    assert.deepEqual(plain(['Bearer a', 'Bearer b']).authorization, ['Bearer a', 'Bearer b'])
    const headers = new Headers([
      ['authorization', 'Bearer a'],
      ['authorization', 'Bearer b'],
    ])
    const request = readRequest(new Request('https://api.example/notes?x=1', { headers }))
    assert.deepEqual(request.authorization, ['Bearer a, Bearer b'])
    assert.equal(request.path, '/notes')
  })

  it('sees a token in the URL, and keeps the query out of the path (RFC 6750 §2.3)', () => {
    assert.equal(plain(undefined, '/notes?a=1&access_token=').tokenInQuery, true)
    assert.equal(plain(undefined, '/notes?a=1&access%5Ftoken=x').tokenInQuery, true)
    assert.equal(plain(undefined, '/notes?a=access_token').tokenInQuery, false)
    assert.equal(plain(undefined, '/notes?access_token=secret').path, '/notes')
    assert.equal(plain(undefined, 'https://api.example?x').path, '/')
    assert.equal(plain(undefined, '//[').path, '//[')
  })
})

describe('readToken', () => {
  it('reads header and claims of three parts (RFC 7515 §7.1)', () => {
    const token = readToken(`${part({ alg: 'ES256' })}.${part({ sub: 'ä' })}.sig`)
    assert.deepEqual(token, { header: { alg: 'ES256' }, claims: { sub: 'ä' } })
  })

  it('takes anything else for opaque (RFC 6750 §2.1)', () => {
    const header = part({ alg: 'ES256' })
    for (const token of ['', 'abc', 'a.b.c', `${header}.${header}`, `${header}.${header}.a.b.c`, `${part([1])}.x.y`])
      assert.equal(readToken(token), undefined)
  })

  it('reads no claims that are no object or no UTF-8 (RFC 8725 §3.7) [RFC8725-3.7-01]', () => {
    const header = part({ alg: 'ES256' })
    const latin = Buffer.from('{"sub":"\xe4"}', 'latin1').toString('base64url')
    for (const claims of [part('text'), part(null), latin, '!!', ''])
      assert.deepEqual(readToken(`${header}.${claims}.sig`), { header: { alg: 'ES256' }, claims: undefined })
  })
})

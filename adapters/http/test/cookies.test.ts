import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCookieJar } from '../src/cookies.ts'

describe('cookies', () => {
  it('are __Host- and Secure for the whole site on https (RFC 6265bis §4.1.3.2)', () => {
    const jar = createCookieJar('https://id.example')
    assert.equal(jar.write({ name: 'browser', value: 'v' }), '__Host-browser=v; Path=/; HttpOnly; Secure; SameSite=Lax')
    assert.equal(jar.read('__Host-browser=v; other=1').get('browser'), 'v')
  })
  it('are __Secure- where they are limited to a path (RFC 6265bis §4.1.3.1)', () => {
    const jar = createCookieJar('https://id.example')
    const written = jar.write({ name: 'i_1', value: 'v', path: '/i/1', maxAge: 60 })
    assert.match(written, /^__Secure-i_1=v; Max-Age=60; Path=\/i\/1; HttpOnly; Secure/)
    assert.equal(jar.read('__Secure-i_1=v').get('i_1'), 'v')
  })
  it('ignore an unprefixed namesake that another host may have planted', () => {
    const jar = createCookieJar('https://id.example')
    assert.equal(jar.read('browser=planted').get('browser'), undefined)
  })
  it('that say who is signed in are believed under the name alone that no other host can set (RFC 6265bis §4.1.3.2) (attack 86) (attack 95)', () => {
    const jar = createCookieJar('https://id.example')
    assert.equal(jar.read('__Secure-browser=planted').get('browser'), undefined)
    assert.equal(jar.read('__Host-browser=mine; __Secure-browser=planted').get('browser'), 'mine')
    assert.equal(jar.read('__Secure-browser=planted; __Host-browser=mine').get('browser'), 'mine')
    assert.equal(jar.read('__Secure-language=de').get('language'), undefined)
  })
  it('are hidden from scripts, but for the one that frames of other sites are to read', () => {
    const cookie = { name: 'session-state', value: 'v', sameSite: 'none', readable: true } as const
    const written = createCookieJar('https://id.example').write(cookie)
    assert.equal(written, '__Host-session-state=v; Path=/; Secure; SameSite=None')
    assert.match(createCookieJar('http://localhost:4000').write(cookie), /SameSite=Lax$/)
  })
  it('carry the port on http, because ports of one host share them', () => {
    const written = createCookieJar('http://localhost:4000').write({ name: 'browser', value: 'v' })
    assert.equal(written, 'symbolon4000_browser=v; Path=/; HttpOnly; SameSite=Lax')
    assert.equal(createCookieJar('http://localhost:4001').read('symbolon4000_browser=v').size, 0)
  })
  it('of two issuers below one host do not meet', () => {
    const [a, b] = [createCookieJar('https://id.example/a'), createCookieJar('https://id.example/b')]
    const written = a.write({ name: 'browser', value: 'v' }).split(';')[0]
    assert.equal(a.read(written).get('browser'), 'v')
    assert.equal(b.read(written).get('browser'), undefined)
  })
  it('are taken away with the path they were set for', () =>
    assert.match(
      createCookieJar('https://id.example/a').write({ name: 'i_1', value: undefined, path: '/i/1' }),
      /Max-Age=0; Path=\/a\/i\/1/,
    ))
})

/** Cookies as browsers send and keep them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cookieNames, joinChunks, parseCookies, removeChunks, writeChunks } from '@symbolon/client/cookies'
import fc from 'fast-check'

const cookie = { name: 's', maxAge: 60, secure: true }

const applied = (before: ReadonlyMap<string, string>, lines: readonly string[]): ReadonlyMap<string, string> => {
  const after = new Map(before)
  for (const line of lines) {
    const [pair = ''] = line.split(';')
    const [name = '', value = ''] = pair.split('=')
    if (line.includes('Max-Age=0')) after.delete(name)
    else after.set(name, value)
  }
  return after
}

describe('cookies', () => {
  it('are read by name, the first of each', () => {
    assert.deepEqual(
      [...parseCookies('a=1; b=x=y;c= 3 ;a=2; d; =e; ')],
      [
        ['a', '1'],
        ['b', 'x=y'],
        ['c', '3'],
      ],
    )
    assert.deepEqual([...parseCookies(null)], [])
    assert.deepEqual([...parseCookies('__proto__=1')], [['__proto__', '1']])
  })

  it('are no others than their bytes say: white space that browsers do not know makes no __Host- name (RFC 10017 §6.1.3.2)', () => {
    const own = '__Host-symbolon.session'
    for (const space of ['\u00a0', '\u2000', '\ufeff', '\v', '\f', '\u2028', '\u0085']) {
      const cookies = parseCookies(`${space}${own}=planted; ${own}${space}=planted; ${own}=own${space}`)
      assert.equal(cookies.get(own), `own${space}`, JSON.stringify(space))
    }
    assert.equal(parseCookies(`\t${own} = own ;`).get(own), 'own')
  })

  it('have names that apps on other ports of this machine do not share', () => {
    assert.equal(cookieNames(new URL('http://localhost:4200')).session, 'symbolon-4200.session')
    assert.equal(cookieNames(new URL('http://localhost')).session, 'symbolon-80.session')
    assert.equal(cookieNames(new URL('https://shop.example.com')).session, '__Host-symbolon.session')
    assert.equal(cookieNames(new URL('https://shop.example.com:8443')).session, '__Host-symbolon-8443.session')
  })

  it('hold a value of any length up to their bound, after one of any other length', () => {
    const length = fc.integer({ min: 1, max: 9_216 })
    fc.assert(
      fc.property(length, length, (first, second) => {
        const once = writeChunks(new Map(), { ...cookie, value: 'a'.repeat(first) }) ?? []
        assert.ok(once.length > 0 && once.every((line) => line.length <= 4096))
        const before = applied(new Map(), once)
        assert.equal(joinChunks(before, 's'), 'a'.repeat(first))
        const after = applied(before, writeChunks(before, { ...cookie, value: 'b'.repeat(second) }) ?? [])
        assert.equal(joinChunks(after, 's'), 'b'.repeat(second))
        assert.equal(applied(after, removeChunks(after, cookie)).size, 0)
      }),
    )
  })

  it('hold no longer value', () => {
    assert.equal(writeChunks(new Map(), { ...cookie, value: 'a'.repeat(9_217) }), undefined)
  })
})

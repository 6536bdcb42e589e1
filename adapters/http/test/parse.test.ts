import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseForm, parseParameters } from '../src/parse.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const form = 'application/x-www-form-urlencoded'

describe('reading parameters', () => {
  it('reads percent-encoded UTF-8 and plus signs (RFC 6749 appendix B)', () => {
    const parsed = parseForm(bytes('a=%C3%A9+b&c='), form)
    assert.ok('params' in parsed)
    assert.deepEqual(
      [...parsed.params],
      [
        ['a', 'é b'],
        ['c', ''],
      ],
    )
  })
  it('accepts a charset of UTF-8 and any case of the type', () => {
    for (const type of [form, `${form}; charset=UTF-8`, `${form.toUpperCase()};charset="utf-8"`])
      assert.ok('params' in parseForm(bytes('a=b'), type), type)
  })
  it('refuses another content type, and a body without one (RFC 6749 §4.1.3)', () => {
    for (const type of ['application/json', 'text/plain', undefined, '', `${form}; charset=utf-16`])
      assert.deepEqual(parseForm(bytes('{}'), type), { unreadable: 'content_type_wrong' })
  })
  it('needs no content type for an empty body', () => assert.ok('params' in parseForm(bytes(''), undefined)))
  for (const [what, text] of [
    ['a broken escape', 'a=%zz'],
    ['an escape cut off', 'a=%C3'],
    ['an overlong byte sequence', 'a=%C0%AF'],
    ['a lone surrogate', 'a=%ED%A0%80'],
    ['an escaped NUL', 'a=%00'],
  ] as const)
    it(`refuses ${what} as a whole (RFC 6749 appendix B)`, () =>
      assert.deepEqual(parseParameters(text), { unreadable: 'body_malformed' }))
  it('refuses bytes that are not UTF-8', () =>
    assert.deepEqual(parseForm(new Uint8Array([0x61, 0x3d, 0xff]), form), { unreadable: 'body_malformed' }))
  it('refuses more parameters than any request has, for looking through them costs everybody time', () => {
    const flood = (count: number) => Array.from({ length: count }, (_, at) => `p${at}=`).join('&')
    assert.ok('params' in parseParameters(flood(1_000)))
    assert.deepEqual(parseParameters(flood(1_001)), { unreadable: 'body_malformed' })
    assert.deepEqual(parseForm(bytes(flood(16_000)), form), { unreadable: 'body_malformed' })
  })
})

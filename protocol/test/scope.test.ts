import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readScope } from '../src/scope.ts'

describe('reading a scope (RFC 6749 §3.3)', () => {
  it('gives its words, each once', () => {
    assert.deepEqual(readScope('openid photos.read openid'), ['openid', 'photos.read'])
  })

  it('gives the same list for the same text', () => {
    assert.equal(readScope('photos.read openid'), readScope(['photos.read', 'openid'].join(' ')))
  })

  it('refuses what is not written as one (appendix A.4)', () => {
    for (const text of ['', ' ', 'a  b', ' a', 'a ', 'a"b', 'a\\b', 'ü', 'a\tb'])
      assert.equal(readScope(text), undefined)
  })

  it('reads any number of scopes, and long ones', () => {
    for (let at = 0; at < 2_500; at++) assert.deepEqual(readScope(`a${at} b`), [`a${at}`, 'b'])
    const long = Array.from({ length: 100 }, (_, at) => `scope${at}`)
    assert.deepEqual(readScope(long.join(' ')), long)
  })
})

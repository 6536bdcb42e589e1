import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  carrierOf,
  contentsOf,
  defaultModeOf,
  isSigned,
  responseModeOf,
  responseModes,
  responseTypeOf,
  responseTypes,
} from '../src/response-types.ts'

/** Every order of the words. */
const orders = (words: readonly string[]): readonly string[] =>
  words.length < 2
    ? words
    : words.flatMap((word, at) => orders(words.toSpliced(at, 1)).map((rest) => `${word} ${rest}`))

describe('a response type', () => {
  it('is the same whatever the order of its words (RFC 6749 §3.1.1)', () => {
    for (const type of responseTypes) {
      for (const order of orders(type.split(' '))) assert.equal(responseTypeOf(order), type)
    }
  })

  for (const none of ['', 'Code', 'code code', 'code  token', ' code', 'none code', 'token id_token code none', 'x']) {
    it(`is not ${JSON.stringify(none)}`, () => assert.equal(responseTypeOf(none), undefined))
  }

  it('says what its answer holds [OAuth-MultiResp-4-01]', () => {
    assert.deepEqual(contentsOf('code id_token token'), { code: true, idToken: true, accessToken: true })
    assert.deepEqual(contentsOf('id_token token'), { code: false, idToken: true, accessToken: true })
    assert.deepEqual(contentsOf('none'), { code: false, idToken: false, accessToken: false })
  })
})

describe('a response mode', () => {
  it('is query for code and none, and fragment for what holds a token [OAuth-MultiResp-2.1-01] [OAuth-MultiResp-5-01]', () => {
    const inQuery = responseTypes.filter((type) => defaultModeOf(type) === 'query')
    assert.deepEqual(inQuery, ['code', 'none'])
    assert.equal(defaultModeOf(undefined), 'query')
  })

  it('jwt is the default mode of the type, signed (JARM §2.3.4) [JARM-2.3.4-01]', () => {
    assert.equal(responseModeOf('jwt', 'code'), 'query.jwt')
    assert.equal(responseModeOf('jwt', 'code id_token'), 'fragment.jwt')
    assert.equal(responseModeOf('jwt', undefined), 'query.jwt')
  })

  it('is one of those there are, or none', () => {
    for (const mode of responseModes) {
      assert.equal(responseModeOf(mode, 'code'), mode)
      assert.equal(isSigned(mode), mode === `${carrierOf(mode)}.jwt`)
    }
    for (const none of ['', 'web_message', 'Query', 'jwt.query', 'query.jwt.jwt']) {
      assert.equal(responseModeOf(none, 'code'), undefined)
    }
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { buildChallenge, parseChallenges } from '../src/challenge.ts'

describe('buildChallenge', () => {
  it('writes the scheme alone when there is nothing to add (RFC 9110 §11.6.1)', () => {
    assert.equal(buildChallenge('Bearer', {}), 'Bearer')
    assert.equal(buildChallenge('Bearer', { realm: undefined }), 'Bearer')
  })

  it('quotes every value and escapes what would end the string (RFC 9110 §5.6.4)', () => {
    assert.equal(buildChallenge('Bearer', { realm: 'a "b" \\c' }), 'Bearer realm="a \\"b\\" \\\\c"')
  })

  it('refuses values that would start another header line (RFC 9110 §5.5)', () => {
    assert.throws(() => buildChallenge('Bearer', { realm: 'a\r\nSet-Cookie: b' }), TypeError)
  })
})

describe('parseChallenges', () => {
  const cases: readonly (readonly [title: string, header: string, expected: unknown])[] = [
    ['reads a scheme alone', 'Bearer', [{ scheme: 'Bearer', parameters: {} }]],
    [
      'reads tokens, quoted strings and odd spacing, names in lower case',
      'Bearer Realm = "a, \\"b\\"" ,, ERROR=invalid_token',
      [{ scheme: 'Bearer', parameters: { realm: 'a, "b"', error: 'invalid_token' } }],
    ],
    [
      'reads several challenges of one header',
      'Basic realm="x", Bearer scope="a b", error="invalid_token", DPoP algs="ES256", Negotiate',
      [
        { scheme: 'Basic', parameters: { realm: 'x' } },
        { scheme: 'Bearer', parameters: { scope: 'a b', error: 'invalid_token' } },
        { scheme: 'DPoP', parameters: { algs: 'ES256' } },
        { scheme: 'Negotiate', parameters: {} },
      ],
    ],
    [
      'reads an opaque value',
      'Negotiate YII=, Bearer realm="x"',
      [
        { scheme: 'Negotiate', parameters: {}, token68: 'YII=' },
        { scheme: 'Bearer', parameters: { realm: 'x' } },
      ],
    ],
    [
      'keeps a parameter that JavaScript objects treat specially',
      'Bearer constructor="x"',
      [{ scheme: 'Bearer', parameters: { constructor: 'x' } }],
    ],
    ['reads nothing from an empty header', '', []],
    ['reads nothing from parameters without a scheme', 'realm="x"', []],
    ['reads nothing when a string does not end', 'Bearer realm="x', []],
    ['reads nothing when a comma is missing', 'Bearer realm="x" scope="y"', []],
    ['reads nothing when a parameter repeats', 'Bearer realm="x", realm="y"', []],
  ]
  for (const [title, header, expected] of cases)
    it(`${title} (RFC 9110 §11.6.1)`, () => assert.deepEqual(parseChallenges(header), expected))

  it('reads back whatever was built (RFC 9110 §11.6.1)', () => {
    const value = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) })
    const parameters = fc.record({ realm: value, scope: value, error: value }, { requiredKeys: [] })
    fc.assert(
      fc.property(fc.array(parameters, { minLength: 1, maxLength: 3 }), (list) => {
        const header = list.map((entry) => buildChallenge('Bearer', entry)).join(', ')
        assert.deepEqual(
          parseChallenges(header).map((challenge) => challenge.parameters),
          list.map((entry) => ({ ...entry })),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('answers any text without throwing (RFC 9110 §11.6.1)', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => assert.ok(Array.isArray(parseChallenges(text)))),
      { numRuns: 300 },
    )
  })
})

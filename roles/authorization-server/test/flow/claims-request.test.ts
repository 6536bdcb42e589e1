import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  claimOf,
  claimsWithin,
  claimsWithout,
  isAmong,
  isEssential,
  permissionOf,
  permissionsFor,
  readClaimsRequest,
} from '../../src/flow/claims-request.ts'

const read = (value: unknown) => readClaimsRequest(JSON.stringify(value))

describe('the claims parameter (OpenID Connect Core §5.5)', () => {
  it('is read into what is asked where, with the values that alone are meant (§5.5.1)', () => {
    const asked = read({
      userinfo: { name: null, email: { value: 'a@example.com' }, locale: { values: ['de', 'fr'] } },
      id_token: { phone_number: { essential: true }, zoneinfo: { essential: false } },
    })
    assert.deepEqual(asked, {
      claims: {
        userinfo: { name: null, email: ['a@example.com'], locale: ['de', 'fr'] },
        idToken: { phone_number: null, zoneinfo: null },
        essential: ['phone_number'],
      },
      subjects: [],
      acr: undefined,
    })
  })

  it('says whom the client wants, and how they must have signed in (§5.5.1, §5.5.1.1)', () => {
    const asked = read({
      userinfo: { sub: { value: 'alice' } },
      id_token: { sub: { values: ['alice'] }, acr: { essential: true, values: ['high', 'low'] } },
    })
    assert.deepEqual(asked, { claims: null, subjects: ['alice'], acr: ['high', 'low'] })
    assert.equal(read({ id_token: { acr: { values: ['high'] } } })?.acr, undefined, 'a wish is no demand')
    assert.equal(read({ id_token: { acr: { essential: true } } })?.acr, undefined, 'any level will do')
    assert.equal(read({ userinfo: { acr: { essential: true, value: 'high' } } })?.acr, undefined)
  })

  it('ignores claims and members that it does not know [OIDC-Core-5.5-01]', () => {
    const hostile = '{"userinfo":{"__proto__":null,"constructor":null,"http://example.info/claims":{"x":1}},"more":5}'
    assert.deepEqual(readClaimsRequest(hostile), { claims: null, subjects: [], acr: undefined })
    assert.deepEqual(read({ userinfo: null, id_token: { 'name#de': null } }), readClaimsRequest(undefined))
  })

  it('never forgets that somebody was wanted because of how it is written (§5.5.1)', () => {
    for (const wanted of [{ value: 7 }, { value: null }, { values: [] }, { values: ['alice', 7] }]) {
      assert.equal(read({ id_token: { sub: wanted } }), undefined, JSON.stringify(wanted))
      assert.equal(read({ userinfo: { sub: wanted } }), undefined, JSON.stringify(wanted))
    }
    assert.deepEqual(read({ id_token: { sub: { essential: true } }, userinfo: { sub: null } })?.subjects, [])
  })

  const malformed = [
    '',
    'name',
    '[]',
    'null',
    '"text"',
    '{"userinfo":[]}',
    '{"userinfo":"name"}',
    '{"id_token":{"name":true}}',
    '{"id_token":{"name":[]}}',
    '{"id_token":{"name":{"essential":"yes"}}}',
    '{"id_token":{"name":{"values":"x"}}}',
    JSON.stringify({ userinfo: { name: { values: Array.from({ length: 21 }, String) } } }),
  ]
  for (const text of malformed) {
    it(`is refused as ${text.slice(0, 50)}`, () => assert.equal(readClaimsRequest(text), undefined))
  }

  const claims = { userinfo: { name: null, email: null, email_verified: null }, idToken: { email: ['x'] } }

  it('asks for a permission of its own for what no scope gives, once for an address and whether it is confirmed', () => {
    assert.deepEqual(permissionsFor(claims, ['openid']), ['"name"', '"email"'])
    assert.deepEqual(permissionsFor(claims, ['openid', 'email']), ['"name"'])
    assert.deepEqual(permissionsFor(claims, ['profile', 'email']), [])
    assert.deepEqual(permissionsFor(null, ['openid']), [])
  })

  it('never takes a scope for such a permission', () => {
    assert.equal(claimOf(permissionOf('name')), 'name')
    assert.equal(claimOf('name'), undefined)
    assert.equal(isAmong('"name"', ['name']), false)
    assert.equal(isAmong('"name"', ['profile']), true)
    assert.equal(isAmong('profile', ['"name"']), false)
  })

  it('gives what was allowed and nothing else, and takes back what is taken back', () => {
    assert.deepEqual(claimsWithin(claims, ['openid', '"name"']), { userinfo: { name: null }, idToken: {} })
    assert.deepEqual(claimsWithin(claims, ['email']), {
      userinfo: { email: null, email_verified: null },
      idToken: { email: ['x'] },
    })
    assert.equal(claimsWithin(claims, ['openid']), null)
    assert.deepEqual(claimsWithout(claims, '"email"'), { userinfo: { name: null }, idToken: {} })
    assert.deepEqual(claimsWithout(claims, 'email'), { userinfo: { name: null }, idToken: {} })
    assert.deepEqual(claimsWithout(claims, 'phone'), claims)
  })

  it('knows what the client needs', () => {
    const asked = read({ userinfo: { email_verified: { essential: true }, name: null } })?.claims ?? null
    assert.deepEqual([isEssential('"email"', asked), isEssential('"name"', asked)], [true, false])
  })
})

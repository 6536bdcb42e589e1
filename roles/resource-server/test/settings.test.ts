import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createGuard, GuardError, type GuardSettings } from '../src/index.ts'

const good: GuardSettings = {
  issuer: 'https://id.example/tenant',
  audience: 'https://api.example',
  scopes: { 'notes:read': 'See your notes' },
  introspection: { clientId: 'api', clientSecret: 'a secret' },
}

describe('the settings of a guard', () => {
  it('may be http only on this machine, or where it is spelled insecure (RFC 9700 §2.6)', () => {
    for (const issuer of ['https://id.example', 'http://localhost:4000', 'http://127.0.0.1:1', 'http://[::1]:1'])
      assert.ok(createGuard({ ...good, issuer }))
    assert.throws(() => createGuard({ ...good, issuer: 'http://id.example' }), GuardError)
    assert.ok(createGuard({ ...good, issuer: 'http://id.example', insecureIssuer: true }))
  })

  const wrong: readonly (readonly [what: string, change: Partial<GuardSettings>])[] = [
    ['no issuer', { issuer: '' }],
    ['an issuer with a query', { issuer: 'https://id.example?a=b' }],
    ['an issuer with a fragment', { issuer: 'https://id.example#a' }],
    ['an issuer of another scheme', { issuer: 'ftp://id.example' }],
    ['an issuer that only looks local', { issuer: 'http://localhost.example' }],
    ['a key address that anyone can forge', { jwksUri: 'http://id.example/jwks' }],
    ['no audience', { audience: '' }],
    ['an audience with a fragment', { audience: 'https://api.example#a' }],
    ['a scope of two words', { scopes: { 'a b': 'A and B' } }],
    ['no algorithm', { algorithms: [] }],
    ['alg none', { algorithms: ['none'] }],
    ['a symmetric algorithm', { algorithms: ['ES256', 'HS256'] }],
    ['a realm that would break the header', { realm: 'a\nb' }],
    ['a tolerance that is none', { clockTolerance: 3600 }],
    ['a tolerance that is no number', { clockTolerance: Number.NaN }],
    ['a long introspection cache', { introspection: { clientId: 'api', clientSecret: 'a secret', cacheSeconds: 61 } }],
    ['introspection without secret', { introspection: { clientId: 'api', clientSecret: '' } }],
    [
      'introspection in the open',
      { introspection: { clientId: 'a', clientSecret: 'b', endpoint: 'http://id.example' } },
    ],
  ]
  for (const [what, change] of wrong)
    it(`are refused at start-up with ${what}`, () => {
      assert.throws(
        () => createGuard({ ...good, ...change }),
        (error) => error instanceof GuardError && error.code === 'guard_settings_wrong' && error.fix !== '',
      )
    })

  it('never stand in an error with a secret in it', () => {
    const introspection = { clientId: 'api', clientSecret: 'a secret', cacheSeconds: 999 }
    assert.throws(
      () => createGuard({ ...good, introspection }),
      (error) => error instanceof Error && !JSON.stringify([error.message, error]).includes('a secret'),
    )
  })

  it('make a misspelt scope fail at start-up, not at the first request', () => {
    const guard = createGuard(good)
    assert.throws(() => guard.need({ scopes: ['notes:raed'] }), /expected notes:read\n {2}got notes:raed/)
    assert.deepEqual(guard.need({ scopes: ['notes:read'] }), { scopes: ['notes:read'] })
  })
})

describe('what the issuer publishes', () => {
  it('is believed only over TLS where the issuer is reached so, on this machine too (RFC 9700 §2.6)', async () => {
    const asked: string[] = []
    const fetch = async (url: string) => {
      asked.push(url)
      return Response.json({ issuer: good.issuer, jwks_uri: 'http://127.0.0.1:9/jwks' })
    }
    const token = ['{"alg":"ES256","typ":"at+jwt"}', JSON.stringify({ iss: good.issuer }), 'x'].map((part) =>
      Buffer.from(part).toString('base64url'),
    )
    const request = { method: 'GET', url: '/notes', authorization: `Bearer ${token.join('.')}` }
    const checked = await createGuard(good, { fetch }).check(request)
    assert.deepEqual(checked.ok ? 'allowed' : [checked.status, checked.reason], [503, 'discovery_failed'])
    assert.equal(
      asked.some((url) => url.includes('127.0.0.1')),
      false,
    )
  })
})

describe('what a route needs', () => {
  it('is refused at the start where no challenge could name it (RFC 6750 §3)', () => {
    const guard = createGuard({ issuer: good.issuer, audience: good.audience })
    for (const scope of ['ü', 'a b', '', 'a"b']) assert.throws(() => guard.need({ scopes: [scope] }), GuardError, scope)
    assert.deepEqual(guard.need({ scopes: ['a'] }), { scopes: ['a'] })
  })
})

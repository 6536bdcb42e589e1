import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, it } from 'node:test'
import type { Reason } from '@symbolon/protocol/refusals'
import { exportSPKI, importJWK, SignJWT, UnsecuredJWT } from 'jose'
import { makeKey, startTestIssuer, type TestIssuer, type TokenChange } from '../../../tests/support/test-issuer.ts'
import { createGuard, type Guard, type GuardEvent, type GuardSettings } from '../src/index.ts'

const audience = 'https://api.example'
const guardOf = (issuer: TestIssuer, change: Partial<GuardSettings> = {}): Guard =>
  createGuard({ issuer: issuer.url, audience, scopes: { 'notes:read': 'See', 'notes:write': 'Write' }, ...change })
const bearer = (token: string) =>
  new Request('https://api.example/notes', { headers: { authorization: `Bearer ${token}` } })
const needed = { scopes: ['notes:read'] }
const reasonOf = async (guard: Guard, token: string): Promise<Reason | 'allowed'> => {
  const checked = await guard.check(bearer(token), needed)
  return checked.ok ? 'allowed' : checked.reason
}

describe('the guard and JWT access tokens', () => {
  for (const algorithm of ['ES256', 'RS256'] as const)
    it(`lets a good ${algorithm} token pass and says whose it is (RFC 9068 §4) [RFC9068-4-01] [OAuth2.1-5.2-01]`, async () => {
      await using issuer = await startTestIssuer()
      const checked = await guardOf(issuer).check(
        bearer(await issuer.token({ key: issuer.keys[algorithm], scope: 'notes:read other' })),
        needed,
      )
      assert.ok(checked.ok)
      assert.equal(checked.token.sub, 'person-1')
      assert.equal(checked.token.clientId, 'client-1')
      assert.deepEqual(checked.token.scopes, ['notes:read', 'other'])
      assert.equal(checked.token.claims.iss, issuer.url)
    })

  const changes: readonly (readonly [title: string, reason: Reason, change: TokenChange])[] = [
    [
      'an ID token (attack 69)',
      'token_type_wrong',
      { header: { typ: 'JWT' }, claims: { aud: 'client-1', nonce: 'n' } },
    ],
    ['a JWT of no kind (attack 69)', 'token_type_wrong', { header: { typ: undefined } }],
    ['a logout token (attack 69)', 'token_type_wrong', { header: { typ: 'logout+jwt' } }],
    ['a token for the API next door (attack 44)', 'token_audience_wrong', { audience: 'https://other.example' }],
    ['a token for nobody (attack 53)', 'token_audience_wrong', { claims: { aud: undefined } }],
    ['a token of another issuer (attack 55)', 'token_issuer_wrong', { claims: { iss: 'https://id.example' } }],
    ['an expired token', 'token_expired', { claims: { exp: Math.floor(Date.now() / 1000) - 60 } }],
    ['a token of tomorrow', 'token_not_yet_valid', { claims: { nbf: Math.floor(Date.now() / 1000) + 86_400 } }],
    ['a token of nobody', 'token_malformed', { claims: { sub: undefined } }],
    ['a token of no client', 'token_malformed', { claims: { client_id: undefined } }],
    ['a token that names a key nobody published', 'token_key_unknown', { header: { kid: 'other' } }],
    ['a token that names a key of another kind (attack 58)', 'token_key_unknown', { header: { kid: 'rs' } }],
    ['a token bound to a key', 'token_bound_to_key', { claims: { cnf: { jkt: 'thumbprint' } } }],
    ['a token with too little scope', 'scope_insufficient', { scope: 'notes:write' }],
  ]
  for (const [title, reason, change] of changes)
    it(`refuses ${title} (RFC 9068 §4) [MCP-Auth-Token_Handling-01]${reason === 'token_audience_wrong' ? ' [MCP-Auth-Access_Token_Privilege_Restriction-01]' : ''}`, async () => {
      await using issuer = await startTestIssuer()
      assert.equal(await reasonOf(guardOf(issuer), await issuer.token(change)), reason)
    })

  it('refuses a token that no key of the issuer signed, whatever it says of where keys are (RFC 8725 §3.10) [RFC8725-3.10-01] [RFC8725-3.3-01]', async () => {
    await using issuer = await startTestIssuer()
    const own = await makeKey('ES256', 'es')
    for (const header of [{}, { jwk: own.publicJwk }, { jku: `${issuer.url}/own` }, { x5u: `${issuer.url}/own` }])
      assert.equal(await reasonOf(guardOf(issuer), await issuer.token({ key: own, header })), 'token_signature_wrong')
    assert.equal(issuer.requests.includes('GET /own'), false)
  })

  it('refuses a token whose claims, header or signature were changed (RFC 9068 §4) [RFC8725-3.3-01] [RFC6750-5.2-01] [RFC7519-7.2-01]', async () => {
    await using issuer = await startTestIssuer()
    const guard = guardOf(issuer)
    const [header = '', claims = '', signature = ''] = (await issuer.token()).split('.')
    const [, otherClaims = ''] = (await issuer.token({ claims: { sub: 'person-2' } })).split('.')
    assert.equal(await reasonOf(guard, `${header}.${otherClaims}.${signature}`), 'token_signature_wrong')
    assert.equal(await reasonOf(guard, `${header}.${claims}.${signature.slice(2)}`), 'token_signature_wrong')
    assert.equal(await reasonOf(guard, `${header}.${claims}.`), 'token_signature_wrong')
    assert.equal(await reasonOf(guard, `${header}.${claims}`), 'token_malformed')
  })

  it('refuses alg none, with and without a signature (RFC 9068 §4) [RFC9068-4-02] [RFC8725-3.2-01] [RFC7518-3.6-01] (attack 61)', async () => {
    await using issuer = await startTestIssuer()
    const [, claims = '', signature = ''] = (await issuer.token()).split('.')
    for (const alg of ['none', 'None', 'NONE']) {
      const header = Buffer.from(JSON.stringify({ typ: 'at+jwt', alg })).toString('base64url')
      for (const end of ['', signature])
        assert.equal(await reasonOf(guardOf(issuer), `${header}.${claims}.${end}`), 'token_algorithm_refused')
    }
    assert.equal(await reasonOf(guardOf(issuer), new UnsecuredJWT({ iss: issuer.url }).encode()), 'token_type_wrong')
  })

  it('refuses HMAC made with a public key or an empty one (RFC 8725 §3.1) [RFC8725-3.1-01] (attack 52) (attack 59) (attack 60)', async () => {
    await using issuer = await startTestIssuer()
    const rsa = await importJWK(issuer.keys.RS256.publicJwk, 'RS256')
    assert.ok(!(rsa instanceof Uint8Array))
    const [, claims = ''] = (await issuer.token()).split('.')
    for (const alg of ['HS256', 'HS384', 'HS512']) {
      const start = `${Buffer.from(JSON.stringify({ typ: 'at+jwt', alg, kid: 'rs' })).toString('base64url')}.${claims}`
      for (const secret of [await exportSPKI(rsa), String(issuer.keys.RS256.publicJwk.n), '']) {
        const mac = createHmac(`sha${alg.slice(2)}`, secret)
          .update(start)
          .digest('base64url')
        assert.equal(await reasonOf(guardOf(issuer), `${start}.${mac}`), 'token_algorithm_refused')
      }
    }
  })

  it('takes the algorithm from its settings and not from the token, even where the key would do (RFC 8725 §3.1) (attack 58) (attack 60)', async () => {
    await using issuer = await startTestIssuer()
    const { alg: _, ...withoutAlg } = issuer.keys.RS256.publicJwk
    issuer.serves.keys = [withoutAlg]
    const token = await issuer.token({ key: issuer.keys.RS256 })
    assert.equal(await reasonOf(guardOf(issuer), token), 'allowed')
    assert.equal(await reasonOf(guardOf(issuer, { algorithms: ['ES256'] }), token), 'token_algorithm_refused')
    assert.equal(await reasonOf(guardOf(issuer, { algorithms: ['PS256'] }), token), 'token_algorithm_refused')
  })

  it('refuses a token with extensions it does not know (RFC 7515 §4.1.11) [RFC7515-4.1.11-01] (attack 52)', async () => {
    await using issuer = await startTestIssuer()
    const token = await new SignJWT({ iss: issuer.url, aud: audience })
      .setProtectedHeader({ alg: 'ES256', kid: 'es', typ: 'at+jwt', crit: ['x'], x: 1 })
      .sign(issuer.keys.ES256.privateKey, { crit: { x: true } })
    assert.equal(await reasonOf(guardOf(issuer), token), 'token_extension_unknown')
  })

  it('refuses encrypted and oversized tokens without opening them (RFC 8725 §3.6) [RFC8725-3.6-01] (attack 70)', async () => {
    await using issuer = await startTestIssuer()
    const header = { alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2_000_000_000, zip: 'DEF', typ: 'at+jwt' }
    const start = Buffer.from(JSON.stringify(header)).toString('base64url')
    assert.equal(await reasonOf(guardOf(issuer), `${start}.a.b.c.d`), 'token_malformed')
    const padded = await issuer.token({ claims: { filler: 'x'.repeat(20_000) } })
    assert.equal(await reasonOf(guardOf(issuer), padded), 'token_malformed')
    assert.deepEqual(issuer.requests, [])
  })

  it('trusts the keys of its own issuer only, though another token is in order (RFC 8725 §3.8) [RFC8725-3.8-01] (attack 55)', async () => {
    await using first = await startTestIssuer()
    await using second = await startTestIssuer()
    assert.equal(await reasonOf(guardOf(second), await first.token()), 'token_issuer_wrong')
    const posing = await first.token({ claims: { iss: second.url } })
    assert.equal(await reasonOf(guardOf(second), posing), 'token_signature_wrong')
  })

  it('takes a token without kid if one of the keys proves it (RFC 7515 §4.1.4)', async () => {
    await using issuer = await startTestIssuer()
    const added = await makeKey('ES256', 'added')
    issuer.serves.keys.push(added.publicJwk)
    const guard = guardOf(issuer)
    assert.equal(await reasonOf(guard, await issuer.token({ key: added, header: { kid: undefined } })), 'allowed')
    const own = await makeKey('ES256', 'own')
    assert.equal(
      await reasonOf(guard, await issuer.token({ key: own, header: { kid: undefined } })),
      'token_signature_wrong',
    )
  })
})

describe('the guard and the way a token is sent', () => {
  it('asks for a token and for every scope needed (RFC 6750 §3) [RFC6750-3-01] [RFC9728-5.1-01]', async () => {
    await using issuer = await startTestIssuer()
    const both = { scopes: ['notes:read', 'notes:write'] }
    const checked = await guardOf(issuer).check(new Request('https://api.example/notes'), both)
    assert.ok(!checked.ok)
    assert.equal(checked.status, 401)
    assert.equal(
      checked.headers['www-authenticate'],
      'Bearer scope="notes:read notes:write", resource_metadata="https://api.example/.well-known/oauth-protected-resource"',
    )
    assert.deepEqual(issuer.requests, [])
  })

  it('reads no token from a URL or a body (RFC 6750 §2.2, §2.3)', async () => {
    await using issuer = await startTestIssuer()
    const token = await issuer.token()
    const guard = guardOf(issuer)
    const url = `https://api.example/notes?access_token=${token}`
    const inUrl = await guard.check(new Request(url), needed)
    assert.ok(!inUrl.ok && inUrl.status === 400 && inUrl.reason === 'token_in_query')
    const twice = await guard.check({ method: 'GET', url, authorization: `Bearer ${token}` }, needed)
    assert.ok(!twice.ok && twice.reason === 'token_in_query')
    const form = new Request('https://api.example/notes', {
      method: 'POST',
      body: new URLSearchParams({ access_token: token }),
    })
    const inBody = await guard.check(form, needed)
    assert.ok(!inBody.ok && inBody.status === 401 && inBody.reason === 'token_missing')
  })

  it('refuses several Authorization headers even if each would do (RFC 6750 §3.1)', async () => {
    await using issuer = await startTestIssuer()
    const one = `Bearer ${await issuer.token()}`
    const checked = await guardOf(issuer).check({ method: 'GET', url: '/notes', authorization: [one, one] }, needed)
    assert.ok(!checked.ok && checked.status === 400 && checked.reason === 'token_several')
  })

  it('needs a token even where no scope is needed (RFC 6750 §3)', async () => {
    await using issuer = await startTestIssuer()
    const guard = guardOf(issuer)
    assert.equal((await guard.check(bearer(await issuer.token({ scope: undefined })))).ok, true)
    assert.equal((await guard.check(new Request(audience))).ok, false)
  })
})

describe('the guard and an issuer in trouble', () => {
  it('answers 503 and not 401 while the issuer does not answer, then recovers (RFC 9110 §15.6.4)', async () => {
    await using issuer = await startTestIssuer()
    let at = Date.now()
    const guard = createGuard({ issuer: issuer.url, audience }, { now: () => at })
    const token = await issuer.token()
    issuer.serves.failing = 500
    const checked = await guard.check(bearer(token), needed)
    assert.ok(!checked.ok && checked.status === 503 && checked.reason === 'issuer_unavailable')
    assert.equal(checked.headers['retry-after'], '5')
    issuer.serves.failing = undefined
    at += 1_000
    assert.equal((await guard.check(bearer(token), needed)).ok, true)
  })

  it('goes on with the keys it has when the issuer is gone (RFC 9068 §4)', async () => {
    const issuer = await startTestIssuer()
    let at = Date.now()
    const guard = createGuard({ issuer: issuer.url, audience, clockTolerance: 300 }, { now: () => at })
    const token = await issuer.token({ claims: { exp: Math.floor(at / 1000) + 86_400 } })
    assert.equal(await reasonOf(guard, token), 'allowed')
    await issuer[Symbol.asyncDispose]()
    at += 3_600_000
    assert.equal(await reasonOf(guard, token), 'allowed')
  })

  it('does not believe metadata of another issuer, nor keys from an unsafe place (RFC 8414 §3.3) (attack 55)', async () => {
    await using issuer = await startTestIssuer()
    const token = await issuer.token()
    issuer.serves.metadata.jwks_uri = 'http://id.example/jwks'
    assert.equal(await reasonOf(guardOf(issuer), token), 'discovery_failed')
    issuer.serves.metadata.issuer = 'https://id.example'
    const checked = await guardOf(issuer).check(bearer(token), needed)
    assert.ok(!checked.ok && checked.status === 503 && checked.reason === 'discovery_failed')
  })

  it('needs no metadata where it is told the place of the keys (RFC 9068 §4)', async () => {
    await using issuer = await startTestIssuer()
    issuer.serves.places = []
    const guard = guardOf(issuer, { jwksUri: `${issuer.url}/jwks` })
    assert.equal(await reasonOf(guard, await issuer.token()), 'allowed')
    assert.deepEqual(issuer.requests, ['GET /jwks'])
  })
})

describe('the guard and what it tells', () => {
  it('records every rule it applied and why it refused, and no token (RFC 9700 §4.9.3) [RFC9700-4.9.3-01]', async () => {
    await using issuer = await startTestIssuer()
    const events: GuardEvent[] = []
    const guard = guardOf(issuer, { record: (event) => events.push(event) })
    const token = await issuer.token({ audience: 'https://other.example' })
    await guard.check(bearer(token), needed)
    await guard.check(bearer(await issuer.token()), needed)
    const [refused, allowed] = events
    assert.equal(refused?.outcome, 'refused')
    assert.equal(refused.reason, 'token_audience_wrong')
    assert.deepEqual(refused.expected, { clear: audience })
    assert.deepEqual(refused.got, { clear: 'https://other.example' })
    assert.deepEqual(refused.checks.at(-1), { rule: 'token_audience_wrong', ok: false })
    assert.ok(refused.checks.slice(0, -1).every(({ ok }) => ok))
    assert.equal(allowed?.outcome, 'ok')
    assert.equal(allowed.client, 'client-1')
    assert.deepEqual(allowed.person, { hidden: 'person-1' })
    for (const secret of token.split('.').slice(1)) assert.equal(JSON.stringify(events).includes(secret), false)
  })

  it('does not let a broken record decide who gets in', async () => {
    await using issuer = await startTestIssuer()
    const guard = guardOf(issuer, {
      record: () => {
        throw new Error('disk full')
      },
    })
    assert.equal(await reasonOf(guard, await issuer.token()), 'allowed')
  })

  it('publishes who it trusts and what it knows (RFC 9728 §2) [RFC9728-2-01] [RFC9728-2-02] [RFC9728-3-01] [MCP-Auth-Overview-03]', async () => {
    await using issuer = await startTestIssuer()
    const guard = guardOf(issuer, { audience: 'https://api.example/v1', name: 'Notes' })
    assert.deepEqual(guard.metadata(), {
      resource: 'https://api.example/v1',
      authorization_servers: [issuer.url],
      scopes_supported: ['notes:read', 'notes:write'],
      bearer_methods_supported: ['header'],
      resource_name: 'Notes',
    })
    assert.equal(guard.metadataPath, '/.well-known/oauth-protected-resource/v1')
    assert.equal(guardOf(issuer, { audience: 'urn:example:api' }).metadataPath, undefined)
  })
})

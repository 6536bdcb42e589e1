import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startTestIssuer, type TestIssuer } from '../../../tests/support/test-issuer.ts'
import { createGuard, type IntrospectionSettings } from '../src/index.ts'

const audience = 'https://api.example'
const needed = { scopes: ['notes:read'] }
const bearer = (token: string) => ({ method: 'GET', url: '/notes', authorization: `Bearer ${token}` })

/** A guard with introspection, over an issuer that finds `opaque-1` active. */
function guardOver(issuer: TestIssuer, change: Partial<IntrospectionSettings> = {}) {
  const world = { at: 1_800_000_000_000 }
  const answer: Record<string, unknown> = {
    active: true,
    iss: issuer.url,
    aud: audience,
    sub: 'person-1',
    client_id: 'client-1',
    scope: 'notes:read',
    token_type: 'Bearer',
    exp: 1_800_000_300,
  }
  issuer.serves.introspect = (token) => (token === 'opaque-1' ? answer : { active: false })
  const introspection = { clientId: 'api', clientSecret: 'a:b c+ä', ...change }
  const guard = createGuard({ issuer: issuer.url, audience, introspection }, { now: () => world.at })
  return { guard, world, answer }
}

describe('introspection', () => {
  it('asks the issuer about an opaque token, with the credentials of the resource (RFC 7662 §2.1) [RFC7662-2.1-02]', async () => {
    await using issuer = await startTestIssuer()
    const { guard } = guardOver(issuer)
    const checked = await guard.check(bearer('opaque-1'), needed)
    assert.ok(checked.ok)
    assert.equal(checked.token.sub, 'person-1')
    assert.equal(checked.token.expiresAt, 1_800_000_300)
    const [{ authorization = '', body = '' } = {}] = issuer.introspections
    assert.equal(body, 'token=opaque-1&token_type_hint=access_token')
    const [scheme, credentials = ''] = authorization.split(' ')
    assert.equal(scheme, 'Basic')
    assert.equal(Buffer.from(credentials, 'base64').toString(), 'api:a%3Ab+c%2B%C3%A4')
  })

  it('refuses what the issuer does not call active, or calls active for another resource (RFC 7662 §2.2) [RFC9700-4.10.2-01]', async () => {
    await using issuer = await startTestIssuer()
    const { guard, answer } = guardOver(issuer)
    const unknown = await guard.check(bearer('opaque-2'), needed)
    assert.ok(!unknown.ok && unknown.status === 401 && unknown.reason === 'token_inactive')
    answer.active = 'true'
    const unsure = await guard.check(bearer('opaque-1'), needed)
    assert.ok(!unsure.ok && unsure.reason === 'token_inactive')
    Object.assign(answer, { active: true, aud: 'https://other.example' })
    const elsewhere = await guard.check(bearer('opaque-1'), needed)
    assert.ok(!elsewhere.ok && elsewhere.reason === 'token_audience_wrong')
  })

  it('judges JWTs by their signature and does not ask about them (RFC 9068 §4)', async () => {
    await using issuer = await startTestIssuer()
    const { guard, world } = guardOver(issuer)
    world.at = Date.now()
    assert.equal((await guard.check(bearer(await issuer.token()), needed)).ok, true)
    const forged = await guard.check(bearer(`${(await issuer.token()).slice(0, -4)}AAAA`), needed)
    assert.ok(!forged.ok && forged.reason === 'token_signature_wrong')
    assert.deepEqual(issuer.introspections, [])
  })

  it('refuses an opaque token where introspection is not configured (RFC 6750 §3.1)', async () => {
    await using issuer = await startTestIssuer()
    const checked = await createGuard({ issuer: issuer.url, audience }).check(bearer('opaque-1'), needed)
    assert.ok(!checked.ok && checked.status === 401 && checked.reason === 'token_malformed')
    assert.deepEqual(issuer.requests, [])
  })

  it('answers 503 when the issuer gives no answer to rely on (RFC 7662 §2.3)', async () => {
    await using issuer = await startTestIssuer()
    const { guard } = guardOver(issuer, { endpoint: `${issuer.url}/introspect` })
    for (const status of [401, 429, 500]) {
      issuer.serves.failing = status
      const checked = await guard.check(bearer('opaque-1'), needed)
      assert.ok(!checked.ok && checked.status === 503 && checked.reason === 'issuer_unavailable')
    }
  })

  it('asks each time unless told otherwise (RFC 7662 §4)', async () => {
    await using issuer = await startTestIssuer()
    const { guard, answer } = guardOver(issuer)
    await guard.check(bearer('opaque-1'), needed)
    answer.active = false
    assert.equal((await guard.check(bearer('opaque-1'), needed)).ok, false)
  })

  it('remembers a positive answer for as long as configured and never beyond exp (RFC 7662 §4) [RFC7662-4-02]', async () => {
    await using issuer = await startTestIssuer()
    const { guard, world, answer } = guardOver(issuer, { cacheSeconds: 5 })
    const ask = async () => {
      await guard.check(bearer('opaque-1'), needed)
      return issuer.introspections.length
    }
    assert.equal(await ask(), 1)
    world.at += 4_999
    assert.equal(await ask(), 1)
    world.at += 1
    assert.equal(await ask(), 2)
    answer.exp = world.at / 1000 + 2
    world.at += 5_000
    assert.equal(await ask(), 3)
    assert.equal(await ask(), 4, 'an answer about an expired token is not kept')
  })

  it('looks the endpoint up once an hour, however many ask (RFC 8414 §3)', async () => {
    await using issuer = await startTestIssuer()
    const { guard, world, answer } = guardOver(issuer)
    const lookups = () => issuer.requests.filter((request) => request.startsWith('GET')).length
    await Promise.all(Array.from({ length: 20 }, () => guard.check(bearer('opaque-1'), needed)))
    await guard.check(bearer('opaque-1'), needed)
    assert.equal(lookups(), 1)
    world.at += 3_600_000
    answer.exp = world.at / 1000 + 300
    issuer.serves.places = []
    assert.equal((await guard.check(bearer('opaque-1'), needed)).ok, true, 'what is known stays in use')
    assert.ok(lookups() > 1)
  })

  it('does not remember a negative answer (RFC 7662 §4)', async () => {
    await using issuer = await startTestIssuer()
    const { guard, answer } = guardOver(issuer, { cacheSeconds: 5 })
    answer.active = false
    assert.equal((await guard.check(bearer('opaque-1'), needed)).ok, false)
    answer.active = true
    assert.equal((await guard.check(bearer('opaque-1'), needed)).ok, true)
  })
})

/** Metadata is believed when it comes from the issuer and names it, character for character. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { guarded } from '@symbolon/client/network'
import { createDiscovery } from '@symbolon/client/providers/discovery'
import { metadata } from '../support/attempt.ts'

const answering = (answers: Readonly<Record<string, () => Response>>) => {
  const asked: string[] = []
  const fetch = guarded(async (url) => {
    asked.push(url)
    return answers[url]?.() ?? new Response(null, { status: 404 })
  }, 'loopback')
  return { asked, fetch }
}

const document =
  (issuer: string, change: object = {}) =>
  () =>
    Response.json({ ...metadata, issuer, ...change })

const id = 'https://id.example.com'

describe('discovery', () => {
  for (const [member, value] of [
    ['token_endpoint', 'https://localhost:8443/token'],
    ['jwks_uri', 'https://127.0.0.1/keys'],
    ['revocation_endpoint', 'https://vault.localhost/revoke'],
    ['revocation_endpoint', 'https://localhost./revoke'],
    ['userinfo_endpoint', 'https://10.0.0.7/userinfo'],
    ['registration_endpoint', 'https://[fd00::7]/register'],
    ['authorization_endpoint', 'https://[::ffff:127.0.0.1]/'],
    ['response_types_supported', 'code'],
    ['id_token_signing_alg_values_supported', 'RS256 none'],
    ['userinfo_signing_alg_values_supported', [1]],
  ] as const) {
    it(`refuses ${member} ${JSON.stringify(value)} of a provider that has a name (RFC 8414 §3.3) (attack 74)`, async () => {
      const { fetch } = answering({ [`${id}/.well-known/openid-configuration`]: document(id, { [member]: value }) })
      await assert.rejects(createDiscovery(id)(fetch), { code: 'discovery_failed' })
    })
  }

  it('asks at OpenID’s place and takes what names the issuer (OpenID Connect Discovery §4.3) [OIDC-Discovery-4.3-01] [FAPI2-SP-5.3.3.1-02]', async () => {
    const { fetch, asked } = answering({ [`${id}/.well-known/openid-configuration`]: document(id) })
    assert.equal((await createDiscovery(id)(fetch)).issuer, id)
    assert.deepEqual(asked, [`${id}/.well-known/openid-configuration`])
  })

  it('removes one slash at the end of the issuer before it appends (OpenID Connect Discovery §4.1) [OIDC-Discovery-4.1-01]', async () => {
    const { fetch } = answering({ [`${id}/.well-known/openid-configuration`]: document(`${id}/`) })
    assert.equal((await createDiscovery(`${id}/`)(fetch)).issuer, `${id}/`)
  })

  it('asks at the place of RFC 8414 when there is nothing at OpenID’s (RFC 8414 §3.1) [RFC8414-3.1-01]', async () => {
    const { fetch, asked } = answering({
      [`${id}/.well-known/oauth-authorization-server/tenant`]: document(`${id}/tenant`),
    })
    assert.equal((await createDiscovery(`${id}/tenant`)(fetch)).issuer, `${id}/tenant`)
    assert.deepEqual(asked, [
      `${id}/tenant/.well-known/openid-configuration`,
      `${id}/.well-known/oauth-authorization-server/tenant`,
    ])
  })

  for (const issuer of [
    `${id}/`,
    'https://ID.example.com',
    'http://id.example.com',
    'https://evil.example',
    `${id}/\u0041\u030a`,
    '',
  ]) {
    it(`refuses metadata of ${JSON.stringify(issuer)} (RFC 8414 §3.3) [RFC8414-3.3-01] [RFC8414-4-01] [RFC8414-6.2-01] [OIDC-Discovery-5-01] [OIDC-Discovery-7.2-01]`, async () => {
      const { fetch, asked } = answering({ [`${id}/.well-known/openid-configuration`]: document(issuer) })
      await assert.rejects(createDiscovery(id)(fetch), { code: 'discovery_failed', expected: id, got: issuer })
      assert.equal(asked.length, 1)
    })
  }

  for (const [what, answer] of [
    ['no JSON', () => new Response('<html>')],
    ['a redirect', () => Response.redirect('https://evil.example/')],
    ['no authorization endpoint', document(id, { authorization_endpoint: undefined })],
    ['an endpoint over plain http', document(id, { token_endpoint: 'http://id.example.com/token' })],
    ['a sign-out address that runs in the browser', document(id, { end_session_endpoint: 'javascript:alert(1)' })],
    ['a keys address that is no text', document(id, { jwks_uri: [`${id}/jwks`] })],
    ['an endpoint that runs in the browser', document(id, { authorization_endpoint: 'javascript:alert(1)' })],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { fetch } = answering({ [`${id}/.well-known/openid-configuration`]: answer })
      await assert.rejects(createDiscovery(id)(fetch), { code: 'discovery_failed' })
    })
  }

  it('asks once for all who wait, and no more while it knows', async () => {
    const { fetch, asked } = answering({ [`${id}/.well-known/openid-configuration`]: document(id) })
    const discover = createDiscovery(id)
    await Promise.all(Array.from({ length: 20 }, () => discover(fetch)))
    await discover(fetch)
    assert.equal(asked.length, 1)
  })

  it('asks again after a failure', async () => {
    let up = false
    const { fetch } = answering({
      [`${id}/.well-known/openid-configuration`]: () => (up ? document(id)() : new Response(null, { status: 503 })),
    })
    const discover = createDiscovery(id)
    await assert.rejects(discover(fetch), { code: 'provider_unavailable' })
    up = true
    assert.equal((await discover(fetch)).issuer, id)
  })
})

describe('known metadata', () => {
  it('is asked for again after an hour, and serves on while the provider does not answer', async () => {
    let clock = 0
    let up = true
    const { fetch, asked } = answering({
      [`${id}/.well-known/openid-configuration`]: () => (up ? document(id)() : new Response(null, { status: 503 })),
    })
    const discover = createDiscovery(id, () => clock)
    const first = await discover(fetch)
    clock = 59 * 60_000
    await discover(fetch)
    assert.equal(asked.length, 1)
    clock = 60 * 60_000
    up = false
    assert.equal(await discover(fetch), first)
    assert.equal(asked.length, 2)
    up = true
    clock += 30_000
    assert.notEqual(await discover(fetch), first)
  })

  it('is asked for once in half a minute and no more while the provider does not answer', async () => {
    let clock = 0
    let isThere = true
    const { fetch, asked } = answering({
      [`${id}/.well-known/openid-configuration`]: () =>
        isThere ? document(id)() : new Response(null, { status: 503 }),
    })
    const discover = createDiscovery(id, () => clock)
    await discover(fetch)
    isThere = false
    clock += 3_600_000
    for (let count = 0; count < 10; count++) assert.equal((await discover(fetch)).issuer, id)
    assert.equal(asked.length, 2)
    clock += 30_000
    await discover(fetch)
    assert.equal(asked.length, 3)
  })

  it('does not serve on when the place of it names somebody else by now', async () => {
    let clock = 0
    let issuer = id
    const { fetch } = answering({ [`${id}/.well-known/openid-configuration`]: () => document(issuer)() })
    const discover = createDiscovery(id, () => clock)
    await discover(fetch)
    clock = 60 * 60_000
    issuer = 'https://evil.example'
    await assert.rejects(discover(fetch), { code: 'discovery_failed' })
  })
})

describe('the back channel', () => {
  const network = (allowHttp: 'loopback' | 'insecure-everywhere') => guarded(async () => new Response('ok'), allowHttp)

  for (const url of [
    'http://id.example.com/',
    'http://localhost.evil.example/',
    'http://127.0.0.1.evil.example/',
    'http://10.0.0.1/',
    'file:///etc/passwd',
  ]) {
    it(`does not ask ${url}: plain http is for this machine (attack 5)`, async () => {
      await assert.rejects(network('loopback')(url), { code: 'discovery_failed' })
    })
  }

  it('asks this machine, and others only where that is spelled out', async () => {
    for (const url of ['http://localhost:4000/', 'http://127.0.0.1/', 'http://[::1]/'])
      assert.ok(await network('loopback')(url))
    assert.ok(await network('insecure-everywhere')('http://id.internal/'))
    await assert.rejects(network('insecure-everywhere')('file:///etc/passwd'), { code: 'discovery_failed' })
  })
})

/**
 * How the app finds its provider and the provider's keys, and what becomes of it when they are not what they were.
 *
 * @see OpenID Connect Discovery §2, §4; OpenID Connect Core §10.1.1
 */
import assert from 'node:assert/strict'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, describe, it } from 'node:test'
import { having, showsRefused, showsSignedIn, startHarness, titled, unasked } from './harness.ts'

const discovery = '/.well-known/openid-configuration'

describe('discovery', async () => {
  const harness = await startHarness()
  const { provider } = harness

  it('oidcc-client-test-discovery-openid-config', async () => {
    const run = await harness.run('oidcc-client-test-discovery-openid-config', {
      changes: { metadata: having({ authorization_endpoint: `${provider.issuer}/elsewhere` }) },
    })
    assert.deepEqual(run.asked, [discovery])
    assert.equal(run.page.status, 302)
  })

  it('oidcc-client-test-discovery-jwks-uri-keys', async () => {
    const keys = `/jwks-${Math.random().toString(36).slice(2)}`
    const run = await harness.run('oidcc-client-test-discovery-jwks-uri-keys', {
      changes: {
        metadata: having({ jwks_uri: `${provider.issuer}${keys}` }),
        async answer({ path }, response) {
          if (path !== keys) return false
          const usual = await fetch(`${provider.issuer}/jwks`)
          response.writeHead(200, { 'content-type': 'application/json' }).end(await usual.text())
          return true
        },
      },
    })
    assert.deepEqual(run.logged, [])
    assert.ok(run.page.html.includes('alice'))
    assert.deepEqual(run.asked, [discovery, '/authorize', '/token', keys, '/jwks'])
  })

  it('oidcc-client-test-discovery-issuer-mismatch', async () => {
    const run = await harness.run('oidcc-client-test-discovery-issuer-mismatch', {
      changes: { metadata: having({ issuer: `${provider.issuer}INVALID` }) },
    })
    await showsRefused(run, 'discovery_failed', new RegExp(`^${provider.issuer}$`))
    assert.deepEqual(run.asked, [discovery])
  })

  // with `code id_token` the keys were fetched already, for the ID token that the browser brought
  for (const variant of unasked(['code', 'code id_token']))
    it(titled('oidcc-client-test-signing-key-rotation-just-before-signing', variant), async () => {
      const run = await harness.run('oidcc-client-test-signing-key-rotation-just-before-signing', {
        variant,
        changes: { beforeToken: () => provider.rotate() },
      })
      showsSignedIn(run)
    })

  it('oidcc-client-test-signing-key-rotation', async () => {
    let logins = 0
    const run = await harness.run('oidcc-client-test-signing-key-rotation', {
      changes: {
        async answer({ path }) {
          if (path.startsWith('/authorize') && ++logins === 2) await provider.rotate()
          return false
        },
      },
    })
    showsSignedIn(run)
    assert.equal(logins, 2)
    assert.equal(run.asked.filter((path) => path === '/jwks').length, 2)
    assert.equal(run.asked.filter((path) => path === '/userinfo').length, 2)
  })

  const asked: URL[] = []
  const server = createServer(harness.tls, (request, response) => {
    const url = new URL(request.url ?? '', 'https://localhost')
    asked.push(url)
    const links = [
      { rel: 'http://webfinger.net/rel/profile-page', href: 'https://other.example' },
      { rel: 'http://openid.net/specs/connect/1.0/issuer', href: provider.issuer },
    ]
    response
      .writeHead(200, { 'content-type': 'application/jrd+json' })
      .end(JSON.stringify({ subject: url.searchParams.get('resource'), links }))
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  after(() => server.close())
  const host = `localhost:${(server.address() as AddressInfo).port}`

  for (const [module, typed] of [
    ['oidcc-client-test-discovery-webfinger-acct', `acct:symbolon.discovery@${host}`],
    ['oidcc-client-test-discovery-webfinger-url', `https://${host}/symbolon/discovery`],
  ] as const)
    it(module, async () => {
      asked.length = 0
      const run = await harness.run(module, { typed })
      const [question] = asked
      assert.equal(question?.pathname, '/.well-known/webfinger')
      assert.deepEqual(Object.fromEntries(question?.searchParams ?? []), {
        resource: typed,
        rel: 'http://openid.net/specs/connect/1.0/issuer',
      })
      assert.deepEqual(run.asked, [discovery])
      assert.equal(run.page.status, 302)
    })
})

/** Whoever the client and the guard ask over TLS must prove who they are; and a token says nothing of itself twice. */
import assert from 'node:assert/strict'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { guarded } from '@symbolon/client/network'
import { createDiscovery } from '@symbolon/client/providers/discovery'
import { createGuard } from '@symbolon/resource-server'
import { generate } from 'selfsigned'

describe('an issuer whose certificate nobody vouches for', () => {
  let url: string
  let asked = 0
  let close: () => void
  before(async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], { algorithm: 'sha256' })
    const server = createServer({ cert, key }, (_, response) => {
      asked++
      response.end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `https://localhost:${(server.address() as AddressInfo).port}`
    close = () => server.close()
  })
  after(() => close())

  it('is not asked for metadata by the client (RFC 8414 §6.1) [RFC8414-6.1-01] [OIDC-Discovery-7.1-01] [OIDC-Core-16.17-01] [OAuth2.1-1.5-02] [RFC6750-5.3-01]', async () => {
    await assert.rejects(createDiscovery(url)(guarded(fetch, 'loopback')), { code: 'provider_unavailable' })
    assert.equal(asked, 0)
  })

  it('is not asked for keys by the guard (RFC 8414 §6.1) [RFC8414-6.1-01] [OIDC-Core-16.17-01]', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const token = `${part({ alg: 'ES256', kid: 'k', typ: 'at+jwt' })}.${part({ iss: url })}.AAAA`
    const guard = createGuard({ issuer: url, audience: 'https://api.example' })
    const checked = await guard.check({ method: 'GET', url: '/', authorization: `Bearer ${token}` })
    assert.ok(!checked.ok && checked.status === 503 && checked.reason === 'issuer_unavailable')
    assert.equal(asked, 0)
  })
})

describe('the header of a token', () => {
  it('that says a name twice is read once, and a token whose last word is none is refused (RFC 7515 §4) [RFC7515-5.2-01]', async () => {
    const guard = createGuard({ issuer: 'https://id.example', audience: 'https://api.example' })
    for (const [header, reason] of [
      ['{"typ":"at+jwt","alg":"ES256","alg":"none"}', 'token_algorithm_refused'],
      ['{"typ":"at+jwt","typ":"JWT","alg":"ES256"}', 'token_type_wrong'],
    ] as const) {
      const token = `${Buffer.from(header).toString('base64url')}.${Buffer.from('{}').toString('base64url')}.AAAA`
      const checked = await guard.check({ method: 'GET', url: '/', authorization: `Bearer ${token}` })
      assert.equal(checked.ok ? 'allowed' : checked.reason, reason)
    }
  })
})

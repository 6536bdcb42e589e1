import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { jwks } from '../../src/endpoints/jwks.ts'
import { createWorld } from '../support/back-channel/world.ts'

describe('the published keys (RFC 7517 §5)', () => {
  it('are cached for less long than a new key waits to sign (OpenID Connect Core §10.1.1) [OIDC-Core-10.1.1-01]', async () => {
    await using world = await createWorld({ settings: { jwksCache: 600 } })
    const said = await world.call(jwks, { method: 'GET' })
    assert.equal(said.headers['cache-control'], 'public, max-age=300')
    const keys = said.body.keys as readonly Readonly<Record<string, string>>[]
    assert.deepEqual(keys.map(({ alg }) => alg).toSorted(), ['ES256', 'RS256'])
  })
})

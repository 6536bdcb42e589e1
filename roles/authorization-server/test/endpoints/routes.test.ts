import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { routes } from '../../src/endpoints/routes.ts'
import { StorageUnavailable } from '../../src/ports/store.ts'
import { Browser } from '../support/front-channel/browser.ts'
import { authorizationParams, openWorld } from '../support/front-channel/world.ts'

const rows = routes.map(({ path, methods, cors, atOrigin }) =>
  [Object.keys(methods).join('|'), path, cors ? 'cors' : '', atOrigin ? 'at origin' : ''].filter(Boolean).join(' '),
)

describe('the table of endpoints', () => {
  it('is complete, and lets scripts of other origins read what no cookie decides (RFC 9700 §2.6) [RFC9700-2.6-04] [OAuth2.1-3.1-02] [OAuth2.1-3.2-01] [RFC7009-2.3-01] [RFC7662-4-03]', () => {
    assert.deepEqual(rows, [
      'GET|POST /authorize',
      'GET|POST /i/:id/:step',
      'POST /token cors',
      'POST /revoke cors',
      'POST /introspect',
      'GET|POST /userinfo cors',
      'POST /register cors',
      'GET|PUT|DELETE /register/:client cors',
      'GET /jwks cors',
      'GET /.well-known/openid-configuration cors',
      'GET /.well-known/oauth-authorization-server cors',
      'GET /.well-known/openid-configuration cors at origin',
      'GET /.well-known/oauth-authorization-server cors at origin',
      'GET /',
      'GET /account',
      'GET|POST /account/sessions',
      'GET /account/apps',
      'GET|POST /account/apps/:client',
      'GET|POST /logout',
      'GET /check-session',
    ])
  })

  it('records what breaks on the way, and passes it on', async () => {
    const world = await openWorld()
    const broken = () => Promise.reject(new StorageUnavailable('gone'))
    const clients = { find: broken, list: broken }
    const store = { ...world.issuer.store, registry: broken, clients }
    const browser = new Browser({ ...world, issuer: { ...world.issuer, store } })
    await assert.rejects(browser.get(`/authorize?${authorizationParams()}`), StorageUnavailable)
    assert.deepEqual(
      world.observed.map(({ outcome, refused }) => [outcome, refused?.reason]),
      [['failed', 'storage_unavailable']],
    )
    await world.storage.close()
  })
})

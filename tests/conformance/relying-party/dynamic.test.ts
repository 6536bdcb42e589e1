/**
 * The app registers itself, has its requests fetched, and is visited by people who begin elsewhere.
 *
 * @see OpenID Connect Dynamic Client Registration §2, §3; OpenID Connect Core §4, §6.2
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from 'jose'
import type { Changes } from '../../../roles/client/test/support/stand-in.ts'
import { showsSignedIn, startHarness } from './harness.ts'

const dynamic = { client_registration: 'dynamic_client' }

describe('an app that registers itself', async () => {
  const harness = await startHarness()
  const { provider } = harness
  const registered = () => JSON.parse(provider.asked.find(({ path }) => path === '/register')?.body ?? '{}')

  it('oidcc-client-test-dynamic-registration', async () => {
    const run = await harness.run('oidcc-client-test-dynamic-registration', { variant: dynamic })
    assert.deepEqual(run.asked, ['/.well-known/openid-configuration', '/register'])
    assert.equal(run.page.status, 302)
    const { redirect_uris, response_types, application_type, id_token_signed_response_alg } = registered()
    assert.deepEqual([redirect_uris, response_types], [[run.app.callback], ['code']])
    assert.deepEqual([application_type, id_token_signed_response_alg], ['web', 'RS256'])
  })

  /** Fetches the request and goes on as if it had come as it is. */
  const fetching = (objects: string[]): Changes => ({
    async answer({ path }, response) {
      const { searchParams } = new URL(path, provider.issuer)
      const address = searchParams.get('request_uri')
      if (!path.startsWith('/authorize') || address === null) return false
      objects.push(await (await fetch(address)).text())
      const { iss, aud, iat, exp, nbf, jti, ...parameters } = decodeJwt<Record<string, string>>(objects.at(-1) ?? '')
      assert.equal(parameters.client_id, searchParams.get('client_id'))
      response.writeHead(302, { location: `/authorize?${new URLSearchParams(parameters)}` }).end()
      return true
    },
  })
  const byReference = { ...dynamic, request_type: 'request_uri' }

  it('oidcc-client-test-request-uri-signed-rs256', async () => {
    const objects: string[] = []
    const module = 'oidcc-client-test-request-uri-signed-rs256'
    showsSignedIn(await harness.run(module, { variant: byReference, changes: fetching(objects) }))
    const { jwks, request_object_signing_alg, request_uris } = registered()
    assert.equal(request_object_signing_alg, 'RS256')
    assert.match(request_uris[0], /^https:/)
    const keys = createLocalJWKSet(jwks as JSONWebKeySet)
    const options = { audience: provider.issuer, issuer: 'registered', algorithms: ['RS256'] }
    const { payload } = await jwtVerify<JWTPayload>(objects[0] ?? '', keys, options)
    assert.equal(payload.response_type, 'code')
  })

  it('oidcc-client-test-request-uri-signed-none', async () => {
    const objects: string[] = []
    const module = 'oidcc-client-test-request-uri-signed-none'
    showsSignedIn(await harness.run(module, { variant: byReference, changes: fetching(objects) }))
    assert.equal(registered().request_object_signing_alg, 'none')
    assert.equal(decodeProtectedHeader(objects[0] ?? '').alg, 'none')
  })

  it('oidcc-client-test-3rd-party-init-login', async () => {
    const run = await harness.run('oidcc-client-test-3rd-party-init-login', {
      variant: dynamic,
      sentTo: ({ home }) => {
        const url = new URL(registered().initiate_login_uri)
        assert.equal(url.protocol, 'https:')
        url.search = new URLSearchParams({ iss: provider.issuer, login_hint: 'al', target_link_uri: home }).toString()
        return url.href
      },
    })
    showsSignedIn(run)
    assert.equal(harness.sentTo('/authorize').get('login_hint'), 'al')
    assert.equal(run.asked.filter((each) => each === '/register').length, 1)
  })
})

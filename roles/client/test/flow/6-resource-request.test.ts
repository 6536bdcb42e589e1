/** Where a token may go, and how. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildResourceRequest } from '@symbolon/client/flow/6-resource-request'

const build = (url: string, init: RequestInit = {}, apis = ['https://api.example.com/v1']) =>
  buildResourceRequest({ url, init }, { accessToken: 'the-token', apis })

describe('the resource request', () => {
  it('carries the token in the header and nowhere else (RFC 6750 §2.1) [RFC6750-2.1-01] [RFC6750-2-01] [RFC9700-4.3.2-01] [MCP-Auth-Token_Requirements-01] [RFC6749-7.1-02] [RFC6750-2.2-01] [RFC6750-2.2-02]', () => {
    const built = build('https://api.example.com/v1/photos?page=2', { method: 'POST', body: 'x' })
    assert.ok(built.ok)
    const { url, init } = built.value
    assert.equal(url, 'https://api.example.com/v1/photos?page=2')
    assert.equal(new Headers(init.headers).get('authorization'), 'Bearer the-token')
    assert.deepEqual([init.method, init.body], ['POST', 'x'])
  })

  it('replaces an Authorization header of the caller, so that there is one token', () => {
    const built = build('https://api.example.com/v1', { headers: { Authorization: 'Bearer another' } })
    assert.ok(built.ok)
    assert.equal(new Headers(built.value.init.headers).get('authorization'), 'Bearer the-token')
  })

  it('does not follow a redirect with the token', () => {
    const built = build('https://api.example.com/v1', { redirect: 'follow' })
    assert.ok(built.ok)
    assert.equal(built.value.init.redirect, 'manual')
  })

  it('refuses a token in the query as well (RFC 6750 §2) [OAuth2.1-5.1-01] [RFC6750-2.3-01]', () => {
    const built = build('https://api.example.com/v1?access_token=x')
    assert.equal(built.ok ? '' : built.reason, 'token_in_query')
  })

  for (const url of [
    'https://api.example.com/v10/photos',
    'https://api.example.com/',
    'https://api.example.com/v1/../admin',
    'https://api.example.com/v1/%2e%2e/admin',
    'https://api.example.com/v1/..%2fadmin',
    'https://api.example.com:8443/v1',
    'https://api.example.com@evil.example/v1',
    'https://api.example.com.evil.example/v1',
    'http://api.example.com/v1',
    '//evil.example/v1',
    '/v1',
  ]) {
    it(`does not send the token to ${url} (RFC 10017 §6.1.3.6) [RFC10017-6.1.3.6-01]`, () => {
      const built = build(url)
      assert.equal(built.ok ? '' : built.reason, 'resource_unknown')
    })
  }

  it('sends the token nowhere when no API is configured', () => {
    assert.equal(build('https://api.example.com/v1', {}, []).ok, false)
  })
})

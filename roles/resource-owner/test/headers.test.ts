import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assets } from '../src/assets.ts'
import { assetHeaders, pageHeaders } from '../src/headers.ts'

const plain = { https: true, goesOut: false, isolated: false }

describe('the headers of a page', () => {
  it('let nothing run, load, frame or post that is not ours (RFC 9700 §4.16) [RFC9700-4.16-01] [RFC6749-10.13-01] [OAuth2.1-7.11-01] [RFC6819-4.4.1.9-01] [RFC9700-4.2.4-01]', () => {
    const headers = pageHeaders(plain)
    assert.equal(
      headers['content-security-policy'],
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    )
    assert.equal(headers['x-frame-options'], 'DENY')
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(headers['referrer-policy'], 'same-origin')
    assert.equal(headers['x-content-type-options'], 'nosniff')
  })

  it('let the form that brings an answer to its app, and the redirects after it, go anywhere', () => {
    const policy = pageHeaders({ ...plain, goesOut: true })['content-security-policy'] ?? ''
    assert.doesNotMatch(policy, /form-action/)
    assert.match(policy, /script-src 'self'; /)
    assert.equal(pageHeaders({ ...plain, goesOut: true })['cache-control'], 'no-store')
  })

  it('open frames of the sites that a page names, and of no others', () => {
    const policy = pageHeaders({ ...plain, frameSource: ['https://a.example', 'https://b.example:8443'] })
    assert.match(policy['content-security-policy'] ?? '', /; frame-src https:\/\/a\.example https:\/\/b\.example:8443;/)
    assert.doesNotMatch(pageHeaders(plain)['content-security-policy'] ?? '', /frame-src/)
  })

  it('keep account pages from windows that opened them, and sign-in pages usable as popups', () => {
    assert.equal(pageHeaders({ ...plain, isolated: true })['cross-origin-opener-policy'], 'same-origin')
    assert.equal(pageHeaders(plain)['cross-origin-opener-policy'], undefined)
  })

  it('promise https only over https', () => {
    assert.equal(pageHeaders(plain)['strict-transport-security'], 'max-age=63072000; includeSubDomains')
    assert.equal(pageHeaders({ ...plain, https: false })['strict-transport-security'], undefined)
  })
})

describe('the headers of an asset', () => {
  it('let it be kept, because its address changes with its content', () => {
    for (const [path, asset] of assets) {
      const headers = assetHeaders(asset, false)
      assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable')
      assert.ok(path.includes(asset.etag.replaceAll('"', '')))
    }
  })
})

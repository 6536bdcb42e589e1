import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  buildProtectedResourceMetadata,
  protectedResourcePaths,
  protectedResourceUrl,
} from '../../src/metadata/protected-resource.ts'

describe('where the metadata is found', () => {
  const cases: readonly (readonly [resource: string, url: string | undefined])[] = [
    ['https://api.example', 'https://api.example/.well-known/oauth-protected-resource'],
    ['https://api.example/', 'https://api.example/.well-known/oauth-protected-resource'],
    ['https://api.example:8443/notes/v1', 'https://api.example:8443/.well-known/oauth-protected-resource/notes/v1'],
    ['https://api.example/notes?of=a', 'https://api.example/.well-known/oauth-protected-resource/notes?of=a'],
    ['https://api.example/#part', undefined],
    ['urn:example:api', undefined],
    ['photos', undefined],
  ]
  for (const [resource, url] of cases)
    it(`is ${url} for ${resource} (RFC 9728 §3) [RFC9728-3-01]`, () =>
      assert.equal(protectedResourceUrl(resource), url))

  it('is the inserted path first and then the root (RFC 9728 §3)', () => {
    assert.deepEqual(protectedResourcePaths('https://api.example/notes'), [
      '/.well-known/oauth-protected-resource/notes',
      '/.well-known/oauth-protected-resource',
    ])
    assert.deepEqual(protectedResourcePaths('https://api.example'), ['/.well-known/oauth-protected-resource'])
    assert.deepEqual(protectedResourcePaths('urn:example:api'), [])
  })
})

describe('buildProtectedResourceMetadata', () => {
  const facts = {
    resource: 'https://api.example',
    issuer: 'https://id.example',
    scopes: ['notes:read', 'offline_access'],
    name: 'Notes',
  }

  it('names the resource, its issuer and its scopes, without offline_access (RFC 9728 §2) [RFC9728-2-01] [RFC9728-2-03] [MCP-Auth-Authorization_Server_Location-01] [MCP-Auth-Refresh_Tokens-02]', () => {
    assert.deepEqual(buildProtectedResourceMetadata(facts), {
      resource: 'https://api.example',
      authorization_servers: ['https://id.example'],
      scopes_supported: ['notes:read'],
      bearer_methods_supported: ['header'],
      resource_name: 'Notes',
    })
  })

  it('leaves out what is empty (RFC 9728 §3.2)', () => {
    const document = buildProtectedResourceMetadata({ ...facts, scopes: [], name: undefined })
    assert.deepEqual(Object.keys(document), ['resource', 'authorization_servers', 'bearer_methods_supported'])
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startTestIssuer } from '../../../tests/support/test-issuer.ts'
import { discover, metadataUrls } from '../src/discovery.ts'
import { GuardError } from '../src/errors.ts'

const is = (code: string) => (error: unknown) => error instanceof GuardError && error.code === code

describe('discover', () => {
  it('looks at the places of OpenID Connect and RFC 8414 (RFC 8414 §3.1, OpenID Connect Discovery §4.1)', () => {
    assert.deepEqual(metadataUrls('https://id.example'), [
      'https://id.example/.well-known/openid-configuration',
      'https://id.example/.well-known/oauth-authorization-server',
    ])
    assert.deepEqual(metadataUrls('https://id.example/a/'), [
      'https://id.example/a/.well-known/openid-configuration',
      'https://id.example/.well-known/oauth-authorization-server/a',
      'https://id.example/.well-known/openid-configuration/a',
    ])
  })

  for (const place of ['/a/.well-known/openid-configuration', '/.well-known/oauth-authorization-server/a'])
    it(`finds the metadata at ${place} (RFC 8414 §3.1)`, async () => {
      await using issuer = await startTestIssuer({ path: '/a' })
      issuer.serves.places = [place]
      const origin = new URL(issuer.url).origin
      assert.deepEqual(await discover(fetch, issuer.url), {
        jwksUri: `${origin}/jwks`,
        introspectionEndpoint: `${origin}/introspect`,
      })
    })

  it('believes no document of another issuer, not even one with a slash more (RFC 8414 §3.3) (attack 55)', async () => {
    await using issuer = await startTestIssuer()
    for (const other of [`${issuer.url}/`, 'https://id.example', undefined]) {
      issuer.serves.metadata.issuer = other
      await assert.rejects(discover(fetch, issuer.url), is('discovery_failed'))
    }
  })

  it('says so when there is no document, an error or nobody (RFC 8414 §3.2)', async () => {
    const issuer = await startTestIssuer()
    issuer.serves.places = []
    await assert.rejects(discover(fetch, issuer.url), is('issuer_unavailable'))
    issuer.serves.failing = 500
    await assert.rejects(discover(fetch, issuer.url), is('issuer_unavailable'))
    await issuer[Symbol.asyncDispose]()
    await assert.rejects(discover(fetch, issuer.url), is('issuer_unavailable'))
  })

  it('follows no redirect and reads no endless answer (RFC 9700 §4.11)', async () => {
    const followed: unknown[] = []
    const answers = {
      redirect: async (_url: string, { redirect }: RequestInit) => {
        followed.push(redirect)
        throw new TypeError('unexpected redirect')
      },
      endless: async () =>
        new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) })),
      text: async () => new Response('[]'),
    }
    for (const answer of Object.values(answers))
      await assert.rejects(discover(answer, 'https://id.example'), is('issuer_unavailable'))
    assert.deepEqual(followed, ['error'])
  })
})

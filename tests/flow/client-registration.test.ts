/** The client, registered by itself at the server, and what it does with its registration from then on. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Auth, createAuth, openid, type Registration } from '@symbolon/client'
import { decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose'
import { createPerson } from '../support/person.ts'
import { allow, startTestServer, type TestServer } from '../support/server.ts'

describe('a client of ours that registers itself at a server of ours', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer({ more: { registration: { mode: 'open' }, keys: { encryption: ['ECDH-ES'] } } })
  })
  after(() => server?.close())

  const kept: Registration[] = []
  const open = (): Auth =>
    createAuth({
      baseUrl: 'http://localhost:4200',
      secret: 'a secret of the tests, long enough to be one',
      providers: {
        symbolon: openid({
          issuer: server.url,
          register: {
            name: 'Print shop',
            load: async () => kept.at(-1),
            save: async (registration) => {
              kept.push(registration)
            },
          },
        }),
      },
      log: () => {},
    })
  const clientId = async (auth: Auth) => {
    const answer = await auth.handle(new Request('http://localhost:4200/api/auth/signin/symbolon'))
    return new URL(answer?.headers.get('location') ?? '').searchParams.get('client_id')
  }

  it('reads it, replaces it and takes it away (RFC 7592 §2) [RFC7592-2.1-01] [RFC7592-2.2-01] [RFC7592-2.2-02]', async () => {
    const auth = open()
    const first = await clientId(auth)
    const { read, replace, remove } = auth.registration('symbolon')
    const before = await read()
    assert.deepEqual([before.client_id, before.client_name], [first, 'Print shop'])

    const changed = await replace({ client_name: 'Halftone' })
    assert.deepEqual([changed.client_id, changed.client_name], [first, 'Halftone'])
    assert.equal((await read()).client_name, 'Halftone')
    // the same client, in this process and in one that starts later
    assert.deepEqual([await clientId(auth), await clientId(open())], [first, first])

    const old = kept.at(-1)
    await remove()
    const second = await clientId(auth)
    assert.notEqual(second, first)
    if (old) kept.push(old)
    await assert.rejects(read(), { code: 'registration_failed' })
  })

  it('encrypts to it what a request says of a person, and signs in by that (OpenID Connect Core §6.1, §16.21) [OIDC-Core-16.21-01]', async () => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    let registration: Registration | undefined
    const auth = createAuth({
      baseUrl: 'https://shop.example',
      secret: 'a secret of the tests, long enough to be one',
      providers: {
        symbolon: openid({
          issuer: server.url,
          privateKey: { ...(await exportJWK(privateKey)), alg: 'ES256', kid: 'shop-1' },
          requestObject: 'value',
          requestObjectEncryption: { alg: 'ECDH-ES', enc: 'A128GCM' },
          register: {
            load: async () => registration,
            save: async (saved) => {
              registration = saved
            },
          },
        }),
      },
    })
    const start = await auth.handle(
      new Request('https://shop.example/api/auth/signin/symbolon?login_hint=alice@example.com'),
    )
    const url = new URL(start?.headers.get('location') ?? '')
    assert.equal(decodeProtectedHeader(url.searchParams.get('request') ?? '').alg, 'ECDH-ES')
    assert.doesNotMatch(url.href, /alice/)
    const back = await allow(createPerson({ stopAt: ['https://shop.example'] }), url.href)
    const cookie =
      start?.headers
        .getSetCookie()
        .map((line) => line.split(';')[0])
        .join('; ') ?? ''
    const answer = await auth.handle(new Request(back, { headers: { cookie } }))
    assert.equal(answer?.headers.get('location'), 'https://shop.example/')
  })
})

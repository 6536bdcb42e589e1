/** Request objects that say something of a person are for the provider alone (OpenID Connect Core §16.21). */
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { type AuthError, type ClaimsRequest, memoryStore, type OpenIdSettings } from '@symbolon/client'
import { compactDecrypt, decodeProtectedHeader, exportJWK, generateKeyPair, type JWK, jwtVerify } from 'jose'
import { type App, appAt, signIn, start, startApp } from './support/app.ts'

type Pair = Awaited<ReturnType<typeof generateKeyPair>>

let own: Pair
let privateKey: JWK
const theirs = new Map<string, { readonly pair: Pair; readonly jwk: JWK }>()
before(async () => {
  own = await generateKeyPair('ES256', { extractable: true })
  privateKey = { ...(await exportJWK(own.privateKey)), alg: 'ES256', kid: 'shop-1' }
  for (const alg of ['ECDH-ES', 'RSA-OAEP-256']) {
    const pair = await generateKeyPair(alg, { extractable: true })
    theirs.set(alg, { pair, jwk: { ...(await exportJWK(pair.publicKey)), kid: `enc-${alg}`, use: 'enc' } })
  }
})

interface Using {
  readonly alg?: string
  readonly openid?: Partial<OpenIdSettings>
  /** What the provider lists. */
  readonly listed?: object
}

const using = async ({ alg = 'ECDH-ES', openid, listed }: Using, work: (app: App) => Promise<void>) => {
  const encryption = { requestObjectEncryption: { alg, enc: 'A256GCM' } }
  const app = await startApp({
    openid: { privateKey, requestObject: 'value', ...encryption, ...openid },
    auth: { session: { kind: 'cookie', store: memoryStore() } },
  })
  const supported = {
    request_object_encryption_alg_values_supported: ['RSA-OAEP-256', 'ECDH-ES'],
    request_object_encryption_enc_values_supported: ['A128GCM', 'A256GCM'],
  }
  app.standIn.change.metadata = (metadata) => ({ ...metadata, ...supported, ...listed })
  app.standIn.change.keys = (keys) => [...keys, ...[...theirs.values()].map(({ jwk }) => jwk)]
  try {
    await work(app)
  } finally {
    await app.stop()
  }
}

/** The object of an address that the browser was sent to. */
const objectIn = async (app: App, url: URL) => {
  assert.equal(url.searchParams.has('login_hint') || url.searchParams.has('id_token_hint'), false)
  const address = url.searchParams.get('request_uri')
  const fetched = address === null ? undefined : await app.auth.handle(new Request(address))
  return (await fetched?.text()) ?? url.searchParams.get('request') ?? ''
}

const opened = async (object: string, alg = 'ECDH-ES') => {
  const { protectedHeader, plaintext } = await compactDecrypt(object, theirs.get(alg)?.pair.privateKey as CryptoKey)
  const { payload } = await jwtVerify(new TextDecoder().decode(plaintext), own.publicKey)
  const { epk: _, ...header } = protectedHeader
  return { header, payload }
}

const signInPath = (parameters: Readonly<Record<string, string>>) =>
  `/api/auth/signin/symbolon?${new URLSearchParams(parameters)}`

const wanted: ClaimsRequest = { id_token: { sub: { value: 'alice' } } }

describe('a request object', () => {
  for (const [what, parameters] of [
    ['a login_hint', { login_hint: 'alice@example.com' }],
    ['claims with a value', { claims: JSON.stringify(wanted) }],
    ['claims with values', { claims: JSON.stringify({ userinfo: { email: { values: ['a@example.com'] } } }) }],
  ] as const)
    for (const alg of ['ECDH-ES', 'RSA-OAEP-256'])
      it(`with ${what} is encrypted to the provider by ${alg} after it was signed [OIDC-Core-16.21-01]`, () =>
        using({ alg }, async (app) => {
          const { header, payload } = await opened(
            await objectIn(app, await start(app.browser, signInPath(parameters))),
            alg,
          )
          assert.deepEqual(header, { alg, enc: 'A256GCM', cty: 'JWT', kid: `enc-${alg}` })
          for (const [name, value] of Object.entries(parameters))
            assert.deepEqual(payload[name], name === 'claims' ? JSON.parse(value) : value)
        }))

  it('with an id_token_hint is encrypted, also where the provider fetches it [OIDC-Core-16.21-01]', () =>
    using({ openid: { requestObject: 'reference' } }, async (app) => {
      // the stand-in reads no request objects: the session is of the same app before it sent any
      const { browser } = appAt(app.standIn)
      await signIn({ ...app, browser })
      app.browser.keep([...browser.cookies].map(([name, value]) => `${name}=${value}`))
      const { payload } = await opened(await objectIn(app, await start(app.browser, signInPath({ prompt: 'none' }))))
      assert.equal(String(payload.id_token_hint).split('.').length, 3)
    }))

  it('is signed only where it says nothing of a person, or where nobody asked for more', async () => {
    const asking = { claims: JSON.stringify({ id_token: { acr: { essential: true }, email: null } }) }
    await using({}, async (app) => {
      const object = await objectIn(app, await start(app.browser, signInPath(asking)))
      assert.equal(decodeProtectedHeader(object).typ, 'oauth-authz-req+jwt')
    })
    await using({ openid: { requestObjectEncryption: undefined } as never }, async (app) => {
      const object = await objectIn(app, await start(app.browser, signInPath({ login_hint: 'alice' })))
      assert.equal(decodeProtectedHeader(object).alg, 'ES256')
    })
  })

  for (const [what, listed, expected] of [
    [
      'lists no such algorithm',
      { request_object_encryption_alg_values_supported: ['RSA1_5'] },
      'request_object_encryption_alg_values_supported with ECDH-ES',
    ],
    [
      'lists none',
      { request_object_encryption_alg_values_supported: undefined },
      'request_object_encryption_alg_values_supported with ECDH-ES',
    ],
    [
      'does not know how to read the content',
      { request_object_encryption_enc_values_supported: ['A128GCM'] },
      'request_object_encryption_enc_values_supported with A256GCM',
    ],
  ] as const)
    it(`of a person does not leave unencrypted when the provider ${what} [OIDC-Core-16.21-01]`, () =>
      using({ listed }, async (app) => {
        const answer = await app.browser.get(signInPath({ login_hint: 'alice' }))
        const error = app.logged[0] as AuthError
        assert.deepEqual([answer.status, error.code, error.expected], [502, 'discovery_failed', expected])
        assert.equal((await app.browser.get(signInPath({}))).status, 302)
      }))

  it('of a person does not leave unencrypted when the provider has no key for it', () =>
    using({}, async (app) => {
      app.standIn.change.keys = (keys) => keys
      await app.browser.get(signInPath({ login_hint: 'alice' }))
      assert.equal((app.logged[0] as AuthError).expected, 'a key of the provider for ECDH-ES')
    }))

  it('is registered as it is sent (OpenID Connect Registration §2)', async () => {
    const register = { load: async () => undefined, save: async () => {} }
    await using({ openid: { clientId: undefined, register } as unknown as Partial<OpenIdSettings> }, async (app) => {
      await start(app.browser)
      const body = app.standIn.asked.find(({ path }) => path === '/register')?.body ?? '{}'
      const { request_object_encryption_alg, request_object_encryption_enc } = JSON.parse(body)
      assert.deepEqual([request_object_encryption_alg, request_object_encryption_enc], ['ECDH-ES', 'A256GCM'])
    })
  })

  it('is encrypted by algorithms that we know, after it was signed, or not at all', async () => {
    for (const openid of [
      { privateKey, requestObject: 'value', requestObjectEncryption: { alg: 'RSA1_5', enc: 'A256GCM' } },
      { privateKey, requestObject: 'value', requestObjectEncryption: { alg: 'ECDH-ES', enc: 'none' } },
      { requestObject: 'unsigned-reference', requestObjectEncryption: { alg: 'ECDH-ES', enc: 'A256GCM' } },
      { requestObjectEncryption: { alg: 'ECDH-ES', enc: 'A256GCM' } },
    ] as const)
      await assert.rejects(startApp({ openid: openid as Partial<OpenIdSettings> }), { code: 'client_settings_wrong' })
  })
})

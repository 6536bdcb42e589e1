/** What a relying party finds out and makes known by itself: metadata, its own registration, request objects. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type AuthError, memoryStore, type Registration } from '@symbolon/client'
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify } from 'jose'
import { type App, type AppSettings, signIn, start, startApp, using } from '../support/app.ts'
import { openBrowser } from '../support/browser.ts'

const home = 'http://localhost:4200/'

const refusal = (app: App) => {
  const error = app.logged.at(-1) as AuthError | undefined
  return error && [error.code, error.expected, error.got]
}

describe('discovery', () => {
  it('oidcc-client-test-discovery-openid-config', () =>
    using({}, async (app) => {
      await signIn(app)
      assert.equal(app.standIn.asked[0]?.path, '/.well-known/openid-configuration')
    }))

  it('oidcc-client-test-discovery-jwks-uri-keys', () =>
    using({}, async (app) => {
      app.standIn.change.metadata = (metadata) => ({ ...metadata, jwks_uri: `${app.standIn.issuer}/jwks?run=7` })
      assert.equal((await signIn(app)).headers.get('location'), home)
      assert.ok(app.standIn.asked.some(({ path }) => path === '/jwks?run=7'))
    }))

  it('oidcc-client-test-discovery-issuer-mismatch', () =>
    using({}, async (app) => {
      app.standIn.change.metadata = (metadata) => ({ ...metadata, issuer: 'https://other.example' })
      assert.equal((await app.browser.get('/api/auth/signin/symbolon')).status, 502)
      assert.deepEqual(refusal(app), ['discovery_failed', app.standIn.issuer, 'https://other.example'])
      assert.equal(app.standIn.asked.length, 1)
    }))

  it('stops before anybody leaves where the response type is not listed', () =>
    using({ openid: { responseType: 'code id_token' } }, async (app) => {
      app.standIn.change.metadata = (metadata) => ({ ...metadata, response_types_supported: ['code', 'token'] })
      assert.equal((await app.browser.get('/api/auth/signin/symbolon')).status, 502)
      assert.deepEqual(refusal(app), ['discovery_failed', 'response type code id_token', 'code, token'])
    }))

  it('takes a response type in whatever order its words are listed (OAuth 2.0 Multiple Response Types §1)', () =>
    using({ openid: { responseType: 'code id_token' } }, async (app) => {
      app.standIn.change.metadata = (metadata) => ({ ...metadata, response_types_supported: ['id_token code'] })
      assert.equal((await app.browser.get('/api/auth/signin/symbolon')).status, 302)
    }))

  it('says that keys have no address', () =>
    using({}, async (app) => {
      app.standIn.change.metadata = ({ jwks_uri: _, ...metadata }) => metadata
      await signIn(app)
      assert.deepEqual(refusal(app), ['discovery_failed', 'jwks_uri: an https address', 'none'])
    }))
})

/** What the app keeps of its registration. */
const keeping = (first?: Registration) => {
  const kept: Registration[] = first ? [first] : []
  return {
    kept,
    register: {
      name: 'Print shop',
      metadata: { logo_uri: 'https://shop.example/logo.png' },
      load: async () => kept.at(-1),
      save: async (registration: Registration) => {
        kept.push(registration)
      },
    },
  }
}

const registering = (change: object = {}) => {
  const { kept, register } = keeping()
  return { kept, settings: { openid: { clientId: undefined, register, ...change } } as unknown as AppSettings }
}

describe('dynamic registration', () => {
  const asked = (app: App) => app.standIn.asked.filter(({ path }) => path === '/register')

  it('oidcc-client-test-dynamic-registration (RFC 7591 §3.1) [RFC7591-2-02]', async () => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    const jwk: JWK = { ...(await exportJWK(privateKey)), alg: 'ES256', kid: 'shop-1' }
    const { kept, settings } = registering({ privateKey: jwk, clientAuthentication: 'client_secret_basic' })
    await using(settings, async (app) => {
      assert.equal((await signIn(app)).headers.get('location'), home)
      const sent = JSON.parse(asked(app)[0]?.body ?? '{}')
      const base = 'http://localhost:4200/api/auth'
      const { d: _, ...publicKey } = jwk
      assert.deepEqual(sent, {
        client_name: 'Print shop',
        logo_uri: 'https://shop.example/logo.png',
        application_type: 'web',
        redirect_uris: [`${base}/callback/symbolon`],
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'client_secret_basic',
        id_token_signed_response_alg: 'ES256',
        jwks: { keys: [{ ...publicKey, use: 'sig' }] },
        post_logout_redirect_uris: [`${base}/signedout/symbolon`],
      })
      const basic = app.standIn.tokenRequests()[0]?.headers.authorization?.slice('Basic '.length) ?? ''
      const [name, secret] = Buffer.from(basic, 'base64').toString().split(':')
      assert.deepEqual([name, secret], ['registered', 'the+secret+that+was+given'])
      assert.deepEqual([kept.length, kept[0]?.issuer, kept[0]?.client.client_id], [1, app.standIn.issuer, 'registered'])
    })
  })

  it('names where notices of logout go, on the origin of the redirect address [OIDC-FCLogout-2-01] [OIDC-BCLogout-2.2-01]', async () => {
    const { settings } = registering({ logoutNotices: true })
    await using({ ...settings, auth: { session: { kind: 'cookie', store: memoryStore() } } }, async (app) => {
      await start(app.browser)
      const { backchannel_logout_uri, frontchannel_logout_uri, ...sent } = JSON.parse(asked(app)[0]?.body ?? '{}')
      assert.equal(backchannel_logout_uri, 'http://localhost:4200/api/auth/backchannel-logout/symbolon')
      assert.equal(frontchannel_logout_uri, 'http://localhost:4200/api/auth/frontchannel-logout/symbolon')
      assert.equal(new URL(sent.redirect_uris[0]).origin, new URL(frontchannel_logout_uri).origin)
      assert.ok(sent.backchannel_logout_session_required && sent.frontchannel_logout_session_required)
    })
  })

  it('is done once however many sign-ins begin, and not again after a restart', async () => {
    const { kept, settings } = registering()
    await using(settings, async (app) => {
      await Promise.all(Array.from({ length: 10 }, () => start(openBrowser(app.auth))))
      assert.equal(asked(app).length, 1)
      const { register } = keeping(kept[0])
      const openid = { issuer: app.standIn.issuer, clientId: undefined, register } as unknown as NonNullable<
        AppSettings['openid']
      >
      await using({ openid }, async (again) => {
        assert.equal((await start(again.browser)).searchParams.get('client_id'), 'registered')
        assert.equal(asked(app).length, 1)
      })
    })
  })

  for (const [what, change] of [
    ['of another issuer', { issuer: 'https://other.example' }],
    ['whose secret is over', { client: { client_secret_expires_at: 1 } }],
    ['for another response type', { client: { response_types: ['id_token'] } }],
    ['for another signature', { client: { id_token_signed_response_alg: 'RS256' } }],
    ['for another redirect address', { client: { redirect_uris: ['https://other.example/'] } }],
  ] as const) {
    it(`is done again where what was kept is ${what}`, () =>
      using({}, async (other) => {
        const base = {
          issuer: other.standIn.issuer,
          client: {
            client_id: 'kept',
            client_secret: 's',
            redirect_uris: ['http://localhost:4200/api/auth/callback/symbolon'],
            response_types: ['code'],
          },
        }
        const kept = { ...base, ...change, client: { ...base.client, ...('client' in change ? change.client : {}) } }
        const { register } = keeping(kept)
        const openid = { issuer: other.standIn.issuer, clientId: undefined, register } as unknown as NonNullable<
          AppSettings['openid']
        >
        await using({ openid }, async (app) => {
          assert.equal((await start(app.browser)).searchParams.get('client_id'), 'registered')
        })
      }))
  }

  for (const [what, answer, expected] of [
    [
      'a secret that is over already, which would have us register for ever',
      (metadata: object) => ({
        status: 201,
        body: { ...metadata, client_id: 'c', client_secret: 's', client_secret_expires_at: 1 },
      }),
      /a secret that is over/,
    ],
    ['an error', () => ({ status: 400, body: { error: 'invalid_redirect_uri' } }), /invalid_redirect_uri/],
    ['a client without an identifier', () => ({ status: 201, body: {} }), /another answer/],
    [
      'another signature algorithm than was asked for',
      (metadata: object) => ({
        status: 201,
        body: { ...metadata, client_id: 'c', id_token_signed_response_alg: 'RS256' },
      }),
      /RS256/,
    ],
    [
      'a way to authenticate that nobody knows',
      (metadata: object) => ({
        status: 201,
        body: { ...metadata, client_id: 'c', token_endpoint_auth_method: 'magic' },
      }),
      /magic/,
    ],
  ] as const) {
    it(`fails by ${what}, and is kept by nobody (RFC 7591 §3.2)`, async () => {
      const { kept, settings } = registering()
      await using(settings, async (app) => {
        app.standIn.change.register = answer
        assert.equal((await app.browser.get('/api/auth/signin/symbolon')).status, 502)
        const [code, , got] = refusal(app) ?? []
        assert.equal(code, 'registration_failed')
        assert.match(got ?? '', expected)
        assert.equal(kept.length, 0)
      })
    })
  }
})

describe('a request object', () => {
  const signing = async () => {
    const pair = await generateKeyPair('RS256', { extractable: true })
    const privateKey: JWK = { ...(await exportJWK(pair.privateKey)), alg: 'RS256', kid: 'shop-1' }
    return { privateKey, publicKey: pair.publicKey }
  }
  const store = () => ({ session: { kind: 'cookie' as const, store: memoryStore() } })

  it('goes along by value, signed, with what OAuth needs outside as well (OpenID Connect Core §6.1) [OIDC-Core-6.1-02] [RFC9101-4-01] [RFC9101-4-02] [RFC9101-4-03] [RFC9101-5-01] [RFC9101-5-02]', async () => {
    const { privateKey, publicKey } = await signing()
    await using({ openid: { privateKey, requestObject: 'value', parameters: { max_age: '60' } } }, async (app) => {
      const url = await start(app.browser)
      const { request = '', ...outside } = Object.fromEntries(url.searchParams)
      assert.deepEqual(outside, { client_id: 'print-shop', response_type: 'code', scope: 'openid profile email' })
      const { payload, protectedHeader } = await jwtVerify(request, publicKey, { audience: app.standIn.issuer })
      assert.deepEqual(protectedHeader, { alg: 'RS256', typ: 'oauth-authz-req+jwt', kid: 'shop-1' })
      const { redirect_uri, max_age, iss } = payload
      assert.deepEqual(
        [redirect_uri, max_age, iss],
        ['http://localhost:4200/api/auth/callback/symbolon', 60, 'print-shop'],
      )
      assert.ok(payload.state && payload.nonce && payload.code_challenge)
      assert.equal('request' in payload || 'request_uri' in payload || url.searchParams.has('request_uri'), false)
      assert.notEqual(payload.sub, 'print-shop')
    })
  })

  const fetched = async (app: App) => {
    const address = (await start(app.browser)).searchParams.get('request_uri') ?? ''
    assert.match(address, /^http:\/\/localhost:4200\/api\/auth\/request\/[\w-]{22}$/)
    const response = await app.auth.handle(new Request(address))
    assert.equal(response?.headers.get('content-type'), 'application/oauth-authz-req+jwt')
    return (await response?.text()) ?? ''
  }

  it('oidcc-client-test-request-uri-signed-rs256', async () => {
    const { privateKey, publicKey } = await signing()
    await using({ openid: { privateKey, requestObject: 'reference' }, auth: store() }, async (app) => {
      const { payload } = await jwtVerify(await fetched(app), publicKey, { audience: app.standIn.issuer })
      assert.equal(payload.client_id, 'print-shop')
    })
  })

  it('oidcc-client-test-request-uri-signed-none', () =>
    using({ openid: { requestObject: 'unsigned-reference' }, auth: store() }, async (app) => {
      const object = await fetched(app)
      assert.equal(decodeProtectedHeader(object).alg, 'none')
      assert.equal(decodeJwt(object).response_type, 'code')
    }))

  it('that nobody made is not there', () =>
    using({ openid: { requestObject: 'unsigned-reference' }, auth: store() }, async (app) => {
      const response = await app.auth.handle(new Request(`${home}api/auth/request/made-up`))
      assert.equal(response?.status, 404)
    }))

  it('is verified with the key that the client serves, which is public', async () => {
    const { privateKey } = await signing()
    await using({ openid: { privateKey, requestObject: 'value' } }, async (app) => {
      const served = await app.auth.handle(new Request(`${home}api/auth/keys/symbolon`))
      const { keys } = JSON.parse((await served?.text()) ?? '{}') as { readonly keys: readonly JWK[] }
      assert.deepEqual(Object.keys(keys[0] ?? {}).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use'])
      const request = (await start(app.browser)).searchParams.get('request') ?? ''
      await jwtVerify(request, await importJWK(keys[0] ?? {}))
    })
  })

  it('needs a key to be signed, and a store to be fetched from', async () => {
    await assert.rejects(startApp({ openid: { requestObject: 'value' } }), { code: 'client_settings_wrong' })
    await assert.rejects(startApp({ openid: { requestObject: 'unsigned-reference' } }), {
      code: 'client_settings_wrong',
    })
  })
})

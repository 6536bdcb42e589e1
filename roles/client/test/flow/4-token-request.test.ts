/** What is sent to the token endpoint, as it goes over the wire. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { exportJWK, generateKeyPair, jwtVerify } from 'jose'
import { type App, signIn, startApp } from '../support/app.ts'

const form = (app: App, grant: string) => Object.fromEntries(app.standIn.tokenRequests(grant).at(-1)?.form ?? [])

describe('the token request', () => {
  let app: App
  before(async () => {
    app = await startApp({ openid: { resource: 'https://api.example.com/photos' } })
    await signIn(app)
  })
  after(() => app.stop())

  it('hands in the code with the verifier, the same redirect address and the resource (RFC 6749 §4.1.3) [RFC6749-4.1.3-01] [RFC6749-3.2.1-02] [RFC6749-3.2-01] [OAuth2.1-3.2.2-01] [MCP-Auth-Resource_Parameter_Implementation-01]', () => {
    const { code, code_verifier, ...rest } = form(app, 'authorization_code')
    const authorize = new URL(
      app.standIn.asked.find(({ path }) => path.startsWith('/authorize'))?.path ?? '',
      app.standIn.issuer,
    )
    assert.match(code ?? '', /^[0-9a-f]{32}$/)
    assert.match(code_verifier ?? '', /^[\w-]{43}$/)
    assert.deepEqual(rest, {
      grant_type: 'authorization_code',
      redirect_uri: 'http://localhost:4200/api/auth/callback/symbolon',
      client_id: 'print-shop',
      resource: 'https://api.example.com/photos',
    })
    assert.equal(authorize.searchParams.get('redirect_uri'), rest.redirect_uri)
    assert.equal(authorize.searchParams.get('resource'), rest.resource)
    const [request] = app.standIn.tokenRequests('authorization_code')
    assert.equal(request?.method, 'POST')
    assert.equal(request?.path, '/token')
    assert.match(request?.headers['content-type'] ?? '', /^application\/x-www-form-urlencoded/)
  })
})

describe('client authentication', () => {
  const sent = async (openid: NonNullable<Parameters<typeof startApp>[0]>['openid']) => {
    const app = await startApp({ openid: openid ?? {} })
    await signIn(app)
    const [request] = app.standIn.tokenRequests()
    await app.stop()
    return {
      form: form(app, 'authorization_code'),
      authorization: request?.headers.authorization,
      issuer: app.standIn.issuer,
    }
  }

  it('is HTTP Basic with a secret, both halves form-encoded, and nothing in the body (RFC 6749 §2.3.1) [RFC6749-2.3-01] [RFC6749-2.3.1-03] [OAuth2.1-2.4-02] [RFC10017-6.1.3.1-01]', async () => {
    const { form, authorization } = await sent({ clientId: 'a:b c', clientSecret: 's&c/ret+' })
    const [name, secret] = Buffer.from(authorization?.slice('Basic '.length) ?? '', 'base64')
      .toString()
      .split(':')
    assert.equal(new URLSearchParams(`v=${name}`).get('v'), 'a:b c')
    assert.equal(new URLSearchParams(`v=${secret}`).get('v'), 's&c/ret+')
    assert.equal('client_secret' in form || 'client_id' in form, false)
  })

  it('is in the body when that is what is registered [OIDC-Core-3.1.3.1-01]', async () => {
    const { form, authorization } = await sent({ clientSecret: 'secret', clientAuthentication: 'client_secret_post' })
    assert.deepEqual([form.client_id, form.client_secret, authorization], ['print-shop', 'secret', undefined])
  })

  it('is a signed assertion whose only audience is the issuer, and which says what it is (RFC 10070) (attack 39) [RFC10070-4-01] [RFC10070-4-03] [RFC10070-4-05] [RFC7521-4.2-01] [RFC7523-2.2-01] [SecBCP-update-2.1.2.1-01] [SecBCP-update-2.1.2-01] [OIDC-Core-9-02] [MCP-CC-Client_Authentication_Methods-01]', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
    const jwk = { ...(await exportJWK(privateKey)), alg: 'ES256', kid: 'shop-1' }
    const { form, authorization, issuer } = await sent({ privateKey: jwk })
    const { payload, protectedHeader } = await jwtVerify(form.client_assertion ?? '', publicKey)
    assert.equal(form.client_assertion_type, 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    assert.equal(payload.aud, issuer)
    assert.deepEqual([payload.iss, payload.sub], ['print-shop', 'print-shop'])
    assert.deepEqual(protectedHeader, { alg: 'ES256', kid: 'shop-1', typ: 'client-authentication+jwt' })
    assert.ok(payload.jti && payload.exp)
    assert.equal('client_secret' in form || authorization !== undefined, false)
  })
})

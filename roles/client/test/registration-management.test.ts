/** What a client does with its own registration later: it reads it, replaces it and takes it away (RFC 7592). */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { describe, it } from 'node:test'
import type { AuthError, OpenIdSettings, Registration } from '@symbolon/client'
import { type App, start, startApp } from './support/app.ts'
import { type Asked, sendJson } from './support/http.ts'

interface Managed {
  readonly app: App
  readonly kept: Registration[]
  /** Requests to the place where the registration is managed. */
  readonly asked: () => readonly Asked[]
  /** What the provider answers there. */
  answer: (asked: Asked, response: ServerResponse) => void
}

const place = '/register/registered'
const answerOf = (issuer: string, change: object = {}) => ({
  client_id: 'registered',
  client_secret: 'the secret that was given',
  client_secret_expires_at: 0,
  client_id_issued_at: 1_800_000_000,
  registration_access_token: 'first token',
  registration_client_uri: `${issuer}${place}`,
  redirect_uris: ['http://localhost:4200/api/auth/callback/symbolon'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
  client_name: 'Print shop',
  ...change,
})

const managing = async (first: object, work: (managed: Managed) => Promise<void>) => {
  const kept: Registration[] = []
  const register = {
    load: async () => kept.at(-1),
    save: async (registration: Registration) => {
      kept.push(registration)
    },
  }
  const app = await startApp({ openid: { clientId: undefined, register } as unknown as Partial<OpenIdSettings> })
  const managed: Managed = {
    app,
    kept,
    asked: () => app.standIn.asked.filter(({ path }) => path === place),
    answer: (_, response) => sendJson(response, 200, answerOf(app.standIn.issuer)),
  }
  app.standIn.change.register = () => ({ status: 201, body: answerOf(app.standIn.issuer, first) })
  app.standIn.change.answer = (asked, response) => {
    if (asked.path !== place) return false
    managed.answer(asked, response)
    return true
  }
  try {
    await start(app.browser)
    await work(managed)
  } finally {
    await app.stop()
  }
}

const refused = { code: 'registration_failed' }

describe('a client that manages its registration', () => {
  it('reads it by GET with the token that came with it (RFC 7592 §2.1) [RFC7592-2.1-01]', () =>
    managing({}, async ({ app, asked, kept }) => {
      const read = await app.auth.registration('symbolon').read()
      assert.deepEqual(
        asked().map(({ method, headers, body }) => [method, headers.authorization, body]),
        [['GET', 'Bearer first token', '']],
      )
      assert.equal(read.client_name, 'Print shop')
      // what only the app's own store may hold
      assert.doesNotMatch(JSON.stringify(read), /first token|the secret/)
      assert.equal(kept.at(-1)?.client.client_secret, 'the secret that was given')
    }))

  it('goes on with the token and the secret that an answer brings, and keeps those it does not mention (RFC 7592 §2.1, §3)', () =>
    managing({}, async (managed) => {
      const { app, kept, asked } = managed
      const { issuer } = app.standIn
      managed.answer = (_, response) =>
        sendJson(response, 200, answerOf(issuer, { registration_access_token: 'next token', client_secret: 'new one' }))
      await app.auth.registration('symbolon').read()
      const {
        registration_access_token: _,
        client_secret: __,
        registration_client_uri: ___,
        ...bare
      } = answerOf(issuer)
      managed.answer = (_, response) => sendJson(response, 200, bare)
      await app.auth.registration('symbolon').read()
      assert.equal(asked().at(-1)?.headers.authorization, 'Bearer next token')
      const { registration_access_token, client_secret, registration_client_uri } = kept.at(-1)?.client ?? {}
      assert.deepEqual(
        [registration_access_token, client_secret, registration_client_uri],
        ['next token', 'new one', `${issuer}${place}`],
      )
      // the next sign-in is the same client with its new secret
      const back = await app.standIn.allow((await start(app.browser)).href)
      await app.browser.get(`${back.pathname}${back.search}`)
      const basic = app.standIn.tokenRequests()[0]?.headers.authorization?.slice('Basic '.length) ?? ''
      assert.equal(Buffer.from(basic, 'base64').toString(), 'registered:new+one')
    }))

  it('replaces it by PUT with all of it, less what only the provider says (RFC 7592 §2.2) [RFC7592-2.2-01] [RFC7592-2.2-02]', () =>
    managing({}, async (managed) => {
      const { app, asked } = managed
      managed.answer = ({ body }, response) =>
        sendJson(response, 200, { ...answerOf(app.standIn.issuer), ...JSON.parse(body) })
      const changed = await app.auth.registration('symbolon').replace({
        client_name: 'Halftone',
        policy_uri: 'https://shop.example/policy',
        token_endpoint_auth_method: undefined,
        client_id: 'of another',
        client_secret: 'chosen by us',
        registration_access_token: 'chosen by us',
        registration_client_uri: 'https://evil.example/',
        client_secret_expires_at: 1,
        client_id_issued_at: 1,
      })
      const [{ method, headers, body } = { method: '', headers: {} as Asked['headers'], body: '{}' }] = asked()
      assert.deepEqual([method, headers.authorization], ['PUT', 'Bearer first token'])
      assert.equal(headers['content-type'], 'application/json')
      assert.deepEqual(JSON.parse(body), {
        client_id: 'registered',
        client_secret: 'the secret that was given',
        redirect_uris: ['http://localhost:4200/api/auth/callback/symbolon'],
        response_types: ['code'],
        client_name: 'Halftone',
        policy_uri: 'https://shop.example/policy',
      })
      assert.equal(changed.client_name, 'Halftone')
    }))

  it('takes it away by DELETE, forgets it, and registers anew for the next sign-in (RFC 7592 §2.3)', () =>
    managing({}, async (managed) => {
      const { app, asked, kept } = managed
      managed.answer = (_, response) => response.writeHead(204).end()
      await app.auth.registration('symbolon').remove()
      assert.deepEqual([asked()[0]?.method, asked()[0]?.headers.authorization], ['DELETE', 'Bearer first token'])
      assert.deepEqual(kept.at(-1), { issuer: app.standIn.issuer, client: {} })
      await start(app.browser)
      assert.equal(app.standIn.asked.filter(({ path }) => path === '/register').length, 2)
    }))

  it('does one thing after the other, so that each has the token of the one before', () =>
    managing({}, async (managed) => {
      const { app, asked } = managed
      let count = 0
      managed.answer = (_, response) =>
        sendJson(response, 200, answerOf(app.standIn.issuer, { registration_access_token: `token ${++count}` }))
      const { read, replace } = app.auth.registration('symbolon')
      await Promise.all([read(), replace({ client_name: 'A' }), read()])
      assert.deepEqual(
        asked().map(({ headers }) => headers.authorization),
        ['Bearer first token', 'Bearer token 1', 'Bearer token 2'],
      )
    }))

  for (const [what, status, body, got] of [
    ['by its error', 400, { error: 'invalid_client_metadata' }, 'invalid_client_metadata'],
    ['that it does not know us any more', 401, {}, '401'],
    ['in another form', 200, [], '200'],
    ['about another client', 200, { client_id: 'of another' }, 'another client_id'],
    ['with an address that is none', 200, { client_id: 'registered', registration_client_uri: 'file:///' }, 'file:///'],
  ] as const)
    it(`keeps what it had when the provider answers ${what} (RFC 7592 §3)`, () =>
      managing({}, async (managed) => {
        const { app, kept } = managed
        managed.answer = (_, response) => sendJson(response, status, body)
        await assert.rejects(app.auth.registration('symbolon').read(), { ...refused, got })
        assert.equal(kept.length, 1)
      }))

  for (const [what, first] of [
    ['named no place', { registration_client_uri: undefined }],
    ['gave no token', { registration_access_token: undefined }],
    ['named another scheme', { registration_client_uri: 'ftp://id.example/c' }],
    ['named the network of somebody', { registration_client_uri: 'http://10.0.0.7/c' }],
  ] as const)
    it(`sends its token nowhere when the provider ${what} (attack 74)`, () =>
      managing(first, async ({ app, asked }) => {
        await assert.rejects(app.auth.registration('symbolon').read(), (error: AuthError) => {
          assert.ok(['registration_failed', 'discovery_failed'].includes(error.code))
          assert.doesNotMatch(error.message, /first token/)
          return true
        })
        assert.equal(asked().length, 0)
      }))

  it('shows the token of one issuer to no other (attack 78)', () =>
    managing({}, async ({ app, asked, kept }) => {
      kept.push({ issuer: 'https://other.example', client: kept.at(-1)?.client ?? {} })
      await assert.rejects(app.auth.registration('symbolon').read(), refused)
      assert.equal(asked().length, 0)
    }))

  it('is one that registered itself', async () => {
    const app = await startApp()
    assert.throws(() => app.auth.registration('symbolon'), { code: 'client_settings_wrong' })
    assert.throws(() => app.auth.registration('nobody'), { code: 'parameter_malformed' })
    await app.stop()
  })
})

/** The code flow as any client may go through it: what every answer holds, how long it lives, and what cannot be made up. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, describe, it } from 'node:test'
import { challengeOf } from '@symbolon/protocol/pkce'
import { decodeJwt } from 'jose'
import { createPerson } from '../support/person.ts'
import { allow, callback, password, secret, startTestServer } from '../support/server.ts'

const loopback = 'http://127.0.0.1:51432/cb'

describe('the code flow', async () => {
  const server = await startTestServer({
    clients: [
      {
        client_id: 'desktop',
        client_name: 'Desktop',
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/cb'],
        grant_types: ['authorization_code', 'refresh_token'],
        scope: 'openid offline_access photos:read',
      },
    ],
  })
  after(() => server.close())

  const basic = `Basic ${Buffer.from(`web:${secret}`).toString('base64')}`

  interface Way {
    readonly client: string
    readonly redirect?: string
    readonly authorization?: string
    readonly scope?: string
  }

  async function begin({ client, redirect = callback, scope = 'openid offline_access photos:read' }: Way) {
    const verifier = randomBytes(32).toString('base64url')
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: client,
      redirect_uri: redirect,
      scope,
      prompt: 'consent',
      state: 'the state',
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'S256',
    })
    const back = await allow(createPerson({ stopAt: [redirect] }), `${server.url}/authorize?${query}`)
    return { verifier, back }
  }

  async function finish({ verifier, back }: Awaited<ReturnType<typeof begin>>, way: Way) {
    const response = await fetch(`${server.url}/token`, {
      method: 'POST',
      headers: way.authorization === undefined ? {} : { authorization: way.authorization },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: back.searchParams.get('code') ?? '',
        redirect_uri: way.redirect ?? callback,
        code_verifier: verifier,
        ...(way.authorization === undefined && { client_id: way.client }),
      }),
    })
    return { status: response.status, body: await response.json() }
  }

  const ways: readonly (readonly [who: string, rows: string, way: Way])[] = [
    ['a client with a secret', '[MCP-Auth-Overview-01]', { client: 'web', authorization: basic }],
    [
      'an app in a browser, which has none',
      '(RFC 10017 §6.3.3.1) [RFC10017-6.3.3.1-01] [MCP-Auth-Overview-01]',
      { client: 'spa' },
    ],
    [
      'an app on a device, which has none, at any port',
      '(RFC 8252 §8.1) [RFC8252-6-01] [RFC8252-8.1-01] [RFC8252-8.5-01] [OAuth2.1-8.1-01] [OAuth2.1-8.1.1-01]',
      { client: 'desktop', redirect: loopback },
    ],
  ]
  for (const [who, rows, way] of ways) {
    it(`leads to tokens: ${who} ${rows}`, async () => {
      const { status, body } = await finish(await begin(way), way)
      assert.equal(status, 200)
      assert.equal(body.token_type, 'Bearer')
      const claims = await fetch(`${server.url}/userinfo`, {
        headers: { authorization: `Bearer ${body.access_token}` },
      })
      assert.equal((await claims.json()).sub, 'alice-0001')
    })
  }

  it('refuses an app on a device that sends no challenge, or no verifier (RFC 8252 §8.1) [RFC8252-8.1-01]', async () => {
    const query = { response_type: 'code', client_id: 'desktop', redirect_uri: loopback, scope: 'openid' }
    const person = createPerson({ stopAt: [loopback] })
    const { url } = await person.open(`${server.url}/authorize?${new URLSearchParams(query)}`)
    assert.equal(new URL(url).searchParams.get('error'), 'invalid_request')
    const way = { client: 'desktop', redirect: loopback }
    const begun = await begin(way)
    assert.equal((await finish({ ...begun, verifier: '' }, way)).body.error, 'invalid_grant')
  })

  it('brings the client nothing but code, state and iss: no credential of the person travels on (RFC 9700 §2.1) [RFC9700-2.1-05]', async () => {
    const { back } = await begin({ client: 'web' })
    assert.deepEqual([...back.searchParams.keys()], ['code', 'state', 'iss'])
    assert.equal(back.hash, '')
    assert.ok(!back.href.includes(encodeURIComponent(password)) && !back.href.includes('alice'))
  })

  it('gives codes and refresh tokens of 256 bits, no two alike, and a code with a bit changed is none (RFC 6819 §4.4.1.3) [RFC6749-10.4-02] [RFC6819-4.4.1.3-01] [RFC6819-5.1.4.2.2-01]', async () => {
    const way = { client: 'web', authorization: basic }
    const begun = await begin(way)
    const code = begun.back.searchParams.get('code') ?? ''
    const guessed = new URL(begun.back)
    guessed.searchParams.set('code', `${code.startsWith('A') ? 'B' : 'A'}${code.slice(1)}`)
    assert.equal((await finish({ ...begun, back: guessed }, way)).body.error, 'invalid_grant')
    const { body } = await finish(begun, way)
    const other = await finish(await begin(way), way)
    for (const handle of [code, body.refresh_token]) assert.equal(Buffer.from(handle, 'base64url').length, 32)
    assert.notEqual(body.refresh_token, other.body.refresh_token)
    const refresh = (token: string) =>
      fetch(`${server.url}/token`, {
        method: 'POST',
        headers: { authorization: basic },
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token }),
      })
    const changed = `${body.refresh_token.startsWith('A') ? 'B' : 'A'}${body.refresh_token.slice(1)}`
    assert.equal((await refresh(changed)).status, 400)
    assert.equal((await refresh(body.refresh_token)).status, 200)
  })

  it('gives a code to its client alone: a thief without the secret, or with another client, gets nothing (RFC 6819 §4.4.1.1) [RFC6819-4.4.1.1-01]', async () => {
    const way = { client: 'web', authorization: basic }
    const begun = await begin(way)
    for (const thief of [
      { client: 'web' },
      { client: 'web', authorization: `Basic ${Buffer.from('web:wrong').toString('base64')}` },
      { client: 'spa' },
    ])
      assert.notEqual((await finish(begun, thief)).status, 200)
    assert.equal((await finish(begun, way)).status, 200)
  })

  it('gives access tokens for an hour at most, for a named API, that nobody can change (RFC 6750 §5.2, §5.3) [RFC6750-5.3-02] [RFC6750-5.2-01] [RFC6749-10.3-01] [OAuth2.1-7.1.3-01]', async () => {
    const way = { client: 'web', authorization: basic, scope: 'openid photos:read' }
    const { body } = await finish(await begin(way), way)
    assert.ok(body.expires_in > 0 && body.expires_in <= 3_600)
    const { iat = 0, exp = 0, aud, scope } = decodeJwt(body.access_token)
    assert.equal(exp - iat, body.expires_in)
    assert.equal(aud, 'https://library.example')
    assert.equal(scope, 'openid photos:read')
    const [header, payload = '', signature] = String(body.access_token).split('.')
    const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub: 'bob-0001' }
    const forged = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
    const ask = (token: string) => fetch(`${server.url}/userinfo`, { headers: { authorization: `Bearer ${token}` } })
    assert.equal((await ask(body.access_token)).status, 200)
    assert.equal((await ask(forged)).status, 401)
  })
})

import assert from 'node:assert/strict'
import { generateKeyPairSync, hash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { contentsOf, type ResponseType, responseTypes } from '@symbolon/protocol/response-types'
import { compactDecrypt } from 'jose'
import { hashOf } from '../../src/handles.ts'
import { sidFor } from '../../src/people/sid.ts'
import { findToken } from '../../src/tokens/find.ts'
import { Browser, sentToClient, shown } from '../support/front-channel/browser.ts'
import { claimsIn, everything, openSigningWorld } from '../support/front-channel/signing.ts'
import {
  aClient,
  authorizationParams,
  callback,
  issuerUrl,
  verifier,
  type World,
} from '../support/front-channel/world.ts'

const half = (text: string | null) =>
  hash('sha256', text ?? '', 'buffer')
    .subarray(0, 16)
    .toString('base64url')

describe('an answer of the authorization endpoint', () => {
  let world: World
  let browser: Browser
  before(async () => {
    world = await openSigningWorld({ accessTokenLifetime: 3_600 })
    browser = new Browser(world)
    await browser.submit(await browser.signIn(await browser.open(authorizationParams())), { decision: 'allow' })
  })
  after(() => world.storage.close())

  const ask = (change: Parameters<typeof authorizationParams>[0]) =>
    browser.get(`/authorize?${authorizationParams(change)}`)
  const answer = async (change: Parameters<typeof authorizationParams>[0]) => sentToClient(await ask(change)).params
  const find = async (params: URLSearchParams) =>
    findToken(params.get('access_token') ?? '', { issuer: world.issuer, registry: await world.issuer.store.registry() })
  const code = async (params: URLSearchParams) =>
    (await world.issuer.store.codes.find(hashOf(params.get('code') ?? '')))?.code

  for (const type of responseTypes) {
    const given = contentsOf(type)
    const expected = [
      ...(given.code ? ['code'] : []),
      ...(given.accessToken ? ['access_token', 'token_type', 'expires_in', 'scope'] : []),
      ...(given.idToken ? ['id_token'] : []),
      ...['state', 'iss'],
    ]
    it(`holds what ${type} asks for, with state and iss, in its default place [OAuth-MultiResp-3-01] [OAuth-MultiResp-4-01] [OAuth-MultiResp-5-01] [OIDC-Core-3.2.2.5-01] [RFC9207-2-01] [RFC6749-4.2.2-01]`, async () => {
      const reply = await ask({ response_type: type })
      assert(reply.kind === 'redirect')
      const place = type === 'code' || type === 'none' ? '?' : '#'
      assert(reply.location.startsWith(`${callback}${place}${expected[0]}=`), reply.location.slice(0, 80))
      const { params } = sentToClient(reply)
      assert.deepEqual(
        [...params.keys()].filter((name) => name !== 'session_state'),
        expected,
      )
      assert.equal(params.get('state'), 'the state')
      assert.equal(params.get('iss'), issuerUrl)
    })

    it(`goes by form for ${type} too, and its errors with it (Form Post Response Mode §2) [OAuth-FormPost-2-01]`, async () => {
      const view = shown(await ask({ response_type: type, response_mode: 'form_post' }), 'form-post')
      assert.equal(view.action, callback)
      assert.equal(view.fields[0]?.[0], expected[0])
      const bad = shown(await ask({ response_type: type, response_mode: 'form_post', scope: 'bogus' }), 'form-post')
      assert.equal(bad.fields[0]?.[0], 'error')
      assert.deepEqual(bad.fields.at(-1), ['iss', issuerUrl])
    })

    it(`refuses a silent ${type} of somebody who is not signed in, in the same place`, async () => {
      const stranger = new Browser(world)
      const reply = await stranger.get(`/authorize?${authorizationParams({ response_type: type, prompt: 'none' })}`)
      assert(reply.kind === 'redirect')
      const place = type === 'code' || type === 'none' ? '?' : '#'
      assert(reply.location.startsWith(`${callback}${place}error=login_required&`))
    })
  }

  it('binds the ID token to all that comes with it (OpenID Connect Core §3.3.2.11) [OIDC-Core-3.2.2.10-01] [OIDC-Core-3.3.2.11-01]', async () => {
    const params = await answer({ response_type: 'code id_token token' })
    const { sub, ...claims } = claimsIn(params.get('id_token'))
    assert.equal(sub, 'person-alice')
    assert.equal(claims.at_hash, half(params.get('access_token')))
    assert.equal(claims.c_hash, half(params.get('code')))
    assert.equal(claims.s_hash, half('the state'))
    assert.equal(claims.nonce, 'the-nonce')
    assert.equal(claims.auth_time, world.issuer.now())
    assert.equal(claims.sid, sidFor(world.issuer, (await code(params))?.sessionId ?? '', 'shop'))
    assert.equal((await world.issuer.keys.verify(params.get('id_token') ?? '', 'JWT'))?.aud, 'shop')
  })

  it('has only the hashes of what comes with it', async () => {
    const hashes = async (change: Parameters<typeof authorizationParams>[0]) =>
      Object.keys(claimsIn((await answer(change)).get('id_token'))).filter((name) => name.endsWith('_hash'))
    assert.deepEqual(await hashes({ response_type: 'id_token', state: undefined }), [])
    assert.deepEqual(await hashes({ response_type: 'id_token token' }), ['at_hash', 's_hash'])
    assert.deepEqual(await hashes({ response_type: 'code id_token' }), ['c_hash', 's_hash'])
  })

  it('tells of the person in the ID token only where there is no other way to ask (OpenID Connect Core §5.4) [OIDC-Core-5.4-01]', async () => {
    for (const type of ['id_token', 'id_token token', 'code id_token', 'code id_token token'] as const) {
      const { email, name } = claimsIn((await answer({ response_type: type })).get('id_token'))
      assert.deepEqual([email, name], [type === 'id_token' ? 'alice@example.com' : undefined, undefined], type)
    }
  })

  it('gives a token of its own family: found, bound to the person, of a short life and never refreshed (RFC 9700 §2.1.2) [RFC6749-4.2.2-01]', async () => {
    const params = await answer({ response_type: 'code token' })
    const token = await find(params)
    assert(token?.grantId && token.kind === 'jwt')
    assert.equal(token.personId, 'person-alice')
    assert.equal(Number(params.get('expires_in')), 300)
    assert.equal(token.expiresAt, world.issuer.now() + 300)
    const family = await world.issuer.store.grants.find(token.grantId)
    assert.equal(family?.grant.expiresAt, token.expiresAt)
    assert.notEqual((await code(params))?.grantId, token.grantId)
    const listed = await world.issuer.store.grants.ofPerson('person-alice', world.issuer.now())
    assert(listed.some(({ grantId }) => grantId === token.grantId))
  })

  it('keeps of an opaque token its hash alone, and lets none live longer than ten minutes [RFC6819-5.1.4.1.3-01]', async () => {
    const params = await answer({ response_type: 'token', scope: 'openid email' })
    assert.equal(params.get('expires_in'), '600')
    const text = params.get('access_token') ?? ''
    assert.match(text, /^[\w-]{43}$/)
    assert.equal(await world.issuer.store.accessTokens.find(text), undefined)
    assert.equal((await find(params))?.kind, 'opaque')
  })

  it('gives a token that ends with the session it was given in', async () => {
    const other = new Browser(world)
    const params = authorizationParams({ response_type: 'id_token token' })
    const answered = sentToClient(await other.signIn(await other.open(params))).params
    const token = await find(answered)
    const family = await world.issuer.store.grants.find(token?.grantId ?? '')
    const { sessionId = '', personId = '' } = family?.grant ?? {}
    await world.issuer.store.commit([{ do: 'revoke-grants-of-session', sessionId, personId, now: world.issuer.now() }])
    const after = await find(answered)
    assert.equal(after?.grant?.revokedAt, world.issuer.now())
  })

  it('gives a token that can be taken back alone, and leaves the code of the same answer as it is (RFC 7009 §2.1)', async () => {
    const metadata = { ...everything, token_endpoint_auth_method: 'none' }
    await world.issuer.store.commit([{ do: 'put-client', client: aClient('revoking', metadata) }])
    const page = await browser.open(authorizationParams({ client_id: 'revoking', response_type: 'code token' }))
    const { params } = sentToClient(await browser.submit(page, { decision: 'allow' }))
    const revoked = await browser.post('/revoke', {
      client_id: 'revoking',
      token: params.get('access_token') ?? '',
    })
    assert('status' in revoked && revoked.status === 200)
    assert.equal((await find(params))?.grant?.revokedAt, world.issuer.now())
    const code = params.get('code') ?? ''
    const redeemed = await browser.post('/token', {
      ...{ grant_type: 'authorization_code', client_id: 'revoking', code, redirect_uri: callback },
      code_verifier: verifier,
    })
    assert('status' in redeemed && redeemed.status === 200)
  })

  it('is no token at all for a session that ended just then', async () => {
    const other = new Browser(world)
    const params = authorizationParams({ response_type: 'id_token' })
    await other.signIn(await other.open(params))
    const { store } = world.issuer
    const end = {
      ...store,
      commit: async (writes: Parameters<typeof store.commit>[0]) => {
        const held = writes.find((write) => write.do === 'hold-session')
        if (held?.do === 'hold-session')
          await store.commit([{ do: 'end-session', sessionId: held.sessionId, now: world.issuer.now() }])
        return store.commit(writes)
      },
    }
    const racing = new Browser({ ...world, issuer: { ...world.issuer, store: end } })
    for (const [key, kept] of other.cookies) racing.cookies.set(key, kept)
    const reply = await racing.get(`/authorize?${params}`)
    assert(reply.kind === 'redirect' && reply.location.startsWith(`${issuerUrl}/i/`))
  })

  it('is of one size with the signature: SHA-512 for what is signed with it (OpenID Connect Core §3.3.2.11)', async () => {
    const metadata = { ...everything, id_token_signed_response_alg: 'ES512' }
    await world.issuer.store.commit([{ do: 'put-client', client: aClient('long', metadata) }])
    const page = await browser.open(authorizationParams({ client_id: 'long', response_type: 'code id_token' }))
    const { params } = sentToClient(await browser.submit(page, { decision: 'allow' }))
    const digest = hash('sha512', params.get('code') ?? '', 'buffer')
    assert.equal(claimsIn(params.get('id_token')).c_hash, digest.subarray(0, 32).toString('base64url'))
  })

  it('names the same person in the ID token for the code (OpenID Connect Core §3.3.3.6) [OIDC-Core-3.3.3.6-01]', async () => {
    const metadata = { ...everything, token_endpoint_auth_method: 'none' }
    await world.issuer.store.commit([{ do: 'put-client', client: aClient('public', metadata) }])
    const page = await browser.open(authorizationParams({ client_id: 'public', response_type: 'code id_token token' }))
    const { params } = sentToClient(await browser.submit(page, { decision: 'allow' }))
    const redeemed = await browser.post('/token', {
      grant_type: 'authorization_code',
      client_id: 'public',
      code: params.get('code') ?? '',
      redirect_uri: callback,
      code_verifier: verifier,
    })
    assert(redeemed.kind === 'json' && redeemed.status === 200)
    const { id_token } = redeemed.body as { readonly id_token: string }
    const [front, back] = [claimsIn(params.get('id_token')), claimsIn(id_token)]
    for (const name of ['iss', 'sub', 'aud', 'nonce', 'auth_time', 'sid']) assert.equal(back[name], front[name], name)
    assert.equal(back.c_hash, undefined)
  })

  it('is recorded as steps with what it held, and no token in it', async () => {
    const before = world.observed.length
    const params = await answer({ response_type: 'code id_token token' })
    const [event] = world.observed.slice(before)
    assert.deepEqual(
      [...(event?.result ?? [])].map(([name]) => name).filter((name) => name !== 'session_state'),
      ['code', 'access_token', 'token_type', 'expires_in', 'scope', 'id_token', 'state', 'iss'],
    )
    assert.equal(event?.grant, (await code(params))?.grantId)
  })
})

describe('an answer after the pages of an interaction', () => {
  let world: World
  before(async () => {
    world = await openSigningWorld()
  })
  after(() => world.storage.close())

  const consented = async (type: ResponseType, more: Parameters<typeof authorizationParams>[0] = {}) => {
    const browser = new Browser(world)
    const consent = await browser.signIn(
      await browser.open(authorizationParams({ response_type: type, prompt: 'consent', ...more })),
    )
    return { browser, consent }
  }

  for (const type of responseTypes) {
    it(`comes by a page for ${type}, and the same again when it is reloaded, but to no other browser (attack 36)`, async () => {
      const { browser, consent } = await consented(type)
      const reply = await browser.submit(consent, { decision: 'allow' })
      const { location } = shown(reply, 'handoff')
      const here = browser.at
      assert.equal(shown(await browser.get(here), 'handoff').location, location)
      const thief = new Browser(world)
      for (const [key, kept] of browser.cookies) if (key.startsWith('i_')) thief.cookies.set(key, kept)
      const stolen = await thief.get(here)
      assert(stolen.kind === 'page' && stolen.view.show === 'notice')
    })
  }

  it('is one only for two consents sent at once: one family, one token', async () => {
    const { browser, consent } = await consented('token', { scope: 'openid email', state: 'raced' })
    const before = (await world.issuer.store.grants.ofPerson('person-alice', world.issuer.now())).length
    const both = await Promise.all([1, 2].map(() => browser.submit(consent, { decision: 'allow' })))
    const [one, two] = both.map((reply) => shown(reply, 'handoff').location)
    assert.equal(one, two)
    const grants = await world.issuer.store.grants.ofPerson('person-alice', world.issuer.now())
    assert.equal(grants.length, before + 1)
  })

  it('gives a token what the person ticked and no more, and says so (attack 51)', async () => {
    const { browser, consent } = await consented('token', { scope: 'photos:read photos:write' })
    const { params } = sentToClient(await browser.submit(consent, { decision: 'allow' }))
    assert.equal(params.get('scope'), 'photos:read')
    assert.equal(claimsIn(params.get('access_token')).scope, 'photos:read')
  })

  it('is not said to last where no code is given, which alone could be refreshed', async () => {
    for (const [type, lasts] of [
      ['code token', true],
      ['token', false],
    ] as const) {
      const { consent } = await consented(type, { scope: 'photos:read' })
      assert.equal(shown(consent, 'consent').offline !== undefined, lasts, type)
    }
  })

  it('is over after a minute, and begins anew', async () => {
    const { browser, consent } = await consented('id_token token')
    await browser.submit(consent, { decision: 'allow' })
    const here = browser.at
    world.wait(61)
    const late = await browser.get(here)
    assert(late.kind === 'page' && late.status === 410)
  })

  it('tells of a refusal where the answer would have stood [RFC9207-2-01]', async () => {
    const { browser, consent } = await consented('code id_token')
    const { location } = shown(await browser.submit(consent, { decision: 'deny' }), 'handoff')
    assert(location.startsWith(`${callback}#error=access_denied&`))
    assert(location.endsWith(`&iss=${encodeURIComponent(issuerUrl)}`))
  })
})

describe('a signed answer (JARM)', () => {
  let world: World
  let browser: Browser
  before(async () => {
    world = await openSigningWorld()
    browser = new Browser(world)
    await browser.submit(await browser.signIn(await browser.open(authorizationParams())), { decision: 'allow' })
  })
  after(() => world.storage.close())

  const read = async (jwt: string | null) => {
    const claims = await world.issuer.keys.verify(jwt ?? '', 'JWT')
    assert(claims)
    return claims
  }

  for (const [mode, type, start] of [
    ['jwt', 'code', '?response='],
    ['jwt', 'code id_token', '#response='],
    ['query.jwt', 'none', '?response='],
    ['fragment.jwt', 'code token', '#response='],
  ] as const) {
    it(`holds everything of ${type} as one parameter, with ${mode} [JARM-2.1-01] [JARM-2.3.4-01]`, async () => {
      const reply = await browser.get(`/authorize?${authorizationParams({ response_type: type, response_mode: mode })}`)
      assert(reply.kind === 'redirect' && reply.location.startsWith(`${callback}${start}`))
      const { params } = sentToClient(reply)
      assert.deepEqual([...params.keys()], ['response'])
      const { iss, aud, exp, iat, state, ...rest } = await read(params.get('response'))
      assert.deepEqual({ iss, aud, state }, { iss: issuerUrl, aud: 'shop', state: 'the state' })
      assert.equal(iat, world.issuer.now())
      assert(Number(exp) > world.issuer.now() && Number(exp) <= world.issuer.now() + 600)
      assert.equal('code' in rest, contentsOf(type).code)
      assert.equal('access_token' in rest, contentsOf(type).accessToken)
      assert.equal(rest.expires_in, contentsOf(type).accessToken ? 300 : undefined)
    })
  }

  it('goes by form, errors too [JARM-2.1-01]', async () => {
    const change = { response_mode: 'form_post.jwt', response_type: undefined }
    const { fields } = shown(await browser.get(`/authorize?${authorizationParams(change)}`), 'form-post')
    assert.deepEqual(
      fields.map(([name]) => name),
      ['response'],
    )
    const claims = await read(fields[0]?.[1] ?? '')
    assert.equal(claims.error, 'invalid_request')
    assert.equal(claims.aud, 'shop')
  })

  it('is signed with RS256 unless the client is registered for another algorithm [JARM-3-01]', async () => {
    const { authorization_signed_response_alg: _, ...metadata } = everything
    await world.issuer.store.commit([{ do: 'put-client', client: aClient('usual', metadata) }])
    const change = { response_mode: 'jwt', prompt: 'none' }
    for (const [client_id, algorithm] of [
      ['usual', 'RS256'],
      ['shop', 'ES256'],
    ] as const) {
      const { params } = sentToClient(await browser.get(`/authorize?${authorizationParams({ ...change, client_id })}`))
      const [header = ''] = params.get('response')?.split('.') ?? []
      assert.equal(JSON.parse(Buffer.from(header, 'base64url').toString()).alg, algorithm)
    }
  })

  it('is read by nobody but a client that is registered for encryption [JARM-3-01] [JARM-2.3.1-01]', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    const metadata = {
      ...everything,
      jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'mine', use: 'enc' }] },
      authorization_encrypted_response_alg: 'RSA-OAEP-256',
      authorization_encrypted_response_enc: 'A256GCM',
    }
    await world.issuer.store.commit([{ do: 'put-client', client: aClient('secret', metadata) }])
    const change = { client_id: 'secret', response_type: 'code id_token', response_mode: 'query.jwt' }
    const page = await browser.open(authorizationParams(change))
    const { location } = shown(await browser.submit(page, { decision: 'allow' }), 'handoff')
    assert(location.startsWith(`${callback}?response=`))
    const encrypted = new URL(location).searchParams.get('response') ?? ''
    const { plaintext, protectedHeader } = await compactDecrypt(encrypted, privateKey)
    assert.deepEqual(protectedHeader, { alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT', kid: 'mine' })
    const claims = await read(new TextDecoder().decode(plaintext))
    assert.equal(claims.aud, 'secret')
    assert.equal(typeof claims.code, 'string')
  })

  it('is no ID token: nobody can be hinted at with it', async () => {
    const { params } = sentToClient(await browser.get(`/authorize?${authorizationParams({ response_mode: 'jwt' })}`))
    const hint = params.get('response') ?? ''
    const reply = await browser.get(`/authorize?${authorizationParams({ id_token_hint: hint, prompt: 'none' })}`)
    assert.equal(sentToClient(reply).params.get('error'), 'invalid_request')
  })

  it('is recorded by what it says, not as it was packed', async () => {
    const before = world.observed.length
    await browser.get(`/authorize?${authorizationParams({ response_mode: 'jwt' })}`)
    const [event] = world.observed.slice(before)
    assert.deepEqual(
      [...(event?.result ?? [])].map(([name]) => name).filter((name) => name !== 'session_state'),
      ['code', 'state', 'iss'],
    )
  })
})

import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { exportJWK } from 'jose'
import { freeGuesses } from '../../src/client-authentication/guesses.ts'
import { keepSecret } from '../../src/client-authentication/kept-secret.ts'
import { introspection } from '../../src/endpoints/introspection.ts'
import { metadata } from '../../src/endpoints/metadata.ts'
import { registration } from '../../src/endpoints/registration.ts'
import { readRegistered, replaceRegistered } from '../../src/endpoints/registration-management.ts'
import { token } from '../../src/endpoints/token.ts'
import { hashOf } from '../../src/handles.ts'
import { createSealing } from '../../src/keys/sealing.ts'
import { basic, clientRecord, createWorld, secret as shared, type World } from '../support/back-channel/world.ts'

const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const url = 'https://id.example'
const secret = 'a secret of sixty-four octets, which is what HS512 takes for one'
const method = { token_endpoint_auth_method: 'client_secret_jwt', scope: 'photos.read' }

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

interface Change {
  readonly clientId?: string
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly key?: string | Buffer
}

describe('client_secret_jwt (OpenID Connect Core §9, §10.1)', () => {
  let world: World
  const put = (clientId: string, more: Readonly<Record<string, unknown>>, words: readonly string[] = [secret]) => {
    const { sealing } = world.issuer
    const kept = words.map((word) => keepSecret(word, method, { clientId, url, sealing }))
    return world.put({ do: 'put-client', client: clientRecord(clientId, { ...method, ...more }, kept) })
  }
  before(async () => {
    world = await createWorld({ settings: { clientSecretJwt: true, registration: 'open' } })
    await put('sealed', {})
    await put('pinned', { token_endpoint_auth_signing_alg: 'HS384' })
    await put('short', {}, [secret.slice(0, 32)])
  })
  after(() => world[Symbol.asyncDispose]())

  const make = ({ clientId = 'sealed', claims = {}, header = {}, key = secret }: Change = {}) => {
    const said = {
      iss: clientId,
      sub: clientId,
      aud: url,
      jti: crypto.randomUUID(),
      iat: world.clock.now,
      exp: world.clock.now + 60,
      ...claims,
    }
    const head = { alg: 'HS256', ...header }
    const signed = `${encode(head)}.${encode(said)}`
    const digest = `sha${String(head.alg).slice(2)}`
    return `${signed}.${createHmac(digest, key).update(signed).digest('base64url')}`
  }
  const sent = (assertion: string) => ({
    grant_type: 'client_credentials',
    client_assertion_type: type,
    client_assertion: assertion,
  })
  const send = async (assertion: string, remoteAddress = '192.0.2.1') => {
    const said = await world.call(token, { form: sent(assertion), remoteAddress })
    if (said.status === 401) assert.equal(said.body.error, 'invalid_client')
    return said.answer.reason ?? 'ok'
  }

  it('authenticates a client by what it calculates with its secret, with each algorithm [OIDC-Core-9-01]', async () => {
    for (const alg of ['HS256', 'HS384', 'HS512']) assert.equal(await send(make({ header: { alg } })), 'ok', alg)
    assert.equal(await send(make({ header: { typ: 'client-authentication+jwt' } })), 'ok')
  })

  it('takes each of two secrets while one replaces the other, until its end', async () => {
    const { sealing } = world.issuer
    const [newer, older] = ['n', 'o'].map((word) =>
      keepSecret(word.repeat(32), method, { clientId: 'moving', url, sealing }),
    )
    assert(newer && older)
    const secrets = [newer, { ...older, expiresAt: world.clock.now + 10 }]
    await world.put({ do: 'put-client', client: clientRecord('moving', method, secrets) })
    const by = (word: string) => send(make({ clientId: 'moving', key: word.repeat(32) }))
    assert.deepEqual([await by('n'), await by('o')], ['ok', 'ok'])
    world.clock.now += 10
    assert.deepEqual([await by('n'), await by('o')], ['ok', 'client_secret_expired'])
  })

  it('takes an assertion once, also of many at once [OIDC-Core-9-03]', async () => {
    const assertion = make()
    const said = await Promise.all(Array.from({ length: 10 }, () => send(assertion)))
    assert.equal(said.filter((outcome) => outcome === 'ok').length, 1)
    assert.equal(said.filter((outcome) => outcome === 'assertion_replayed').length, 9)
  })

  it('is served wherever clients authenticate', async () => {
    const assertion = make()
    const form = { client_assertion_type: type, client_assertion: assertion, token: 'x' }
    assert.equal((await world.call(introspection, { form })).status, 200)
    assert.equal((await world.call(introspection, { form })).answer.reason, 'assertion_replayed')
  })

  const refused: Record<string, readonly [change: () => Change, reason: string]> = {
    'the token endpoint as audience (RFC 10070 §4) [RFC10070-4-02] (attack 39)': [
      () => ({ claims: { aud: `${url}/token` } }),
      'assertion_audience_wrong',
    ],
    'another issuer': [() => ({ claims: { iss: 'app' } }), 'assertion_issuer_wrong'],
    'no jti': [() => ({ claims: { jti: undefined } }), 'assertion_replayed'],
    'an expiry that is over': [() => ({ claims: { exp: world.clock.now } }), 'assertion_expired'],
    'an expiry too far ahead': [() => ({ claims: { exp: world.clock.now + 3_600 } }), 'assertion_expired'],
    'another secret': [() => ({ key: shared }), 'assertion_signature_wrong'],
    'an empty secret (attack 60)': [() => ({ key: '' }), 'assertion_signature_wrong'],
    'the hash of the secret, which is what is kept of others': [
      () => ({ key: hashOf(secret) }),
      'assertion_signature_wrong',
    ],
    'an algorithm that is not the registered one (attack 61)': [
      () => ({ clientId: 'pinned' }),
      'assertion_algorithm_refused',
    ],
    'a secret that is too short for the algorithm (RFC 7518 §3.2) [OIDC-Core-16.19-01]': [
      () => ({ clientId: 'short', key: secret.slice(0, 32), header: { alg: 'HS384' } }),
      'client_secret_too_short',
    ],
  }
  for (const [title, [change, reason]] of Object.entries(refused)) {
    it(`refuses ${title}`, async () => {
      assert.equal(await send(make(change()), '192.0.2.7'), reason)
    })
  }

  it('takes a secret of 32 octets for HS256, and the registered algorithm where there is one', async () => {
    assert.equal(await send(make({ clientId: 'short', key: secret.slice(0, 32) })), 'ok')
    assert.equal(await send(make({ clientId: 'pinned', header: { alg: 'HS384' } })), 'ok')
  })

  it('refuses an assertion that nobody calculated, or with a shorter code (attack 61)', async () => {
    const [, payload] = make().split('.')
    for (const alg of ['none', 'None', 'HS1', 'RS256']) {
      assert.equal(await send(`${encode({ alg })}.${payload}.`), 'assertion_algorithm_refused', alg)
    }
    for (const cut of [0, 1, 42]) {
      const [head, body, code = ''] = make().split('.')
      assert.equal(await send(`${head}.${body}.${code.slice(0, cut)}`, '192.0.2.8'), 'assertion_signature_wrong')
    }
  })

  it('holds each client to its own method, whatever the assertion says of itself (attack 58) (attack 59) (attack 72)', async () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'ec' }
    const pem = pair.publicKey.export({ format: 'pem', type: 'spki' })
    await put('signer', { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } })
    for (const key of [secret, pem, JSON.stringify(jwk)]) {
      assert.equal(await send(make({ clientId: 'signer', key, header: { kid: 'ec' } })), 'assertion_algorithm_refused')
    }
    await put('keyed', { jwks: { keys: [jwk] } })
    const [head, body] = make({ clientId: 'keyed', header: { alg: 'ES256' }, key: secret }).split('.')
    assert.equal(await send(`${head}.${body}.AAAA`), 'assertion_algorithm_refused')
    assert.equal(await send(make({ clientId: 'shop', key: shared })), 'client_authentication_method_wrong')
    const header = await world.call(token, {
      form: { grant_type: 'client_credentials' },
      headers: basic('sealed', secret),
    })
    assert.equal(header.answer.reason, 'client_authentication_method_wrong')
    const form = { grant_type: 'client_credentials', client_id: 'sealed', client_secret: secret }
    assert.equal((await world.call(token, { form })).answer.reason, 'client_authentication_method_wrong')
  })

  it('counts wrong codes where they come from, of known clients and of unknown, and not what was proven (RFC 6749 §2.3.1) (attack 72)', async () => {
    for (const [clientId, from, reason] of [
      ['pinned', '198.51.100.1', 'assertion_signature_wrong'],
      ['nobody', '198.51.100.2', 'client_unknown'],
    ] as const) {
      const guess = () => send(make({ clientId, key: crypto.randomUUID(), header: { alg: 'HS384' } }), from)
      for (let at = 0; at < freeGuesses; at++) assert.equal(await guess(), reason)
      assert.equal(await guess(), 'client_slowed_down')
    }
    assert.equal(await send(make({ clientId: 'pinned', header: { alg: 'HS384' } }), '198.51.100.3'), 'ok')
    const late = () => send(make({ claims: { exp: world.clock.now } }), '198.51.100.4')
    for (let at = 0; at <= freeGuesses; at++) assert.equal(await late(), 'assertion_expired')
  })

  it('keeps the secret sealed, for that client under the secret of this installation alone (RFC 6819 §5.1.4.1.3) [RFC6819-5.1.4.1.3-01]', async () => {
    const record = await world.issuer.store.clients.find('sealed')
    assert(record)
    assert.ok(!JSON.stringify(record).includes(secret))
    await world.put({ do: 'put-client', client: { ...record, clientId: 'thief' } })
    assert.equal(await send(make({ clientId: 'thief' })), 'client_secret_unreadable')
    const issuer = { ...world.issuer, sealing: createSealing('another secret of at least 32 characters') }
    const said = await world.call((request) => token(request, issuer), { form: sent(make()) })
    assert.equal(said.answer.reason, 'client_secret_unreadable')
  })

  const redirect_uris = ['https://shop.example/callback']
  const alone = { redirect_uris, token_endpoint_auth_method: 'client_secret_jwt' }
  const redeem = async (clientId: string, { key, alg = 'HS512' }: { readonly key: string; readonly alg?: string }) => {
    const form = {
      grant_type: 'authorization_code',
      code: 'none that anybody has',
      redirect_uri: 'https://shop.example/callback',
      client_assertion_type: type,
      client_assertion: make({ clientId, key, header: { alg } }),
    }
    return (await world.call(token, { form })).answer.reason
  }

  it('gives a client that registers for it a secret long enough for every algorithm, tells it once and keeps it sealed [OIDC-Core-16.19-01] [OIDC-Core-9-01]', async () => {
    const { status, body } = await world.call(registration, { json: alone })
    assert.equal(status, 201)
    const [id, given] = [String(body.client_id), String(body.client_secret)]
    assert.ok(Buffer.byteLength(given) >= 64)
    assert.equal(await redeem(id, { key: given }), 'code_unknown')
    assert.equal(await redeem(id, { key: shared }), 'assertion_signature_wrong')
    assert.ok(!JSON.stringify(await world.issuer.store.clients.find(id)).includes(given))
    const headers = { authorization: `Bearer ${body.registration_access_token}` }
    const read = await world.call(readRegistered, { parts: { client: id }, headers })
    assert.deepEqual([read.status, 'client_secret' in read.body], [200, false])
    assert.doesNotMatch(JSON.stringify(read.body), /sealed/)
  })

  it('gives another secret to a client that changes to it, and leaves nothing sealed of one that changes away', async () => {
    const { body } = await world.call(registration, { json: { redirect_uris } })
    const [id, first] = [String(body.client_id), String(body.client_secret)]
    const replace = (more: object) =>
      world.call(replaceRegistered, {
        parts: { client: id },
        headers: { authorization: `Bearer ${body.registration_access_token}` },
        json: { client_id: id, redirect_uris, ...more },
      })
    const { client_secret: second } = (await replace(alone)).body
    assert.equal(typeof second, 'string')
    assert.equal(await redeem(id, { key: first, alg: 'HS256' }), 'assertion_signature_wrong')
    assert.equal(await redeem(id, { key: String(second) }), 'code_unknown')
    assert.ok(!('client_secret' in (await replace(alone)).body), 'it keeps the one that it has')
    assert.equal(await redeem(id, { key: String(second) }), 'code_unknown')
    assert.ok(!('client_secret' in (await replace({})).body))
    assert.doesNotMatch(JSON.stringify(await world.issuer.store.clients.find(id)), /sealed/)
    const form = { grant_type: 'authorization_code', code: 'x', redirect_uri: 'https://shop.example/callback' }
    const { answer } = await world.call(token, { form, headers: basic(id, String(second)) })
    assert.equal(answer.reason, 'code_unknown', 'the secret is the same for another method')
  })

  it('refuses an algorithm that does not go with the method', async () => {
    const wrong = [
      { ...alone, token_endpoint_auth_signing_alg: 'ES256' },
      { redirect_uris, token_endpoint_auth_signing_alg: 'HS256' },
      { redirect_uris, token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'HS256' },
    ]
    for (const json of wrong) {
      const { body } = await world.call(registration, { json })
      assert.equal(body.error, 'invalid_client_metadata')
      assert.match(String(body.error_description), /token_endpoint_auth_signing_alg|jwks/)
    }
  })

  it('stands in metadata with its algorithms [OIDC-Core-9-01]', async () => {
    const { body } = await world.call(metadata)
    for (const place of ['token', 'introspection', 'revocation']) {
      const methods = body[`${place}_endpoint_auth_methods_supported`]
      assert.ok(Array.isArray(methods) && methods.includes('client_secret_jwt'), place)
      const algorithms = body[`${place}_endpoint_auth_signing_alg_values_supported`]
      assert.ok(Array.isArray(algorithms) && ['HS256', 'HS384', 'HS512'].every((alg) => algorithms.includes(alg)))
    }
  })

  it('is off unless the installation says otherwise: in metadata, in registrations, and for who had it before', async () => {
    const issuer = { ...world.issuer, settings: { ...world.issuer.settings, clientSecretJwt: false } }
    const said = await world.call((request) => token(request, issuer), { form: sent(make()) })
    assert.equal(said.answer.reason, 'client_authentication_method_wrong')
    const asked = await world.call((request) => registration(request, issuer), { json: alone })
    assert.equal(asked.body.error, 'invalid_client_metadata')
    assert.match(String(asked.body.error_description), /^Expected token_endpoint_auth_method: /)
    const { body } = await world.call((request) => metadata(request, issuer))
    assert.doesNotMatch(JSON.stringify(body), /client_secret_jwt|"HS256"/)
  })
})

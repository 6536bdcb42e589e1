import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { exportJWK, type JWK, SignJWT } from 'jose'
import { introspection } from '../../src/endpoints/introspection.ts'
import { token } from '../../src/endpoints/token.ts'
import { hashOf } from '../../src/handles.ts'
import { callback, claimsOf, clientRecord, createWorld, verifier, type World } from '../support/back-channel/world.ts'

const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const issuer = 'https://id.example'

describe('private_key_jwt (RFC 7523 §3, RFC 10070 §4)', () => {
  let world: World
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  const jwk = async (key: KeyObject, more: JWK): Promise<JWK> => ({ ...(await exportJWK(key)), ...more })
  const put = (clientId: string, metadata: Readonly<Record<string, unknown>>) =>
    world.put({
      do: 'put-client',
      client: clientRecord(clientId, {
        token_endpoint_auth_method: 'private_key_jwt',
        scope: 'photos.read',
        ...metadata,
      }),
    })

  before(async () => {
    world = await createWorld()
    const keys = [await jwk(ec.publicKey, { kid: 'ec' }), await jwk(rsa.publicKey, { kid: 'rsa' })]
    await put('signer', { jwks: { keys } })
    await put('pinned', { jwks: { keys }, token_endpoint_auth_signing_alg: 'ES256' })
    await put('nameless', { jwks: { keys: [await jwk(stranger.publicKey, {}), await jwk(ec.publicKey, {})] } })
    await put('leaky', {
      jwks: {
        keys: [
          { ...(await exportJWK(ec.privateKey)), kid: 'ec' },
          { kty: 'oct', k: 'AAAA', kid: 'oct' },
        ],
      },
    })
  })
  after(() => world[Symbol.asyncDispose]())

  interface Change {
    readonly clientId?: string
    readonly claims?: Readonly<Record<string, unknown>>
    readonly header?: Readonly<Record<string, unknown>>
    readonly key?: KeyObject
    readonly form?: Readonly<Record<string, string>>
  }
  const sign = ({ clientId = 'signer', claims = {}, header = {}, key = ec.privateKey }: Change = {}) =>
    new SignJWT({
      iss: clientId,
      sub: clientId,
      aud: issuer,
      jti: crypto.randomUUID(),
      iat: world.clock.now,
      exp: world.clock.now + 60,
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', kid: 'ec', typ: 'client-authentication+jwt', ...header })
      .sign(key)
  const send = async (assertion: string, form: Readonly<Record<string, string>> = {}) => {
    const asked = { grant_type: 'client_credentials', client_assertion_type: type, client_assertion: assertion }
    const said = await world.call(token, { form: { ...asked, ...form } })
    if (said.status !== 200) assert.deepEqual([said.status, said.body.error], [401, 'invalid_client'])
    return said.answer.reason ?? 'ok'
  }

  it('authenticates a client by its signature, as the client that sub names [RFC6749-2.3.2-01]', async () => {
    assert.equal(await send(await sign()), 'ok')
    assert.equal(await send(await sign(), { client_id: 'signer' }), 'ok')
    const header = { alg: 'PS256', kid: 'rsa' }
    assert.equal(await send(await sign({ key: rsa.privateKey, header })), 'ok')
  })

  it('finds the key without a kid, too', async () => {
    assert.equal(await send(await sign({ clientId: 'nameless', header: { kid: undefined } })), 'ok')
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const forged = await sign({ clientId: 'nameless', header: { kid: undefined }, key: other })
    assert.equal(await send(forged), 'assertion_signature_wrong')
  })

  it('takes assertions without a type of their own (RFC 10070 §4) [RFC10070-4-06]', async () => {
    assert.equal(await send(await sign({ header: { typ: undefined } })), 'ok')
    assert.equal(await send(await sign({ header: { typ: 'JWT' } })), 'ok')
  })

  it('takes the issuer as the one element of a list', async () => {
    assert.equal(await send(await sign({ claims: { aud: [issuer] } })), 'ok')
  })

  it('takes the token endpoint as audience in the compatible profile, and nothing else (OpenID Connect Core §9)', async () => {
    const { settings } = world.issuer
    Object.assign(world.issuer, { settings: { ...settings, compatibleProfile: true } })
    try {
      const said = async (aud: unknown) => send(await sign({ claims: { aud } }))
      assert.equal(await said(`${issuer}/token`), 'ok')
      assert.equal(await said(issuer), 'ok')
      for (const aud of [
        `${issuer}/par`,
        [`${issuer}/token`, issuer],
        `${issuer}/token/`,
        'https://evil.example/token',
      ])
        assert.equal(await said(aud), 'assertion_audience_wrong')
    } finally {
      Object.assign(world.issuer, { settings })
    }
  })

  it('takes an assertion once [RFC7523-3-05] [OIDC-Core-9-03]', async () => {
    const assertion = await sign()
    assert.equal(await send(assertion), 'ok')
    assert.equal(await send(assertion), 'assertion_replayed')
  })

  it('takes it once even when a server whose clock is ahead has swept what expired [RFC7523-3-05]', async () => {
    const assertion = await sign()
    assert.equal(await send(assertion), 'ok')
    const now = world.clock.now
    const { exp } = claimsOf(assertion)
    world.clock.now = Number(exp) + 30
    await world.sweep()
    world.clock.now = now
    assert.equal(await send(assertion), 'assertion_replayed')
  })

  it('takes one of many parallel uses of an assertion [OIDC-Core-9-03]', async () => {
    const assertion = await sign()
    const said = await Promise.all(Array.from({ length: 20 }, () => send(assertion)))
    assert.equal(said.filter((outcome) => outcome === 'ok').length, 1)
    assert.equal(said.filter((outcome) => outcome === 'assertion_replayed').length, 19)
  })

  it('spends an assertion even when the request is refused for something else', async () => {
    const assertion = await sign()
    const said = await world.call(token, {
      form: { grant_type: 'nonsense', client_assertion_type: type, client_assertion: assertion },
    })
    assert.equal(said.answer.reason, 'grant_type_unsupported')
    assert.equal(await send(assertion), 'assertion_replayed')
  })

  const withCode = async (change: Parameters<World['code']>[0] = {}) => ({
    grant_type: 'authorization_code',
    code: await world.code({ clientId: 'signer', ...change }),
    redirect_uri: callback('signer'),
    code_verifier: verifier,
  })

  it('spends it in one commit with the code, and never the code alone [OIDC-Core-9-03]', async () => {
    const { commit } = world.issuer.store
    const commits: string[][] = []
    const store: typeof world.issuer.store = {
      ...world.issuer.store,
      commit: (writes) => {
        commits.push(writes.map((write) => write.do))
        return commit(writes)
      },
    }
    const assertion = await sign()
    const form = { ...(await withCode()), client_assertion_type: type, client_assertion: assertion }
    const said = await world.call((request, issuer) => token(request, { ...issuer, store }), { form })
    assert.equal(said.status, 200)
    assert.equal(commits.length, 1)
    assert.deepEqual(commits[0]?.slice(0, 2), ['use-assertion', 'redeem-code'])

    const another = await withCode()
    assert.equal(await send(assertion, another), 'assertion_replayed')
    assert.equal(await send(await sign(), another), 'ok', 'the code is as good as before')
  })

  it('ends nothing for a replayed code when the assertion is a replay, too [OIDC-Core-9-03]', async () => {
    const [assertion, form] = [await sign(), await withCode()]
    assert.equal(await send(assertion, form), 'ok')
    assert.equal(await send(assertion, form), 'assertion_replayed')
    const { code } = (await world.issuer.store.codes.find(hashOf(form.code))) ?? {}
    const found = await world.issuer.store.grants.find(code?.grantId ?? '')
    assert.equal(found?.grant.revokedAt, null)
  })

  it('spends it alone for a token that is not stored, and at once where nothing is issued', async () => {
    const assertion = await sign()
    assert.equal(await send(assertion, { scope: 'photos.read' }), 'ok')
    const form = { client_assertion_type: type, client_assertion: assertion, token: 'x' }
    const said = await world.call(introspection, { form })
    assert.equal(said.answer.reason, 'assertion_replayed')
  })

  it('verifies with every algorithm that it lists, each with a key of its own kind (RFC 7518 §3, RFC 8037 §3.1)', async () => {
    const made = {
      ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
      ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
      EdDSA: generateKeyPairSync('ed25519'),
      PS512: rsa,
      RS384: rsa,
      ES256: ec,
    }
    const all = await Promise.all(Object.entries(made).map(([kid, { publicKey }]) => jwk(publicKey, { kid })))
    await put('versatile', { jwks: { keys: all } })
    for (const [alg, { privateKey }] of Object.entries(made)) {
      const assertion = await sign({ clientId: 'versatile', header: { alg, kid: alg }, key: privateKey })
      assert.equal(await send(assertion), 'ok', alg)
    }
    const other = await sign({
      clientId: 'versatile',
      header: { alg: 'ES384', kid: 'ES256' },
      key: made.ES384.privateKey,
    })
    assert.equal(await send(other), 'assertion_key_unknown')
  })

  it('opens no key that is meant for something else, for another algorithm, too short, or none at all', async () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const unfit: Record<string, JWK> = {
      encrypting: await jwk(ec.publicKey, { use: 'enc' }),
      wrapping: await jwk(ec.publicKey, { key_ops: ['wrapKey'] }),
      short: await jwk(short.publicKey, {}),
      other: await jwk(rsa.publicKey, { alg: 'RS512' }),
      broken: { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' },
    }
    await put('unfit', { jwks: { keys: Object.entries(unfit).map(([kid, key]) => ({ ...key, kid })) } })
    const signed = (kid: string) => {
      const isRsa = unfit[kid]?.kty === 'RSA'
      const key = isRsa ? rsa.privateKey : ec.privateKey
      return sign({ clientId: 'unfit', header: { alg: isRsa ? 'RS256' : 'ES256', kid }, key })
    }
    for (const kid of Object.keys(unfit)) assert.equal(await send(await signed(kid)), 'assertion_key_unknown', kid)
  })

  it('refuses a signature of any other length', async () => {
    const [header, payload, signature = ''] = (await sign()).split('.')
    for (const text of ['', 'AA', signature.slice(2), `${signature}AAAA`]) {
      assert.equal(await send(`${header}.${payload}.${text}`), 'assertion_signature_wrong')
    }
  })

  const refused: Record<string, readonly [change: Change, reason: string]> = {
    'the token endpoint as audience [RFC10070-4-02] [SecBCP-update-2.1.2.3-01] (attack 39)': [
      { claims: { aud: `${issuer}/token` } },
      'assertion_audience_wrong',
    ],
    'a further audience beside the issuer [RFC10070-4-02] (attack 39)': [
      { claims: { aud: [issuer, 'https://evil.example'] } },
      'assertion_audience_wrong',
    ],
    'the pushed authorization endpoint as audience (attack 39)': [
      { claims: { aud: `${issuer}/par` } },
      'assertion_audience_wrong',
    ],
    'the issuer with a slash more [RFC10070-4-04]': [{ claims: { aud: `${issuer}/` } }, 'assertion_audience_wrong'],
    'no audience [RFC7523-3-02]': [{ claims: { aud: undefined } }, 'assertion_audience_wrong'],
    'another iss [RFC7523-3-01]': [{ claims: { iss: 'other' } }, 'assertion_issuer_wrong'],
    'another client_id beside it (RFC 7521 §4.2) [RFC7521-4.2-02]': [
      { form: { client_id: 'app' } },
      'assertion_issuer_wrong',
    ],
    'an expiry that is over [RFC7523-3-03]': [{ claims: { exp: 1_799_999_999 } }, 'assertion_expired'],
    'no expiry [RFC7523-3-03]': [{ claims: { exp: undefined } }, 'assertion_expired'],
    'an expiry too far ahead [RFC7523-3-03]': [{ claims: { exp: 1_800_003_600 } }, 'assertion_expired'],
    'a life that has not begun [RFC7523-3-04]': [{ claims: { nbf: 1_800_000_030 } }, 'assertion_expired'],
    'no jti': [{ claims: { jti: undefined } }, 'assertion_replayed'],
    'a client that nobody registered': [{ clientId: 'stranger' }, 'client_unknown'],
    'a key that is not registered': [{ header: { kid: 'new' } }, 'assertion_key_unknown'],
    "a stranger's signature [RFC7523-3-06]": [{ key: stranger.privateKey }, 'assertion_signature_wrong'],
    'an algorithm that the registration does not name (attack 61)': [
      { clientId: 'pinned', header: { alg: 'PS256', kid: 'rsa' }, key: rsa.privateKey },
      'assertion_algorithm_refused',
    ],
    'the type of another kind of token (attack 69)': [{ header: { typ: 'at+jwt' } }, 'assertion_malformed'],
    'a private key in the registration': [{ clientId: 'leaky' }, 'assertion_key_unknown'],
  }
  for (const [title, [change, reason]] of Object.entries(refused)) {
    it(`refuses ${title}`, async () => {
      assert.equal(await send(await sign(change), change.form), reason)
    })
  }

  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const forge = (header: Readonly<Record<string, unknown>>, hmacKey?: string | Buffer, clientId = 'signer') => {
    const claims = { iss: clientId, sub: clientId, aud: issuer, jti: crypto.randomUUID(), exp: world.clock.now + 60 }
    const signed = `${encode(header)}.${encode(claims)}`
    const mac = hmacKey === undefined ? '' : createHmac('sha256', hmacKey).update(signed).digest('base64url')
    return `${signed}.${mac}`
  }

  it('refuses an assertion that nobody signed (attack 61)', async () => {
    for (const alg of ['none', 'None', 'NONE']) assert.equal(await send(forge({ alg })), 'assertion_algorithm_refused')
  })

  it('refuses HMAC under a public or an empty key (attack 52) (attack 58) (attack 59) (attack 60)', async () => {
    const pem = rsa.publicKey.export({ format: 'pem', type: 'spki' })
    for (const key of [pem, '', JSON.stringify(rsa.publicKey.export({ format: 'jwk' }))]) {
      assert.equal(await send(forge({ alg: 'HS256', kid: 'rsa' }, key)), 'assertion_algorithm_refused')
    }
    const leaky = forge({ alg: 'HS256', kid: 'oct' }, Buffer.from('AAAA', 'base64url'), 'leaky')
    assert.equal(await send(leaky), 'assertion_algorithm_refused')
  })

  it('refuses an RSA algorithm for an EC key, and the other way round (attack 58)', async () => {
    const header = { alg: 'RS256', kid: 'ec' }
    assert.equal(await send(await sign({ key: rsa.privateKey, header })), 'assertion_key_unknown')
  })

  it('refuses extensions that it does not know (RFC 7515 §4.1.11) (attack 52)', async () => {
    const [, payload, signature] = (await sign()).split('.')
    const header = encode({ alg: 'ES256', kid: 'ec', crit: ['exotic'], exotic: true })
    assert.equal(await send(`${header}.${payload}.${signature}`), 'assertion_malformed')
  })

  it('refuses what is no JWT, or too long, or of another type of assertion [RFC7521-4.2.1-01] [RFC7523-3.2-01]', async () => {
    for (const text of ['x', 'a.b.c', `${'x'.repeat(9_000)}.a.b`]) assert.equal(await send(text), 'assertion_malformed')
    const saml = 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer'
    assert.equal(await send(await sign(), { client_assertion_type: saml }), 'assertion_malformed')
  })
})

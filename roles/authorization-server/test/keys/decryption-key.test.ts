import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { type DecryptionAlgorithm, decryptionAlgorithms } from '@symbolon/protocol/algorithms'
import { CompactEncrypt, type CompactJWEHeaderParameters, importJWK, type JWK } from 'jose'
import { clientFrom } from '../../src/client.ts'
import { buildMetadata } from '../../src/endpoints/metadata.ts'
import { effectiveRequest } from '../../src/endpoints/request-object.ts'
import { rotateKeys } from '../../src/keys/lifecycle.ts'
import { callback, clientRecord, createWorld, type World } from '../support/back-channel/world.ts'

describe('keys that clients encrypt to (RFC 7516, OpenID Connect Core §10.2)', () => {
  let world: World
  before(async () => {
    world = await createWorld({ settings: { decryptionAlgorithms } })
  })
  after(() => world[Symbol.asyncDispose]())

  const publishedFor = async (alg: string): Promise<JWK> => {
    const { keys } = await world.issuer.keys.published()
    const jwk = keys.findLast((key) => key.alg === alg)
    assert.ok(jwk)
    return jwk as JWK
  }
  const encrypt = async (
    alg: DecryptionAlgorithm,
    {
      header = {},
      text = 'text',
    }: { readonly header?: Partial<CompactJWEHeaderParameters>; readonly text?: string } = {},
  ) => {
    const jwk = await publishedFor(alg)
    const protectedHeader = { alg, enc: 'A256GCM', kid: jwk.kid, ...header }
    return new CompactEncrypt(new TextEncoder().encode(text))
      .setProtectedHeader(protectedHeader)
      .encrypt(await importJWK(jwk, protectedHeader.alg))
  }

  it('are published with use, since keys that sign are there too (RFC 8414 §2) [RFC8414-2-02]', async () => {
    const { keys } = await world.issuer.keys.published()
    assert.deepEqual(Object.fromEntries(keys.map(({ alg, use }) => [alg, use])), {
      ...{ ES256: 'sig', RS256: 'sig', 'ECDH-ES': 'enc', 'RSA-OAEP-256': 'enc' },
    })
    assert.ok(keys.every((key) => !('d' in key)))
  })

  it('are neither there nor named unless configured', async () => {
    await using plain = await createWorld()
    const { keys } = await plain.issuer.keys.published()
    assert.ok(keys.every(({ use }) => use === 'sig'))
    const named = (settings: typeof world.issuer.settings) =>
      buildMetadata({ url: 'https://id.example', resources: [], settings })
        .request_object_encryption_alg_values_supported
    assert.equal(named(plain.issuer.settings), undefined)
    assert.deepEqual(named(world.issuer.settings), decryptionAlgorithms)
    assert.equal(await plain.issuer.keys.decrypt(await encrypt('ECDH-ES')), undefined)
  })

  for (const alg of decryptionAlgorithms) {
    it(`open what was encrypted to them with ${alg}, with their name or without`, async () => {
      const { keys } = world.issuer
      assert.equal(await keys.decrypt(await encrypt(alg)), 'text')
      assert.equal(await keys.decrypt(await encrypt(alg, { header: { enc: 'A128CBC-HS256', kid: undefined } })), 'text')
    })
  }

  it('open nothing else, and do not say why (RFC 7516 §11.5) (attack 70) [RFC7516-11.5-01] [RFC8725-3.3-01]', async () => {
    const good = await encrypt('RSA-OAEP-256')
    const [header = '', key = '', iv = '', text = '', tag = ''] = good.split('.')
    const headed = (change: object) => {
      const said = { ...JSON.parse(Buffer.from(header, 'base64url').toString()), ...change }
      return [Buffer.from(JSON.stringify(said)).toString('base64url'), key, iv, text, tag].join('.')
    }
    const bad = [
      await encrypt('RSA-OAEP-256', { header: { alg: 'RSA-OAEP' } }),
      await encrypt('RSA-OAEP-256', { header: { kid: 'another' } }),
      [header, key, iv, text, `${tag.slice(0, -2)}AA`].join('.'),
      [header, `${key.slice(0, -2)}AA`, iv, text, tag].join('.'),
      [header, '', iv, text, tag].join('.'),
      ...[{ zip: 'DEF' }, { alg: 'PBES2-HS256+A128KW', p2c: 2 ** 31 }, { alg: 'dir' }, { crit: ['x'], x: 1 }].map(
        headed,
      ),
      `${header}.${key}`,
      'x.x.x.x.x',
      '....',
      await encrypt('ECDH-ES', { text: 'x'.repeat(40_000) }),
    ]
    for (const jwe of bad) assert.equal(await world.issuer.keys.decrypt(jwe), undefined)
  })

  it('never sign, and never verify', async () => {
    const { kid } = await publishedFor('RSA-OAEP-256')
    const header = Buffer.from(JSON.stringify({ alg: 'RSA-OAEP-256', typ: 'JWT', kid })).toString('base64url')
    assert.equal(await world.issuer.keys.verify(`${header}.e30.AAAA`, 'JWT'), undefined)
  })

  it('open what was encrypted to the one before, for as long as it may be cached (§10.2.1)', async () => {
    const { issuer, clock } = world
    const before = await encrypt('ECDH-ES')
    await rotateKeys(issuer, { force: true, algorithm: 'ECDH-ES' })
    await world.keys.reload()
    clock.now += issuer.settings.jwksCache
    assert.equal(await issuer.keys.decrypt(before), 'text')
    assert.equal(await issuer.keys.decrypt(await encrypt('ECDH-ES')), 'text')
  })

  it('open a request object that was signed and then encrypted; one that is not to them is refused [OIDC-Core-6.3.1-01] [RFC9101-6.1-01]', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const client = clientFrom(clientRecord('app', { jwks: { keys: [publicKey.export({ format: 'jwk' })] } }))
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = {
      iss: 'app',
      client_id: 'app',
      aud: 'https://id.example',
      state: 'within',
      exp: world.clock.now + 60,
    }
    const asked = { ...claims, response_type: 'code', redirect_uri: callback('app'), scope: 'openid' }
    const signed = `${encode({ alg: 'ES256', typ: 'oauth-authz-req+jwt' })}.${encode(asked)}`
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    const jwe = await encrypt('ECDH-ES', {
      text: `${signed}.${signature.toString('base64url')}`,
      header: { cty: 'JWT' },
    })
    const effective = (request: string) => {
      const outside = new URLSearchParams({ client_id: 'app', response_type: 'code', scope: 'openid', request })
      return effectiveRequest(outside, { client, issuer: world.issuer, remoteAddress: '192.0.2.1', arrival: 'window' })
    }
    const { params, refused } = await effective(jwe)
    assert.deepEqual([refused, params.get('state')], [undefined, 'within'])
    const changed = `${jwe.slice(0, -2)}AA`
    assert.equal((await effective(changed)).refused?.reason, 'request_object_not_decrypted')
    const unsigned = await encrypt('ECDH-ES', { text: JSON.stringify(asked) })
    assert.equal((await effective(unsigned)).refused?.reason, 'request_object_malformed')
  })
})

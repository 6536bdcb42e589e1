import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { contentEncryptionAlgorithms, keyManagementAlgorithms } from '@symbolon/protocol/algorithms'
import { compactDecrypt, exportJWK } from 'jose'
import { clientFrom } from '../../src/client.ts'
import { token } from '../../src/endpoints/token.ts'
import { userinfo } from '../../src/endpoints/userinfo.ts'
import { mintLogoutToken } from '../../src/logout/logout-token.ts'
import { respond } from '../../src/people/situation.ts'
import {
  callback,
  claimsOf,
  clientRecord,
  createWorld,
  headerOf,
  redemption,
  type Said,
  type World,
} from '../support/back-channel/world.ts'

describe('what only one client may read (OpenID Connect Core §10.2, RFC 7516)', () => {
  let world: World
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const x25519 = generateKeyPairSync('x25519')
  let jwks: { readonly keys: readonly unknown[] }

  before(async () => {
    world = await createWorld()
    const jwk = async (key: KeyObject, more: object) => ({ ...(await exportJWK(key)), use: 'enc', ...more })
    jwks = {
      keys: [await jwk(ec.publicKey, { kid: 'ec' }), await jwk(rsa.publicKey, { kid: 'rsa', alg: 'RSA-OAEP-256' })],
    }
  })
  after(() => world[Symbol.asyncDispose]())

  const register = (metadata: Readonly<Record<string, unknown>>) => {
    const client = clientRecord('app', { token_endpoint_auth_method: 'none', jwks, ...metadata })
    return world.put({ do: 'put-client', client })
  }
  const signIn = async (): Promise<Said> => {
    const code = await world.code({ scope: ['openid', 'email'], resources: [] })
    return world.call(token, { form: redemption(code) })
  }
  const ask = (accessToken: unknown, method = 'GET') =>
    world.call(userinfo, { headers: { authorization: `Bearer ${accessToken}` }, method })
  const decrypt = async (jwe: unknown, key: KeyObject = rsa.privateKey) => {
    const { plaintext, protectedHeader } = await compactDecrypt(String(jwe), key)
    return { text: new TextDecoder().decode(plaintext), header: protectedHeader }
  }
  const textOf = ({ answer }: Said) => (answer.kind === 'text' ? answer.body : assert.fail(answer.kind))

  for (const alg of keyManagementAlgorithms) {
    for (const enc of contentEncryptionAlgorithms) {
      it(`is an ID token, signed and then encrypted with ${alg} and ${enc} [OIDC-Core-10-01] [OIDC-Core-2-03]`, async () => {
        await register({ id_token_encrypted_response_alg: alg, id_token_encrypted_response_enc: enc })
        const jwe = (await signIn()).body.id_token
        const { text, header } = await decrypt(jwe, alg === 'RSA-OAEP-256' ? rsa.privateKey : ec.privateKey)
        const kid = alg === 'RSA-OAEP-256' ? 'rsa' : 'ec'
        assert.deepEqual([header.alg, header.enc, header.cty, header.kid], [alg, enc, 'JWT', kid])
        const claims = await world.issuer.keys.verify(text, 'JWT')
        assert.deepEqual([claims?.sub, claims?.aud], ['person-alice', 'app'])
      })
    }
  }

  it('is encrypted with A128CBC-HS256 unless another is registered, to X25519 as well', async () => {
    await register({
      id_token_encrypted_response_alg: 'ECDH-ES',
      jwks: { keys: [await exportJWK(x25519.publicKey)] },
    })
    const { header } = await decrypt((await signIn()).body.id_token, x25519.privateKey)
    assert.deepEqual([header.enc, header.kid], ['A128CBC-HS256', undefined])
  })

  it('is a logout token as well (OpenID Connect Back-Channel Logout §2.4)', async () => {
    const client = clientFrom(clientRecord('app', { id_token_encrypted_response_alg: 'RSA-OAEP-256', jwks }))
    const { text } = await decrypt(await mintLogoutToken(world.issuer, client, { personId: 'a', sessionId: 's' }))
    assert.ok(await world.issuer.keys.verify(text, 'logout+jwt'))
  })

  it('is an authorization response as well (JARM §2.2) [JARM-3-01]', async () => {
    const metadata = { authorization_encrypted_response_alg: 'RSA-OAEP-256', jwks }
    const client = clientFrom(clientRecord('app', metadata))
    const replyTo = { client, redirectUri: callback('app'), responseMode: 'query.jwt', state: 'x' }
    const answer = await respond(world.issuer, {
      replyTo: replyTo as Parameters<typeof respond>[1]['replyTo'],
      outcome: { issued: { code: 'the code' } },
      flow: 'AAAA-BBBB',
    })
    const location = answer.by === 'redirect' ? new URL(answer.location) : assert.fail(answer.by)
    const { text, header } = await decrypt(location.searchParams.get('response'))
    assert.equal(header.cty, 'JWT')
    assert.deepEqual([claimsOf(text).code, claimsOf(text).state, claimsOf(text).aud], ['the code', 'x', 'app'])
  })

  it('is refused when the client has no key for it, and its code is not spent', async () => {
    await register({ id_token_encrypted_response_alg: 'RSA-OAEP-256', jwks: { keys: [] } })
    const code = await world.code({ scope: ['openid'], resources: [] })
    const said = await world.call(token, { form: redemption(code) })
    assert.deepEqual([said.status, said.body.error], [400, 'invalid_request'])
    assert.equal(said.answer.reason, 'client_encryption_key_missing')
    await register({ id_token_encrypted_response_alg: 'RSA-OAEP-256' })
    assert.equal((await world.call(token, { form: redemption(code) })).status, 200)
  })

  describe('at userinfo (§5.3.2)', () => {
    const told = { email: 'alice@example.com', email_verified: true, sub: 'person-alice' }

    it('is JSON unless registered otherwise [OIDC-Core-5.3.2-01]', async () => {
      await register({})
      const said = await ask((await signIn()).body.access_token)
      assert.deepEqual([said.answer.kind, said.body], ['json', told])
    })

    it('is signed, with iss and aud, for the client that asks for it [OIDC-Core-5.3.2-03]', async () => {
      await register({ userinfo_signed_response_alg: 'ES384' })
      const { access_token } = (await signIn()).body
      for (const method of ['GET', 'POST']) {
        const said = await ask(access_token, method)
        assert.equal(said.headers['content-type'], 'application/jwt')
        assert.equal(said.headers['cache-control'], 'no-store')
        const jwt = textOf(said)
        assert.deepEqual([headerOf(jwt).alg, headerOf(jwt).typ], ['ES384', undefined])
        assert.deepEqual(claimsOf(jwt), { ...told, iss: 'https://id.example', aud: 'app' })
      }
    })

    it('is no ID token and no access token, whoever sends it back (RFC 8725 §3.12) (attack 69) [RFC8725-3.12-01]', async () => {
      await register({ userinfo_signed_response_alg: 'ES256' })
      const jwt = textOf(await ask((await signIn()).body.access_token))
      for (const typ of ['JWT', 'at+jwt', 'logout+jwt'])
        assert.equal(await world.issuer.keys.verify(jwt, typ), undefined)
      assert.equal((await ask(jwt)).status, 401)
    })

    it('is encrypted, signed before that or not [OIDC-Core-10.2-01] [OIDC-Core-10-01]', async () => {
      await register({ userinfo_encrypted_response_alg: 'RSA-OAEP-256' })
      const plain = await decrypt(textOf(await ask((await signIn()).body.access_token)))
      assert.deepEqual([JSON.parse(plain.text), plain.header.cty], [told, undefined])

      await register({ userinfo_encrypted_response_alg: 'ECDH-ES', userinfo_signed_response_alg: 'RS256' })
      const said = await ask((await signIn()).body.access_token)
      assert.equal(said.headers['content-type'], 'application/jwt')
      const { text, header } = await decrypt(textOf(said), ec.privateKey)
      assert.deepEqual(
        [header.cty, claimsOf(text).iss, claimsOf(text).sub],
        ['JWT', 'https://id.example', 'person-alice'],
      )
    })

    it('answers errors as ever, never as a JWT (RFC 6750 §3) [OIDC-Core-5.3.3-01]', async () => {
      await register({ userinfo_signed_response_alg: 'ES256' })
      const said = await ask('wrong')
      assert.deepEqual([said.status, said.answer.kind, said.body.error], [401, 'json', 'invalid_token'])
      await register({ userinfo_encrypted_response_alg: 'RSA-OAEP-256', jwks: { keys: [] } })
      const keyless = await ask((await signIn()).body.access_token)
      assert.deepEqual([keyless.status, keyless.answer.reason], [400, 'client_encryption_key_missing'])
    })
  })

  it('is not taken for an access token when it is sent back', async () => {
    await register({ id_token_encrypted_response_alg: 'RSA-OAEP-256' })
    const jwe = (await signIn()).body.id_token
    assert.equal((await ask(jwe)).status, 401)
  })
})

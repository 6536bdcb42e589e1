/** How ID tokens and userinfo may be signed and encrypted, and what becomes of keys that change. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AuthError, OpenIdSettings } from '@symbolon/client'
import { CompactEncrypt, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import { type App, signIn, using } from '../support/app.ts'
import { openBrowser } from '../support/browser.ts'

const home = 'http://localhost:4200/'
const secret = 'a client secret of enough bytes for HS256'

/** Where the browser ended, or why it did not. */
const ended = async (app: App): Promise<string | undefined> => {
  app.logged.length = 0
  const response = await signIn({ ...app, browser: openBrowser(app.auth) })
  const error = app.logged[0] as AuthError | undefined
  return error === undefined ? (response.headers.get('location') ?? undefined) : `${error.code}: ${error.expected}`
}

describe('the signature of an ID token', () => {
  for (const alg of ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']) {
    it(`may be ${alg}, with an at_hash to match (OpenID Connect Core §3.1.3.6)`, () =>
      using({ alg }, async (app) => assert.equal(await ended(app), home)))
  }

  it('is by what was registered and nothing else, whatever the metadata lists (RFC 8725 §3.1)', () =>
    using({ alg: 'ES256', openid: { idToken: { signed: 'RS256' } } }, async (app) =>
      assert.equal(await ended(app), 'id_token_invalid: alg RS256'),
    ))

  const signedBySecret = (app: App, key: string) => {
    app.standIn.change.idToken = (token) =>
      new SignJWT(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()))
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode(key))
  }

  it('is by the octets of the client secret where that is registered, and there only [OIDC-Core-3.1.3.7-04]', async () => {
    await using({ openid: { clientSecret: secret, idToken: { signed: 'HS256' } } }, async (app) => {
      signedBySecret(app, secret)
      assert.equal(await ended(app), home)
    })
    await using({ openid: { clientSecret: secret } }, async (app) => {
      signedBySecret(app, secret)
      assert.equal(await ended(app), 'id_token_invalid: alg ES256')
    })
  })

  it('is by no secret that is shorter than the digest (RFC 7518 §3.2) [RFC7518-3.2-01]', () =>
    using({ openid: { clientSecret: secret.slice(0, 31), idToken: { signed: 'HS256' } } }, async (app) => {
      signedBySecret(app, secret.slice(0, 31))
      assert.equal(await ended(app), 'client_settings_wrong: clientSecret of 256 bits or more')
    }))

  it('oidcc-client-test-invalid-sig-hs256', () =>
    using({ openid: { clientSecret: secret, idToken: { signed: 'HS256' } } }, async (app) => {
      signedBySecret(app, `${secret}, another`)
      assert.equal(await ended(app), 'id_token_invalid: a signature by one key of the provider')
    }))

  it('oidcc-client-test-invalid-sig-es256', () =>
    using({ alg: 'ES256' }, async (app) => {
      app.standIn.change.idToken = (token) => `${token.slice(0, -4)}${token.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`
      assert.equal(await ended(app), 'id_token_invalid: a signature by one key of the provider')
    }))
})

const keyPair = async (alg: string): Promise<{ readonly own: JWK; readonly theirs: JWK }> => {
  const pair = await generateKeyPair(alg, { extractable: true })
  const about = { alg, kid: `enc-${alg}` }
  return {
    own: { ...(await exportJWK(pair.privateKey)), ...about },
    theirs: { ...(await exportJWK(pair.publicKey)), ...about },
  }
}

const encrypt = async (
  content: string,
  { key, alg, enc }: { readonly key: JWK; readonly alg: string; readonly enc: string },
) =>
  new CompactEncrypt(new TextEncoder().encode(content))
    .setProtectedHeader({ alg, enc, cty: 'JWT', ...(key.kid !== undefined && { kid: key.kid }) })
    .encrypt(await importJWK(key, alg))

describe('an encrypted ID token', () => {
  for (const [alg, enc] of [
    ['RSA-OAEP-256', 'A128CBC-HS256'],
    ['RSA-OAEP-256', 'A256CBC-HS512'],
    ['ECDH-ES', 'A128GCM'],
    ['ECDH-ES+A128KW', 'A256GCM'],
    ['ECDH-ES+A256KW', 'A128CBC-HS256'],
  ] as const) {
    it(`is read where ${alg} with ${enc} is registered, and must be encrypted so (RFC 7516)`, async () => {
      const { own, theirs } = await keyPair(alg)
      const openid: Partial<OpenIdSettings> = { decryptionKeys: [own], idToken: { encrypted: { alg, enc } } }
      await using({ openid }, async (app) => {
        app.standIn.change.idToken = (token) => encrypt(token, { key: theirs, alg, enc })
        assert.equal(await ended(app), home)
        app.standIn.change.idToken = (token) =>
          encrypt(token, { key: theirs, alg, enc: enc === 'A128GCM' ? 'A256GCM' : 'A128GCM' })
        assert.equal(await ended(app), `id_token_invalid: encryption by ${alg} and ${enc} for a key of ours`)
        delete app.standIn.change.idToken
        assert.equal(await ended(app), 'id_token_invalid: an encrypted token')
      })
    })
  }

  it('for another key, or where none is registered, is refused', async () => {
    const [{ own }, { theirs }] = await Promise.all([keyPair('RSA-OAEP-256'), keyPair('RSA-OAEP-256')])
    const way = { alg: 'RSA-OAEP-256', enc: 'A256GCM' }
    await using({ openid: { decryptionKeys: [own], idToken: { encrypted: way } } }, async (app) => {
      app.standIn.change.idToken = (token) => encrypt(token, { key: theirs, ...way })
      assert.match((await ended(app)) ?? '', /^id_token_invalid: encryption by RSA-OAEP-256/)
    })
    await using({}, async (app) => {
      app.standIn.change.idToken = (token) => encrypt(token, { key: theirs, ...way })
      assert.equal(await ended(app), 'id_token_invalid: a signed token')
    })
  })

  it('that nobody signed inside is refused (OpenID Connect Core §16.14)', async () => {
    const { own, theirs } = await keyPair('RSA-OAEP-256')
    const way = { alg: 'RSA-OAEP-256', enc: 'A256GCM' }
    await using({ openid: { decryptionKeys: [own], idToken: { encrypted: way } } }, async (app) => {
      app.standIn.change.idToken = (token) =>
        encrypt(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(), { key: theirs, ...way })
      assert.equal(await ended(app), 'id_token_invalid: a signed JWT')
    })
  })
})

describe('userinfo', () => {
  const name = async (app: App) => {
    app.logged.length = 0
    const browser = openBrowser(app.auth)
    await signIn({ ...app, browser })
    const error = app.logged[0] as AuthError | undefined
    return error ? `${error.code}: ${error.expected}` : (await app.auth.session(browser.request()))?.user.name
  }

  it('oidcc-client-test-userinfo-signed (OpenID Connect Core §5.3.2)', () =>
    using({ alg: 'RS256', openid: { userinfo: { signed: 'RS256' } } }, async (app) => {
      const about = { iss: app.standIn.issuer, aud: 'print-shop' }
      app.standIn.change.userinfoJwt = (claims) => app.standIn.sign({ ...claims, ...about, name: 'Signed' })
      assert.equal(await name(app), 'Signed')
      const asked = app.standIn.asked.find(({ path }) => path === '/userinfo')
      assert.equal(asked?.headers.accept, 'application/jwt')
      for (const [change, expected] of [
        [{ iss: 'https://other.example' }, `iss: ${app.standIn.issuer}`],
        [{ aud: 'another' }, 'aud: print-shop'],
        [{ sub: 'mallory' }, 'sub: the person of the ID token'],
        [{ sub: undefined }, 'sub: the person of the ID token'],
      ] as const) {
        app.standIn.change.userinfoJwt = (claims) => app.standIn.sign({ ...claims, ...about, ...change })
        assert.equal(await name(app), `userinfo_invalid: ${expected}`)
      }
      app.standIn.change.userinfoJwt = async (claims) =>
        `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`
      assert.equal(await name(app), 'userinfo_invalid: alg RS256')
      delete app.standIn.change.userinfoJwt
      assert.equal(await name(app), 'userinfo_invalid: application/jwt, as it is registered')
    }))

  it('is read encrypted, signed inside or not, where that is registered', async () => {
    const { own, theirs } = await keyPair('ECDH-ES')
    const way = { alg: 'ECDH-ES', enc: 'A128CBC-HS256' }
    await using({ openid: { decryptionKeys: [own], userinfo: { encrypted: way } } }, async (app) => {
      app.standIn.change.userinfoJwt = async (claims) => encrypt(JSON.stringify(claims), { key: theirs, ...way })
      assert.equal(await name(app), 'Alice')
      app.standIn.change.userinfoJwt = async (claims) =>
        encrypt(await app.standIn.sign({ ...claims, name: 'Both' }), { key: theirs, ...way })
      assert.equal(await name(app), 'Both')
    })
    await using({ openid: { decryptionKeys: [own], userinfo: { signed: 'ES256', encrypted: way } } }, async (app) => {
      app.standIn.change.userinfoJwt = async (claims) => encrypt(JSON.stringify(claims), { key: theirs, ...way })
      assert.equal(await name(app), 'userinfo_invalid: a signed JWT')
    })
  })

  it('is signed by a key of the provider also where nothing is registered', () =>
    using({}, async (app) => {
      app.standIn.change.userinfoJwt = (claims) => app.standIn.sign({ ...claims, name: 'Signed' })
      assert.equal(await name(app), 'Signed')
      const { privateKey } = await generateKeyPair('ES256')
      app.standIn.change.userinfoJwt = (claims) =>
        new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(privateKey)
      assert.equal(await name(app), 'userinfo_invalid: a signature by one key of the provider')
    }))

  it('oidcc-client-test-userinfo-bearer-header', () =>
    using({}, async (app) => {
      await ended(app)
      const asked = app.standIn.asked.find(({ path }) => path === '/userinfo')
      assert.match(asked?.headers.authorization ?? '', /^Bearer [0-9a-f]{32}$/)
    }))

  it('oidcc-client-test-scope-userinfo-claims', () =>
    using({ openid: { scopes: ['openid', 'profile', 'email', 'phone', 'address'] } }, async (app) => {
      const claims = { phone_number: '+1', address: { country: 'CH' }, email_verified: true, updated_at: 7 }
      app.standIn.change.userinfo = (usual) => ({ ...usual, ...claims })
      const browser = openBrowser(app.auth)
      await signIn({ ...app, browser })
      const { user } = await app.auth.require(browser.request())
      assert.deepEqual(user, { sub: 'alice', name: 'Alice', email: 'alice@example.com', ...claims })
    }))
})

describe('keys of a provider', () => {
  const fetches = (app: App) => app.standIn.asked.filter(({ path }) => path === '/jwks').length

  it('oidcc-client-test-signing-key-rotation (OpenID Connect Core §10.1.1)', () =>
    using({}, async (app) => {
      assert.equal(await ended(app), home)
      await app.standIn.rotate()
      assert.equal(await ended(app), home)
      assert.equal(fetches(app), 2)
    }))

  it('oidcc-client-test-signing-key-rotation-just-before-signing', () =>
    using({}, async (app) => {
      assert.equal(await ended(app), home)
      app.standIn.change.beforeToken = () => app.standIn.rotate()
      assert.equal(await ended(app), home)
    }))

  it('are fetched no more than four times in a minute, whatever tokens name', () =>
    using({}, async (app) => {
      app.standIn.change.header = (header) => ({ ...header, kid: `made up ${Math.random()}` })
      for (let count = 0; count < 8; count++) assert.match((await ended(app)) ?? '', /^id_token_invalid/)
      assert.equal(fetches(app), 4)
      delete app.standIn.change.header
      assert.equal(await ended(app), home)
    }))
})

/** One of the providers of an app is against it: what it answers hurts neither the app nor whoever signs in elsewhere. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AuthError, type AuthSettings, memoryStore, type OpenIdSettings } from '@symbolon/client'
import { CompactEncrypt, exportJWK, generateKeyPair } from 'jose'
import { type App, signIn, start, using } from './support/app.ts'
import { openBrowser } from './support/browser.ts'

const signedIn = async (app: App) => {
  app.logged.length = 0
  const browser = openBrowser(app.auth)
  await signIn({ ...app, browser })
  return { browser, session: await app.auth.session(browser.request()), error: app.logged[0] as AuthError | undefined }
}

/** The network with one path of it in other hands. */
const network =
  (path: string, instead: (answer: Response) => Response | Promise<Response>): NonNullable<AuthSettings['fetch']> =>
  async (url, init) => {
    const answer = await fetch(url, init)
    return new URL(url).pathname === path ? instead(answer) : answer
  }

const chunk = 65_536

describe('an answer of a provider', () => {
  const registering = { clientId: undefined, register: { load: async () => undefined, save: async () => {} } }
  for (const [what, path, openid] of [
    ['metadata', '/.well-known/openid-configuration', {}],
    ['keys', '/jwks', {}],
    ['tokens', '/token', {}],
    ['userinfo', '/userinfo', {}],
    ['a registration', '/register', registering],
  ] as const) {
    it(`with ${what} is not read for ever, however it was compressed (RFC 9700 §4.4)`, async () => {
      let given = 0
      const endless = (answer: Response) =>
        new Response(
          new ReadableStream({
            pull(controller) {
              given += chunk
              controller.enqueue(new Uint8Array(chunk).fill(0x20))
              if (given >= 1024 * chunk) controller.close()
            },
          }),
          { status: answer.status, headers: answer.headers },
        )
      await using(
        { openid: openid as Partial<OpenIdSettings>, auth: { fetch: network(path, endless) } },
        async (app) => {
          // with metadata or a registration nobody gets as far as the provider
          await signedIn(app).catch(() => undefined)
          assert.ok(given > 0)
          assert.ok(given < 64 * chunk, `${given} bytes were read`)
        },
      )
    })
  }

  it('that stops halfway is none, and what was known before serves on', async () => {
    let breaks = false
    const halfway = (answer: Response) =>
      breaks
        ? new Response(
            new ReadableStream({
              start(controller) {
                controller.enqueue(new TextEncoder().encode('{"issuer":'))
                controller.error(new DOMException('too slow', 'TimeoutError'))
              },
            }),
            { headers: answer.headers },
          )
        : answer
    await using({ auth: { fetch: network('/token', halfway) } }, async (app) => {
      breaks = true
      assert.equal((await signedIn(app)).error?.code, 'provider_unavailable')
      breaks = false
      assert.equal((await signedIn(app)).session?.user.sub, 'alice')
    })
  })
})

describe('what a provider says of a person', () => {
  for (const [value, read] of [
    [true, true],
    ['true', true],
    ['false', false],
    [false, false],
    [0, undefined],
    [{}, undefined],
  ] as const) {
    it(`never makes an address verified that it calls ${JSON.stringify(value)} (OpenID Connect Core §5.1) (attack 93)`, () =>
      using({}, async (app) => {
        app.standIn.change.userinfo = (claims) => ({ ...claims, email_verified: value, phone_number_verified: value })
        const { session } = await signedIn(app)
        assert.deepEqual([session?.user.email_verified, session?.user.phone_number_verified], [read, read])
      }))
  }

  for (const [what, ofToken, ofUserinfo, expected] of [
    ['another address', { email: 'a@example.com' }, { email: 'b@example.com' }, ['b@example.com', undefined]],
    ['the same address', { email: 'b@example.com' }, { email: 'b@example.com' }, ['b@example.com', true]],
    ['no address', {}, { email: 'b@example.com' }, ['b@example.com', undefined]],
  ] as const)
    it(`calls an address verified only where it was said of that one: userinfo names one, the ID token ${what} (OpenID Connect Core §5.1) (attack 93)`, () =>
      using({}, async (app) => {
        app.standIn.change.claims = (claims) => ({ ...claims, ...ofToken, email_verified: true })
        app.standIn.change.userinfo = () => ({ sub: 'alice', ...ofUserinfo })
        const { session } = await signedIn(app)
        assert.deepEqual([session?.user.email, session?.user.email_verified], expected)
      }))

  it('is text where the standard says text: an app that prints a name prints no object', () =>
    using({}, async (app) => {
      app.standIn.change.userinfo = (claims) => ({ ...claims, name: { toString: 1 }, email: ['a@example.com'] })
      const { session } = await signedIn(app)
      assert.deepEqual([session?.user.name, session?.user.email], [undefined, undefined])
    }))

  it('tells the browser no token for the claims of others (OpenID Connect Core §5.6.2)', () =>
    using({}, async (app) => {
      app.standIn.change.userinfo = (claims) => ({
        ...claims,
        _claim_names: { credit: 'src' },
        _claim_sources: { src: { endpoint: 'https://bank.example/claims', access_token: 'of the bank' } },
      })
      const { browser, session } = await signedIn(app)
      assert.equal(session?.user.name, 'Alice')
      const shown = await (await browser.get('/api/auth/session')).text()
      assert.doesNotMatch(shown, /of the bank|_claim/)
    }))
})

describe('a token of a provider', () => {
  it('that can stand in no header is refused, and told to nobody (RFC 6749 Appendix A.12)', () =>
    using({}, async (app) => {
      app.standIn.change.claims = ({ at_hash: _, ...claims }) => claims
      app.standIn.change.tokens = (body) => ({ ...body, access_token: 'secret-part\r\nx-injected: 1' })
      const { browser, session, error } = await signedIn(app)
      assert.deepEqual([session, error?.code], [undefined, 'token_response_invalid'])
      assert.doesNotMatch(JSON.stringify([error, error?.message]), /secret-part/)
      await assert.rejects(app.auth.fetch(browser.request(), `${app.standIn.issuer}/photos`), (thrown: Error) => {
        assert.doesNotMatch(`${thrown.message}${thrown.stack}`, /secret-part/)
        return true
      })
    }))

  for (const typ of ['at+jwt', 'application/at+jwt', 'logout+jwt', 'secevent+jwt', 'JWT-of-mine+jwt']) {
    it(`of the kind ${typ} is no ID token (RFC 8725 §3.12) (attack 69)`, () =>
      using({}, async (app) => {
        app.standIn.change.header = (header) => ({ ...header, typ })
        const { session, error } = await signedIn(app)
        assert.deepEqual([session, error?.code, error?.expected], [undefined, 'id_token_invalid', 'typ: JWT'])
      }))
  }

  it('is not decompressed: an encrypted one that is small may be large inside (attack 70)', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { extractable: true })
    const own = { ...(await exportJWK(privateKey)), alg: 'ECDH-ES', kid: 'e1' }
    const openid = { decryptionKeys: [own], idToken: { encrypted: { alg: 'ECDH-ES', enc: 'A256GCM' } } }
    await using({ openid }, async (app) => {
      const encrypted = (zip: boolean) => (token: string) =>
        new CompactEncrypt(new TextEncoder().encode(token))
          .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: 'e1', ...(zip && { zip: 'DEF' }) })
          .encrypt(publicKey)
      app.standIn.change.idToken = encrypted(false)
      assert.equal((await signedIn(app)).error, undefined)
      app.standIn.change.idToken = encrypted(true)
      const { session, error } = await signedIn(app)
      assert.deepEqual([session, error?.code], [undefined, 'id_token_invalid'])
    })
  })

  it('that comes with a refresh has the nonce of the first one, if any (OpenID Connect Core §12.2)', async () => {
    for (const [nonce, same] of [
      ['another', false],
      [undefined, true],
      ['the first', true],
    ] as const) {
      let clock = Date.now()
      await using({ auth: { now: () => clock } }, async (app) => {
        let first: unknown
        app.standIn.change.idTokenAgain = true
        app.standIn.change.claims = (claims) => {
          first ??= claims.nonce
          const again = { ...claims, nonce: nonce === 'the first' ? String(first) : nonce }
          return app.standIn.tokenRequests('refresh_token').length === 0 ? claims : again
        }
        const { browser } = await signedIn(app)
        clock += 400_000
        const call = app.auth.fetch(browser.request(), `${app.standIn.issuer}/photos`)
        if (same) assert.equal((await call).response.status, 200)
        else await assert.rejects(call, { code: 'id_token_invalid', expected: 'nonce of the sign-in, or none' })
      })
    }
  })
})

describe('a value that can not be written as text', () => {
  const odd = { toString: 1, valueOf: 1 }
  for (const claim of ['iss', 'aud', 'azp', 'exp', 'nonce', 'acr', 'auth_time', 'sub'])
    for (const responseType of ['code', 'id_token'] as const)
      it(`is refused as ${claim} of an ID token, by ${responseType}, and is no error of the app (OpenID Connect Core §3.1.3.7)`, () =>
        using({ openid: { responseType, parameters: { max_age: '60', acr_values: 'mfa' } } }, async (app) => {
          const asked = Math.floor(Date.now() / 1000)
          app.standIn.change.claims = (claims) => ({ ...claims, auth_time: asked, acr: 'mfa', [claim]: odd as never })
          const browser = openBrowser(app.auth)
          const back = await app.standIn.allow((await start(browser)).href)
          if (responseType === 'code') await browser.get(`${back.pathname}${back.search}`)
          else await browser.post(back.pathname, Object.fromEntries(back.searchParams))
          assert.equal((app.logged[0] as AuthError | undefined)?.code, 'id_token_invalid')
        }))

  it('is refused in metadata, and is no error of the app (RFC 8414 §3.3)', () =>
    using({}, async (app) => {
      app.standIn.change.metadata = (metadata) => ({ ...metadata, token_endpoint: odd })
      await app.browser.get('/api/auth/signin/symbolon')
      assert.equal((app.logged[0] as AuthError | undefined)?.code, 'discovery_failed')
    }))

  it('is refused in a logout token, and is no error of the app (OpenID Connect Back-Channel Logout §2.6)', () =>
    using(
      { openid: { logoutNotices: true }, auth: { session: { kind: 'cookie', store: memoryStore() } } },
      async (app) => {
        const logout_token = await app.standIn.sign({ iss: odd as never, aud: [odd] as never })
        const answer = await app.browser.post('/api/auth/backchannel-logout/symbolon', { logout_token })
        assert.deepEqual([answer.status, (app.logged[0] as AuthError).code], [400, 'logout_token_invalid'])
      },
    ))

  for (const claim of ['iss', 'aud'])
    it(`is refused as ${claim} of userinfo, and is no error of the app (OpenID Connect Core §5.3.2)`, () =>
      using({}, async (app) => {
        app.standIn.change.userinfoJwt = (claims) => app.standIn.sign({ ...claims, [claim]: odd as never })
        const { session, error } = await signedIn(app)
        assert.deepEqual([session, error?.code], [undefined, 'userinfo_invalid'])
      }))

  it('is nothing that is said of a person', () =>
    using({}, async (app) => {
      app.standIn.change.userinfo = (claims) => ({ ...claims, email_verified: odd, name: odd })
      const { session } = await signedIn(app)
      assert.deepEqual(session?.user, { sub: 'alice', email: 'alice@example.com' })
    }))
})

describe('an error', () => {
  it('is one line for each thing it says, whatever a provider or a link puts into it', () =>
    using({}, async (app) => {
      const iss = 'https://x\nRef AAAA-BBBB nothing happened\u001b[2J\u2028\u202e'
      await openBrowser(app.auth).get(`/api/auth/initiate?${new URLSearchParams({ iss })}`)
      const error = app.logged[0] as AuthError
      assert.equal(error.code, 'provider_unknown')
      assert.doesNotMatch(error.got ?? '', /[\p{Cc}\p{Zl}\p{Bidi_Control}]/u)
      assert.equal(
        error.message.split('\n').length,
        new AuthError('provider_unknown', { expected: 'a', got: 'b' }).message.split('\n').length,
      )
    }))
})

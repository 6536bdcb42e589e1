/**
 * The relying party modules of the OpenID Foundation's suite, for every response type: each test carries the name of
 * the module and has the stand-in misbehave as the module's provider does. A refused answer is followed by no request.
 *
 * @see OpenID Connect Core §3.1.3.7, §3.2.2.11, §3.3.2.11, §5.3.2
 */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { AuthError, ResponseType } from '@symbolon/client'
import { exportJWK, generateKeyPair } from 'jose'
import { type App, signIn, signInByForm, start, startApp } from '../support/app.ts'
import { openBrowser } from '../support/browser.ts'

const home = 'http://localhost:4200/'

const without = (name: string) => (claims: object) =>
  Object.fromEntries(Object.entries(claims).filter(([each]) => each !== name))
const having = (change: object) => (claims: object) => ({ ...claims, ...change })

interface Outcome {
  readonly ended: string | null
  readonly code: string | undefined
  readonly expected: string | undefined
  readonly userinfo: boolean
  readonly tokenRequests: number
}

for (const responseType of [
  'code',
  'code id_token',
  'code token',
  'code id_token token',
  'id_token',
  'id_token token',
] as const satisfies readonly ResponseType[]) {
  describe(`response type ${responseType}`, () => {
    let app: App
    before(async () => {
      app = await startApp({ alg: 'RS256', openid: { responseType, clientSecret: 'a secret' } })
    })
    after(() => app.stop())
    afterEach(() => {
      for (const name of Object.keys(app.standIn.change)) delete app.standIn.change[name as 'claims']
    })
    const words: readonly string[] = responseType.split(' ')
    const [hasCode, hasToken, hasFront] = [words.includes('code'), words.includes('token'), words.includes('id_token')]

    const outcome = async (): Promise<Outcome> => {
      app.logged.length = 0
      app.standIn.asked.length = 0
      const own = { ...app, browser: openBrowser(app.auth) }
      const response = await (responseType === 'code' ? signIn(own) : signInByForm(own))
      const error = app.logged[0] as AuthError | undefined
      return {
        ended: response.headers.get('location'),
        code: error?.code,
        expected: error?.expected,
        userinfo: app.standIn.asked.some(({ path }) => path === '/userinfo'),
        tokenRequests: app.standIn.tokenRequests().length,
      }
    }

    it('oidcc-client-test', async () => {
      const { ended, code, userinfo, tokenRequests } = await outcome()
      assert.deepEqual([code, ended, tokenRequests], [undefined, home, hasCode ? 1 : 0])
      assert.equal(userinfo, hasCode || hasToken)
    })

    it('oidcc-client-test-nonce-unless-code-flow', async () => {
      const url = await start(openBrowser(app.auth))
      assert.match(url.searchParams.get('nonce') ?? '', /^[\w-]{43}$/)
      assert.equal(url.searchParams.get('response_type'), responseType)
      assert.equal(url.searchParams.get('response_mode'), responseType === 'code' ? null : 'form_post')
      assert.equal(url.searchParams.has('code_challenge'), hasCode)
    })

    for (const [module, change, expected] of [
      ['oidcc-client-test-invalid-iss', having({ iss: 'https://other.example' }), /^iss: http/],
      ['oidcc-client-test-missing-sub', without('sub'), /^sub: /],
      ['oidcc-client-test-invalid-aud', having({ aud: 'another-client' }), /^aud: print-shop$/],
      ['oidcc-client-test-missing-aud', without('aud'), /^aud: print-shop$/],
      ['oidcc-client-test-missing-iat', without('iat'), /^iat: /],
      ['oidcc-client-test-nonce-invalid', having({ nonce: 'another' }), /^nonce of this sign-in$/],
    ] as const) {
      it(`${module}`, async () => {
        app.standIn.change.claims = change
        const { ended, userinfo, tokenRequests, ...error } = await outcome()
        assert.deepEqual([error.code, ended, userinfo], ['id_token_invalid', null, false])
        assert.match(error.expected ?? '', expected)
        // an ID token that the browser brought is refused before the code goes anywhere
        assert.equal(tokenRequests, hasCode && !hasFront ? 1 : 0)
      })
    }

    it('oidcc-client-test-kid-absent-single-jwks', async () => {
      app.standIn.change.header = ({ kid: _, ...header }) => header
      assert.equal((await outcome()).ended, home)
    })

    it('oidcc-client-test-kid-absent-multiple-jwks (OpenID Connect Core §10.1)', async () => {
      const own = await startApp({ alg: 'RS256', openid: { responseType } })
      const { publicKey } = await generateKeyPair('RS256')
      const other = { ...(await exportJWK(publicKey)), kid: 'other', alg: 'RS256', use: 'sig' }
      own.standIn.change.keys = (keys) => [...keys, other]
      own.standIn.change.header = ({ kid: _, ...header }) => header
      await (responseType === 'code' ? signIn(own) : signInByForm(own))
      const error = own.logged[0] as AuthError | undefined
      assert.deepEqual([error?.code, error?.got], ['id_token_invalid', 'ERR_JWKS_MULTIPLE_MATCHING_KEYS'])
      await own.stop()
    })

    it('oidcc-client-test-idtoken-sig-rs256', async () => {
      assert.equal((await outcome()).ended, home)
    })

    it('oidcc-client-test-idtoken-sig-none', async () => {
      app.standIn.change.idToken = (token) =>
        `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`
      const { code, userinfo, expected } = await outcome()
      assert.deepEqual([code, userinfo, expected], ['id_token_invalid', false, 'alg RS256'])
    })

    it('oidcc-client-test-invalid-sig-rs256 [OIDC-Core-3.2.2.11-01] [OIDC-Core-3.3.2.8-01]', async () => {
      app.standIn.change.idToken = (token) => {
        const [header, payload, signature = ''] = token.split('.')
        return [header, payload, `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`].join('.')
      }
      const { code, userinfo } = await outcome()
      assert.deepEqual([code, userinfo], ['id_token_invalid', false])
    })

    if (hasCode || hasToken) {
      it('oidcc-client-test-userinfo-invalid-sub [OIDC-Core-5.3.2-02]', async () => {
        app.standIn.change.userinfo = having({ sub: 'mallory' })
        const { code, ended } = await outcome()
        assert.deepEqual([code, ended], ['userinfo_invalid', null])
      })
    }
    if (hasCode) {
      it('oidcc-client-test-client-secret-basic', async () => {
        await outcome()
        assert.match(app.standIn.tokenRequests()[0]?.headers.authorization ?? '', /^Basic /)
      })
    }
    for (const [hash, of, wrong, missing] of [
      [
        'at_hash',
        'access token',
        'oidcc-client-test-invalid-athash [OIDC-Core-3.2.2.9-01]',
        'oidcc-client-test-missing-athash [OIDC-Core-3.2.2.9-01]',
      ],
      [
        'c_hash',
        'code',
        'oidcc-client-test-invalid-chash [OIDC-Core-3.3.2.10-01]',
        'oidcc-client-test-missing-chash [OIDC-Core-3.3.2.10-01]',
      ],
    ] as const) {
      if (!hasFront || !(hash === 'at_hash' ? hasToken : hasCode)) continue
      for (const [module, change] of [
        [wrong, having({ [hash]: 'x'.repeat(22) })],
        [missing, without(hash)],
      ] as const) {
        it(`${module} (OpenID Connect Core §3.2.2.9, §3.3.2.10)`, async () => {
          app.standIn.change.frontClaims = change
          const { code, expected, userinfo, tokenRequests } = await outcome()
          assert.deepEqual([code, expected], ['id_token_invalid', `${hash} of the ${of}`])
          assert.deepEqual([userinfo, tokenRequests], [false, 0])
        })
      }
    }
    if (hasFront) {
      it('refuses an s_hash of another state (Financial-grade API: s_hash)', async () => {
        app.standIn.change.frontClaims = having({ s_hash: 'x'.repeat(22) })
        assert.equal((await outcome()).expected, 's_hash of the state')
      })
    }
    if (hasFront && hasCode) {
      for (const [what, change, expected] of [
        ['another person', { sub: 'mallory' }, 'sub: the person of before'],
        ['another issuer', { iss: 'https://other.example' }, undefined],
      ] as const) {
        it(`refuses an ID token for the code that speaks of ${what} (OpenID Connect Core §3.3.3.6)`, async () => {
          // the one that the browser brought is as it should be
          app.standIn.change.claims = (claims) => ('c_hash' in claims ? claims : { ...claims, ...change })
          const error = await outcome()
          assert.deepEqual([error.code, error.tokenRequests, error.userinfo], ['id_token_invalid', 1, false])
          if (expected) assert.equal(error.expected, expected)
        })
      }
    }
    if (hasToken) {
      it('refuses a token type that it can not use (RFC 6749 §7.1)', async () => {
        app.standIn.change.redirect = (answer) => {
          answer.set('token_type', 'mac')
          return answer
        }
        const { code, tokenRequests } = await outcome()
        assert.deepEqual([code, tokenRequests], ['token_response_invalid', 0])
      })
    }
    for (const name of ['code', 'id_token', 'access_token'] as const) {
      if (!words.includes(name === 'access_token' ? 'token' : name)) continue
      it(`refuses an answer without ${name}`, async () => {
        app.standIn.change.redirect = (answer) => {
          answer.delete(name)
          return answer
        }
        const { code, expected } = await outcome()
        assert.deepEqual([code, expected], ['parameter_missing', name])
      })
    }
  })
}

/**
 * Every reader of what strangers send, fed with any text and with good input gone wrong: it reads it, or refuses it in
 * its own words, and never throws anything else.
 *
 * `SYMBOLON_PARSED=100000` makes it so many for each.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { assertion } from '@symbolon/authorization-server/client-authentication/assertion'
import { clientSecretBasic, clientSecretPost } from '@symbolon/authorization-server/client-authentication/client-secret'
import { destinationOf, matchRedirectUri } from '@symbolon/authorization-server/flow/redirect-uri'
import { networkOf } from '@symbolon/authorization-server/people/throttle'
import { AuthError, createAuth, openid } from '@symbolon/client'
import { parseCookies } from '@symbolon/client/cookies'
import { understandResourceResponse } from '@symbolon/client/flow/7-resource-response'
import { decideReturnTo } from '@symbolon/client/return-to'
import { createCookieJar } from '@symbolon/http/cookies'
import { accepted } from '@symbolon/http/locale'
import { parseForm, parseParameters } from '@symbolon/http/parse'
import { parseChallenges } from '@symbolon/protocol/challenge'
import { masked } from '@symbolon/protocol/masked'
import { list } from '@symbolon/protocol/parameters'
import { createGuard, GuardError } from '@symbolon/resource-server'
import { readToken } from '@symbolon/resource-server/request'
import { readConfig } from '@symbolon/server'
import { ConfigurationError } from '@symbolon/server/config/problem'
import fc from 'fast-check'
import { configFor } from '../support/server.ts'
import { startTestIssuer, type TestIssuer } from '../support/test-issuer.ts'

const runs = Number(process.env.SYMBOLON_PARSED ?? 400)

/** Good input with a piece taken out, doubled, exchanged or repeated until it is long. */
const gone = (good: string) =>
  fc
    .tuple(
      fc.nat(),
      fc.nat(),
      fc.oneof(fc.string({ unit: 'binary', maxLength: 8 }), fc.constantFrom(...pieces)),
      fc.nat(3),
    )
    .map(([from, to, piece, how]) => {
      const [start = 0, end = 0] = [from % (good.length + 1), to % (good.length + 1)].sort((a, b) => a - b)
      const middle = good.slice(start, end)
      const other = [piece, '', middle.repeat(2), `${middle}${piece}`.repeat(2_000).slice(0, 20_000)][how] ?? ''
      return `${good.slice(0, start)}${other}${good.slice(end)}`
    })
const pieces = [
  '"',
  '\\',
  ',',
  '=',
  ';',
  '%',
  '.',
  '..',
  '{',
  '[',
  '\0',
  '\ud800',
  ' ',
  '\t',
  ':',
  '//',
  '@',
  '#',
  '?',
  '*',
]

const text = (...good: readonly string[]) =>
  fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), ...good.map(gone), fc.constantFrom(...good))

const jwt = 'eyJhbGciOiJFUzI1NiIsImtpZCI6IngifQ.eyJpc3MiOiJodHRwczovL3gifQ.c2lnbmF0dXJl'
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const callback = 'https://app.example/callback'
const presented = (form: Readonly<Record<string, string>>, authorization?: string) => ({
  form: new URLSearchParams(form),
  authorization,
  remoteAddress: '192.0.2.1',
})
const jars = [createCookieJar('https://id.example/team'), createCookieJar('http://localhost:4000')]

/** What reads, with what it reads when all is well. */
const readers: Readonly<
  Record<string, { readonly good: readonly string[]; readonly read: (text: string) => unknown }>
> = {
  'form bodies': {
    good: ['grant_type=authorization_code&code=a%20b&scope=openid+email'],
    read: (text) => parseForm(Buffer.from(text), 'application/x-www-form-urlencoded'),
  },
  'content types': {
    good: ['application/x-www-form-urlencoded; charset="utf-8"'],
    read: (type) => parseForm(Buffer.from('a=b'), type),
  },
  queries: { good: ['client_id=web&redirect_uri=https%3A%2F%2Fapp.example'], read: parseParameters },
  'basic authentication': {
    good: [`Basic ${btoa('web:a%20secret')}`],
    read: (text) => clientSecretBasic.read(presented({}, text)),
  },
  'secrets in bodies': {
    good: ['a secret'],
    read: (text) => clientSecretPost.read(presented({ client_id: text, client_secret: text })),
  },
  'client assertions': {
    good: [jwt],
    read: (text) => assertion.read(presented({ client_assertion: text, client_assertion_type: assertionType })),
  },
  'redirect addresses': {
    good: [callback, 'http://127.0.0.1:1/cb', 'com.example.app:/cb'],
    read: (text) => {
      const matched = matchRedirectUri(text, [callback, 'http://127.0.0.1/cb'])
      if (matched !== undefined) assert.ok(text === callback || /^http:\/\/127\.0\.0\.1(:\d+)?\/cb$/.test(text), text)
    },
  },
  destinations: { good: [callback, 'com.example.app:/cb'], read: (text) => URL.canParse(text) && destinationOf(text) },
  networks: { good: ['192.0.2.1', '2001:db8::1%eth0', '::ffff:192.0.2.1'], read: networkOf },
  'cookies of the server': {
    good: ['__Host--teambrowser=x; __Secure--teamsession=y; symbolon4000_browser=z'],
    read: (text) => jars.map((jar) => jar.read(text)),
  },
  'cookies of the client': { good: ['a=b; __Host-session.0="x"'], read: parseCookies },
  'wanted languages': { good: ['de-CH,de;q=0.9,en;q=0.8,*;q=0.5'], read: accepted },
  challenges: {
    good: ['Bearer realm="x", error="invalid_token", Basic abc==, DPoP algs="ES256"'],
    read: parseChallenges,
  },
  'answers of resources': {
    good: ['Bearer error="insufficient_scope", scope="a b", max_age="60"'],
    read: (text) => {
      const headers = new Headers()
      if (/^[\t\x20-\x7e]*$/.test(text)) headers.set('www-authenticate', text)
      return understandResourceResponse({ status: 401, headers })
    },
  },
  'access tokens': { good: [jwt], read: readToken },
  'addresses to return to': {
    good: ['/orders?id=1#x'],
    read: (text) => {
      const decision = decideReturnTo(text, new URL('https://app.example'))
      if (decision.ok) assert.equal(new URL(decision.value, 'https://app.example').origin, 'https://app.example')
    },
  },
  lists: { good: ['openid email'], read: list },
  'words that may be secrets': { good: ['https://app.example/cb'], read: masked },
}

describe('reading', () => {
  for (const [what, { good, read }] of Object.entries(readers))
    it(`${what} throws nothing (RFC 6749 §10.14)`, () => {
      fc.assert(
        fc.property(text(...good), (input) => void read(input)),
        { numRuns: runs },
      )
    })

  it('a configuration says what is wrong and throws nothing else', () => {
    const whole = configFor({ port: 4_000, url: 'http://localhost:4000' })
    const paths = Object.keys(whole)
    const value = fc.oneof(
      fc.jsonValue(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(undefined, Number.NaN, 10n, () => 1),
    )
    fc.assert(
      fc.property(fc.constantFrom(...paths, 'tls', 'proxies', 'x', '__proto__'), value, (name, value) => {
        try {
          readConfig({ ...whole, [name]: value })
        } catch (error) {
          assert.ok(error instanceof ConfigurationError, `${name}: ${error instanceof Error ? error.stack : error}`)
        }
      }),
      { numRuns: runs },
    )
  })

  describe('from a network that lies', () => {
    let issuer: TestIssuer
    before(async () => {
      issuer = await startTestIssuer()
    })
    after(() => issuer[Symbol.asyncDispose]())

    it('a guard answers every token, however its issuer answers about keys (RFC 6750 §3.1)', async () => {
      const sound = await issuer.token()
      const authorization = fc.oneof(text(`Bearer ${sound}`, `Bearer ${jwt}`), fc.constant(`Bearer ${sound}`))
      const keys = fc.oneof(fc.constant(issuer.serves.keys), fc.array(fc.jsonValue()))
      await fc.assert(
        fc.asyncProperty(authorization, keys, async (authorization, keys) => {
          issuer.serves.keys = keys as typeof issuer.serves.keys
          const guard = createGuard({ issuer: issuer.url, audience: 'https://api.example' })
          const request = { method: 'GET', url: '/', authorization }
          const checked = await guard.check(request).catch((error: unknown) => error)
          assert.ok(!(checked instanceof Error) || checked instanceof GuardError, String(checked))
        }),
        { numRuns: Math.ceil(runs / 8) },
      )
    })

    it('a client answers every callback with a page or a way on, and never an error of its own (RFC 6749 §4.1.2)', async () => {
      const logged: Error[] = []
      const auth = createAuth({
        baseUrl: 'http://localhost:4200',
        secret: 'a secret of the tests, long enough to be one',
        providers: { it: openid({ issuer: issuer.url, clientId: 'shop' }) },
        log: (error) => logged.push(error),
      })
      const started = await auth.handle(new Request('http://localhost:4200/api/auth/signin/it'))
      const cookie =
        started?.headers
          .getSetCookie()
          .map((line) => line.split(';')[0])
          .join('; ') ?? ''
      const state = new URL(started?.headers.get('location') ?? 'data:').searchParams.get('state') ?? ''
      const query = text(
        `code=abc&state=${state}&iss=${encodeURIComponent(issuer.url)}`,
        `error=access_denied&state=${state}`,
      )
      await fc.assert(
        fc.asyncProperty(query, fc.constantFrom(cookie, '', 'a=b'), async (query, cookie) => {
          const url = new URL('http://localhost:4200/api/auth/callback/it')
          url.search = query.toWellFormed()
          const answer = await auth.handle(new Request(url, { headers: { cookie, accept: 'text/html' } }))
          assert.ok(answer !== undefined && answer.status < 600)
        }),
        { numRuns: Math.ceil(runs / 8) },
      )
      for (const error of logged) assert.equal(error instanceof AuthError, true, String(error))
    })
  })
})

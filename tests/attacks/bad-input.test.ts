/** Whatever anybody sends to any endpoint: an answer that fits, never a 500, and nothing of it in an answer's headers. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { routes } from '@symbolon/authorization-server/endpoints/routes'
import { createHandler } from '@symbolon/http/handle'
import type { HttpResponse, LogEntry } from '@symbolon/http/message'
import fc from 'fast-check'
import { callback, clients, secret, startTestServer } from '../support/server.ts'

const runs = 3_000

describe('bad input', async () => {
  const server = await startTestServer()
  after(() => server.close())
  const failures: LogEntry[] = []
  const handle = createHandler({
    issuers: [server.running.issuer],
    routes,
    log: (entry) => {
      if (entry.status >= 500) failures.push(entry)
    },
  })

  const words = [
    'client_id',
    'client_secret',
    'redirect_uri',
    'response_type',
    'response_mode',
    'scope',
    'state',
    'nonce',
    'prompt',
    'max_age',
    'resource',
    'code_challenge',
    'code_challenge_method',
    'grant_type',
    'code',
    'code_verifier',
    'refresh_token',
    'token',
    'token_type_hint',
    'client_assertion',
    'client_assertion_type',
    'id_token_hint',
    'login_hint',
    'ui_locales',
    'request',
    'request_uri',
    'claims',
    'login',
    'password',
    'decision',
    'csrf',
    'session',
    'remove',
    'end',
    'post_logout_redirect_uri',
    'acr_values',
  ]
  const plausible = [
    ...clients.map(({ client_id }) => client_id),
    callback,
    secret,
    'code',
    'token',
    'query',
    'fragment',
    'form_post',
    'openid',
    'S256',
    'none',
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    'https://library.example',
    'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    'eyJhbGciOiJub25lIn0.e30.',
    'allow',
    'deny',
    '-1',
    '1e999',
    'NaN',
    '__proto__',
    'constructor',
    'javascript:alert(1)',
    '%',
    '\r\nSet-Cookie: a=b',
    '\u0000',
    '\ud800',
    '‮',
    '<script>alert(1)</script>',
    "' or 1=1 --",
    'a'.repeat(5_000),
  ]
  const value = fc.oneof(fc.constantFrom(...plausible), fc.string({ unit: 'binary', maxLength: 60 }))
  const name = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...words) },
    { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
  )
  const parameters = fc.array(fc.tuple(name, value), { maxLength: 12 }).map(encode)
  const raw = fc.string({ unit: 'binary', maxLength: 80 })
  const path = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...routes.map(({ path }) => path)) },
    { weight: 2, arbitrary: fc.webPath() },
    { weight: 1, arbitrary: raw.map((text) => `/${text}`) },
  )
  const part = fc.oneof(
    fc.constantFrom('x', '..', '%2e%2e', 'sign-in', 'consent', 'web', '__proto__'),
    fc.base64String({ maxLength: 50 }),
  )
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE'),
    path: fc
      .tuple(path, part, part)
      .map(([route, id, step]) => route.replace(/:(id|client)/, () => id).replace(':step', () => step)),
    query: fc.oneof(parameters, raw),
    body: fc.oneof(
      parameters.map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 200 }),
    ),
    headers: fc.record(
      {
        'content-type': fc.constantFrom(
          'application/x-www-form-urlencoded',
          'application/json',
          'multipart/form-data',
          '',
          ';;;',
        ),
        authorization: fc.oneof(
          fc.constantFrom(
            'Basic',
            'Basic !!!',
            'Bearer',
            'Bearer a b',
            `Basic ${btoa('web:')}`,
            `Basic ${btoa(`web:${secret}`)}`,
          ),
          raw,
        ),
        cookie: fc.oneof(fc.constantFrom('symbolon_browser=x', ';;;=;=', `a=${'b'.repeat(4_000)}`), raw),
        accept: raw,
        'accept-language': raw,
        origin: fc.oneof(fc.constantFrom('null', 'https://evil.example'), raw),
        'sec-fetch-site': fc.constantFrom('same-origin', 'cross-site', 'none', ''),
        host: raw,
      },
      { requiredKeys: [] },
    ),
  })

  const send = ({ method, path, query, body, headers }: typeof request extends fc.Arbitrary<infer T> ? T : never) =>
    handle({ method, target: `${path}?${query}`, headers, body, remoteAddress: '127.0.0.1' })

  it(`is never answered with a 500, whatever it is (${runs} requests) [RFC6749-10.14-01] [OAuth2.1-7.12-01]`, async () => {
    await fc.assert(
      fc.asyncProperty(request, async (sent) => {
        const answer = await send(sent)
        assert.ok(answer.status < 500, `${sent.method} ${sent.path}: ${answer.status} ${describeFailure(failures)}`)
        assertSound(answer)
      }),
      { numRuns: runs },
    )
  })

  it('never leads away from the server before client and redirect address are proven (attacks 8, 9, 10) (RFC 6749 §4.1.2.1) [RFC6749-4.1.2.1-01] [OIDC-Core-3.1.2.6-01] [OAuth2.1-16-4.1.2.1-03] [OAuth2.1-16-4.1.2.1-04]', async () => {
    const evil = fc.constantFrom(
      'https://evil.example',
      `${callback}/`,
      `${callback}#x`,
      'javascript:alert(1)',
      '//evil.example',
      `${callback}@evil.example`,
    )
    const about = fc.tuple(
      evil,
      fc.constantFrom('code', 'token', 'id_token', '', 'nonsense'),
      fc.constantFrom('query', 'fragment', 'form_post', 'x'),
    )
    await fc.assert(
      fc.asyncProperty(about, async ([redirect_uri, response_type, response_mode]) => {
        const query = new URLSearchParams({ client_id: 'web', redirect_uri, response_type, response_mode, state: 's' })
        const answer = await handle({
          method: 'GET',
          target: `/authorize?${query}`,
          headers: {},
          body: new Uint8Array(),
          remoteAddress: '127.0.0.1',
        })
        assert.equal(answer.status, 400)
        assert.equal(answer.headers.location, undefined)
        assert.equal(answer.headers.refresh, undefined)
        assert.ok(!/<form[^>]+action="(?!\/|http:\/\/localhost)/.test(answer.body))
      }),
      { numRuns: 80 },
    )
  })
})

/** No header was split or set by what was sent, and a page runs nothing of it. */
function assertSound({ headers, body }: HttpResponse): void {
  for (const [name, value] of Object.entries(headers))
    assert.ok(![value].flat().some((line) => /[\r\n]/.test(line)), name)
  assert.ok(!body.includes('<script>alert'))
}

const describeFailure = (failures: readonly LogEntry[]) => {
  const cause = failures.at(-1)?.cause
  return cause instanceof Error ? cause.stack : ''
}

/** As a browser would, but without refusing what it would refuse. */
function encode(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join('&')
}

const escaped = (text: string) => {
  try {
    return encodeURIComponent(text)
  } catch {
    return '%ED%A0%80'
  }
}

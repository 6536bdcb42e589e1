/** Finding somebody's provider by what they type: which host is asked for what, and what is believed of the answer. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type FindIssuerOptions, findIssuer } from '@symbolon/client'
import { normalized } from '@symbolon/client/webfinger'

const relation = 'http://openid.net/specs/connect/1.0/issuer'
const issuer = 'https://login.example.com'
const found = (href: unknown, rel = relation) => Response.json({ subject: 'x', links: [{ rel, href }] })

/** What was asked, of a web whose every host answers the same. */
const asking = (answer: () => Response) => {
  const asked: { readonly url: URL; readonly init: RequestInit | undefined }[] = []
  const fetch: NonNullable<FindIssuerOptions['fetch']> = async (url, init) => {
    asked.push({ url: new URL(url), init })
    return answer()
  }
  return { asked, fetch }
}

describe('what somebody types', () => {
  for (const [typed, resource, origin] of [
    ['joe@example.com', 'acct:joe@example.com', 'https://example.com'],
    ['acct:joe@example.com', 'acct:joe@example.com', 'https://example.com'],
    ['ACCT:joe@example.com:8443', 'acct:joe@example.com:8443', 'https://example.com:8443'],
    [
      'acct:juliet%40capulet.example@shop.example',
      'acct:juliet%40capulet.example@shop.example',
      'https://shop.example',
    ],
    ['example.com', 'https://example.com/', 'https://example.com'],
    ['example.com:8080', 'https://example.com:8080/', 'https://example.com:8080'],
    ['example.com/joe', 'https://example.com/joe', 'https://example.com'],
    ['https://example.com/joe?x=1#me', 'https://example.com/joe?x=1', 'https://example.com'],
    ['joe@example.com:8080', 'https://joe@example.com:8080/', 'https://example.com:8080'],
    ['  joe@example.com ', 'acct:joe@example.com', 'https://example.com'],
  ] as const)
    it(`“${typed}” is asked for as ${resource} (OpenID Connect Discovery §2.1.2)`, () => {
      assert.deepEqual(normalized(typed), { resource, origin })
    })

  for (const typed of [
    '',
    '=example',
    '@example',
    '!x',
    'acct:joe',
    'acct:@example.com',
    'acct:joe@',
    'a b@example.com',
  ])
    it(`“${typed}” is nobody’s`, () => {
      assert.throws(() => normalized(typed), { code: 'parameter_malformed' })
    })

  it('can’t make another address of the host', () => {
    for (const typed of ['acct:joe@example.com/path', 'acct:joe@example.com?x=1', 'acct:joe@evil.example#@example.com'])
      assert.throws(() => normalized(typed), { code: 'parameter_malformed' })
    assert.throws(() => normalized(`joe@${'x'.repeat(600)}.example`), { code: 'parameter_malformed' })
    assert.throws(() => normalized('ftp://example.com'), { code: 'parameter_malformed' })
  })
})

describe('the issuer', () => {
  it('is the one of OpenID’s relation, asked for over TLS and without following redirects', async () => {
    const links = [
      { rel: 'self', href: 'https://self.example' },
      { rel: relation, href: issuer },
      { rel: relation, href: 'https://second.example' },
    ]
    const { asked, fetch } = asking(() => Response.json({ links }))
    assert.equal(await findIssuer('joe@example.com', { fetch }), issuer)
    const [{ url, init } = { url: undefined, init: undefined }] = asked
    assert.equal(`${url?.origin}${url?.pathname}`, 'https://example.com/.well-known/webfinger')
    assert.deepEqual(Object.fromEntries(url?.searchParams ?? []), { resource: 'acct:joe@example.com', rel: relation })
    assert.equal(init?.redirect, 'manual')
    assert.ok(init?.signal)
  })

  for (const [what, answer, expected] of [
    ['of another relation', () => found(issuer, 'self'), /a link to an https issuer/],
    ['without TLS', () => found('http://login.example.com'), /a link to an https issuer/],
    ['with a query', () => found(`${issuer}?tenant=1`), /without query/],
    ['with a fragment', () => found(`${issuer}#`), /without query/],
    ['with a name before the host', () => found('https://example.com@evil.example'), /a link to an https issuer/],
    ['on this machine', () => found('http://localhost:6379'), /a link to an https issuer/],
    ['on this machine, over TLS', () => found('https://127.0.0.1'), /a link to an https issuer/],
    ['at an address', () => found('https://169.254.169.254'), /a link to an https issuer/],
    ['at a name that only a local network knows', () => found('https://vault'), /a link to an https issuer/],
    ['that is no text', () => found({ issuer }), /a link to an https issuer/],
    ['of an answer without links', () => Response.json([]), /a link to an https issuer/],
    ['of an answer that is no JSON', () => new Response('<html>'), /a link to an https issuer/],
    ['behind a redirect', () => new Response(null, { status: 302, headers: { location: issuer } }), /200/],
    ['of nobody', () => new Response(null, { status: 404 }), /200/],
  ] as const)
    it(`is not believed ${what} (attack 74)`, async () => {
      const { fetch } = asking(answer)
      await assert.rejects(findIssuer('joe@example.com', { fetch }), { code: 'discovery_failed', expected })
    })

  for (const [what, answer] of [
    ['fails', () => new Response(null, { status: 503 })],
    ['answers without end', () => new Response(' '.repeat(2_000_000))],
  ] as const)
    it(`may be asked for again when its host ${what}`, async () => {
      const { fetch } = asking(answer)
      await assert.rejects(findIssuer('joe@example.com', { fetch }), { code: 'provider_unavailable' })
    })

  for (const typed of [
    'joe@localhost',
    'joe@127.0.0.1',
    'joe@169.254.169.254',
    'joe@2130706433',
    'https://[::1]/',
    'https://[fd00::1]:8080/',
    'joe@intranet',
    'joe@intranet.localhost',
    'http://example.com/joe',
  ])
    it(`of “${typed}” is asked of nobody`, async () => {
      const { asked, fetch } = asking(() => found(issuer))
      const code = { code: 'discovery_failed', expected: 'a public host, over https' }
      await assert.rejects(findIssuer(typed, { fetch }), code)
      assert.equal(asked.length, 0)
    })

  it('is looked for on this machine where that is allowed, and then elsewhere only over TLS', async () => {
    const { asked, fetch } = asking(() => found('http://localhost:4000'))
    const options = { fetch, allowHttp: 'loopback' } as const
    assert.equal(await findIssuer('http://localhost:4000/joe', options), 'http://localhost:4000')
    assert.equal(asked[0]?.url.origin, 'http://localhost:4000')
    await assert.rejects(findIssuer('http://example.com/joe', options), { code: 'discovery_failed' })
  })
})

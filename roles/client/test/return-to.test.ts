/** The page to return to is a page of this site, whatever stands in the address. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decideReturnTo } from '@symbolon/client/return-to'
import fc from 'fast-check'

const site = new URL('https://shop.example.com')
const decide = (value: string) => decideReturnTo(value, site)

describe('the page to return to', () => {
  for (const path of ['/', '/photos', '/photos?page=2&sort=a%20b#top', '/a/b/../c', '/straße']) {
    it(`may be ${path}`, () => {
      const decision = decide(path)
      assert.ok(decision.ok)
      assert.equal(new URL(decision.value, site).href, new URL(path, site).href)
    })
  }

  for (const path of [
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\/evil.example',
    '/ /evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/\u0000',
    '/\u0085/evil.example',
    '/\u00a0/evil.example',
    '/\u2028/evil.example',
    '/\ufeff/evil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    '/%2e//evil.example',
    'https://evil.example/',
    'https://shop.example.com/photos',
    'javascript:alert(1)',
    'photos',
    '?page=2',
    '',
    `/${'a'.repeat(1024)}`,
  ]) {
    it(`can't be ${JSON.stringify(path.slice(0, 40))} (RFC 9700 §4.11.1) (attack 17) (attack 18) [RFC9700-4.11.1-01] [RFC9700-2.1-02]`, () => {
      const decision = decide(path)
      assert.equal(decision.ok ? decision.value : decision.reason, 'return_to_refused')
    })
  }

  it('never leads off the site, whatever is allowed [SecBCP-update-2.3.2-02]', () => {
    const parts = fc.array(
      fc.constantFrom('/', '\\', '.', '..', '%2f', '%5c', '@', ':', 'evil.example', '\t', ' ', '?', '#', 'a'),
    )
    fc.assert(
      fc.property(parts, fc.string(), (pieces, rest) => {
        const decision = decide(`/${pieces.join('')}${rest}`)
        if (!decision.ok) return
        assert.equal(new URL(decision.value, site).origin, site.origin)
        assert.match(decision.value, /^\/(?![/\\])/)
      }),
      { numRuns: 2000 },
    )
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { View } from '@symbolon/protocol/views'
import { submitPath } from '../../src/assets.ts'
import { draw, render } from '../../src/flow/2-user-authorization.ts'
import { en, type Words } from '../../src/words/en.ts'
import { choose } from '../../src/words/index.ts'
import { acme, frame, moreViews, views } from '../fixtures.ts'

const every = Object.entries({ ...views, ...moreViews })
const kinds = new Set(every.map(([, { show }]) => show))

/** Swaps every text in a view for one that tries to break out. */
function poisoned<T>(value: T): T {
  if (typeof value === 'string') return `${value}"'><script>alert(1)</script>&` as T
  if (Array.isArray(value)) return value.map(poisoned) as T
  if (typeof value !== 'object' || value === null) return value
  const kept = new Set(['show', 'kind', 'state', 'risk', 'origin', 'reason', 'notice', 'done', 'confirm'])
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      kept.has(key) && typeof each === 'string' ? each : poisoned(each),
    ]),
  ) as T
}

describe('every page', () => {
  it('is drawn: no kind of view is without a fixture', () => {
    assert.equal(kinds.size, 15)
  })

  for (const locale of ['en', 'de', 'en-XA']) {
    it(`is one sound document in ${locale}`, () => {
      for (const [name, view] of every) {
        const { html } = render(view, { ...frame, locale })
        assert.match(html, new RegExp(`^<!doctype html>\n<html lang="${locale}" dir="ltr"`), name)
        assert.equal(html.match(/<h1[ >]/g)?.length, 1, name)
        assert.equal(html.match(/<main /g)?.length, 1, name)
        assert.match(html, /<title>[^<]+ – [^<]*Example<\/title>/, name)
        assert.match(html, /8S1K-42QD/, name)
        assert.doesNotMatch(html, /undefined|\[object|NaN|Invalid Date/, name)
        const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
        assert.deepEqual(ids, [...new Set(ids)], `${name}: an id stands once`)
        for (const [, named = ''] of html.matchAll(/ (?:for|aria-describedby)="([^"]*)"/g))
          for (const id of named.split(' ')) assert.ok(ids.includes(id), id)
      }
    })
  }

  it('has its headings in order, from one to the next deeper', () => {
    for (const [name, view] of every) {
      const levels = [...render(view, frame).html.matchAll(/<h([1-6])[ >]/g)].map(([, level]) => Number(level))
      for (const [index, level] of levels.entries()) {
        assert.ok(level <= (levels[index - 1] ?? 0) + 1, `${name}: ${levels.join(' ')}`)
      }
    }
  })

  it('carries no script, style or handler of its own, so that the policy can forbid them all (RFC 9700 §4.2.4)', () => {
    for (const [name, view] of every) {
      const { html } = render(view, frame)
      assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=|javascript:/i, name)
      assert.deepEqual(
        html.match(/<script[^>]*>/g)?.map((tag) => tag.replace(/-[\w-]+\.js/, '.js')),
        [
          '<script type="module" src="/assets/pages.js">',
          ...(view.show === 'form-post' ? ['<script src="/assets/submit.js">'] : []),
        ],
        name,
      )
    }
  })

  it('weighs at most 12 KB', () => {
    for (const [name, view] of Object.entries(views)) {
      const bytes = Buffer.byteLength(render(view, frame).html)
      assert.ok(bytes <= 12 * 1024, `${name}: ${bytes} bytes`)
    }
  })

  it('shows hostile text as text, wherever it comes from (attack 14)', () => {
    for (const [name, view] of every) {
      const { html } = render(poisoned(view), { ...poisoned(frame), issuerUrl: frame.issuerUrl, locale: 'en' })
      assert.doesNotMatch(html, /<script>|"'>/, name)
    }
  })

  it('links and posts below the issuer, whatever its path is', () => {
    for (const [name, view] of every) {
      const { html } = render(view, { ...frame, issuerUrl: 'https://id.example.com/tenant' })
      for (const [, address = ''] of html.matchAll(/ (?:href|action|src)="([^"]*)"/g)) {
        assert.match(address, /^(?:\/tenant|#|https:\/\/acme-notes\.example|com\.acme\.notes:|http:\/\/127)/, name)
      }
    }
  })

  it('says first that there is something to correct, and only then what and where (WCAG 2.2: 2.4.2)', () => {
    assert.match(
      render(views['sign-in-wrong'] as View, frame).html,
      /<title>Error: Sign in to continue to Acme Notes – /,
    )
    assert.match(render(views['sign-in'] as View, frame).html, /<title>Sign in to continue to Acme Notes – Example</)
    assert.match(render(views.error as View, frame).html, /<title>Error: /)
  })

  it('lets the language be changed without losing the page', () => {
    const { html } = render(views['sign-in'] as View, { ...frame, here: '/i/abc/sign-in?a=%22b&ui_locales=en' })
    assert.match(html, /<form class="language" method="get" action="\/i\/abc\/sign-in">/)
    assert.match(html, /<input type="hidden" name="a" value="&quot;b">/)
    assert.equal(html.match(/name="ui_locales"/g)?.length, 1)
  })
})

describe('the words', () => {
  it('are all used: nothing is translated for nobody', () => {
    const used = new Set<string>()
    const watched = (words: object, path = ''): Words =>
      new Proxy(words, {
        get(target, key) {
          const value: unknown = Reflect.get(target, key)
          const here = path ? `${path}.${String(key)}` : String(key)
          used.add(here)
          return typeof value === 'object' && value !== null ? watched(value, here) : value
        },
      }) as Words
    const language = { ...choose(['en']), words: watched(en) }
    for (const [, view] of every) draw(view, { ...frame, help: 'https://help.example' }, language)
    const claims = { ...(views.account as View & { show: 'account' }) }
    const values = Object.keys(en.claims).map((claim) => ({ claim, value: 'x', sharedWith: [] }))
    draw({ ...claims, values }, frame, language)
    const all = Object.entries(en).flatMap(([group, words]) =>
      Object.entries(words).flatMap(([key, value]) =>
        typeof value === 'object' ? Object.keys(value).map((each) => `${group}.${key}.${each}`) : [`${group}.${key}`],
      ),
    )
    assert.deepEqual(
      all.filter((path) => !used.has(path)),
      [],
    )
  })
})

describe('the way back to the app', () => {
  it('is a header, and a link for browsers that ask first', () => {
    const { html, refresh, goesOut } = render(views.handoff as View, frame)
    assert.equal(refresh, '0;url=https://acme-notes.example/callback?code=c&state=s')
    assert.match(html, /href="https:\/\/acme-notes\.example\/callback\?code=c&amp;state=s"/)
    assert.equal(goesOut, false)
    assert.equal(render(views['handoff-app'] as View, frame).refresh, '0;url=com.acme.notes:/callback?code=c')
  })

  for (const location of ['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'https://a.example/\r\nx: y']) {
    it(`is never ${JSON.stringify(location)} (attack 13)`, () => {
      const { html, refresh } = render({ show: 'handoff', client: acme, location, kind: 'app' }, frame)
      assert.equal(refresh, undefined)
      assert.ok(!html.includes(location))
      assert.match(html, /<h1>We can’t take you back to <bdi>Acme Notes/)
    })
  }

  it('is a plain form with a button, which a classic script sends (Form Post Response Mode §2) [OAuth-FormPost-2-01] [OAuth-FormPost-4-01]', () => {
    const { html, goesOut, refresh } = render(views['form-post'] as View, frame)
    assert.equal(goesOut, true)
    assert.equal(refresh, undefined)
    const form =
      /<form id="answer" name="answer" method="post" action="https:\/\/acme-notes\.example\/callback">(.*?)<\/form>\s*<script src="([^"]+)">/s
    const [, fields = '', script = ''] = form.exec(html) ?? []
    assert.match(fields, /<input type="hidden" name="code" value="c">/)
    assert.match(fields, /<button id="continue" class="primary">/)
    // True with scripts and without: nothing is promised to go on by itself.
    assert.match(html, /<p role="status">If this page stays, press the button to go on\.<\/p>/)
    assert.match(fields, /name="state" value="&quot;&gt;&lt;script&gt;alert\(1\)&lt;\/script&gt;"/)
    assert.equal(script, submitPath)
  })

  it('is no form at all to an address that runs (attack 13)', () => {
    const { html, goesOut } = render(
      { show: 'form-post', client: acme, action: 'javascript:alert(1)', fields: [['code', 'c']] },
      frame,
    )
    assert.equal(goesOut, false)
    assert.doesNotMatch(html, /javascript:|value="c"|Returning/)
  })

  it('keeps account pages alone in their window, and no other', () => {
    const isolated = Object.entries(views).filter(([, view]) => render(view, frame).isolated)
    assert.deepEqual([...new Set(isolated.map(([, { show }]) => show))], ['account', 'sessions', 'apps', 'app'])
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Address, escapeHtml, type Html, href, html, ownPath, returnAddress } from '../src/html.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '/', '=', '`', '-', '!', '\0', ' ', 'a', '\ud800') }),
)

describe('the html template', () => {
  it('lets no text out of its place, whatever it holds (attack 14)', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const [, attribute = '', content = ''] =
          /^<p title="([\s\S]*?)">([\s\S]*?)<\/p>$/.exec(html`<p title="${text}">${text}</p>`.toString()) ?? []
        assert.equal(attribute, escapeHtml(text))
        assert.equal(content, escapeHtml(text))
        assert.doesNotMatch(attribute, /[<>"'\0]|&(?!(?:amp|lt|gt|quot|#39);)/)
      }),
    )
  })

  it('gives back every well-formed text when the entities are read again', () => {
    const meanings: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const read = escapeHtml(text).replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => meanings[name] ?? '')
        assert.equal(read, text.replaceAll('\0', '\ufffd'))
      }),
    )
  })

  it('takes HTML only from itself, so an object that looks the same stays text', () => {
    const forged = { toString: () => '<script>' } as unknown as Html
    assert.equal(html`<p>${forged}</p>`.toString(), '<p>&lt;script&gt;</p>')
    assert.equal(html`<p>${html`<b>${'<'}</b>`}</p>`.toString(), '<p><b>&lt;</b></p>')
  })

  it('writes lists one after the other, and nothing for what is not there', () => {
    assert.equal(html`<p>${['a', html`<b>b</b>`, undefined, [false, 3]]}</p>`.toString(), '<p>a<b>b</b>3</p>')
  })

  it('refuses a value in a place where escaping could not help', () => {
    const text = 'x'
    assert.throws(() => html`<p title=${text}>`, TypeError)
    assert.throws(() => html`<${text}>`, TypeError)
    assert.throws(() => html`<p ${text}>`, TypeError)
    assert.throws(() => html`<p title='${text}'>`, TypeError)
    assert.throws(() => html`<p title="${html`<b>`}">`, TypeError)
  })

  it('links only to an address that was checked (attack 14)', () => {
    assert.throws(() => html`<a href="${'https://example.com/'}">`, TypeError)
    assert.throws(() => html`<form action="${'/token' as unknown as Address}">`, TypeError)
    assert.equal(html`<a href="${href('https://e.example/?a&b')}">`.toString(), '<a href="https://e.example/?a&amp;b">')
  })
})

describe('an address that becomes a link', () => {
  const runs = [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    ' javascript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'file:///etc/passwd',
    'blob:https://a.example/1',
    'filesystem:https://a.example/1',
    'view-source:https://a.example/',
    'about:blank',
  ]

  for (const address of runs) {
    it(`is never ${JSON.stringify(address)} (attack 13)`, () => {
      assert.equal(href(address), undefined)
      assert.equal(returnAddress(address), undefined)
      assert.equal(ownPath('https://id.example', address).toString(), '/')
    })
  }

  it('is http or https anywhere, and an app’s own scheme only on the way back', () => {
    assert.equal(href('https://a.example/x')?.toString(), 'https://a.example/x')
    assert.equal(href('com.acme.notes:/callback'), undefined)
    assert.equal(returnAddress('com.acme.notes:/callback?code=1')?.toString(), 'com.acme.notes:/callback?code=1')
    assert.equal(returnAddress('http://127.0.0.1:51432/?a=b')?.toString(), 'http://127.0.0.1:51432/?a=b')
  })

  it('carries nothing that could split a header', () => {
    assert.equal(returnAddress('https://a.example/\r\nset-cookie: a=b'), undefined)
    assert.equal(returnAddress('com.acme.notes:/a b'), undefined)
  })

  it('stays below the issuer when it is one of our paths', () => {
    assert.equal(ownPath('https://id.example', '/account').toString(), '/account')
    assert.equal(ownPath('https://id.example/a', '/account').toString(), '/a/account')
    assert.equal(ownPath('https://id.example/a', '/a/account').toString(), '/a/account')
    assert.equal(ownPath('https://id.example', '//evil.example').toString(), '/')
    assert.equal(ownPath('https://id.example', '/\\evil.example').toString(), '/')
    assert.equal(ownPath('https://id.example/a', 'https://evil.example').toString(), '/a')
  })
})

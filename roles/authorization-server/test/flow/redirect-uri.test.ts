import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { destinationOf, matchRedirectUri } from '../../src/flow/redirect-uri.ts'

const web = 'https://app.example.com/cb'

/** What somebody sends, hoping that it counts as `https://app.example.com/cb`. */
const hostile: readonly (readonly [what: string, uri: string, attack: number])[] = [
  ['another host', 'https://evil.example/cb', 8],
  ['user information before the host', 'https://app.example.com@evil.example/cb', 1],
  ['user information of its own', 'https://evil@app.example.com/cb', 1],
  ['a backslash for a slash', 'https://app.example.com\\@evil.example/cb', 1],
  ['an encoded slash', 'https://app.example.com%2fevil.example/cb', 1],
  ['a port', 'https://app.example.com:443/cb', 1],
  ['dot segments', 'https://app.example.com/cb/../evil', 2],
  ['encoded dot segments', 'https://app.example.com/cb/%2e%2e/evil', 2],
  ['path parameters', 'https://app.example.com/cb;evil', 2],
  ['a longer path', 'https://app.example.com/cb/more', 18],
  ['a shorter path', 'https://app.example.com/', 18],
  ['a trailing slash', 'https://app.example.com/cb/', 18],
  ['an added query', 'https://app.example.com/cb?next=https://evil.example', 18],
  ['an added fragment', 'https://app.example.com/cb#evil', 11],
  ['an empty fragment', 'https://app.example.com/cb#', 11],
  ['an upper-case host', 'https://APP.example.com/cb', 16],
  ['an upper-case path', 'https://app.example.com/CB', 16],
  ['an upper-case scheme', 'HTTPS://app.example.com/cb', 16],
  ['another scheme', 'http://app.example.com/cb', 16],
  ['a character that a pattern would match', 'https://appXexample.com/cb', 7],
  ['a host with a prefix', 'https://evil.app.example.com/cb', 5],
  ['a host with a suffix', 'https://app.example.com.evil.example/cb', 5],
  ['a letter that looks alike', 'https://аpp.example.com/cb', 1],
  ['a full-width dot', 'https://app．example.com/cb', 1],
  ['a trailing dot', 'https://app.example.com./cb', 1],
  ['space before', ' https://app.example.com/cb', 1],
  ['a newline after', 'https://app.example.com/cb\n', 1],
  ['a tab within', 'https://app.example.com/\tcb', 1],
  ['no scheme', '//app.example.com/cb', 17],
  ['a path of ours', '/cb', 17],
  ['an encoded letter', 'https://app.example.com/%63b', 1],
  ['nothing', '', 12],
  ['javascript', 'javascript:alert(1)//https://app.example.com/cb', 14],
  ['data', 'data:text/html,https://app.example.com/cb', 13],
]

describe('a redirect URI', () => {
  for (const [what, uri, attack] of hostile) {
    it(`is refused with ${what} (attack ${attack})`, () => {
      assert.equal(matchRedirectUri(uri, [web, 'https://other.example/cb']), undefined)
    })
  }

  it('is found when it is the registered one, character for character (RFC 9700 §4.1.3) [RFC9700-4.1.3-01] [RFC6749-3.1.2.3-02] [OIDC-Core-3.1.2.1-03]', () => {
    for (const uri of [
      web,
      'https://app.example.com/cb?foo=bar&x=%20',
      'com.example.app:/cb',
      'https://müll.example/cb',
    ]) {
      const found = matchRedirectUri(uri, ['https://other.example/', uri])
      assert.equal(found, /[^\x20-\x7e]/.test(uri) ? undefined : uri)
    }
  })

  it('is no other than a registered one, whatever is sent [RFC9700-4.1.3-01] [RFC6749-3.1.2.3-02] [OIDC-Core-3.1.2.1-03] [OAuth2.1-2.3.1-02] [OAuth2.1-4.1.1-03] [MCP-Auth-Open_Redirection-01] [RFC10017-6.3.3.2.1-01] [RFC6819-5.2.3.5-01] (attack 9)', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (uri) => {
        assert.equal(matchRedirectUri(uri, [web]), undefined)
      }),
    )
  })

  it('is no pattern: a star stands for itself (attack 3)', () => {
    for (const registered of [
      '*',
      'https://app.example.com/*',
      'https://*.example.com/cb',
      'https://app.example.com/.*',
    ]) {
      assert.equal(matchRedirectUri(web, [registered]), undefined)
    }
  })

  for (const uri of [
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://x/1',
  ]) {
    it(`is never ${uri}, even if somebody registered it (attack 13)`, () => {
      assert.equal(matchRedirectUri(uri, [uri]), undefined)
    })
  }

  it('is refused when nothing is registered (attack 12)', () => assert.equal(matchRedirectUri(web, []), undefined))
})

describe('the port of a loopback address', () => {
  const v4 = 'http://127.0.0.1/cb'
  const v6 = 'http://[::1]:8000/cb?x=1'
  const good: readonly (readonly [presented: string, registered: string])[] = [
    ['http://127.0.0.1:51432/cb', v4],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:9000/cb'],
    ['http://[::1]:51432/cb?x=1', v6],
    ['http://127.0.0.1:51432', 'http://127.0.0.1'],
  ]
  for (const [presented, registered] of good) {
    it(`may be any: ${presented} for ${registered} (RFC 8252 §7.3) [RFC8252-7.3-01] [OAuth2.1-8.4.2-01]`, () => {
      assert.equal(matchRedirectUri(presented, [registered]), presented)
    })
  }

  const bad: readonly (readonly [what: string, presented: string, registered: string, attack: number])[] = [
    ['user information where the port is', 'http://127.0.0.1:80@evil.example/cb', v4, 4],
    ['user information before the address', 'http://evil.example@127.0.0.1:80/cb', v4, 4],
    ['a host that begins like it', 'http://127.0.0.1.evil.example/cb', v4, 5],
    ['another path', 'http://127.0.0.1:8000/evil', v4, 16],
    ['another query', 'http://[::1]:8000/cb?x=2', v6, 16],
    ['another address of the loopback network', 'http://127.0.0.2:8000/cb', v4, 16],
    ['localhost, which a name server may answer for', 'http://localhost:8001/cb', 'http://localhost:8000/cb', 5],
    ['https', 'https://127.0.0.1:8000/cb', 'https://127.0.0.1/cb', 16],
    ['the other address family', 'http://[::1]:51432/cb', v4, 16],
    ['the other spelling of the address', 'http://[0:0:0:0:0:0:0:1]:80/cb', v6, 16],
    ['the address as a number', 'http://2130706433:80/cb', v4, 16],
    ['a port that is none', 'http://127.0.0.1:99999/cb', v4, 16],
    ['port 0', 'http://127.0.0.1:0/cb', v4, 16],
    ['a port with a sign', 'http://127.0.0.1:+80/cb', v4, 16],
    ['no port after the colon', 'http://127.0.0.1:/cb', v4, 16],
    ['a port of a web address', 'https://app.example.com:8443/cb', web, 16],
  ]
  for (const [what, presented, registered, attack] of bad) {
    it(`does not excuse ${what} (attack ${attack}) [RFC8252-8.4-02] [RFC9700-2.1-01]`, () => {
      assert.equal(matchRedirectUri(presented, [registered]), undefined)
    })
  }
})

describe('a destination', () => {
  it('is told by host, scheme or this computer', () => {
    assert.deepEqual(destinationOf('https://app.example.com:8443/cb'), { kind: 'web', host: 'app.example.com:8443' })
    assert.deepEqual(destinationOf('http://127.0.0.1:51432/cb'), { kind: 'this-computer', host: '127.0.0.1:51432' })
    assert.deepEqual(destinationOf('com.example.app:/cb'), { kind: 'app', host: 'com.example.app' })
  })
})

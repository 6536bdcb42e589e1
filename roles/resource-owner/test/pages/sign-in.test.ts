import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SignInProblem, SignInView } from '@symbolon/protocol/views'
import { render } from '../../src/flow/2-user-authorization.ts'
import { pageHeaders } from '../../src/headers.ts'
import { acme, frame, views } from '../fixtures.ts'

const signIn = views['sign-in'] as SignInView
const drawn = (and: Partial<SignInView> = {}): string => render({ ...signIn, ...and }, frame).html
const withProblem = (problem: SignInProblem): string => drawn({ problem, login: 'ada' })

describe('sign in', () => {
  it('shows whose app waits, with its host, before it asks for a password', () => {
    const html = drawn()
    assert.ok(html.indexOf('Acme Notes</bdi>') < html.indexOf('type="password"'))
    assert.ok(html.indexOf('acme-notes.example') < html.indexOf('type="password"'))
  })

  it('shows the picture of the app, and loads no other; links its policy and its terms (OpenID DCR §2) [OIDC-DCR-2-04]', () => {
    const client = { ...acme, logoUri: 'https://acme-notes.example/a;b,c.png?size=1' }
    const page = render({ ...signIn, client }, frame)
    assert.match(
      page.html,
      /<img src="https:\/\/acme-notes\.example\/a;b,c\.png\?size=1" alt="" [^>]*referrerpolicy="no-referrer">/,
    )
    const policy = pageHeaders({ https: true, ...page })['content-security-policy'] ?? ''
    assert.match(policy, /; img-src 'self' data: https:\/\/acme-notes\.example\/a%3Bb%2Cc\.png; /)
    assert.match(page.html, /<p class="papers"><span>From <bdi>Acme Notes<\/bdi>:<\/span> <a /)
    assert.match(page.html, /<a href="https:\/\/acme-notes\.example\/privacy" rel="noreferrer">Privacy policy</)
    assert.match(page.html, /<a href="https:\/\/acme-notes\.example\/terms" rel="noreferrer">Terms of use</)
    assert.doesNotMatch(render({ ...signIn, client: { ...acme, logoUri: 'javascript:alert(1)' } }, frame).html, /<img/)
  })

  it('says that nobody has reviewed an app that came by itself (RFC 7591 §5) [RFC7591-5-03]', () => {
    assert.match(render({ ...signIn, client: { ...acme, origin: 'unreviewed' } }, frame).html, /Not reviewed\./)
    assert.doesNotMatch(drawn(), /Not reviewed\./)
  })

  it('names its fields so that password managers know them (WCAG 2.2: 1.3.5)', () => {
    const html = drawn()
    assert.match(html, /<input id="login" name="login" [^>]*autocomplete="username webauthn"/)
    assert.match(html, /<input id="password" name="password" [^>]*autocomplete="current-password"/)
    assert.match(html, /<input id="keep" name="keep" type="checkbox" value="yes">/)
    assert.match(html, /<input type="hidden" name="csrf" value="c5rf">/)
  })

  it('leads from a problem to its field, and keeps the account but never a password', () => {
    const html = withProblem({ kind: 'wrong' })
    assert.match(
      html,
      /role="alert" tabindex="-1" data-focus><a href="#password">That account and password don’t match/,
    )
    assert.match(html, /id="login"[^>]* value="ada"/)
    assert.match(html, /id="password"[^>]* aria-invalid="true" aria-describedby="problem"/)
    assert.doesNotMatch(/<input id="password"[^>]*>/.exec(html)?.[0] ?? 'value=', /value=/)
    assert.match(withProblem({ kind: 'login-missing' }), /<a href="#login">Enter your email address or username/)
  })

  it('says how long to wait, in seconds or whole minutes', () => {
    assert.match(
      withProblem({ kind: 'slowed-down', seconds: 170 }),
      /Too many tries\. Wait 3 minutes, then try again\./,
    )
    assert.match(withProblem({ kind: 'slowed-down', seconds: 2 }), /Wait 2 seconds, then try again\./)
  })

  it('keeps the account fixed when this person has to confirm, with a way to another account', () => {
    const html = drawn({ confirm: true, login: 'ada@example.com', chooseAccount: '/i/abc/account' })
    assert.match(html, /<h1>Confirm it’s you<\/h1>/)
    assert.match(html, /id="login"[^>]* readonly/)
    assert.doesNotMatch(html, /name="keep"/)
    assert.match(html, /<a id="choose-account" href="\/i\/abc\/account">Choose another account/)
  })

  it('puts the cursor into the form only when nothing needs to be read before', () => {
    assert.doesNotMatch(drawn(), /autofocus/)
    assert.match(drawn({ client: undefined }), /id="login"[^>]* autofocus/)
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SignUpProblem, SignUpView } from '@symbolon/protocol/views'
import { render } from '../../src/flow/2-user-authorization.ts'
import { frame, views } from '../fixtures.ts'

const signUp = views['sign-up'] as SignUpView
const drawn = (and: Partial<SignUpView> = {}, locale = 'en'): string =>
  render({ ...signUp, ...and }, { ...frame, locale }).html

describe('making an account', () => {
  it('names its fields so that password managers offer a new password (WCAG 2.2: 1.3.5)', () => {
    const html = drawn()
    assert.match(html, /<input id="username" name="username" [^>]*autocomplete="username"/)
    assert.match(html, /<input id="email" name="email" type="email" [^>]*autocomplete="email"/)
    assert.match(
      html,
      /<input id="password" name="password" type="password" autocomplete="new-password" minlength="12"/,
    )
    assert.match(html, /<input type="hidden" name="csrf" value="c5rf">/)
  })

  it('says what a field takes before it is filled in, to those who hear the page too (WCAG 2.2: 3.3.2)', () => {
    assert.match(drawn(), /aria-describedby="username-hint"[\s\S]*id="username-hint">You’ll sign in with it/)
    assert.match(drawn(), /aria-describedby="password-hint"[\s\S]*id="password-hint">At least 12 characters/)
  })

  it('leads from a problem to its field, keeps what was typed, and never the password (WCAG 2.2: 3.3.1)', () => {
    const problems: readonly (readonly [SignUpProblem, RegExp])[] = [
      [{ kind: 'username-taken' }, /<a href="#username">That username is taken/],
      [{ kind: 'email-wrong' }, /<a href="#email">Enter your email address/],
      [{ kind: 'password-short' }, /<a href="#password">Choose a password with at least 12 characters/],
      [{ kind: 'slowed-down', seconds: 2 }, /Too many tries\. Wait 2 seconds/],
    ]
    for (const [problem, says] of problems) {
      const html = drawn({ problem, username: 'ada', email: 'ada@example.com' })
      assert.match(html, says)
      assert.match(html, /id="username"[^>]* value="ada"/)
      assert.doesNotMatch(/<input id="password"[^>]*>/.exec(html)?.[0] ?? ' value=', / value=/)
    }
    assert.match(
      drawn({ problem: { kind: 'username-taken' } }),
      /id="username"[^>]* aria-invalid="true" aria-describedby="problem username-hint"/,
    )
  })

  it('leads those who have an account to sign in, and is there in German', () => {
    assert.match(drawn(), /<a id="sign-in" href="\/i\/abc\/sign-in">I already have an account/)
    assert.match(drawn({}, 'de'), /<h1>Konto anlegen<\/h1>/)
  })

  it('is offered on the sign-in page where it can be had, and nowhere else', () => {
    const signIn = views['sign-in']
    assert(signIn?.show === 'sign-in')
    assert.doesNotMatch(render(signIn, frame).html, /Create an account/)
    assert.match(
      render({ ...signIn, signUp: '/i/abc/sign-up' }, frame).html,
      /<a id="sign-up" href="\/i\/abc\/sign-up">Create an account/,
    )
  })
})

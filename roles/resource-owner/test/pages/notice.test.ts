import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { render } from '../../src/flow/2-user-authorization.ts'
import { frame, moreViews, views } from '../fixtures.ts'

const drawn = (name: string): string => render(moreViews[name] ?? views[name] ?? assert.fail(name), frame).html

describe('a notice', () => {
  it('blames no browser for a cookie that may never have been there, and says what helps in either case', () => {
    const html = drawn('notice-cookies')
    assert.match(html, /<h1>We can’t find what you began<\/h1>/)
    assert.match(html, /It may block cookies for this site, or you began somewhere else, or long ago\./)
    assert.match(html, /<p>Allow cookies for this site, go back to the app [^<]*start again in this browser\.<\/p>/)
  })

  it('is never a dead end: a button where there is somewhere to go, words where there is not', () => {
    assert.match(drawn('notice-expired'), /id="continue" class="button primary" href="\/i\/abc\/restart">Start again</)
    assert.match(drawn('notice-expired-nowhere'), /<p>Go back to <bdi>Acme Notes<\/bdi> and start again there\.<\/p>/)
  })
})

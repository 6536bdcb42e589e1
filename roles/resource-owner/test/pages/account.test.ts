import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AppView, SessionsView, View } from '@symbolon/protocol/views'
import { render } from '../../src/flow/2-user-authorization.ts'
import { frame, moreViews, views } from '../fixtures.ts'

const drawn = (view: View | undefined): string => render(view ?? assert.fail(), frame).html
const app = views.app as AppView

describe('the account pages', () => {
  it('say where the person is, and let them sign out from everywhere', () => {
    for (const [name, to] of [
      ['account', '/account'],
      ['sessions', '/account/sessions'],
      ['apps', '/account/apps'],
      ['app', '/account/apps'],
    ] as const) {
      const html = drawn(views[name])
      assert.match(html, new RegExp(`<a href="${to}" aria-current="page">`))
      assert.equal(html.match(/aria-current/g)?.length, 1)
      assert.match(html, /<form method="post" action="\/logout"><input type="hidden" name="csrf" value="c5rf">/)
    }
  })

  it('tell for each piece of data who has it', () => {
    const html = drawn(views.account)
    assert.match(
      html,
      /Email address<\/dt><dd><bdi>ada@example\.com<\/bdi> <span class="fact">Shared with <bdi>Acme Notes/,
    )
    assert.match(html, /favourite_number<\/bdi><\/dt><dd><bdi>42<\/bdi> <span class="fact">Not shared with any app/)
  })

  it('say it in words where there is nothing yet', () => {
    const html = drawn(moreViews['account-empty'])
    assert.match(html, /Your data<\/h2>\s*<p>Nothing but what you sign in with\.<\/p>/)
    assert.doesNotMatch(html, /<dl|<ul class="list"/)
    assert.match(drawn(moreViews['apps-none']), /No app can use your account\./)
  })

  it('lead to the account of another person who is signed in in this browser', () => {
    assert.match(drawn(views.account), /<a href="\/account\?session=s2">Switch to <bdi>Grace Hopper<\/bdi><\/a>/)
  })

  it('say once, as a status, what was changed', () => {
    assert.match(drawn(views.sessions), /<p class="done" role="status">That device is signed out\.<\/p>/)
  })
})

describe('the devices', () => {
  it('put this browser first and let every other one be signed out, or all of them', () => {
    const html = drawn(views.sessions)
    const order = ['Firefox on Linux', 'Safari on iPhone', 'Unknown browser'].map((name) => html.indexOf(name))
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    )
    assert.deepEqual(
      [...html.matchAll(/name="end" value="([^"]*)"/g)].map(([, id]) => id),
      ['d2', 'd3', 'others'],
    )
  })

  it('offer nothing to end when there is nowhere else', () => {
    const sessions = views.sessions as SessionsView
    const html = drawn({ ...sessions, sessions: sessions.sessions.slice(0, 1) })
    assert.doesNotMatch(html, /name="end"/)
    assert.match(html, /You aren’t signed in anywhere else/)
  })
})

describe('a connected app', () => {
  it('lets each permission go, and the app as a whole, after asking', () => {
    const html = drawn(app)
    assert.deepEqual(
      [...html.matchAll(/href="\/account\/apps\/acme%2Fnotes\?remove=([^"]*)"/g)].map(([, what]) => what),
      ['profile', 'email', 'phone', 'photos.read', 'photos.write', 'photos.delete', 'files.admin', 'app'],
    )
  })

  it('says before removing when access really ends, and what is not deleted', () => {
    const html = drawn(views['app-remove'])
    assert.match(html, /can’t get new access from now on/)
    assert.match(html, /stops working on <time [^>]*>20 November 2026 at 14:32 UTC<\/time> at the latest/)
    assert.match(html, /has already copied isn’t deleted/)
    assert.match(html, /<form method="post" action="\/account\/apps\/acme%2Fnotes">/)
    assert.match(html, /name="remove" value="app"/)
  })

  it('names the one permission that would go', () => {
    const html = drawn(views['app-remove-permission'])
    assert.match(html, /<p class="lead"><bdi>See your photos<\/bdi><\/p>/)
    assert.match(html, /<input type="hidden" name="scope" value="photos\.read">/)
    assert.match(html, /name="remove" value="permission"/)
  })
})

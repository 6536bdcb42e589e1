import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SignedOutView } from '@symbolon/protocol/views'
import { render } from '../../src/flow/2-user-authorization.ts'
import { frame, views } from '../fixtures.ts'

const telling = views['signed-out-telling'] as SignedOutView
const drawn = (change: Partial<SignedOutView> = {}) => render({ ...telling, ...change }, frame)

describe('the page after signing out', () => {
  it('opens each app’s address in a frame that can lead the window nowhere, and no other site (Front-Channel Logout §3) [OIDC-FCLogout-3-01]', () => {
    const { html, frameSource } = drawn()
    assert.deepEqual(frameSource, ['https://acme-notes.example'])
    const frames = [...html.matchAll(/<iframe [^>]*>/g)].map(([frame]) => frame)
    assert.equal(frames.length, 2)
    for (const frame of frames) {
      assert.match(frame, / sandbox="allow-scripts allow-same-origin" /)
      assert.match(frame, / referrerpolicy="no-referrer" /)
    }
    assert.match(frames[1] ?? '', / src="https:\/\/acme-notes\.example\/logout\?sid=&quot;&gt;&lt;b&gt;" /)
  })

  it('goes on to the app in five seconds, without a script too', () => {
    assert.equal(drawn().refresh, '5;url=https://acme-notes.example/')
    assert.match(drawn().html, /<a [^>]*href="https:\/\/acme-notes\.example\/" data-go-on="5">/)
    assert.equal(drawn({ next: undefined }).refresh, undefined)
    assert.equal(drawn({ frames: [] }).refresh, undefined)
    assert.doesNotMatch(drawn({ frames: [] }).html, /iframe|data-go-on/)
  })

  it('says nothing that would not be true any more on a page that stays, where no scripts run', () => {
    const here = render(views['signed-out-here'] as SignedOutView, frame)
    assert.equal(here.refresh, undefined)
    const [, text = ''] = /<p role="status"[^>]*>([^<]*)</.exec(here.html) ?? []
    assert.equal(text, 'Your apps hear of it through this page, within a few seconds.')
  })

  it('opens nothing that is no page of the web', () => {
    const { html, frameSource } = drawn({ frames: ['javascript:alert(1)', 'data:text/html,x', 'com.acme:/gone'] })
    assert.deepEqual(frameSource, [])
    assert.doesNotMatch(html, /iframe/)
  })

  it('says who is still signed in', () => {
    assert.match(drawn().html, /Still signed in in this browser: <bdi class="name">Grace Hopper<\/bdi>\./)
    assert.doesNotMatch(drawn({ staying: [] }).html, /Still signed in/)
  })
})

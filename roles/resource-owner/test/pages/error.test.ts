import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { refusals } from '@symbolon/protocol/refusals'
import type { ErrorView } from '@symbolon/protocol/views'
import { render } from '../../src/flow/2-user-authorization.ts'
import { frame, views } from '../fixtures.ts'

const problem = views.error as ErrorView
const drawn = (and: Partial<ErrorView> = {}, development = false): string =>
  render({ ...problem, ...and }, { ...frame, development }).html

describe('an error page', () => {
  it('gives the developer reason and rule, and in production nothing that came in or is registered', () => {
    const html = drawn()
    assert.match(html, /<details class="developer">/)
    assert.match(html, /redirect_uri_not_registered/)
    assert.match(html, /RFC 9700 §4\.1\.3/)
    assert.doesNotMatch(html, /callback|<dt>fix|<dt>expected|<dt>got/)
  })

  it('shows in development what was expected, what came, where they part, and the fix', () => {
    const html = drawn({}, true)
    assert.match(html, /<details class="developer" open>/)
    assert.match(html, /<dt>expected<\/dt><dd><code>https:\/\/acme-notes\.example\/callback https/)
    assert.match(html, /<dt>got<\/dt><dd><code>https:\/\/acme-notes\.example\/callback<mark>\/<\/mark>/)
    assert.match(html, /<dt>fix<\/dt><dd>Register this address/)
  })

  it('speaks to people without the words of the protocol, whatever the reason is', () => {
    for (const reason of Object.keys(refusals) as (keyof typeof refusals)[]) {
      const text = drawn({ reason, client: undefined })
        .replace(/<details[\s\S]*?<\/details>|<head>[\s\S]*<\/head>/g, '')
        .replace(/<[^>]*>/g, ' ')
      assert.doesNotMatch(text, /redirect|client|grant|token|scope|session|_/, reason)
    }
  })

  it('says what kind of thing happened', () => {
    const heading = (and: Partial<ErrorView>): string =>
      (/<h1>([\s\S]*?)<\/h1>/.exec(drawn(and))?.[1] ?? '').replace(/<[^>]*>/g, '')
    assert.equal(heading({}), 'We stopped before sending you on')
    assert.equal(heading({ reason: 'scope_unknown' }), 'We can’t continue to Acme Notes')
    assert.equal(heading({ reason: 'client_unknown', client: undefined }), 'We don’t know this app')
    assert.equal(heading({ reason: 'client_disabled' }), 'Acme Notes can’t be used here at the moment')
    assert.equal(heading({ reason: 'storage_unavailable', status: 503 }), 'We can’t answer right now')
    assert.equal(heading({ reason: 'server_error', status: 500 }), 'Something went wrong on our side')
    assert.equal(heading({ reason: 'parameter_malformed', status: 404 }), 'There’s no such page')
  })

  it('says when to try again, and gives the reference and the time for the report', () => {
    assert.match(drawn({ reason: 'rate_limited', status: 429, retryAfter: 90 }), /Try again in 2 minutes\./)
    const busy = drawn({ reason: 'storage_unavailable', status: 503, retryAfter: 2 })
    assert.deepEqual(busy.match(/Try again in [^.]*/g), ['Try again in 2 seconds'])
    assert.match(drawn(), /Ref <span class="code">8S1K-42QD<\/span> · <time [^>]*>20 November 2026 at 14:02 UTC/)
  })
})

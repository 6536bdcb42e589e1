import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ConsentView } from '@symbolon/protocol/views'
import { render } from '../../src/flow/2-user-authorization.ts'
import { frame, views } from '../fixtures.ts'

const consent = views.consent as ConsentView
const drawn = (view: ConsentView): string => render(view, frame).html
const html = drawn(consent)

/** The row of one permission. */
const row = (page: string, title: string): string =>
  page.split('<div class="permission">').find((part) => part.includes(title)) ?? assert.fail(title)

describe('consent', () => {
  it('asks by name, and shows beside it the host that was verified', () => {
    assert.match(html, /<h1>Allow <bdi>Acme Notes<\/bdi> to use your <bdi>Example<\/bdi> account\?<\/h1>/)
    assert.match(html, /<bdi class="host">acme-notes\.example<\/bdi>/)
  })

  it('says of an app that somebody let in no more than that: one that was invited wrote its registration itself', () => {
    assert.match(html, /Admitted by an administrator on <time [^>]*>3 March 2026</)
    assert.doesNotMatch(html, /Registered by/)
  })

  it('says as whom, with the way to another account', () => {
    assert.match(html, /Signed in as <strong><bdi>ada@example\.com<\/bdi><\/strong>/)
    assert.match(html, /<a id="another" href="\/i\/abc\/account">Use another account<\/a>/)
  })

  it('lets optional permissions be unticked, and only those', () => {
    const scopes = [...html.matchAll(/type="checkbox" name="scope" value="([^"]*)"( checked)?/g)]
    assert.deepEqual(
      scopes.map(([, scope, checked]) => [scope, checked !== undefined]),
      [
        ['profile', true],
        ['email', true],
        ['phone', false],
        ['photos.write', true],
        ['photos.delete', false],
        ['files.admin', false],
        ['offline_access', false],
      ],
    )
    assert.match(row(html, 'Know that it’s you'), /Always needed/)
  })

  it('shows the real values that would be shared', () => {
    assert.match(row(html, 'See your email address'), /ada@example\.com/)
    assert.match(
      row(html, 'See your profile'),
      /Name <bdi class="value">Ada Lovelace<\/bdi> and Nickname <bdi class="value">ada/,
    )
  })

  it('shows more than two values as a list, and not as one long sentence', () => {
    const profile = row(drawn(views['consent-endless'] as ConsentView), 'See your profile')
    const lines = [...profile.matchAll(/<li>(.*?)<\/li>/g)].map(([, line = '']) => line.replace(/<[^>]*>/g, ''))
    assert.deepEqual(lines, ['Name Ada Lovelace', 'Website https://ada.example', 'Date of birth 1815-12-10'])
  })

  it('asks for what is new and folds away what was allowed before', () => {
    const folded = /<details class="known">[\s\S]*?<\/details>\s*(?=<div)/.exec(html)?.[0] ?? ''
    assert.match(folded, /What you already allowed <bdi>Acme Notes/)
    assert.match(folded, /See your photos/)
    assert.doesNotMatch(folded, /Add photos/)
    assert.match(row(html.replace(folded, ''), 'Add photos'), /New/)
  })

  it('marks what is sensitive or has no words', () => {
    assert.match(row(html, 'Delete photos'), /Sensitive/)
    assert.match(row(html, '<code>files.admin</code>'), /Sensitive[\s\S]*Nothing says what this is/)
  })

  it('does not call everything new when nothing was allowed before', () => {
    assert.doesNotMatch(drawn(views['consent-plain'] as ConsentView), /<span class="tag new"/)
  })

  it('keeps the technical words in their own part', () => {
    const details = /<details class="technical">[\s\S]*?<\/details>/g
    assert.match(
      (html.match(details) ?? []).join(''),
      /<code>photos\.read<\/code>[\s\S]*https:\/\/photos\.example\.com\/api/,
    )
    assert.doesNotMatch(html.replace(details, '').replace(/<[^>]*>/g, ' '), /scope|photos\.read/i)
  })

  it('says where the browser goes, and warns when that is a program on this computer (RFC 8252 §8.6) [MCP-Auth-Localhost_Redirect_URI_Risks-01]', () => {
    assert.match(html, /After you choose, you’ll go to <bdi class="host">acme-notes\.example/)
    const local = drawn(views['consent-unreviewed'] as ConsentView)
    assert.match(
      local,
      /<div class="note warn">[\s\S]*a program on this computer \(<bdi class="host">127\.0\.0\.1:51432/,
    )
    assert.match(local, /hasn’t reviewed/)
    assert.match(local, /changed its name or address/)
  })

  it('offers Don’t allow and Allow alike, and focuses neither', () => {
    const buttons = [...html.matchAll(/<button[^>]*name="decision"[^>]*>([^<]*)<\/button>/g)].map(String)
    assert.equal(buttons.length, 2)
    assert.match(String(buttons), /value="deny">Don’t allow[\s\S]*value="allow">Allow/)
    assert.doesNotMatch(html, /autofocus/)
  })

  it('links to the app’s papers only when they are pages', () => {
    assert.match(html, /<a href="https:\/\/acme-notes\.example\/privacy" rel="noreferrer">Privacy policy/)
    const odd = drawn({ ...consent, client: { ...consent.client, policyUri: 'javascript:alert(1)' } })
    assert.doesNotMatch(odd, /Privacy policy|javascript:/)
  })
})

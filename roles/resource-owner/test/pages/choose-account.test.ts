import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ChooseAccountView } from '@symbolon/protocol/views'
import { render } from '../../src/flow/2-user-authorization.ts'
import { acme, frame, views } from '../fixtures.ts'

const choose = views['choose-account'] as ChooseAccountView

describe('choose an account', () => {
  it('shows whose app waits as the other pages do: its picture, and no other', () => {
    const { html, pictures } = render(choose, frame)
    assert.match(html, /<span class="monogram app" data-letter="A" aria-hidden="true"><img src="https:\/\/acme-notes\./)
    assert.deepEqual(pictures, ['https://acme-notes.example/no-picture'])
    assert.deepEqual(render({ ...choose, client: acme }, frame).pictures, [])
  })

  it('says that nobody has reviewed an app that came by itself (RFC 7591 §5) [RFC7591-5-03]', () => {
    const { html } = render({ ...choose, client: { ...acme, origin: 'unreviewed' } }, frame)
    assert.match(html, /Not reviewed\./)
    assert.doesNotMatch(render(choose, frame).html, /Not reviewed\./)
  })

  it('has every account under its own value, and the way to another', () => {
    const { html } = render(choose, frame)
    const values = [...html.matchAll(/<button id="[\w-]+" name="session" value="(\w+)">/g)].map(([, value]) => value)
    assert.deepEqual(values, ['s1', 's2', 'other'])
  })
})

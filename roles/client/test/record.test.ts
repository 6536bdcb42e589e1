/** The client's half of a flow, step by step, and no secret in it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { steps } from '@symbolon/protocol/flow'
import { type FlowEvent, isFlowReference } from '@symbolon/protocol/trace'
import { type App, signIn, start, startApp } from './support/app.ts'

describe('the record', () => {
  let app: App
  let clock = Date.now()
  const events: FlowEvent[] = []
  before(async () => {
    app = await startApp({ auth: { record: (event) => events.push(event), now: () => clock } })
  })
  after(() => app.stop())

  it('holds every step that the client has a part in, under one reference, and no secret', async () => {
    const back = await app.standIn.allow((await start(app.browser)).href)
    await app.browser.get(`${back.pathname}${back.search}`)
    await app.auth.fetch(app.browser.request(), `${app.standIn.issuer}/photos`)

    const parts = steps.filter(({ parts }) => 'client' in parts)
    assert.deepEqual(
      events.map(({ step, from, to }) => ({ number: step, from, to })),
      parts.map(({ number, from, to }) => ({ number, from, to })),
    )
    const [reference, ...others] = new Set(events.map(({ flow }) => flow))
    assert.ok(isFlowReference(reference ?? '') && others.length === 0)
    assert.ok(events.every(({ outcome, source }) => outcome === 'ok' && source === 'client'))

    const text = JSON.stringify(events)
    const sent = app.standIn.tokenRequests()[0]?.form
    const token = app.standIn.asked.at(-1)?.headers.authorization?.slice('Bearer '.length)
    for (const secret of [
      sent?.get('code'),
      sent?.get('code_verifier'),
      token,
      back.searchParams.get('state'),
      'alice',
    ]) {
      assert.ok(secret)
      assert.equal(text.includes(secret), false)
    }
    const checks = events.find(({ step }) => step === 3)?.checks
    assert.ok(checks && checks.length > 5 && checks.every(({ ok }) => ok))
    assert.deepEqual(events[0]?.params.client_id, { clear: 'print-shop' })
  })

  it('says which check failed, what was expected and what came', async () => {
    events.length = 0
    app.standIn.change.redirect = (answer) =>
      new URLSearchParams({ ...Object.fromEntries(answer), iss: 'https://evil.example' })
    await signIn(app)
    delete app.standIn.change.redirect
    const event = events.at(-1)
    assert.deepEqual([event?.outcome, event?.reason, event?.step], ['refused', 'issuer_mismatch', 3])
    assert.deepEqual(event?.expected, { clear: app.standIn.issuer })
    assert.deepEqual(event?.got, { clear: 'https://evil.example' })
    assert.deepEqual(event?.checks.at(-1), { rule: 'issuer_mismatch', ok: false })
    assert.ok(event?.checks.slice(0, -1).every(({ ok }) => ok))
  })

  it('keeps no name of a parameter that it does not know: part of a secret may come as one', async () => {
    events.length = 0
    await app.browser.get('/api/auth/callback/symbolon?state=s&code=abc&rest-of-a-secret=1&__proto__=2')
    const { params = {} } = events.at(-1) ?? {}
    assert.deepEqual(Object.keys(params), ['state', 'code', '(other)'])
    assert.doesNotMatch(JSON.stringify(events), /rest-of-a-secret|__proto__/)
  })

  it('holds a renewal and a signing out', async () => {
    events.length = 0
    await signIn(app)
    clock += 3600_000
    app.browser.keep((await app.auth.fetch(app.browser.request(), `${app.standIn.issuer}/photos`)).setCookies)
    await app.auth.signOut(app.browser.request())
    assert.deepEqual(
      events.filter(({ step }) => step === undefined).map(({ band }) => band),
      ['refresh', 'sign-out'],
    )
  })
})

describe('whoever keeps the record', () => {
  it('can not stop a sign-in', async () => {
    const app = await startApp({
      auth: {
        record: () => {
          throw new Error('the disk is full')
        },
      },
    })
    assert.equal((await signIn(app)).status, 302)
    await app.stop()
  })
})

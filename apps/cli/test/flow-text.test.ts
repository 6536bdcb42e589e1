/** How `symbolon flow` says that not all of a kind was recorded, and of what no digest was kept. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FlowEvent } from '@symbolon/protocol/trace'
import { flowList, flowText } from '../src/flow-text.ts'

const plain = (_: string, text: string) => text

const event: FlowEvent = {
  v: 1,
  id: 'event-1',
  flow: '8S1K-42QD',
  at: 1_763_600_000_000,
  took: 5,
  source: 'authorization-server',
  from: 'client',
  to: 'authorization-server',
  step: 4,
  band: 'token',
  what: 'POST /token',
  status: 200,
  params: { client_secret: { length: 32 }, code: { digest: 'abc', length: 43 } },
  result: {},
  checks: [],
  outcome: 'ok',
  reason: undefined,
  expected: undefined,
  got: undefined,
  client: 'robot',
  person: undefined,
  grant: undefined,
}

const summary = {
  flow: event.flow,
  startedAt: event.at,
  lastAt: event.at,
  events: 1,
  client: 'robot',
  reason: undefined,
}

describe('the text of a flow', () => {
  it('says how many like an event were left out, once, where it is answered', () => {
    const text = flowText(event.flow, [{ ...event, omitted: 1_204 }], plain)
    assert.deepEqual(text.match(/and .* more like this/g), ['and 1,204 more like this'])
    assert.match(text, /200 in 5 ms\n {5}and 1,204 more like this before it, in any flow$/m)
    assert.doesNotMatch(flowText(event.flow, [event], plain), /more like this/)
  })

  it('says of a hidden value its length, and what it equals only where that was kept', () => {
    const text = flowText(event.flow, [event], plain)
    assert.match(text, /^ {5}client_secret +\(32 characters, not kept\)$/m)
    assert.match(text, /^ {5}code +#abc \(43 characters, kept as a digest\)$/m)
  })

  it('lists what was checked once for requests that are alike, so that they fit on a screen', () => {
    const checks = [
      { rule: 'token_missing', ok: true },
      { rule: 'token_expired', ok: true },
    ] as const
    const photo: FlowEvent = { ...event, checks }
    const other = { ...photo, checks: checks.slice(0, 1) }
    const text = flowText(
      event.flow,
      [photo, photo, photo, other].map((one, at) => ({ ...one, at: event.at + at })),
      plain,
    )
    assert.deepEqual(text.match(/checked.*/g), [
      'checked, and not found: token_missing, token_expired',
      'checked as before',
      'checked as before',
      'checked, and not found: token_missing',
    ])
  })
})

describe('the list of flows', () => {
  it('says how many like one were left out', () => {
    const one = flowList([{ ...summary, outcome: 'ok', omitted: 1_204 }], plain)
    assert.match(one, /^8S1K-42QD {2}.+ ✓ {2}robot {3}and 1,204 more like this$/m)
    const refused = flowList([{ ...summary, outcome: 'refused', reason: 'client_unknown', omitted: 7 }], plain)
    assert.match(refused, /robot {3}client_unknown {2}and 7 more like this$/m)
    assert.doesNotMatch(flowList([{ ...summary, outcome: 'ok', omitted: 0 }], plain), /more/)
  })
})

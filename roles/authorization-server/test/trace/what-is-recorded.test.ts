/** What is recorded, what is left out and counted, and which part of the record it goes into. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { refuse } from '@symbolon/protocol/decision'
import type { Reason } from '@symbolon/protocol/refusals'
import type { FlowEvent } from '@symbolon/protocol/trace'
import { createSealing } from '../../src/keys/sealing.ts'
import type { Observed } from '../../src/ports/issuer.ts'
import type { FlowBatch, FlowTrack } from '../../src/ports/store.ts'
import { createRecorder } from '../../src/trace/recorder.ts'

const toServer = { from: 'client', to: 'authorization-server', at: 1_000, took: 5, outcome: 'ok' } as const
const machine: Observed = {
  ...toServer,
  flow: 'MMMM-MMMM',
  band: 'token',
  step: 4,
  what: 'POST /token',
  client: 'robot',
}
const visit: Observed = {
  ...toServer,
  flow: 'VVVV-VVVV',
  band: 'request',
  step: 1,
  what: 'GET /authorize',
  client: 'shop',
}
const signedIn: Observed = { ...visit, band: 'sign-in', step: 2, what: 'signed in', person: 'alice' }
const exchanged: Observed = { ...machine, flow: 'VVVV-VVVV', client: 'shop', person: 'alice' }

const refused = (observed: Observed, reason: Reason): Observed => ({
  ...observed,
  outcome: 'refused',
  refused: refuse(reason),
})

function recording(everything = false) {
  const written: (FlowEvent & { readonly track: FlowTrack })[] = []
  const append = async (batches: readonly FlowBatch[]) => {
    for (const { track, events } of batches) written.push(...events.map((event) => ({ ...event, track })))
  }
  let now = 0
  const recorder = createRecorder({
    store: { flows: { append, list: async () => [], events: async () => [] } },
    sealing: createSealing('a secret of at least thirty-two characters'),
    random: (bytes) => new Uint8Array(randomBytes(bytes)),
    clock: () => now,
    everything,
  })
  return {
    times: (count: number, make: (index: number) => Observed) => {
      for (let index = 0; index < count; index++) recorder.record(make(index))
    },
    wait: (seconds: number) => {
      now += seconds * 1_000
    },
    written: async () => {
      await recorder.flush()
      return written
    },
    [Symbol.asyncDispose]: () => recorder.close(),
  }
}

describe('what is recorded', () => {
  it('is every step of every person, however many there are', async () => {
    await using recorder = recording()
    recorder.times(1_000, () => signedIn)
    recorder.times(1_000, () => exchanged)
    const written = await recorder.written()
    assert.equal(written.length, 2_000)
    assert.ok(written.every(({ track, omitted }) => track === 'people' && omitted === undefined))
  })

  it('is of what a program repeats the first fifty and then five a second, and how many more there were', async () => {
    await using recorder = recording()
    recorder.times(1_254, () => machine)
    recorder.wait(1)
    recorder.times(10, () => machine)
    const written = await recorder.written()
    assert.equal(written.length, 55)
    assert.deepEqual(
      written.slice(49).map(({ omitted }) => omitted),
      [undefined, 1_204, undefined, undefined, undefined, undefined],
    )
  })

  it('is for each program and kind of request apart', async () => {
    await using recorder = recording()
    recorder.times(500, () => machine)
    recorder.times(1, () => ({ ...machine, client: 'another' }))
    recorder.times(1, () => ({ ...machine, band: 'introspection' }))
    const written = await recorder.written()
    assert.deepEqual(
      written.slice(50).map(({ client, band }) => [client, band]),
      [
        ['another', 'token'],
        ['robot', 'introspection'],
      ],
    )
  })

  it('is bounded for all programs together, however many there are', async () => {
    await using recorder = recording()
    recorder.times(5_000, (index) => ({ ...machine, client: `robot-${index}` }))
    assert.equal((await recorder.written()).length, 2_000)
  })

  it('are refusals of each kind, so that one that is repeated hides no other', async () => {
    await using recorder = recording()
    recorder.times(3_000, () => refused(machine, 'client_secret_wrong'))
    recorder.times(1, () => refused(machine, 'grant_type_unsupported'))
    recorder.times(1, () => refused({ ...machine, client: 'another' }, 'client_secret_wrong'))
    const written = await recorder.written()
    assert.equal(written.length, 52)
    assert.deepEqual(written.at(-1)?.client, 'another')
  })

  it('is bounded for the refusals of strangers, whatever they call themselves', async () => {
    await using recorder = recording()
    recorder.times(5_000, (index) => refused({ ...visit, client: `stranger-${index}` }, 'client_unknown'))
    recorder.wait(1)
    recorder.times(5_000, (index) => refused({ ...visit, client: `stranger-${index}` }, 'client_unknown'))
    assert.equal((await recorder.written()).length, 550)
  })

  it('is the beginning of a flow, too, as soon as a person turns out to be behind it', async () => {
    await using recorder = recording()
    recorder.times(1_000, (index) => ({ ...visit, flow: `FLOW-${index}` }))
    recorder.times(1, () => ({ ...signedIn, flow: 'FLOW-900' }))
    const written = await recorder.written()
    assert.equal(written.length, 202)
    assert.deepEqual(
      written.filter(({ flow }) => flow === 'FLOW-900').map(({ step, track }) => [step, track]),
      [
        [1, 'people'],
        [2, 'people'],
      ],
    )
    recorder.wait(60)
    recorder.times(3_000, (index) => ({ ...visit, flow: `MORE-${index}` }))
    recorder.wait(60)
    recorder.times(1, () => visit)
    // Of the first 1,000 visits 799 were left out; of the next 3,000 2,800, the newest 2,000 of which are still held.
    assert.deepEqual(
      (await recorder.written()).map(({ omitted }) => omitted ?? 0).reduce((sum, omitted) => sum + omitted),
      799 + 800,
    )
  })

  it('holds no more of visitors than there is room for, and counts whatever it forgets', async () => {
    await using recorder = recording()
    recorder.times(3_200, (index) => ({ ...visit, flow: `FLOW-${index % 160}` }))
    recorder.times(160, (index) => ({ ...signedIn, flow: `FLOW-${index}` }))
    // 200 at once, then ten more of each flow as its person appears.
    const flows = Map.groupBy(await recorder.written(), ({ flow }) => flow)
    assert.ok([...flows.values()].every(({ length }) => length <= 13))
    recorder.wait(60)
    recorder.times(1, () => visit)
    assert.equal((await recorder.written()).at(-1)?.omitted, 3_200 - 200 - 1_600)
  })

  it('is everything while developing', async () => {
    await using recorder = recording(true)
    recorder.times(1_000, () => machine)
    recorder.times(1_000, () => refused(visit, 'client_unknown'))
    assert.equal((await recorder.written()).length, 2_000)
  })

  it('goes into the part of people, of visitors or of programs', async () => {
    await using recorder = recording()
    const all: readonly (readonly [Observed, FlowTrack])[] = [
      [visit, 'visitors'],
      [refused(visit, 'client_unknown'), 'visitors'],
      [signedIn, 'people'],
      [exchanged, 'people'],
      [refused(exchanged, 'code_replayed'), 'people'],
      [{ ...exchanged, band: 'revoke', from: 'resource-owner' }, 'people'],
      [machine, 'machines'],
      [refused(machine, 'client_unknown'), 'machines'],
      [{ ...exchanged, band: 'refresh' }, 'machines'],
      [{ ...exchanged, band: 'api' }, 'machines'],
      [{ ...exchanged, band: 'introspection', from: 'resource-server' }, 'machines'],
      [{ ...exchanged, band: 'revoke' }, 'machines'],
    ]
    recorder.times(all.length, (index) => ({ ...(all[index]?.[0] ?? visit), what: `${index}` }))
    const written = await recorder.written()
    assert.equal(written.length, all.length)
    for (const { what, track } of written) assert.equal(track, all[Number(what)]?.[1], what)
  })

  it('goes on after a clock that was set back', async () => {
    await using recorder = recording()
    recorder.times(60, () => machine)
    recorder.wait(1)
    recorder.times(60, () => ({ ...machine, at: machine.at - 3_600_000 }))
    assert.equal((await recorder.written()).length, 55)
  })
})

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { refuse } from '@symbolon/protocol/decision'
import { clear, hidden } from '@symbolon/protocol/evidence'
import { clearParameters, type FlowEvent } from '@symbolon/protocol/trace'
import { introspection } from '../../src/endpoints/introspection.ts'
import { revocation } from '../../src/endpoints/revocation.ts'
import { token } from '../../src/endpoints/token.ts'
import { userinfo } from '../../src/endpoints/userinfo.ts'
import { createSealing } from '../../src/keys/sealing.ts'
import type { Observed } from '../../src/ports/issuer.ts'
import { type FlowBatch, StorageUnavailable } from '../../src/ports/store.ts'
import { createRecorder } from '../../src/trace/recorder.ts'
import { basic, createWorld, redemption, secret } from '../support/back-channel/world.ts'

const sealing = createSealing('a secret of at least thirty-two characters')
const random = (bytes: number) => new Uint8Array(randomBytes(bytes))

const observed: Observed = {
  flow: '8S1K-42QD',
  band: 'token',
  step: 4,
  from: 'client',
  to: 'authorization-server',
  what: 'POST /token',
  at: 1_000,
  took: 5,
  status: 400,
  outcome: 'refused',
}

/** A store that keeps what is appended, and is away while `away` says so. */
function memory() {
  const state = { events: [] as FlowEvent[], batches: [] as FlowBatch[], away: false, strict: false }
  const append = async (batches: readonly FlowBatch[]) => {
    if (state.away) throw new StorageUnavailable('away')
    if (state.strict && JSON.stringify(batches).includes('poison')) throw new TypeError('not storable')
    state.batches.push(...batches)
    state.events.push(...batches.flatMap(({ events }) => events))
  }
  return { state, store: { flows: { append, list: async () => [], events: async () => [] } } }
}

describe('the recorder', () => {
  it('keeps what may be read, of what comes again a keyed digest, and of everything else the length', async () => {
    const { state, store } = memory()
    const recorder = createRecorder({ store, sealing, random })
    const password = 'also secret'
    const params = new URLSearchParams({ grant_type: 'password', code: 'very secret', client_id: 'app', password })
    const refused = refuse('code_verifier_wrong', { expected: hidden('a'), got: clear('b') })
    recorder.record({ ...observed, params, refused, person: 'alice' })
    await recorder.close()
    const [event] = state.events
    assert.deepEqual(event?.params.grant_type, { clear: 'password' })
    assert.deepEqual(event?.params.password, { length: 11 })
    assert.deepEqual(event?.params.client_id, { clear: 'app' })
    const code = event?.params.code
    assert.ok(code && 'digest' in code)
    assert.deepEqual([code.length, code.digest?.length], [11, 11])
    assert.deepEqual([event?.reason, event?.got], ['code_verifier_wrong', { clear: 'b' }])
    assert.ok(!JSON.stringify(event).includes('very secret'))
    assert.ok(!JSON.stringify(event).includes('alice'))
  })

  it('shows equal secrets as equal', async () => {
    const { state, store } = memory()
    const recorder = createRecorder({ store, sealing, random })
    for (const code of ['one', 'one', 'two']) recorder.record({ ...observed, params: [['code', code]] })
    await recorder.close()
    const [first, second, third] = state.events.map(({ params }) => JSON.stringify(params.code))
    assert.equal(first, second)
    assert.notEqual(first, third)
  })

  it('keeps no secret that was sent as the name of a parameter', async () => {
    const { state, store } = memory()
    const recorder = createRecorder({ store, sealing, random })
    const handle = randomBytes(32).toString('base64url')
    recorder.record({ ...observed, params: [[handle, '']] })
    await recorder.close()
    assert.ok(!JSON.stringify(state.events).includes(handle))
  })

  it('keeps no part of a secret that was not percent-encoded and so came as a name', async () => {
    const { state, store } = memory()
    const recorder = createRecorder({ store, sealing, random })
    recorder.record({ ...observed, params: new URLSearchParams('client_id=app&client_secret=half&other-half') })
    await recorder.close()
    assert.ok(!JSON.stringify(state.events).includes('half'))
    assert.deepEqual(Object.keys(state.events[0]?.params ?? {}).toSorted(), ['(other)', 'client_id', 'client_secret'])
  })

  it('keeps at most so many parameters, and of each at most so much', async () => {
    const { state, store } = memory()
    const recorder = createRecorder({ store, sealing, random })
    const params = Array.from({ length: 500 }, (_, at) => [`p${at}`, 'x'] as const)
    recorder.record({ ...observed, params: [['scope', 'x'.repeat(100_000)], ...params] })
    await recorder.close()
    assert.ok(JSON.stringify(state.events).length < 5_000)
  })

  it('keeps so much of an event as a whole, however many parameters may be read', async () => {
    const { state, store } = memory()
    const recorder = createRecorder({ store, sealing, random })
    const params = [...clearParameters].map((name) => [name, 'x'.repeat(5_000)] as const)
    recorder.record({ ...observed, params })
    await recorder.close()
    assert.ok(JSON.stringify(state.events).length < 7_000)
  })

  it('drops when its queue is full, and says how much', async () => {
    const { state, store } = memory()
    const recorder = createRecorder({ store, sealing, random, limit: 10 })
    for (let at = 0; at < 15; at++) recorder.record(observed)
    await recorder.flush()
    assert.deepEqual([state.events.length, recorder.dropped], [10, 5])
    await recorder.close()
  })

  it('writes many events in few batches', async () => {
    const { state, store } = memory()
    const recorder = createRecorder({ store, sealing, random, everything: true })
    for (let at = 0; at < 400; at++) recorder.record(observed)
    await recorder.close()
    assert.deepEqual([state.events.length, state.batches.length], [400, 1])
    assert.equal(new Set(state.events.map(({ id }) => id)).size, 400)
  })

  it('waits out a storage that is away, without losing or throwing anything', async () => {
    const { state, store } = memory()
    const recorder = createRecorder({ store, sealing, random })
    state.away = true
    recorder.record({ ...observed, what: 'first' })
    await recorder.flush()
    recorder.record({ ...observed, what: 'second' })
    state.away = false
    await recorder.close()
    assert.deepEqual(
      state.events.map(({ what }) => what),
      ['first', 'second'],
    )
    assert.equal(recorder.dropped, 0)
  })

  it('sends a batch again as it was, for it may have been written before the answer was lost', async () => {
    const { state, store } = memory()
    const sent: FlowBatch[] = []
    const append = async (batches: readonly FlowBatch[]) => {
      sent.push(...batches)
      await store.flows.append(batches)
      if (sent.length === 1) throw new StorageUnavailable('the answer was lost')
    }
    const recorder = createRecorder({ store: { flows: { ...store.flows, append } }, sealing, random })
    recorder.record({ ...observed, what: 'first' })
    await recorder.flush()
    recorder.record({ ...observed, what: 'second' })
    await recorder.close()
    const [first, again, second] = state.batches
    assert.equal(state.batches.length, 3)
    assert.deepEqual(again, first)
    assert.deepEqual(
      second?.events.map(({ what }) => what),
      ['second'],
    )
  })

  it('keeps no more in memory while storage is away than its queue holds', async () => {
    const { state, store } = memory()
    const recorder = createRecorder({ store, sealing, random, limit: 10, everything: true })
    state.away = true
    for (let round = 0; round < 5; round++) {
      for (let at = 0; at < 4; at++) recorder.record({ ...observed, at: round })
      await recorder.flush()
    }
    state.away = false
    await recorder.close()
    assert.deepEqual([state.events.length, recorder.dropped], [10, 10])
  })

  it('drops what storage will never take, and goes on', async () => {
    const { state, store } = memory()
    state.strict = true
    const recorder = createRecorder({ store, sealing, random })
    recorder.record({ ...observed, what: 'poison' })
    await recorder.flush()
    recorder.record({ ...observed, what: 'good' })
    await recorder.close()
    assert.deepEqual([state.events.map(({ what }) => what), recorder.dropped], [['good'], 1])
  })

  it('makes what a stranger sent fit for any database', async () => {
    const { state, store } = memory()
    const recorder = createRecorder({ store, sealing, random })
    recorder.record({ ...observed, client: `a\0b\ud800${'x'.repeat(1_000)}`, params: [['scope', '\0']] })
    await recorder.close()
    const client = state.events[0]?.client ?? ''
    assert.ok(client.isWellFormed() && !client.includes('\0') && client.length === 255)
    assert.deepEqual(state.events[0]?.params.scope, { clear: '\ufffd' })
  })

  it('never throws, whatever it is given', async () => {
    const { store } = memory()
    const recorder = createRecorder({
      store,
      sealing,
      random,
      onEvent: () => {
        throw new Error('a listener that fails')
      },
    })
    recorder.record(observed)
    recorder.record({ ...observed, params: 5 as unknown as [] })
    await recorder.close()
    recorder.record(observed)
    assert.ok(recorder.dropped > 0)
  })

  it('writes by itself a moment later', async () => {
    const written = Promise.withResolvers<readonly FlowBatch[]>()
    const { store } = memory()
    const append = async (batches: readonly FlowBatch[]) => written.resolve(batches)
    const recorder = createRecorder({ store: { flows: { ...store.flows, append } }, sealing, random })
    recorder.record(observed)
    const keepAwake = setTimeout(() => undefined, 5_000)
    assert.equal((await written.promise)[0]?.events.length, 1)
    clearTimeout(keepAwake)
    await recorder.close()
  })

  it('never gets to keep a code, token, verifier or secret that went through an endpoint', async () => {
    await using world = await createWorld()
    const { state, store } = memory()
    const recorder = createRecorder({ store, sealing, random })
    const secrets: string[] = [secret]
    const keep = (...values: readonly unknown[]) => secrets.push(...values.filter(Boolean).map(String))

    const code = await world.code({ clientId: 'app' })
    const form = redemption(code)
    const { body } = await world.call(token, { form })
    keep(code, form.code_verifier, body.access_token, body.refresh_token, body.id_token)
    await world.call(token, { form })
    const refresh = { grant_type: 'refresh_token', refresh_token: String(body.refresh_token), client_id: 'app' }
    keep((await world.call(token, { form: refresh })).body.refresh_token)
    const own = await world.call(token, {
      form: { grant_type: 'client_credentials', client_id: 'poster', client_secret: secret },
    })
    keep(own.body.access_token)
    await world.call(token, { form: { grant_type: 'client_credentials' }, headers: basic('shop', `${secret}\n`) })
    await world.call(introspection, { form: { token: String(body.access_token) }, headers: basic('library') })
    await world.call(revocation, { form: { token: String(body.refresh_token), client_id: 'app' } })
    await world.call(userinfo, { query: `access_token=${body.access_token}`, method: 'GET' })

    for (const event of world.observed) recorder.record(event)
    await recorder.close()
    assert.equal(state.events.length, 8)
    const written = JSON.stringify(state.events)
    for (const value of secrets) assert.ok(!written.includes(value))
  })
})

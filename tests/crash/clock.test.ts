/** The clock is set forward by an hour and back again: nothing breaks, and nothing is locked or lost for good. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { Storage } from '@symbolon/authorization-server/ports/store'
import { openStorage } from '@symbolon/storage/open'
import { type Drive, goOn, start } from '../model/drive.ts'
import type { Answer, Step } from '../model/rules/answers.ts'
import { emptyState, type State } from '../model/state.ts'
import { openWorld, type World } from '../model/world.ts'

const hour = 3_600

let storage: Storage
let world: World
let drive: Drive
let state: State
let names = 0

beforeEach(async () => {
  storage = await openStorage('memory')
  await open()
})
afterEach(() => storage.close())

async function open(): Promise<void> {
  world = await openWorld(storage, `clock-${++names}`)
  drive = { world, tabs: {} }
  state = emptyState()
}

/** One step at the server, by the hands that the model's stories have. */
async function take(action: Step['action'], target = ''): Promise<Answer> {
  const done = await start(drive, state, { action, target, tag: '', less: '' }, '')
  return 'answer' in done ? done.answer : goOn(drive, { browser: 'desk', tab: 'tab', at: done.goOn })
}

const request = { client: 'spa', scope: ['openid', 'offline_access', 'archive:read'], prompt: undefined } as const

/** A person signs in and allows; the code stands in `state` under `name`. */
async function code(name: string): Promise<void> {
  const authorize = { do: 'authorize', browser: 'desk', ...request, maxAge: undefined } as const
  state.tabs.tab = {
    ...request,
    browser: 'desk',
    maxAge: undefined,
    createdAt: 0,
    signedIn: null,
    outcome: null,
    shown: null,
  }
  let answer = await take(authorize)
  if (answer.is === 'sign-in page') answer = await take({ do: 'sign in', tab: 0, right: true }, 'tab')
  if (answer.is === 'consent page') answer = await take({ do: 'consent', tab: 0, how: 'allow all' }, 'tab')
  assert.equal(answer.is, 'code')
  state.codes[name] = { ...state.codes[name], client: 'spa' } as State['codes'][string]
  state.values[name] = answer.code ?? ''
}

const redeem = (name: string) => take({ do: 'redeem', code: 0, how: 'rightly' }, name)

async function tokens(name: string): Promise<void> {
  await code(name)
  const given = await redeem(name)
  assert.equal(given.is, 'tokens')
  state.values.access = given.access ?? ''
  state.values.refresh = given.refresh ?? ''
  state.refresh.refresh = { client: 'spa' } as State['refresh'][string]
}

const userinfo = async () => (await take({ do: 'userinfo', token: 0 }, 'access')).is
const refresh = async () => (await take({ do: 'refresh', token: 0, how: 'rightly' }, 'refresh')).is

describe('the clock', () => {
  it('set forward ends what is over then, and set back ends nothing more', async () => {
    await tokens('first')
    await code('second')
    world.clock.now += hour
    assert.equal(await userinfo(), 'refused invalid_token')
    assert.equal((await redeem('second')).is, 'refused invalid_grant')
    assert.equal((await take({ do: 'authorize', browser: 'desk', ...request, maxAge: undefined })).is, 'code')
    world.clock.now -= hour
    assert.equal(await userinfo(), 'claims of alice')
    assert.equal(await refresh(), 'tokens')
    assert.equal((await redeem('second')).is, 'tokens')
  })

  it('set back leaves those at work who began while it was ahead, from the first key on', async () => {
    world.clock.now += hour
    await world.rotate()
    await tokens('ahead')
    await code('kept')
    world.clock.now -= hour
    assert.equal(await userinfo(), 'claims of alice')
    assert.equal(await refresh(), 'tokens')
    assert.equal((await redeem('kept')).is, 'tokens')
    await tokens('again')
    assert.equal(await userinfo(), 'claims of alice')
  })

  it('set back does not make anybody wait longer who mistyped while it was ahead', async () => {
    world.clock.now += hour
    const authorize = { do: 'authorize', browser: 'desk', ...request, maxAge: undefined } as const
    state.tabs.tab = {
      ...request,
      browser: 'desk',
      maxAge: undefined,
      createdAt: 0,
      signedIn: null,
      outcome: null,
      shown: null,
    }
    await take(authorize)
    for (let guess = 0; guess < 6; guess++) await take({ do: 'sign in', tab: 0, right: false }, 'tab')
    assert.equal((await take({ do: 'sign in', tab: 0, right: true }, 'tab')).is, 'slowed down')
    world.clock.now -= hour
    const told = await world.post('desk', `${drive.tabs.tab?.path}/sign-in`, {
      csrf: drive.tabs.tab?.csrf ?? '',
      login: 'alice',
      password: 'print my photos',
    })
    assert.ok(Number(told.headers['retry-after']) <= 4, `told to wait ${told.headers['retry-after']} s`)
  })

  it('set back to before the first key was made does not keep the server from signing', async () => {
    await tokens('before')
    world.clock.now -= hour
    await world.sweep()
    await tokens('after')
    assert.equal(await userinfo(), 'claims of alice')
  })
})

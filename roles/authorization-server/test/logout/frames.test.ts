/** Front-channel logout: whose frames are opened when there are more than fit, and what is said of the others. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { tell } from '../../src/endpoints/sign-out.ts'
import { aClient, openWorld, type World } from '../support/front-channel/world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.storage.close())

interface Given {
  readonly usedAt?: number
  readonly unreviewed?: boolean
  readonly sessionId?: string
  readonly disabled?: boolean
}

async function given(
  clientId: string,
  { usedAt = 0, unreviewed = false, sessionId = 'here', disabled = false }: Given = {},
) {
  const metadata = { frontchannel_logout_uri: `https://${clientId}.example/gone`, reviewed: !unreviewed }
  const remembered = { do: 'remember-client', sessionId, clientId, personId: 'person-alice', expiresAt: 9_999 } as const
  await world.issuer.store.commit([
    { do: 'put-client', client: { ...aClient(clientId, metadata), disabled } },
    { ...remembered, usedAt, unreviewed, atExpiry: false },
  ])
}

const told = async (...sessions: readonly string[]) =>
  (
    await tell(
      world.issuer,
      sessions.map((sessionId) => ({ sessionId })),
      'the flow',
    )
  ).map((uri) => new URL(uri).hostname)
const names = (count: number, name: string) => Array.from({ length: count }, (_, at) => `${name}${at + 10}`)

describe('frames of apps (Front-Channel Logout §3, §4)', () => {
  it('are those of reviewed clients first, though a stranger has as many as it likes', async () => {
    for (const name of names(30, 'a')) await given(name, { unreviewed: true, usedAt: 500 })
    for (const name of names(15, 'z')) await given(name)
    const hosts = await told('here')
    assert.deepEqual(
      hosts.slice(0, 15),
      names(15, 'z').map((name) => `${name}.example`),
    )
    assert.equal(hosts.length, 20)
  })

  it('are those used last when there are more, in whichever of the sessions', async () => {
    for (const [at, name] of names(25, 'a').entries()) {
      await given(name, { usedAt: 60 * at, sessionId: at % 2 === 0 ? 'here' : 'there' })
    }
    const expected = names(25, 'a')
      .reverse()
      .slice(0, 20)
      .map((name) => `${name}.example`)
    assert.deepEqual(await told('here', 'there'), expected)
  })

  it('that are left out are said in the record', async () => {
    for (const name of names(23, 'a')) await given(name, { usedAt: 60 })
    await given('forgotten')
    await told('here')
    const [{ flow, outcome, refused } = assert.fail('nothing was recorded')] = world.observed.filter(
      ({ what }) => what === 'frames left out',
    )
    assert.deepEqual(
      [flow, outcome, refused?.reason, refused?.got],
      ['the flow', 'failed', 'logout_frames_full', { clear: '24' }],
    )
  })

  it('are nothing to say where all fit, or of who is off', async () => {
    for (const name of names(20, 'a')) await given(name)
    await given('off', { usedAt: 600, disabled: true })
    assert.equal((await told('here')).length, 20)
    assert.deepEqual(
      world.observed.filter(({ what }) => what === 'frames left out'),
      [],
    )
  })
})

/** What a person takes back in another window, in the very moment in which a code would rest on it. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { Answer } from '../../src/endpoints/endpoint.ts'
import type { Write } from '../../src/ports/store.ts'
import { Browser, sentToClient, shown } from '../support/front-channel/browser.ts'
import { authorizationParams, openWorld, type World } from '../support/front-channel/world.ts'

const scope = 'openid photos:read photos:write'
const personId = 'person-alice'
const clientId = 'shop'

let world: World
let browser: Browser
beforeEach(async () => {
  world = await openWorld()
  browser = new Browser(world)
})
afterEach(() => world.storage.close())

/** The same world, where `happens` comes just before the first commit of what is done in it. */
function meanwhile(happens: () => Promise<unknown>): Browser {
  const { store } = world.issuer
  let isDone = false
  const commit = async (writes: readonly Write[]) => {
    if (!isDone) {
      isDone = true
      await happens()
    }
    return store.commit(writes)
  }
  const other = new Browser({ ...world, issuer: { ...world.issuer, store: { ...store, commit } } })
  for (const [key, kept] of browser.cookies) other.cookies.set(key, kept)
  return other
}

async function allowAll(asked = scope): Promise<Answer> {
  const consent = await browser.signIn(await browser.open(authorizationParams({ scope: asked })))
  return browser.submit(consent, { decision: 'allow', scope: asked.split(' ') })
}

const consentOf = async () => (await world.issuer.store.consents.find(personId, clientId))?.scope
const commit = (...writes: readonly Write[]) => world.issuer.store.commit(writes)
const removal = (what: Readonly<Record<string, string>>) => async (of: Browser) => {
  const { csrf } = shown(await of.get('/account/apps/shop'), 'app')
  return of.post('/account/apps/shop', { csrf, ...what })
}
const remove = (permission: string) => removal({ remove: 'permission', scope: permission })

describe('taken back in another window', () => {
  it('an app that was removed gets no code without a question (OpenID Connect Core §3.1.2.4)', async () => {
    await allowAll()
    const now = world.issuer.now()
    const other = meanwhile(() =>
      commit({ do: 'delete-consent', personId, clientId }, { do: 'revoke-grants-of', personId, clientId, now }),
    )
    shown(await other.open(authorizationParams({ scope })), 'consent')
    assert.equal(await consentOf(), undefined)
  })

  it('a session that was ended gives no code', async () => {
    await allowAll()
    const now = world.issuer.now()
    const [session] = await world.issuer.store.sessions.ofPerson(personId, now)
    const sessionId = session?.sessionId ?? ''
    const other = meanwhile(() =>
      commit({ do: 'end-session', sessionId, now }, { do: 'revoke-grants-of-session', sessionId, personId, now }),
    )
    shown(await other.open(authorizationParams({ scope })), 'sign-in')
  })

  it('a permission does not come back with an answer that was read before', async () => {
    await allowAll()
    const asked = authorizationParams({ scope: 'openid email' })
    const page = await browser.open(asked)
    const other = meanwhile(async () => remove('photos:write')(browser))
    sentToClient(await other.submit(page, { decision: 'allow' }))
    assert.deepEqual((await consentOf())?.toSorted(), ['email', 'openid', 'photos:read'])
  })

  it('two answers to two questions are both remembered', async () => {
    await allowAll('openid')
    const first = await browser.open(authorizationParams({ scope: 'openid email' }))
    const second = await browser.open(authorizationParams({ scope: 'openid photos:read' }))
    const other = meanwhile(async () => browser.submit(first, { decision: 'allow' }))
    sentToClient(await other.submit(second, { decision: 'allow' }))
    assert.deepEqual((await consentOf())?.toSorted(), ['email', 'openid', 'photos:read'])
  })

  it('two permissions that are removed at once are both gone', async () => {
    await allowAll()
    await Promise.all([remove('photos:write')(browser), remove('photos:read')(meanwhile(() => Promise.resolve()))])
    assert.deepEqual(await consentOf(), ['openid'])
  })

  it('an app that is removed while a permission is taken from it stays removed', async () => {
    await allowAll()
    let commits = 0
    const { store } = world.issuer
    const slow = async (writes: readonly Write[]) => {
      if (++commits === 2) await removal({ remove: 'app' })(browser)
      return store.commit(writes)
    }
    const other = new Browser({ ...world, issuer: { ...world.issuer, store: { ...store, commit: slow } } })
    for (const [key, kept] of browser.cookies) other.cookies.set(key, kept)
    await remove('photos:write')(other)
    assert.ok(commits >= 2)
    assert.equal(await consentOf(), undefined)
  })
})

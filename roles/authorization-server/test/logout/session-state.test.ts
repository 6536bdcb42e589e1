/** Session management: what a client is given, what the browser keeps, and what the page in the frame says. */
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { Browser, sentToClient, shown } from '../support/front-channel/browser.ts'
import { aClient, authorizationParams, callback, openWorld, type World } from '../support/front-channel/world.ts'

let world: World
let browser: Browser

beforeEach(async () => {
  world = await openWorld({ sessionManagement: true })
  browser = new Browser(world)
  await world.issuer.store.commit([{ do: 'put-client', client: aClient('shop', { consent: 'never' }) }])
})
afterEach(() => world.storage.close())

const state = () => browser.cookies.get('session-state|/')?.value
const signedIn = async () => sentToClient(await browser.signIn(await browser.open(authorizationParams()))).params

/** As the page computes it. */
const expected = (sessionState: string, client = 'shop', origin = new URL(callback).origin) => {
  const salt = sessionState.split('.')[1]
  return `${hash('sha256', `${client} ${origin} ${state()} ${salt}`, 'base64url')}.${salt}`
}

describe('session_state', () => {
  it('is of the client, its origin and who is signed in, with a salt of its own and no spaces (Session Management §2) [OIDC-Session-2-01] [OIDC-Session-3.2-02]', async () => {
    const first = (await signedIn()).get('session_state') ?? ''
    assert.equal(first, expected(first))
    assert.doesNotMatch(first, /\s/)
    const second = sentToClient(await browser.open(authorizationParams())).params.get('session_state') ?? ''
    assert.equal(second, expected(second))
    assert.notEqual(first, second)
  })

  it('is worth nothing any more when somebody signs in or out, and nothing else changes it [OIDC-Session-3.2-02]', async () => {
    const first = (await signedIn()).get('session_state') ?? ''
    await browser.get('/account')
    assert.equal(first, expected(first))
    await browser.signIn(await browser.open(authorizationParams({ prompt: 'login' })))
    assert.notEqual(first, expected(first))
    const second = sentToClient(await browser.open(authorizationParams())).params.get('session_state') ?? ''
    assert.equal(second, expected(second))
    await browser.submit(await browser.get('/logout'), { decision: 'sign-out' })
    assert.notEqual(second, expected(second))
    assert.equal(state(), 'nobody')
  })

  it('tells nothing of the browser’s own cookie', async () => {
    await signedIn()
    const own = browser.cookies.get('browser|/')?.value ?? ''
    assert(own.length > 0 && !state()?.includes(own))
    assert.notEqual(state(), hash('sha256', own, 'base64url'))
  })

  it('is not in an answer to an app on a device', async () => {
    const app = 'com.example.shop:/callback'
    await world.issuer.store.commit([
      { do: 'put-client', client: aClient('shop', { consent: 'never', redirect_uris: [app, callback] }) },
    ])
    await signedIn()
    const answer = await browser.open(authorizationParams({ redirect_uri: app }))
    assert.ok(sentToClient(answer).params.has('code'))
    assert.equal(sentToClient(answer).params.get('session_state'), null)
  })

  it('is in an error, too: of who is signed in, of whoever was, and of nobody yet (Session Management §2)', async () => {
    const refused = async (change: Readonly<Record<string, string>>) => {
      const { params } = sentToClient(await browser.open(authorizationParams(change)))
      return { error: params.get('error'), state: params.get('session_state') ?? '' }
    }
    // The page that the app asks finds no state in such a browser, and computes with nothing.
    const before = await refused({ prompt: 'none' })
    assert.equal(before.error, 'login_required')
    const salt = before.state.split('.')[1]
    assert.equal(before.state, `${hash('sha256', `shop ${new URL(callback).origin}  ${salt}`, 'base64url')}.${salt}`)
    await signedIn()
    assert.notEqual(before.state, expected(before.state))
    for (const [error, change] of [
      ['invalid_scope', { scope: 'nothing.we.have' }],
      ['login_required', { prompt: 'none', max_age: '0' }],
    ] as const) {
      world.wait(1)
      const told = await refused(change)
      assert.deepEqual([told.error, told.state], [error, expected(told.state)])
    }
    await world.issuer.store.commit([{ do: 'put-client', client: aClient('shop') }])
    const page = await browser.open(authorizationParams({ prompt: 'consent' }))
    const { params } = sentToClient(await browser.submit(page, { decision: 'deny' }))
    const denied = params.get('session_state') ?? ''
    assert.deepEqual([params.get('error'), denied], ['access_denied', expected(denied)])
    await browser.submit(await browser.get('/logout'), { decision: 'sign-out' })
    const after = await refused({ prompt: 'none' })
    assert.deepEqual([after.error, after.state], ['login_required', expected(after.state)])
  })

  it('is in no error for a client that nobody has looked at: nobody watches whether people come and go whom they do not know', async () => {
    const metadata = { consent: 'never', reviewed: false }
    await world.issuer.store.commit([{ do: 'put-client', client: aClient('shop', metadata) }])
    const { params } = sentToClient(await browser.open(authorizationParams({ prompt: 'none' })))
    assert.deepEqual([params.get('error'), params.get('session_state')], ['login_required', null])
  })

  it('comes with its cookie in an error, too, to browsers that have none', async () => {
    await signedIn()
    browser.cookies.delete('session-state|/')
    const told = sentToClient(await browser.open(authorizationParams({ prompt: 'none', max_age: '0' }))).params
    assert.equal(told.get('session_state'), expected(told.get('session_state') ?? ''))
  })

  it('comes to browsers that were signed in with before it was turned on', async () => {
    await signedIn()
    browser.cookies.delete('session-state|/')
    const given = sentToClient(await browser.open(authorizationParams())).params.get('session_state') ?? ''
    assert.equal(given, expected(given))
  })
})

describe('the check-session page', () => {
  it('may be framed by anybody, runs its one script and loads nothing (Session Management §3.2) [OIDC-Session-3.2-01]', async () => {
    const answer = await browser.get('/check-session')
    assert(answer.kind === 'text')
    const policy = answer.headers?.['content-security-policy'] ?? ''
    assert.doesNotMatch(policy, /frame-ancestors/)
    const [, script = ''] = /<script>([\s\S]*)<\/script>/.exec(answer.body) ?? []
    assert.equal(
      policy,
      `default-src 'none'; script-src 'sha256-${hash('sha256', script, 'base64')}'; base-uri 'none'; form-action 'none'`,
    )
    assert.doesNotMatch(answer.body, /\bsrc=|\bhref=|https?:/)
  })
})

it('is off unless the settings say so: no cookie, no parameter', async () => {
  const off = await openWorld()
  const elsewhere = new Browser(off)
  const page = await elsewhere.signIn(await elsewhere.open(authorizationParams()))
  assert.equal(shown(page, 'consent').client.id, 'shop')
  const { params } = sentToClient(await elsewhere.submit(page, { decision: 'allow' }))
  assert.equal(params.get('session_state'), null)
  assert.equal(elsewhere.cookies.has('session-state|/'), false)
  await off.storage.close()
})

/** Who is chosen is chosen by the person: by the form that this browser was shown, and by no other. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { Browser, sentToClient, shown } from '../support/front-channel/browser.ts'
import { aClient, authorizationParams, openWorld } from '../support/front-channel/world.ts'

describe('the form that chooses an account', async () => {
  const world = await openWorld()
  after(() => world.storage.close())

  it('chooses nobody without its token, or with that of another sign-in (RFC 6749 §10.12) [RFC6749-10.12-02] [OIDC-Core-3.1.2.3-02]', async () => {
    const browser = new Browser(world)
    const consent = shown(await browser.signIn(await browser.open(authorizationParams())), 'consent')
    const chooser = shown(await browser.get(consent.useAnotherAccount), 'choose-account')
    const other = await browser.follow(browser.post(chooser.action, { csrf: chooser.csrf, session: 'other' }))
    world.wait(1)
    await browser.signIn(other, 'bob')

    const elsewhere = shown(await browser.open(authorizationParams({ state: 'elsewhere' })), 'choose-account')
    const view = shown(await browser.open(authorizationParams()), 'choose-account')
    const [first] = view.accounts
    const send = async (csrf: string) =>
      browser.follow(browser.post(view.action, { csrf, session: first?.session ?? '' }))
    for (const csrf of ['', 'x', elsewhere.csrf]) shown(await send(csrf), 'choose-account')
    assert.equal(shown(await send(view.csrf), 'consent').person.login, first?.login)
  })
})

describe('a silent request that guesses a login', () => {
  it('hears the same whether or not that is who is signed in, until they allowed the client something (OpenID Connect Core §3.1.2.6)', async () => {
    const world = await openWorld()
    const browser = new Browser(world)
    await browser.signIn(await browser.open(authorizationParams()))
    await world.issuer.store.commit([{ do: 'put-client', client: aClient('stranger', { reviewed: false }) }])
    const guess = async (login: string) => {
      const params = authorizationParams({ client_id: 'stranger', prompt: 'none', login_hint: login })
      return sentToClient(await browser.open(params)).params.get('error')
    }
    assert.deepEqual([await guess('alice'), await guess('bob')], ['login_required', 'login_required'])
    world.storage.close()
  })

  it('hears the same when it guesses the subject by claims (OpenID Connect Core §5.5.1)', async () => {
    const world = await openWorld()
    const browser = new Browser(world)
    await browser.signIn(await browser.open(authorizationParams()))
    await world.issuer.store.commit([{ do: 'put-client', client: aClient('stranger', { reviewed: false }) }])
    const [alice] = await world.issuer.store.people.list()
    assert(alice)
    const guess = async (sub: string) => {
      const claims = JSON.stringify({ id_token: { sub: { value: sub } } })
      const params = authorizationParams({ client_id: 'stranger', prompt: 'none', claims })
      return sentToClient(await browser.open(params)).params.get('error')
    }
    assert.deepEqual([await guess(alice.personId), await guess('nobody')], ['login_required', 'login_required'])
    world.storage.close()
  })
})

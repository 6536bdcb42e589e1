import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { CompactEncrypt, importJWK } from 'jose'
import { hashOf } from '../../src/handles.ts'
import { sidFor } from '../../src/people/sid.ts'
import { Browser, sentToClient, shown } from '../support/front-channel/browser.ts'
import { openSigningWorld } from '../support/front-channel/signing.ts'
import { aClient, authorizationParams, issuerUrl, openWorld, type World } from '../support/front-channel/world.ts'

let world: World
let browser: Browser

const goodbye = 'https://shop.example.com/goodbye'

beforeEach(async () => {
  world = await openWorld()
  browser = new Browser(world)
  await world.issuer.store.commit([
    { do: 'put-client', client: aClient('shop', { post_logout_redirect_uris: [goodbye] }) },
  ])
  world.idTokens.set('hint', { sub: 'person-alice', aud: 'shop', exp: 1 })
  world.idTokens.set('hint-over', { sub: 'person-alice', aud: 'shop', sid: 'of-another-session' })
  world.idTokens.set('answer', { aud: 'shop', iss: issuerUrl, code: 'the-code' })
  world.idTokens.set('hint-bob', { sub: 'person-bob', aud: 'shop' })
})
afterEach(() => world.storage.close())

const signedIn = async (login = 'alice') => browser.signIn(await browser.open(authorizationParams()), login)
const logout = (params: Readonly<Record<string, string>> = {}) => browser.get(`/logout?${new URLSearchParams(params)}`)
const signInToo = async (login: string) => {
  world.wait(1)
  const chooser = shown(await browser.open(authorizationParams({ prompt: 'select_account' })), 'choose-account')
  const other = browser.post(chooser.action, { csrf: chooser.csrf, session: 'other' })
  return browser.signIn(await browser.follow(other), login)
}
const sessionsHere = () => {
  const hash = hashOf(browser.cookies.get('browser|/')?.value ?? '')
  return world.issuer.store.sessions.ofBrowser(hash, world.issuer.now())
}
const isSignedIn = async () => (await browser.get('/account')).kind === 'page'
const good = { id_token_hint: 'hint', post_logout_redirect_uri: goodbye }

describe('signing out', () => {
  it('goes straight back for an ID token of who is signed in and a registered address [OIDC-RPLogout-2-02] [OIDC-RPLogout-2-06] [OIDC-RPLogout-2-07]', async () => {
    await signedIn()
    const answer = await logout({ ...good, state: 's'.repeat(128) })
    assert(answer.kind === 'redirect' && answer.status === 303)
    assert.equal(answer.location, `${goodbye}?state=${'s'.repeat(128)}`)
    assert.equal(await isSignedIn(), false)
    assert.equal(browser.cookies.has('browser|/'), false)
    const silent = await browser.open(authorizationParams({ prompt: 'none' }))
    assert.equal(sentToClient(silent).params.get('error'), 'login_required')
  })

  it('returns no state when none came', async () => {
    await signedIn()
    const answer = await logout(good)
    assert.equal(answer.kind === 'redirect' && answer.location, goodbye)
  })

  const asks: readonly (readonly [why: string, row: string, params: Readonly<Record<string, string>>])[] = [
    ['nothing was said', 'OIDC-RPLogout-6-01', {}],
    ['only a state came', 'OIDC-RPLogout-6-01', { state: 'x' }],
    ['there is no hint', 'OIDC-RPLogout-2-04', { post_logout_redirect_uri: goodbye }],
    ['there is only a client_id', 'OIDC-RPLogout-2-06', { client_id: 'shop', post_logout_redirect_uri: goodbye }],
    ['the hint is of somebody else', 'OIDC-RPLogout-2-04', { ...good, id_token_hint: 'hint-bob' }],
    ['the hint is not ours', 'OIDC-RPLogout-4-01', { ...good, id_token_hint: 'eyJhbGciOiJub25lIn0.e30.' }],
    [
      'the hint is an answer that we signed, and no ID token',
      'OIDC-RPLogout-4-01',
      { ...good, id_token_hint: 'answer' },
    ],
    ['the hint is another client’s', 'OIDC-RPLogout-2-03', { ...good, client_id: 'other' }],
    [
      'the address is not registered',
      'OIDC-RPLogout-3-01',
      { ...good, post_logout_redirect_uri: 'https://evil.example/' },
    ],
    ['the address has a query more', 'OIDC-RPLogout-3-01', { ...good, post_logout_redirect_uri: `${goodbye}?foo=bar` }],
    ['the hint is of a session that is over', 'OIDC-RPLogout-2-04', { ...good, id_token_hint: 'hint-over' }],
  ]
  for (const [why, row, params] of asks) {
    it(`asks first when ${why}, and goes nowhere it should not (RP-Initiated Logout §2) [${row}]`, async () => {
      await signedIn()
      const page = await logout(params)
      assert.deepEqual(shown(page, 'sign-out').people, [{ name: 'alice Example', login: 'alice@example.com' }])
      assert.equal(await isSignedIn(), true)
      const done = await browser.submit(page, { decision: 'sign-out', ...params })
      const trusted = params.id_token_hint?.startsWith('hint') && params.client_id === undefined
      if (trusted && params.post_logout_redirect_uri === goodbye) {
        assert.equal(shown(done, 'handoff').location, goodbye)
      } else {
        assert.equal(shown(done, 'signed-out').next, undefined)
      }
      assert.equal(await isSignedIn(), false)
    })
  }

  it('says that nobody is signed in any more when nobody was', async () => {
    shown(await logout(), 'signed-out')
    shown(await logout({ post_logout_redirect_uri: 'https://evil.example/' }), 'signed-out')
    const answer = await logout(good)
    assert.equal(answer.kind === 'redirect' && answer.location, goodbye)
  })

  it('leads nobody to an app that was turned off (RP-Initiated Logout §4) [OIDC-RPLogout-4-01]', async () => {
    const shop = aClient('shop', { post_logout_redirect_uris: [goodbye] })
    await world.issuer.store.commit([{ do: 'put-client', client: { ...shop, disabled: true } }])
    const answer = await logout(good)
    assert(answer.kind === 'page' && answer.view.show === 'signed-out')
    assert.equal(answer.view.next, undefined)
  })

  it('needs no address to end the session of a good hint, and says so [OIDC-RPLogout-2-05]', async () => {
    await signedIn()
    assert.equal(shown(await logout({ id_token_hint: 'hint' }), 'signed-out').next, undefined)
    assert.equal(await isSignedIn(), false)
  })

  it('knows a session by the sid that its client knows it by, and no other client’s [OIDC-RPLogout-2-04]', async () => {
    await signedIn()
    const [known] = await sessionsHere()
    const { sessionId } = known?.session ?? assert.fail('Nobody is signed in.')
    const claims = { sub: 'person-alice', aud: 'shop' }
    world.idTokens.set('of-other', { ...claims, sid: sidFor(world.issuer, sessionId, 'other') })
    world.idTokens.set('of-shop', { ...claims, sid: sidFor(world.issuer, sessionId, 'shop') })
    shown(await logout({ ...good, id_token_hint: 'of-other' }), 'sign-out')
    const answer = await logout({ ...good, id_token_hint: 'of-shop' })
    assert.equal(answer.kind === 'redirect' && answer.location, goodbye)
  })

  it('asks about the one whom logout_hint names, and says who stays [OIDC-RPLogout-2-05]', async () => {
    await signedIn()
    await signInToo('bob')
    const page = await logout({ logout_hint: 'ALICE@example.com' })
    assert.deepEqual(shown(page, 'sign-out').people, [{ name: 'alice Example', login: 'alice@example.com' }])
    assert.deepEqual(shown(page, 'sign-out').staying, [{ name: 'bob Example', login: 'bob@example.com' }])
    const done = await browser.submit(page, { decision: 'sign-out', logout_hint: 'ALICE@example.com' })
    assert.deepEqual(shown(done, 'signed-out').staying, [{ name: 'bob Example', login: 'bob@example.com' }])
    assert.equal(shown(await browser.get('/account'), 'account').person.login, 'bob@example.com')
  })

  it('ends every session of the person in this browser, those too in which they signed in again', async () => {
    await signedIn()
    await browser.signIn(await browser.open(authorizationParams({ prompt: 'login' })))
    const two = await sessionsHere()
    assert.equal(two.length, 2)
    const sid = sidFor(world.issuer, two.at(-1)?.session.sessionId ?? '', 'shop')
    world.idTokens.set('first', { sub: 'person-alice', aud: 'shop', sid })
    await logout({ ...good, id_token_hint: 'first' })
    assert.equal(await isSignedIn(), false)
  })

  it('says in the record why an app was not believed [OIDC-RPLogout-4-01]', async () => {
    await signedIn()
    await logout({ ...good, post_logout_redirect_uri: `${goodbye}?foo=bar` })
    const seen = world.observed.findLast(({ band }) => band === 'sign-out')
    assert.deepEqual([seen?.outcome, seen?.refused?.reason], ['refused', 'post_logout_redirect_uri_not_registered'])
  })

  it('is done by the button of one’s account pages, for whom they are of', async () => {
    await signedIn()
    await signInToo('bob')
    const { csrf, person } = shown(await browser.get('/account'), 'account')
    assert.equal(person.login, 'bob@example.com')
    const forged = await browser.post(
      '/logout',
      { csrf, decision: 'sign-out' },
      { headers: { 'sec-fetch-site': 'cross-site' } },
    )
    assert(forged.kind === 'page' && forged.status === 403)
    const done = await browser.post('/logout', { csrf, decision: 'sign-out' })
    assert.deepEqual(shown(done, 'signed-out').staying, [{ name: 'alice Example', login: 'alice@example.com' }])
    assert.equal(shown(await browser.get('/account'), 'account').person.login, 'alice@example.com')
  })

  it('can be thought better of', async () => {
    await signedIn()
    const answer = await browser.submit(await logout(), { decision: 'stay' })
    assert.equal(shown(answer, 'account').person.login, 'alice@example.com')
  })

  it('is not done by a form from elsewhere, or without its token [OIDC-RPLogout-6-01]', async () => {
    await signedIn()
    const page = await logout()
    const forged = await browser.submit(page, { decision: 'sign-out' }, { headers: { 'sec-fetch-site': 'cross-site' } })
    const tokenless = await browser.post('/logout', { decision: 'sign-out', csrf: 'x' })
    for (const answer of [forged, tokenless]) assert(answer.kind === 'page' && answer.status === 403)
    assert.equal(await isSignedIn(), true)
  })

  it('goes on from a form of another site, which brings no cookies [OIDC-RPLogout-2-01]', async () => {
    await signedIn()
    const answer = await browser.follow(browser.post('/logout', good, { crossSite: true }))
    assert.equal(answer.kind === 'redirect' && answer.location, goodbye)
    assert.equal(await isSignedIn(), false)
  })

  it('is not done by a form of another site that is too long for the way on (RFC 6749 §10.12) [RFC6749-10.12-02]', async () => {
    await signedIn()
    const before = browser.cookies.get('browser|/')
    const long = { ...good, state: 's'.repeat(7_000), logout_hint: 'bob', client_id: 'shop' }
    const page = await browser.follow(browser.post('/logout', long, { crossSite: true }))
    assert.deepEqual(browser.cookies.get('browser|/'), before)
    assert.equal(await isSignedIn(), true)
    // Nobody is told that they are signed out, and no app either: the person is asked.
    const names = shown(page, 'sign-out').fields.map(([name]) => name)
    assert.deepEqual(names, ['logout_hint', 'client_id'])
    const longer = { ...long, client_id: 's'.repeat(7_000) }
    shown(await browser.follow(browser.post('/logout', longer, { crossSite: true })), 'sign-out')
  })

  it('goes by an ID token, too, that the app encrypted to us, and by nothing else that is (RP-Initiated Logout §2) [OIDC-RPLogout-2-02]', async () => {
    await world.storage.close()
    world = await openSigningWorld({ decryptionAlgorithms: ['RSA-OAEP-256'] })
    browser = new Browser(world)
    await world.issuer.store.commit([
      { do: 'put-client', client: aClient('shop', { post_logout_redirect_uris: [goodbye] }) },
    ])
    const [key] = (await world.issuer.keys.published()).keys.filter(({ use }) => use === 'enc')
    assert(key)
    const seal = async (text: string) =>
      new CompactEncrypt(Buffer.from(text))
        .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A128GCM', cty: 'JWT', kid: String(key.kid) })
        .encrypt(await importJWK(key, 'RSA-OAEP-256'))
    const claims = { iss: issuerUrl, sub: 'person-alice', aud: 'shop', exp: 1 }
    const hint = await world.issuer.keys.sign(claims, { algorithm: 'ES256', typ: 'JWT' })
    await signedIn()
    shown(await logout({ ...good, id_token_hint: await seal('eyJhbGciOiJub25lIn0.e30.') }), 'sign-out')
    const answer = await logout({ ...good, id_token_hint: await seal(hint) })
    assert.equal(answer.kind === 'redirect' && answer.location, goodbye)
    assert.equal(await isSignedIn(), false)
  })

  it('of one leaves others signed in, under a new cookie (attack 86)', async () => {
    await signedIn()
    await signInToo('bob')
    const before = browser.cookies.get('browser|/')?.value ?? ''
    await logout(good)
    const after = browser.cookies.get('browser|/')?.value ?? ''
    assert(after !== '' && after !== before)
    assert.equal(shown(await browser.get('/account'), 'account').person.login, 'bob@example.com')
    assert.deepEqual(shown(await browser.get('/account'), 'account').others, [])
    assert.deepEqual(await world.issuer.store.sessions.ofBrowser(hashOf(before), world.issuer.now()), [])
  })

  it('ends what was not allowed to last, even while it is still a code (RFC 10017 §6.3.2.3) [RFC10017-6.3.2.3-02]', async () => {
    const sent = sentToClient(await browser.submit(await signedIn(), { decision: 'allow' }))
    const lasting = await browser.open(authorizationParams({ scope: 'openid offline_access' }))
    const kept = sentToClient(await browser.submit(lasting, { decision: 'allow', scope: 'offline_access' }))
    await logout(good)
    const { codes, commit } = { codes: world.issuer.store.codes, commit: world.issuer.store.commit }
    const redeem = async (params: URLSearchParams) => {
      const codeHash = hashOf(params.get('code') ?? '')
      assert(await codes.find(codeHash))
      return (await commit([{ do: 'redeem-code', codeHash, now: world.issuer.now() }])).committed
    }
    assert.equal(await redeem(sent.params), false)
    assert.equal(await redeem(kept.params), true)
  })
})

describe('the front page', () => {
  it('knows who is signed in', async () => {
    assert.equal(shown(await browser.get('/'), 'home').person, undefined)
    await signedIn()
    assert.equal(shown(await browser.get('/'), 'home').person?.login, 'alice@example.com')
    assert(issuerUrl.startsWith('https://'))
  })
})

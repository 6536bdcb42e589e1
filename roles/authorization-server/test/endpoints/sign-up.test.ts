import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { Settings } from '../../src/ports/issuer.ts'
import { Browser, sentToClient, shown } from '../support/front-channel/browser.ts'
import { authorizationParams, openWorld, type World } from '../support/front-channel/world.ts'

const creating = authorizationParams({ prompt: 'create' })
const good = { username: 'carol', email: 'carol@example.com', password: 'a whole sentence, typed' }

describe('making an account on the way to an app (OpenID Connect Prompt Create §4)', () => {
  let world: World
  let browser: Browser
  const open = async (settings: Partial<Settings> = {}) => {
    world = await openWorld({ signUp: true, ...settings })
    browser = new Browser(world)
  }
  beforeEach(() => open())
  afterEach(() => world.storage.close())

  it('shows the page at once, and goes on to consent and the app with the new account [OIDC-PromptCreate-4-01]', async () => {
    const page = await browser.open(creating)
    assert.equal(shown(page, 'sign-up').client.name, 'Print Shop')
    const consent = await browser.submit(page, good)
    assert.equal(shown(consent, 'consent').person.login, 'carol')
    const { params } = sentToClient(await browser.submit(consent, { decision: 'allow' }))
    assert.match(params.get('code') ?? '', /^[\w-]{43}$/)
    const person = await world.issuer.store.people.findByLogin('CAROL')
    assert.equal(person?.email, null)
    assert.deepEqual(person?.claims, { email: 'carol@example.com', email_verified: false })
    assert.deepEqual([person?.declared, person?.disabled], [false, false])
    const again = await new Browser(world).open(authorizationParams())
    assert.equal(shown(await new Browser(world).open(authorizationParams()), 'sign-in').show, 'sign-in')
    assert.equal(shown(again, 'sign-in').signUp !== undefined, true)
  })

  it('lets somebody sign in who has an account after all (§4.1)', async () => {
    const page = shown(await browser.open(creating), 'sign-up')
    const signIn = await browser.get(page.signIn)
    shown(await browser.signIn(signIn), 'consent')
  })

  it('shows the page also to somebody who came to sign in, and not where the app says who it must be', async () => {
    const { signUp } = shown(await browser.open(authorizationParams()), 'sign-in')
    assert(signUp)
    shown(await browser.get(signUp), 'sign-up')
    world.idTokens.set('hint', { sub: 'person-alice', aud: 'shop' })
    const hinted = shown(await browser.open(authorizationParams({ id_token_hint: 'hint' })), 'sign-in')
    assert.equal(hinted.signUp, undefined)
    const answer = await browser.get(hinted.action.replace('sign-in', 'sign-up'))
    assert.match(answer.kind === 'redirect' ? answer.location : '', /\/sign-in$/)
  })

  const wrong: readonly (readonly [string, string, Partial<typeof good>])[] = [
    ['no username', 'username-missing', { username: ' ' }],
    ['a username that looks like an address', 'username-wrong', { username: 'carol@example.com' }],
    ['a username of two words', 'username-wrong', { username: 'carol jones' }],
    ['a username that is too long', 'username-wrong', { username: 'c'.repeat(65) }],
    ['a username that is taken, however it is written', 'username-taken', { username: 'ALICE' }],
    ['no email address', 'email-wrong', { email: '' }],
    ['an email address that is none', 'email-wrong', { email: 'carol at example' }],
    ['a short password', 'password-short', { password: 'elevenchars' }],
    ['a password that is too long', 'password-long', { password: 'abcd'.repeat(300) }],
    ['their email address as password', 'password-guessable', { password: 'Carol@Example.com' }],
    ['one letter as password', 'password-guessable', { password: 'a'.repeat(20) }],
  ]
  for (const [what, kind, change] of wrong) {
    it(`says what is wrong with ${what}, and keeps the rest but the password`, async () => {
      const answer = await browser.submit(await browser.open(creating), { ...good, ...change })
      const view = shown(answer, 'sign-up')
      assert.equal(view.problem?.kind, kind)
      assert.equal(JSON.stringify(view).includes(change.password ?? good.password) && !kind.includes('guess'), false)
      assert.equal(view.username, (change.username ?? good.username).slice(0, 64))
    })
  }

  it("says nothing of whose an email address is, and gives nobody another's sign-in", async () => {
    const page = await browser.open(creating)
    shown(await browser.submit(page, { ...good, email: 'alice@example.com' }), 'consent')
    const other = new Browser(world)
    const refused = await other.signIn(await other.open(authorizationParams()), 'alice@example.com', good.password)
    assert.equal(shown(refused, 'sign-in').problem?.kind, 'wrong')
    shown(await other.signIn(await other.open(authorizationParams()), 'alice@example.com'), 'consent')
  })

  it('takes no form that another page sent', async () => {
    const page = shown(await browser.open(creating), 'sign-up')
    const forged = await browser.post(page.action, { ...good, csrf: 'forged' })
    assert.equal(shown(forged, 'sign-up').problem?.kind, 'not-from-here')
    assert.equal(await world.issuer.store.people.findByLogin('carol'), undefined)
  })

  it('slows down whoever makes many from one network, and nobody else', async () => {
    const page = await browser.open(creating)
    for (let times = 0; times < 20; times++) {
      const answer = await browser.submit(page, { ...good, username: 'alice' })
      assert.equal(shown(answer, 'sign-up').problem?.kind, 'username-taken')
    }
    const slowed = await browser.submit(page, good)
    assert.equal(shown(slowed, 'sign-up').problem?.kind, 'slowed-down')
    assert.deepEqual([slowed.kind === 'page' && slowed.status, slowed.headers?.['retry-after']], [429, '2'])
    const elsewhere = new Browser(world, '198.51.100.7')
    shown(await elsewhere.submit(await elsewhere.open(creating), good), 'consent')
  })

  it('gives one username to one of two who ask at once', async () => {
    const [a, b] = [new Browser(world), new Browser(world, '198.51.100.7')]
    const [first, second] = [await a.open(creating), await b.open(creating)]
    const answers = await Promise.all([a.submit(first, good), b.submit(second, good)])
    const views = answers.map((answer) => (answer.kind === 'page' ? answer.view.show : answer.kind)).toSorted()
    assert.deepEqual(views, ['consent', 'sign-up'])
  })

  it('is refused as any prompt that is not served where it is off [OIDC-PromptCreate-4.2-01]', async () => {
    await world.storage.close()
    await open({ signUp: false })
    assert.equal(sentToClient(await browser.open(creating)).params.get('error'), 'invalid_request')
    assert.equal(shown(await browser.open(authorizationParams()), 'sign-in').signUp, undefined)
  })

  it('is refused as silent as it is asked for', async () => {
    const silent = sentToClient(await browser.open(authorizationParams({ prompt: 'create none' })))
    assert.equal(silent.params.get('error'), 'invalid_request')
  })
})

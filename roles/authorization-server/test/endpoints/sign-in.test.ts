import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { throttleKeys } from '../../src/people/throttle.ts'
import type { Passwords } from '../../src/ports/issuer.ts'
import { Browser, shown, viewOf } from '../support/front-channel/browser.ts'
import { aPerson, authorizationParams, openWorld, type World } from '../support/front-channel/world.ts'

let world: World
let browser: Browser

beforeEach(async () => {
  world = await openWorld()
  browser = new Browser(world)
})
afterEach(() => world.storage.close())

const page = (of = browser) => of.open(authorizationParams())
const wrong = async (of = browser, login = 'alice') => of.signIn(await page(of), login, 'wrong')
const cookieOf = (of = browser) => of.cookies.get('browser|/')

describe('signing in', () => {
  for (const login of ['alice', 'ALICE', ' alice@example.com ', 'Alice@Example.com']) {
    it(`works with ${JSON.stringify(login)}`, async () => {
      assert.equal(shown(await browser.signIn(await page(), login), 'consent').person.login, 'alice@example.com')
    })
  }

  const problems: readonly (readonly [kind: string, login: string, password: string, status: number])[] = [
    ['wrong', 'alice', 'wrong', 403],
    ['wrong', 'nobody', 'print my photos', 403],
    ['wrong', 'alice', `print my photos${'x'.repeat(1_100)}`, 403],
    ['wrong', 'a'.repeat(400), 'print my photos', 403],
    ['login-missing', '', 'print my photos', 400],
    ['login-missing', '  ', 'print my photos', 400],
    ['password-missing', 'alice', '', 400],
  ]
  for (const [kind, login, password, status] of problems) {
    it(`says ${kind} for ${login.slice(0, 10) || 'no login'} with ${password.slice(0, 20) || 'no password'}, and keeps the login`, async () => {
      const answer = await browser.signIn(await page(), login, password)
      assert(answer.kind === 'page' && answer.status === status)
      const view = shown(answer, 'sign-in')
      assert.equal(view.problem?.kind, kind)
      assert.equal(view.login, login.slice(0, 320))
      assert.doesNotMatch(JSON.stringify(answer), /print my photos/)
      assert.equal(cookieOf(), undefined)
    })
  }

  it('says and does the same for an account that there is none of', async () => {
    const hashes: (string | null)[] = []
    const { passwords } = world.issuer
    const watched: Passwords = {
      ...passwords,
      verify: (password, hash) => {
        hashes.push(hash)
        return passwords.verify(password, hash)
      },
    }
    const watchedWorld = { ...world, issuer: { ...world.issuer, passwords: watched } }
    const strip = (answer: unknown) =>
      JSON.stringify(answer).replaceAll(/FLOW-\d+|\/i\/[\w-]{43}|"csrf":"[^"]+"|alice|carol/g, '')
    const [known, unknown] = [new Browser(watchedWorld, '192.0.2.8'), new Browser(watchedWorld, '192.0.2.9')]
    for (let tries = 0; tries < 7; tries++) {
      assert.equal(strip(await wrong(known, 'alice')), strip(await wrong(unknown, 'carol')))
    }
    assert.equal(hashes.filter((hash) => hash === null).length, hashes.length / 2)
  })

  it('says that an account is turned off only to who knows its password', async () => {
    await world.issuer.store.commit([{ do: 'put-person', person: { ...aPerson('person-bob', 'bob'), disabled: true } }])
    assert.equal(shown(await wrong(browser, 'bob'), 'sign-in').problem?.kind, 'wrong')
    const answer = await browser.signIn(await page(), 'bob')
    assert.equal(shown(answer, 'sign-in').problem?.kind, 'account-disabled')
    assert.equal(cookieOf(), undefined)
  })

  it('from elsewhere than our form is refused, whatever the password', async () => {
    const { action } = shown(await page(), 'sign-in')
    const answer = await browser.post(action, { csrf: 'x', login: 'alice', password: 'print my photos' })
    assert(answer.kind === 'page' && answer.status === 403)
    assert.equal(shown(answer, 'sign-in').problem?.kind, 'not-from-here')
  })

  it('gives the browser a new value each time, and leaves the old one worthless (RFC 6265 §8.7) [RFC6265-8.7-01] (attack 86)', async () => {
    const values = [cookieOf()?.value]
    const alices = await page()
    const chooser = async () => {
      const view = shown(await browser.open(authorizationParams({ prompt: 'select_account' })), 'choose-account')
      return browser.follow(browser.post(view.action, { csrf: view.csrf, session: 'other' }))
    }
    for (const login of ['alice', 'bob']) {
      const form = login === 'alice' ? alices : await chooser()
      const stale = new Browser(world)
      for (const [key, kept] of browser.cookies) stale.cookies.set(key, kept)
      await browser.signIn(form, login)
      shown(await page(stale), 'sign-in')
      values.push(cookieOf()?.value)
    }
    assert.equal(new Set(values).size, 3)
    assert.equal(shown(await page(), 'choose-account').accounts.length, 2)
  })

  it('takes no value that somebody planted before (attack 84) (attack 86)', async () => {
    const planted = { value: 'p'.repeat(43), path: '/', maxAge: undefined }
    browser.cookies.set('browser|/', planted)
    await browser.signIn(await page())
    const attacker = new Browser(world)
    attacker.cookies.set('browser|/', planted)
    shown(await page(attacker), 'sign-in')
  })

  it('lasts until the browser is closed, or 30 days when it is to be kept', async () => {
    const { store, now } = world.issuer
    await browser.signIn(await page())
    assert.equal(cookieOf()?.maxAge, undefined)
    const kept = new Browser(world)
    await kept.submit(await page(kept), { login: 'bob', password: 'print my photos', keep: 'yes' })
    assert.equal(cookieOf(kept)?.maxAge, 30 * 86_400)
    const [session] = await store.sessions.ofPerson('person-bob', now())
    assert.equal(session?.expiresAt, now() + 30 * 86_400)
    world.wait(29 * 86_400)
    shown(await page(kept), 'consent')
    shown(await page(), 'sign-in')
  })

  it('notes that somebody was here, at most once a minute', async () => {
    const lastSeen = async () =>
      (await world.issuer.store.sessions.ofPerson('person-alice', world.issuer.now()))[0]?.lastSeenAt
    await browser.submit(await browser.signIn(await page()), { decision: 'allow' })
    const signedInAt = world.issuer.now()
    world.wait(59)
    await page()
    assert.equal(await lastSeen(), signedInAt)
    world.wait(1)
    await page()
    assert.equal(await lastSeen(), signedInAt + 60)
  })

  it('replaces a hash made with other parameters, and the password still works', async () => {
    const hash = async () => (await world.issuer.store.people.find('person-alice'))?.passwordHash
    const before = await hash()
    await browser.signIn(await page())
    assert.notEqual(await hash(), before)
    const again = new Browser(world)
    shown(await again.signIn(await page(again)), 'consent')
  })
})

describe('guessing', () => {
  it('is slowed down after five wrong passwords, and says how long', async () => {
    for (let tries = 0; tries < 5; tries++) assert.equal(shown(await wrong(), 'sign-in').problem?.kind, 'wrong')
    const answer = await browser.signIn(await page())
    assert(answer.kind === 'page' && answer.status === 429)
    assert.equal(answer.headers?.['retry-after'], '2')
    assert.deepEqual(shown(answer, 'sign-in').problem, { kind: 'slowed-down', seconds: 2 })
    world.wait(2)
    shown(await browser.signIn(await page()), 'consent')
  })

  it('finds out by its pace neither that a login is anybody, nor that two are the same person', async () => {
    const paceAfter = async (slowed: string, login: string, form = page) => {
      const attacker = new Browser(world, `198.51.100.${++networks}`)
      for (let tries = 0; tries < 5; tries++) await wrong(attacker, slowed)
      return shown(await attacker.signIn(await form(attacker), login, 'wrong'), 'sign-in').problem?.kind
    }
    let networks = 0
    assert.equal(await paceAfter('alice', 'alice@example.com'), await paceAfter('nobody', 'nobody@example.com'))
    world.idTokens.set('of-bob', { sub: 'person-bob', aud: 'shop' })
    const forBob = (of = browser) => of.open(authorizationParams({ id_token_hint: 'of-bob' }))
    assert.equal(await paceAfter('alice', 'alice', forBob), await paceAfter('nobody', 'nobody', forBob))
  })

  it('from another network keeps nobody out of their account', async () => {
    const attacker = new Browser(world, '198.51.100.1')
    for (let tries = 0; tries < 20; tries++) await wrong(attacker)
    assert.equal(shown(await wrong(attacker), 'sign-in').problem?.kind, 'slowed-down')
    shown(await browser.signIn(await page()), 'consent')
  })

  it('of many accounts from one network is slowed down, and no other network with it', async () => {
    const { network } = throttleKeys(world.issuer.sealing, 'x', browser.remoteAddress)
    const { now, store } = world.issuer
    const failure = { do: 'count-failure', key: network, now: now(), expiresAt: now() + 600 } as const
    await store.commit(Array.from({ length: 102 }, () => failure))
    assert.equal(shown(await browser.signIn(await page(), 'bob'), 'sign-in').problem?.kind, 'slowed-down')
    const elsewhere = new Browser(world, '203.0.113.7')
    shown(await elsewhere.signIn(await page(elsewhere), 'bob'), 'consent')
  })

  it('fifty times at once gets hardly further than five times', async () => {
    let checked = 0
    const { passwords } = world.issuer
    const counted: Passwords = {
      ...passwords,
      verify: (password, hash) => {
        checked += 1
        return passwords.verify(password, hash)
      },
    }
    const attacker = new Browser({ ...world, issuer: { ...world.issuer, passwords: counted } }, '198.51.100.2')
    const form = await page(attacker)
    const answers = await Promise.all(Array.from({ length: 50 }, () => attacker.signIn(form, 'alice', 'wrong')))
    assert(checked >= 1 && checked <= 8, `${checked} passwords were checked.`)
    assert(answers.every((answer) => shown(answer, 'sign-in').problem !== undefined))
  })

  it('of fifty accounts at once from one network has few of them checked, and no other network waits', async () => {
    let checked = 0
    const { verify, hash } = world.issuer.passwords
    const counting: World = {
      ...world,
      issuer: {
        ...world.issuer,
        passwords: { hash, verify: (...given) => verify(...given).finally(() => checked++) },
      },
    }
    const guesser = new Browser(counting)
    const open = shown(await guesser.open(authorizationParams()), 'sign-in')
    const tries = Array.from({ length: 50 }, (_, at) =>
      guesser.post(open.action, { csrf: open.csrf, login: `nobody-${at}`, password: 'guess' }),
    )
    const other = new Browser(counting, '198.51.100.7')
    const answer = await other.signIn(await other.open(authorizationParams()))
    assert.equal(viewOf(answer).show, 'consent')
    const problems = (await Promise.all(tries)).map((answer) => shown(answer, 'sign-in').problem?.kind)
    assert.equal(problems.filter((kind) => kind === 'wrong').length, 16)
    assert.equal(problems.filter((kind) => kind === 'slowed-down').length, 34)
    assert.equal(checked, 17)
  })

  it('right, fifty times at once, signs the person in', async () => {
    const form = await page()
    const answers = await Promise.all(Array.from({ length: 50 }, () => browser.signIn(form)))
    assert(answers.some((answer) => answer.kind === 'page' && answer.view.show === 'consent'))
    shown(await page(), 'consent')
  })

  it('is forgotten when the right password comes, and only for that account from there', async () => {
    for (let tries = 0; tries < 4; tries++) await wrong()
    await browser.signIn(await page())
    const again = new Browser(world)
    for (let tries = 0; tries < 4; tries++) assert.equal(shown(await wrong(again), 'sign-in').problem?.kind, 'wrong')
    const { network } = throttleKeys(world.issuer.sealing, 'x', browser.remoteAddress)
    assert.equal((await world.issuer.store.throttles.find([network]))[0]?.failures, 8)
  })
})

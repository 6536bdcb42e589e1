import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { hashOf } from '../../src/handles.ts'
import type { GrantRecord } from '../../src/ports/records.ts'
import { Browser, sentToClient, shown, viewOf } from '../support/front-channel/browser.ts'
import {
  aClient,
  authorizationParams,
  issuerUrl,
  openWorld,
  photos,
  startOfTime,
  type World,
} from '../support/front-channel/world.ts'

let world: World
let browser: Browser

beforeEach(async () => {
  world = await openWorld()
  browser = new Browser(world)
})
afterEach(() => world.storage.close())

const signIn = async (of = browser, login = 'alice') => of.signIn(await of.follow(of.get('/account')), login)
const sessionOf = async (person = 'person-alice') =>
  (await world.issuer.store.sessions.ofPerson(person, world.issuer.now()))[0]

async function connect(client = 'shop', grant: Partial<GrantRecord> = {}): Promise<void> {
  const session = await sessionOf()
  const scope = grant.scope ?? ['openid', 'email', 'photos:read', 'offline_access']
  const common = { personId: 'person-alice', clientId: client, scope, resources: [photos.resource] }
  const shownAs = { name: 'Print Shop', host: 'shop.example.com' }
  const times = { createdAt: startOfTime, updatedAt: startOfTime }
  await world.issuer.store.commit([
    { do: 'put-consent', consent: { ...common, shown: shownAs, ...times } },
    {
      do: 'insert-grant',
      grant: {
        ...common,
        grantId: `grant-${client}`,
        flow: 'FLOW-1',
        sessionId: session?.sessionId ?? '',
        nonce: null,
        claims: null,
        authTime: startOfTime,
        amr: ['pwd'],
        createdAt: startOfTime,
        lastUsedAt: startOfTime + 10,
        expiresAt: startOfTime + 10_000,
        revokedAt: null,
        ...grant,
      },
    },
  ])
}

const consentOf = async (client: string) => {
  const consent = await world.issuer.store.consents.find('person-alice', client)
  assert(consent)
  return consent
}

const grant = async (client = 'shop') => (await world.issuer.store.grants.find(`grant-${client}`))?.grant

/** Sends a form of the account pages. */
const send = async (path: string, fields: Readonly<Record<string, string>>, headers = {}) => {
  const view = viewOf(await browser.get('/account'))
  return browser.post(path, { csrf: 'csrf' in view ? view.csrf : '', ...fields }, { headers })
}

describe('the account pages', () => {
  for (const path of ['/account', '/account/sessions', '/account/apps', '/account/apps/shop']) {
    it(`ask who comes to ${path} to sign in, and lead back`, async () => {
      const page = await browser.follow(browser.get(path))
      assert.equal(shown(page, 'sign-in').client, undefined)
      const wrong = await browser.signIn(page, 'alice', 'wrong')
      assert.equal(shown(wrong, 'sign-in').problem?.kind, 'wrong')
      const answer = await browser.signIn(page)
      assert.notEqual(viewOf(answer).show, 'sign-in')
      assert.equal(browser.at, path === '/account/apps/shop' ? '/account/apps' : path)
    })
  }

  it('lead back to a page of ours, wherever the link would like to go (attack 17)', async () => {
    const asked = [
      '/account?returnTo=https://evil.example',
      '/account/apps/%2F%2Fevil.example',
      '/account/apps/@evil.example',
    ]
    for (const path of asked) {
      const other = new Browser(world)
      const view = shown(await other.follow(other.get(path)), 'sign-in')
      const answer = await other.post(view.action, { csrf: view.csrf, login: 'alice', password: 'print my photos' })
      assert(answer.kind === 'redirect')
      assert.equal(answer.location, `${issuerUrl}${path.replace(/\?.*/, '')}`)
    }
  })

  it('show what the account knows, and whom it was shared with', async () => {
    await signIn()
    await connect()
    const view = shown(await browser.get('/account'), 'account')
    assert.deepEqual(view.person, { name: 'alice Example', login: 'alice@example.com' })
    assert.deepEqual(view.values, [
      { claim: 'name', value: 'alice Example', sharedWith: [] },
      { claim: 'email', value: 'alice@example.com', sharedWith: ['Print Shop'] },
    ])
    assert.equal(view.sessions, 1)
    assert.equal(view.apps[0]?.lastUsedAt, startOfTime + 10)
  })

  it('are shown for another person who is signed in here, when chosen', async () => {
    await signIn()
    const chooser = shown(await browser.open(authorizationParams({ prompt: 'select_account' })), 'choose-account')
    world.wait(1)
    await browser.signIn(
      await browser.follow(browser.post(chooser.action, { csrf: chooser.csrf, session: 'other' })),
      'bob',
    )
    const view = shown(await browser.get('/account'), 'account')
    assert.equal(view.person.login, 'bob@example.com')
    const [other] = view.others
    assert.equal(other?.login, 'alice@example.com')
    await browser.follow(browser.get(`/account?session=${other?.session}`))
    assert.equal(shown(await browser.get('/account/apps'), 'apps').person.login, 'alice@example.com')
    await browser.follow(browser.get('/account?session=nonsense'))
    assert.equal(shown(await browser.get('/account'), 'account').person.login, 'alice@example.com')
  })

  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]) {
    it(`change nothing for a form from elsewhere: ${JSON.stringify(headers)} (RFC 6749 §10.12)`, async () => {
      await signIn()
      await connect()
      const answer = await send('/account/apps/shop', { remove: 'app' }, headers)
      assert(answer.kind === 'page' && answer.status === 403)
      assert.equal((await grant())?.revokedAt, null)
    })
  }

  it('change nothing without the token of the form, or with that of another browser', async () => {
    await signIn()
    await connect()
    const other = new Browser(world)
    await signIn(other)
    const theirs = viewOf(await other.get('/account'))
    for (const csrf of ['', 'csrf' in theirs ? theirs.csrf : '']) {
      const answer = await browser.post('/account/apps/shop', { csrf, remove: 'app' })
      assert(answer.kind === 'page' && answer.status === 403)
    }
    assert.equal((await grant())?.revokedAt, null)
  })
})

describe('connected apps', () => {
  it('are listed with what each may do, the newest used first, first-party ones too', async () => {
    await signIn()
    await world.issuer.store.commit([
      { do: 'put-client', client: aClient('own', { consent: 'never', client_name: 'Example Mail' }) },
    ])
    await connect('shop')
    await connect('own', { lastUsedAt: startOfTime + 20, scope: ['openid'] })
    const { apps } = shown(await browser.get('/account/apps'), 'apps')
    assert.deepEqual(
      apps.map(({ client, lastUsedAt }) => [client.name, client.origin, lastUsedAt]),
      [
        ['Example Mail', 'first-party', startOfTime + 20],
        ['Print Shop', 'administrator', startOfTime + 10],
      ],
    )
    assert.deepEqual(
      apps[1]?.groups[1]?.permissions.map(({ scope, title }) => [scope, title]),
      [['photos:read', 'May photos:read']],
    )
  })

  it('say since when, until when, and when access really ends', async () => {
    await signIn()
    await connect()
    const view = shown(await browser.get('/account/apps/shop'), 'app')
    assert.equal(view.allowedAt, startOfTime)
    assert.equal(view.offline, true)
    assert.equal(view.renewsUntil, startOfTime + 10_000)
    assert.equal(view.accessUntil, startOfTime + 10 + 300)
    world.wait(310)
    assert.equal(shown(await browser.get('/account/apps/shop'), 'app').accessUntil, undefined)
  })

  it('ask before something is removed', async () => {
    await signIn()
    await connect()
    const confirm = async (remove: string) =>
      shown(await browser.get(`/account/apps/shop?remove=${remove}`), 'app').confirm
    assert.equal(await confirm('app'), 'app')
    assert.deepEqual(await confirm('photos:read'), { scope: 'photos:read' })
    assert.equal(await confirm('nonsense'), undefined)
    assert.equal((await grant())?.revokedAt, null)
  })

  it('are removed with all that they hold [OIDC-Core-16.18-01] [OAuth2.1-7.9-02]', async () => {
    await signIn()
    await connect()
    const answer = await send('/account/apps/shop', { remove: 'app' })
    const list = shown(await browser.follow(answer), 'apps')
    assert.equal(list.done, 'app-removed')
    assert.deepEqual(list.apps, [])
    assert.equal(shown(await browser.get('/account/apps'), 'apps').done, undefined)
    assert.equal((await grant())?.revokedAt, world.issuer.now())
    assert.equal(await world.issuer.store.consents.find('person-alice', 'shop'), undefined)
    assert.equal((await browser.follow(send('/account/apps/shop', { remove: 'app' }))).kind, 'page')
  })

  it('lose one permission in what is remembered and in what they hold', async () => {
    await signIn()
    await connect()
    const answer = await send('/account/apps/shop', { remove: 'permission', scope: 'photos:read' })
    assert.equal(shown(await browser.follow(answer), 'app').done, 'permission-removed')
    const left = ['openid', 'email', 'offline_access']
    assert.deepEqual((await grant())?.scope, left)
    assert.equal((await grant())?.revokedAt, null)
    assert.deepEqual((await world.issuer.store.consents.find('person-alice', 'shop'))?.scope, left)
    const next = shown(await browser.open(authorizationParams()), 'consent')
    assert.deepEqual(
      next.groups.flatMap(({ permissions }) =>
        permissions.filter(({ state }) => state === 'new').map(({ scope }) => scope),
      ),
      ['photos:read'],
    )
  })

  it('lose it in what was still a code, too, and a grant of nothing else with it', async () => {
    await signIn()
    await connect()
    await connect('other', { scope: ['photos:read'] })
    await world.issuer.store.commit([
      { do: 'put-client', client: aClient('other') },
      { do: 'put-consent', consent: { ...(await consentOf('other')), scope: ['openid', 'photos:read'] } },
    ])
    const code = sentToClient(await browser.open(authorizationParams())).params.get('code') ?? ''
    await send('/account/apps/shop', { remove: 'permission', scope: 'photos:read' })
    const found = await world.issuer.store.codes.find(hashOf(code))
    assert.equal(found?.code.redeemedAt, world.issuer.now())
    const redeem = { do: 'redeem-code', codeHash: hashOf(code), now: world.issuer.now() } as const
    assert.equal((await world.issuer.store.commit([redeem])).committed, false)

    await send('/account/apps/other', { remove: 'permission', scope: 'photos:read' })
    assert.equal((await grant('other'))?.revokedAt, world.issuer.now())
  })

  it('lose access while the person is away when they may no longer keep it', async () => {
    await signIn()
    await connect()
    await send('/account/apps/shop', { remove: 'permission', scope: 'offline_access' })
    assert.equal((await grant())?.revokedAt, world.issuer.now())
  })

  it('lose it, too, when they have no name for it, and are removed when nothing else is left', async () => {
    await signIn()
    await connect('shop', { scope: ['photos:read'] })
    const consent = { ...(await consentOf('shop')), scope: ['photos:read', 'offline_access'] }
    await world.issuer.store.commit([{ do: 'put-consent', consent }])
    assert.equal(shown(await browser.get('/account/apps/shop'), 'app').offline, true)
    await send('/account/apps/shop', { remove: 'permission', scope: 'offline_access' })
    assert.equal((await grant())?.revokedAt, world.issuer.now())
    assert.equal(shown(await browser.get('/account/apps/shop'), 'app').offline, false)
    await world.issuer.store.commit([{ do: 'put-consent', consent }])
    const answer = await send('/account/apps/shop', { remove: 'permission', scope: 'photos:read' })
    assert.equal(shown(await browser.follow(answer), 'apps').done, 'app-removed')
  })

  it('are removed with their last permission', async () => {
    await signIn()
    await connect('shop', { scope: ['photos:read'] })
    const answer = await send('/account/apps/shop', { remove: 'permission', scope: 'photos:read' })
    assert.equal(shown(await browser.follow(answer), 'apps').done, 'app-removed')
    assert.equal((await grant())?.revokedAt, world.issuer.now())
  })
})

describe('sessions', () => {
  it('are listed by browser, each with its apps', async () => {
    await signIn()
    await connect()
    const other = new Browser(world)
    world.wait(60)
    await signIn(other)
    const view = shown(await browser.get('/account/sessions'), 'sessions')
    assert.deepEqual(
      view.sessions.map(({ thisBrowser, current, apps }) => [thisBrowser, current, apps]),
      [
        [false, false, []],
        [true, true, ['Print Shop']],
      ],
    )
    assert.equal(view.sessions[0]?.userAgent, 'A Browser')
  })

  it('end one by one, with the access that goes with them', async () => {
    await signIn()
    await connect('shop', { scope: ['openid'] })
    const other = new Browser(world)
    await signIn(other)
    const here = shown(await other.get('/account/sessions'), 'sessions')
    const elsewhere = here.sessions.find(({ thisBrowser }) => !thisBrowser)
    const answer = await other.post('/account/sessions', { csrf: here.csrf, end: elsewhere?.id ?? '' })
    assert.equal(shown(await other.follow(answer), 'sessions').done, 'session-ended')
    assert.equal((await grant())?.revokedAt, world.issuer.now())
    shown(await browser.follow(browser.get('/account')), 'sign-in')
  })

  it('leave what was allowed to last (OpenID Connect Core §11)', async () => {
    await signIn()
    await connect()
    const id = (await sessionOf())?.sessionId ?? ''
    const answer = await send('/account/sessions', { end: id })
    assert.equal(answer.kind === 'redirect' && answer.location, `${issuerUrl}/`)
    assert.equal(shown(await browser.follow(answer), 'home').person, undefined)
    assert.equal(browser.cookies.has('browser|/'), false)
    assert.equal((await grant())?.revokedAt, null)
  })

  it('end everywhere else', async () => {
    await signIn()
    const others = [new Browser(world), new Browser(world)]
    for (const other of others) await signIn(other)
    const answer = await send('/account/sessions', { end: 'others' })
    assert.equal(shown(await browser.follow(answer), 'sessions').sessions.length, 1)
    for (const other of others) shown(await other.follow(other.get('/account')), 'sign-in')
  })

  it('of somebody else do not end', async () => {
    await signIn()
    const other = new Browser(world)
    await signIn(other, 'bob')
    await send('/account/sessions', { end: (await sessionOf('person-bob'))?.sessionId ?? '' })
    shown(await other.get('/account'), 'account')
  })
})

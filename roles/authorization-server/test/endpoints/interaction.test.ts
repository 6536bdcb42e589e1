import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { hashOf } from '../../src/handles.ts'
import { Browser, sentToClient, shown, viewOf } from '../support/front-channel/browser.ts'
import {
  aClient,
  authorizationParams,
  callback,
  issuerUrl,
  openWorld,
  photos,
  type World,
} from '../support/front-channel/world.ts'

let world: World
let browser: Browser

beforeEach(async () => {
  world = await openWorld()
  browser = new Browser(world)
})
afterEach(() => world.storage.close())

const params = authorizationParams
const everything = 'openid email photos:read photos:write photos:delete offline_access'
const toConsent = async (change: Parameters<typeof params>[0] = {}) =>
  browser.signIn(await browser.open(params(change)))
const here = () => browser.at.replace(/\/[^/]+$/, '')

describe('the pages of an interaction', () => {
  it('name who asks, before a password is typed', async () => {
    const { client } = shown(await browser.open(params()), 'sign-in')
    assert.equal(client?.name, 'Print Shop')
    assert.equal(client?.host, 'shop.example.com')
    const german = await browser.open(params({ ui_locales: 'de' }))
    assert.equal(shown(german, 'sign-in').client?.name, 'Druckladen')
    assert(german.kind === 'page' && german.locales?.[0] === 'de')
  })

  it('show what is asked in words with real values, heavy ones unticked (attack 107) [RFC6749-10.2-02] [OAuth2.1-7.9-01]', async () => {
    const view = shown(await toConsent({ scope: everything }), 'consent')
    assert.deepEqual(view.person, { name: 'alice Example', login: 'alice@example.com' })
    assert.deepEqual(view.destination, { kind: 'web', host: 'shop.example.com' })
    assert.equal(view.client.host, 'shop.example.com')
    const [own, library] = view.groups
    assert.equal(own?.resource, undefined)
    assert.deepEqual(own?.permissions.find(({ scope }) => scope === 'email')?.values, [
      { claim: 'email', value: 'alice@example.com' },
    ])
    assert.equal(library?.resource?.name, 'Photo Library')
    assert.deepEqual(
      library?.permissions.map(({ scope, optional, ticked, title }) => [scope, optional, ticked, title]),
      [
        ['photos:read', false, true, 'May photos:read'],
        ['photos:write', true, true, 'May photos:write'],
        ['photos:delete', true, false, 'May photos:delete'],
      ],
    )
    assert.deepEqual(view.offline, {
      scope: 'offline_access',
      state: 'new',
      optional: true,
      ticked: true,
      days: 30,
      otherwiseMinutes: 10,
    })
  })

  it('say that access lasts when a plain OAuth client can renew it without asking by name', async () => {
    const view = shown(await toConsent({ scope: 'photos:read' }), 'consent')
    assert.deepEqual(view.offline, {
      scope: 'offline_access',
      state: 'new',
      optional: false,
      ticked: true,
      days: 30,
      otherwiseMinutes: 5,
    })
    assert.equal(shown(await browser.open(params()), 'consent').offline, undefined)
  })

  it('ask before a client keeps access by leaving openid out, once (OpenID Connect Core §11)', async () => {
    await browser.submit(await toConsent({ scope: 'openid photos:read' }), { decision: 'allow' })
    const plain = () => browser.open(params({ scope: 'photos:read' }))
    const page = await plain()
    assert.notEqual(shown(page, 'consent').offline, undefined)
    assert.notEqual(sentToClient(await browser.submit(page, { decision: 'allow' })).params.get('code'), null)
    assert.notEqual(sentToClient(await plain()).params.get('code'), null)
  })

  it('grant what is needed and what was ticked, and ask next time only for what is new', async () => {
    const page = await toConsent({ scope: everything })
    await browser.submit(page, { decision: 'allow', scope: ['photos:write', 'admin'] })
    const consent = await world.issuer.store.consents.find('person-alice', 'shop')
    assert.deepEqual(consent?.scope, ['openid', 'email', 'photos:read', 'photos:write'])
    assert.deepEqual(consent?.shown, { name: 'Print Shop', host: 'shop.example.com' })

    const next = shown(await browser.open(params({ scope: 'openid photos:read photos:delete' })), 'consent')
    const states = next.groups.flatMap(({ permissions }) => permissions.map(({ scope, state }) => [scope, state]))
    assert.deepEqual(states, [
      ['openid', 'already-allowed'],
      ['photos:read', 'already-allowed'],
      ['photos:delete', 'new'],
    ])
    assert.equal(next.offline, undefined)
  })

  it("take Don't allow for an answer (RFC 6749 §4.1.2.1) [RFC9207-2-01]", async () => {
    const answer = await browser.submit(await toConsent(), { decision: 'deny' })
    const sent = sentToClient(answer)
    assert.equal(sent.params.get('error'), 'access_denied')
    assert.equal(sent.params.get('state'), 'the state')
    assert.equal(sent.params.get('iss'), issuerUrl)
    assert.equal(await world.issuer.store.consents.find('person-alice', 'shop'), undefined)
  })

  it('go back to the client by a page after a form, and by 303 between (RFC 9700 §4.12) [RFC9700-4.12-01] [OAuth2.1-7.5.3-01] [OAuth2.1-1.6-01] [OIDC-Core-16.22-01]', async () => {
    const page = await toConsent()
    const view = shown(page, 'consent')
    const answer = await browser.post(view.action, { csrf: view.csrf, decision: 'allow' })
    assert(answer.kind === 'redirect' && answer.status === 303)
    assert(answer.location.startsWith(`${issuerUrl}/i/`) && answer.location.endsWith('/continue'))
    const handoff = shown(await browser.follow(answer), 'handoff')
    assert.equal(handoff.kind, 'web')
    assert.equal(handoff.client.name, 'Print Shop')
  })

  it('lead to the step that is due, whichever is asked for', async () => {
    await browser.open(params())
    const path = here()
    for (const step of ['account', 'consent', 'continue', 'restart', 'sign-in']) {
      shown(await browser.follow(browser.get(`${path}/${step}`)), 'sign-in')
    }
    await browser.signIn(await browser.get(`${path}/sign-in`))
    for (const step of ['sign-in', 'continue', 'restart', 'consent']) {
      shown(await browser.follow(browser.get(`${path}/${step}`)), 'consent')
    }
    const unknown = await browser.get(`${path}/elsewhere`)
    assert(unknown.kind === 'page' && unknown.status === 404)
  })

  it('take a form of a step already done for a way on', async () => {
    const signIn = await browser.open(params())
    const consent = await browser.signIn(signIn)
    shown(await browser.signIn(signIn), 'consent')
    shown(await browser.signIn(signIn, 'alice', 'a wrong password'), 'consent')
    const first = await browser.submit(consent, { decision: 'allow' })
    const second = await browser.submit(consent, { decision: 'allow' })
    const third = await browser.submit(consent, { decision: 'deny' })
    const reloaded = await browser.get(`${here()}/continue`)
    for (const again of [second, third, reloaded]) assert.deepEqual(viewOf(again), viewOf(first))
  })

  it('give one code for two consents sent at once', async () => {
    const view = shown(await toConsent(), 'consent')
    const send = (decision: string) => browser.post(view.action, { csrf: view.csrf, decision })
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => send(at % 5 === 4 ? 'deny' : 'allow')))
    const ends = await Promise.all(answers.map((answer) => browser.follow(answer)))
    assert.equal(new Set(ends.map((end) => sentToClient(end).params.toString())).size, 1)
    const gets = await Promise.all(Array.from({ length: 5 }, () => browser.get(`${here()}/continue`)))
    assert.deepEqual(viewOf(gets[0] ?? ends[0] ?? assert.fail()), viewOf(ends[0] ?? assert.fail()))
  })

  it('give one code when what is left to do is nothing, and two tabs find out at once', async () => {
    await browser.submit(await toConsent(), { decision: 'allow' })
    await browser.post('/authorize', params({ state: 'two tabs' }), { crossSite: true })
    const path = [...browser.cookies.values()].map(({ path }) => path).at(-1)
    const answers = await Promise.all([1, 2, 3].map(() => browser.get(`${path}/continue`)))
    assert.equal(new Set(answers.map((answer) => sentToClient(answer).params.get('code'))).size, 1)
  })

  it('tell a tab left open that it is finished, and the way on', async () => {
    await browser.submit(await toConsent(), { decision: 'allow' })
    const path = here()
    for (const step of ['sign-in', 'consent', 'account']) {
      const notice = shown(await browser.get(`${path}/${step}`), 'notice')
      assert.equal(notice.notice, 'finished-elsewhere')
      assert.equal(notice.client?.name, 'Print Shop')
      shown(await browser.get(notice.next ?? ''), 'handoff')
    }
  })

  it('do not send a redeemed code again, but the person to the app', async () => {
    const { params: sent } = sentToClient(await browser.submit(await toConsent(), { decision: 'allow' }))
    const codeHash = hashOf(sent.get('code') ?? '')
    await world.issuer.store.commit([{ do: 'redeem-code', codeHash, now: world.issuer.now() }])
    const handoff = shown(await browser.get(`${here()}/continue`), 'handoff')
    assert.equal(handoff.location, 'https://shop.example.com')
  })

  it('start again with the same request when the code is over unused', async () => {
    await browser.submit(await toConsent(), { decision: 'allow' })
    world.wait(61)
    const notice = shown(await browser.get(`${here()}/continue`), 'notice')
    assert.equal(notice.notice, 'expired')
    const again = await browser.follow(browser.get(notice.next ?? ''))
    assert.equal(sentToClient(again).params.get('state'), 'the state')
  })

  it('start again with the same request after waiting too long, from the first step (attack 106)', async () => {
    const page = await browser.open(params({ prompt: 'login', state: 'waited' }))
    await browser.signIn(page)
    world.wait(3_600)
    const late = await browser.get(browser.at)
    assert(late.kind === 'page' && late.status === 410)
    const notice = shown(late, 'notice')
    assert.equal(notice.notice, 'expired')
    const begun = await browser.follow(browser.get(notice.next ?? ''))
    assert.equal(shown(begun, 'sign-in').confirm, true)
    const answer = await browser.submit(await browser.signIn(begun), { decision: 'allow' })
    assert.equal(sentToClient(answer).params.get('state'), 'waited')
    assert.equal(new Set(world.observed.map(({ flow }) => flow)).size, 1)
  })

  it('keep several tabs apart', async () => {
    const [one, two] = [await browser.open(params({ state: 'one' })), await browser.open(params({ state: 'two' }))]
    const consent = await browser.signIn(two)
    const other = await browser.signIn(one)
    const [second, first] = [
      await browser.submit(consent, { decision: 'allow' }),
      await browser.submit(other, { decision: 'allow' }),
    ]
    assert.equal(sentToClient(first).params.get('state'), 'one')
    assert.equal(sentToClient(second).params.get('state'), 'two')
  })

  it('hand over by a page when the form of a second tab finds everything done, for form-action stops its redirect', async () => {
    const [one, two] = [await browser.open(params({ state: 'one' })), await browser.open(params({ state: 'two' }))]
    await browser.submit(await browser.signIn(two), { decision: 'allow' })
    const answer = await browser.signIn(one)
    assert.equal(viewOf(answer).show, 'handoff')
    assert.equal(sentToClient(answer).params.get('state'), 'one')
  })

  it('say that cookies are blocked when theirs is missing, to any browser but the one that began (attack 36) (attack 84)', async () => {
    const consent = shown(await toConsent(), 'consent')
    const thief = new Browser(world)
    const [opened, sent] = [
      await thief.get(consent.action),
      await thief.post(consent.action, { csrf: consent.csrf, decision: 'allow' }),
    ]
    for (const answer of [opened, sent]) {
      assert(answer.kind === 'page' && answer.status === 400)
      assert.equal(shown(answer, 'notice').notice, 'cookies-blocked')
    }
    assert.equal(world.observed.at(-1)?.refused?.reason, 'interaction_unknown')
    assert.equal(world.observed.at(-1)?.what, 'POST /i/:id/consent')
  })

  it("give a person's code to no other browser, though it holds the cookie of the interaction (attack 36) (attack 84)", async () => {
    // Who can set cookies for a sibling host lets somebody else finish what they began.
    const thief = new Browser(world)
    await thief.open(params({ state: 'planted' }))
    for (const [name, kept] of thief.cookies) browser.cookies.set(name, kept)
    await browser.signIn(await browser.open(params()))
    const path = [...thief.cookies.values()].map(({ path }) => path).find((path) => path.startsWith('/i/'))
    const consent = await browser.follow(browser.get(`${path}/continue`))
    const given = sentToClient(await browser.submit(consent, { decision: 'allow' }))
    assert.equal(given.params.get('state'), 'planted')

    const answer = await thief.follow(thief.get(`${path}/continue`))
    assert.equal(shown(answer, 'notice').notice, 'expired')
    assert(!JSON.stringify(answer).includes(given.params.get('code') ?? ''))
    const again = sentToClient(await browser.get(`${path}/continue`))
    assert.deepEqual(again.params.get('code'), given.params.get('code'))
  })

  it('are worth nothing to a browser that kept the cookie for longer than it was told to', async () => {
    await browser.open(params())
    world.wait(3_600 + 86_400)
    assert.equal(shown(await browser.get(`${here()}/restart`), 'notice').notice, 'cookies-blocked')
  })

  it('ask for nothing that the client has lost the right to since (attack 50) (attack 51)', async () => {
    const consent = await toConsent({ scope: 'openid photos:read' })
    await world.issuer.store.commit([{ do: 'put-client', client: aClient('shop', { scope: 'openid' }) }])
    const { params: sent } = sentToClient(await browser.submit(consent, { decision: 'allow' }))
    assert.deepEqual([sent.get('code'), sent.get('error'), sent.get('state')], [null, 'invalid_scope', 'the state'])
    assert.equal(await world.issuer.store.consents.find('person-alice', 'shop'), undefined)

    await world.issuer.store.commit([{ do: 'put-client', client: aClient('shop') }])
    const other = await browser.open(params())
    await world.issuer.store.commit([{ do: 'put-client', client: aClient('shop', { grant_types: ['refresh_token'] }) }])
    const refused = sentToClient(await browser.submit(other, { decision: 'allow' }))
    assert.equal(refused.params.get('error'), 'unauthorized_client')
  })

  it('refuse when the client was turned off, or its address taken away, while the person was reading (attack 11)', async () => {
    const consent = await toConsent()
    const { store } = world.issuer
    await store.commit([{ do: 'put-client', client: { ...aClient('shop'), disabled: true } }])
    assert.equal(shown(await browser.submit(consent, { decision: 'allow' }), 'error').reason, 'client_disabled')
    await store.commit([{ do: 'put-client', client: aClient('shop', { redirect_uris: [`${callback}/new`] }) }])
    assert.equal(
      shown(await browser.submit(consent, { decision: 'allow' }), 'error').reason,
      'redirect_uri_not_registered',
    )
  })

  it('ask for each app on its own: what one was allowed is no other app’s (attack 82) (attack 83)', async () => {
    await browser.submit(await toConsent(), { decision: 'allow' })
    await world.issuer.store.commit([{ do: 'put-client', client: aClient('second') }])
    shown(await browser.open(params({ client_id: 'second' })), 'consent')
    const silent = await browser.open(params({ client_id: 'second', prompt: 'none' }))
    assert.equal(sentToClient(silent).params.get('error'), 'consent_required')
    sentToClient(await browser.open(params()))
  })

  it('ask again when the name of the app is not the one that was allowed', async () => {
    await browser.submit(await toConsent(), { decision: 'allow' })
    await world.issuer.store.commit([{ do: 'put-client', client: aClient('shop', { client_name: 'Your Bank' }) }])
    assert.equal(shown(await browser.open(params()), 'consent').changed, true)
  })
})

describe('a form', () => {
  const forged: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbour of the site', { 'sec-fetch-site': 'same-site' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['no origin at all', { origin: 'null' }],
  ]
  for (const [from, headers] of forged) {
    it(`from ${from} is refused (RFC 6749 §10.12) [RFC6749-10.12-02] [OIDC-Core-3.1.2.3-02]`, async () => {
      const answer = await browser.submit(await toConsent(), { decision: 'allow' }, { headers })
      assert(answer.kind === 'page' && answer.status === 403)
      assert.equal(shown(answer, 'error').reason, 'form_not_from_here')
    })
  }

  it('from our own page is taken, with what a browser says of it', async () => {
    const headers = { 'sec-fetch-site': 'same-origin', origin: 'https://id.example.com' }
    sentToClient(await browser.submit(await toConsent(), { decision: 'allow' }, { headers }))
  })

  it('without its token consents to nothing (RFC 6749 §10.12) [RFC6749-10.12-02]', async () => {
    const view = shown(await toConsent(), 'consent')
    for (const csrf of ['', 'x', view.csrf.slice(1)]) {
      shown(await browser.follow(browser.post(view.action, { csrf, decision: 'allow' })), 'consent')
    }
    assert.equal(await world.issuer.store.consents.find('person-alice', 'shop'), undefined)
  })

  it('shown to one person consents for no other', async () => {
    const forAlice = await toConsent()
    const chooser = await browser.get(shown(forAlice, 'consent').useAnotherAccount)
    const forBob = await browser.signIn(await browser.submit(chooser, { session: 'other' }), 'bob')
    assert.equal(shown(forBob, 'consent').person.login, 'bob@example.com')
    const answer = await browser.submit(forAlice, { decision: 'allow' })
    assert.equal(shown(answer, 'consent').person.login, 'bob@example.com')
    assert.equal(await world.issuer.store.consents.find('person-bob', 'shop'), undefined)
  })

  it('shown under one name consents under no other (attack 107)', async () => {
    const page = await toConsent()
    await world.issuer.store.commit([{ do: 'put-client', client: aClient('shop', { client_name: 'Your Bank' }) }])
    const answer = await browser.submit(page, { decision: 'allow' })
    assert.equal(shown(answer, 'consent').client.name, 'Your Bank')
    assert.equal(await world.issuer.store.consents.find('person-alice', 'shop'), undefined)
  })

  it('on which a permission could be unticked grants it to nobody once it can not', async () => {
    const page = await toConsent({ scope: 'openid photos:read photos:write' })
    const scopes = photos.scopes.map((scope) => ({ ...scope, optional: false }))
    await world.issuer.store.commit([{ do: 'put-resource', resource: { ...photos, scopes } }])
    shown(await browser.submit(page, { decision: 'allow' }), 'consent')
    assert.equal(await world.issuer.store.consents.find('person-alice', 'shop'), undefined)
  })

  it('that says neither yes nor no is shown again', async () => {
    shown(await browser.submit(await toConsent(), { decision: 'maybe' }), 'consent')
  })
})

describe('choosing an account', () => {
  const bothSignedIn = async () => {
    const consent = await toConsent()
    world.wait(1)
    const chooser = await browser.get(shown(consent, 'consent').useAnotherAccount)
    return browser.signIn(await browser.submit(chooser, { session: 'other' }), 'bob')
  }

  it('is offered when several are signed in, and goes on as the chosen one', async () => {
    await bothSignedIn()
    const view = shown(await browser.open(params()), 'choose-account')
    assert.deepEqual(
      view.accounts.map(({ login, fresh }) => [login, fresh]),
      [
        ['bob@example.com', true],
        ['alice@example.com', true],
      ],
    )
    const alices = view.accounts[1]?.session ?? ''
    const consent = await browser.follow(browser.post(view.action, { csrf: view.csrf, session: alices }))
    assert.equal(shown(consent, 'consent').person.login, 'alice@example.com')
  })

  it('puts first whom the app names, and takes them without asking', async () => {
    await bothSignedIn()
    assert.equal(
      shown(await browser.open(params({ login_hint: 'alice' })), 'consent').person.login,
      'alice@example.com',
    )
    const view = shown(await browser.open(params({ login_hint: 'alice', prompt: 'select_account' })), 'choose-account')
    assert.equal(view.accounts[0]?.login, 'alice@example.com')
  })

  it('needs the password again of whom the app wants fresh', async () => {
    await bothSignedIn()
    const view = shown(await browser.open(params({ prompt: 'login' })), 'choose-account')
    assert.deepEqual(
      view.accounts.map(({ fresh }) => fresh),
      [false, false],
    )
    const session = view.accounts[1]?.session ?? ''
    const signIn = await browser.follow(browser.post(view.action, { csrf: view.csrf, session }))
    assert.equal(shown(signIn, 'sign-in').login, 'alice@example.com')
    assert.equal(shown(signIn, 'sign-in').chooseAccount, view.action)
  })

  it('takes no session that is not of this browser (attack 86)', async () => {
    await bothSignedIn()
    const [aliceElsewhere] = await world.issuer.store.sessions.ofPerson('person-alice', world.issuer.now())
    const other = new Browser(world)
    const page = await other.signIn(await other.open(params()), 'bob')
    const view = shown(await other.get(shown(page, 'consent').useAnotherAccount), 'choose-account')
    const answer = await other.follow(
      other.post(view.action, { csrf: view.csrf, session: aliceElsewhere?.sessionId ?? '' }),
    )
    assert.equal(shown(answer, 'consent').person.login, 'bob@example.com')
  })

  it('answers for the chosen one in the code', async () => {
    const answer = await browser.submit(await bothSignedIn(), { decision: 'allow' })
    const found = await world.issuer.store.codes.find(hashOf(sentToClient(answer).params.get('code') ?? ''))
    assert.equal(found?.code.personId, 'person-bob')
    assert.deepEqual(found?.code.resources, [photos.resource])
  })
})

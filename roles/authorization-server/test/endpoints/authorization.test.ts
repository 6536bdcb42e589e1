import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { hashOf } from '../../src/handles.ts'
import type { Store, Write } from '../../src/ports/store.ts'
import { Browser, sentToClient, shown, viewOf } from '../support/front-channel/browser.ts'
import {
  aClient,
  aPerson,
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

const allow = async (params = authorizationParams()) =>
  browser.submit(await browser.signIn(await browser.open(params)), { decision: 'allow' })

/** The same functions, each call noted. */
const heard = (rooms: object, asked: string[]) =>
  Object.fromEntries(
    Object.entries(rooms).map(([room, functions]) => [
      room,
      new Proxy(functions, {
        get(target, name) {
          asked.push(`${room}.${String(name)}`)
          return target[name]
        },
      }),
    ]),
  )

const codeIn = async (params: URLSearchParams) =>
  (await world.issuer.store.codes.find(hashOf(params.get('code') ?? '')))?.code

describe('the authorization endpoint', () => {
  it('leads a person by sign-in and consent to a code that holds all that was granted (RFC 6749 §4.1) [RFC6749-3.1-03] [RFC6749-4.1.2-03] [RFC7636-4.4-01] [OAuth2.1-4.1.2-01] [OAuth2.1-4.1.2-02] [OAuth2.1-16-4.1.2-01]', async () => {
    const { to, params } = sentToClient(await allow())
    assert.equal(to, callback)
    assert.deepEqual([...params.keys()], ['code', 'state', 'iss'])
    assert.equal(params.get('state'), 'the state')
    assert.equal(params.get('iss'), issuerUrl)
    assert.match(params.get('code') ?? '', /^[\w-]{43}$/)
    const code = await codeIn(params)
    assert(code)
    const { codeHash, grantId, sessionId, ...rest } = code
    assert(codeHash && grantId && sessionId)
    assert.deepEqual(rest, {
      flow: world.observed[0]?.flow,
      clientId: 'shop',
      personId: 'person-alice',
      redirectUri: callback,
      redirectUriSent: true,
      codeChallenge: authorizationParams().get('code_challenge'),
      scope: ['openid', 'email', 'photos:read'],
      resources: [photos.resource],
      nonce: 'the-nonce',
      claims: null,
      authTime: world.issuer.now(),
      amr: ['pwd'],
      createdAt: world.issuer.now(),
      expiresAt: world.issuer.now() + 60,
      redeemedAt: null,
    })
  })

  it('answers at once who is signed in and allowed it before [OIDC-Core-3.1.2.1-05]', async () => {
    const first = await codeIn(sentToClient(await allow()).params)
    world.wait(30)
    for (const prompt of [undefined, 'none']) {
      const answer = await browser.get(`/authorize?${authorizationParams({ prompt, state: 'again' })}`)
      assert(answer.kind === 'redirect' && answer.status === 303)
      const { params } = sentToClient(answer)
      assert.equal(params.get('state'), 'again')
      assert.equal((await codeIn(params))?.authTime, first?.authTime)
    }
  })

  it('goes on from a form of another site, which brings no cookies (OpenID Connect Core §3.1.2.1) [OIDC-Core-3.1.2.1-01]', async () => {
    await allow()
    const crossSite = {
      crossSite: true,
      headers: { 'sec-fetch-site': 'cross-site', origin: 'https://shop.example.com' },
    }
    const begun = await browser.post('/authorize', authorizationParams({ state: 'posted' }), crossSite)
    assert(begun.kind === 'redirect' && begun.location.startsWith(`${issuerUrl}/i/`))
    const answer = await browser.follow(begun, { headers: crossSite.headers })
    assert.equal(answer.kind, 'redirect')
    assert.equal(sentToClient(answer).params.get('state'), 'posted')
  })

  it('refuses a silent form in the same way as a silent link, and stores nothing', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' }
    const answer = await browser.follow(
      browser.post('/authorize', authorizationParams({ prompt: 'none' }), { crossSite: true, headers }),
      { headers },
    )
    assert(answer.kind === 'redirect')
    assert.equal(sentToClient(answer).params.get('error'), 'login_required')
    const id = /\/i\/([^/]+)\//.exec(browser.at)?.[1] ?? ''
    assert.equal(await world.issuer.store.interactions.findOutcome(hashOf(id)), undefined)
  })

  for (const [mode, separator] of [
    ['query', '?'],
    ['fragment', '#'],
  ] as const) {
    it(`answers errors in the ${mode} with state and iss (RFC 9207 §2) [RFC9207-2-01] [RFC6749-4.1.2.1-02] [OAuth2.1-16-4.1.2.1-01] [MCP-Auth-Authorization_Response_Validation-01]`, async () => {
      const answer = await browser.get(`/authorize?${authorizationParams({ response_mode: mode, prompt: 'none' })}`)
      assert(answer.kind === 'redirect')
      assert(answer.location.startsWith(`${callback}${separator}error=login_required&`))
      const { params } = sentToClient(answer)
      assert.deepEqual([...params.keys()], ['error', 'error_description', 'state', 'iss'])
      assert.equal(params.get('iss'), issuerUrl)
    })
  }

  it('posts errors and codes for form_post (Form Post Response Mode §2) [OAuth-FormPost-2-01]', async () => {
    const error = await browser.get(
      `/authorize?${authorizationParams({ response_mode: 'form_post', response_type: undefined })}`,
    )
    assert.deepEqual(shown(error, 'form-post').fields[0], ['error', 'invalid_request'])
    const allowed = await allow(authorizationParams({ response_mode: 'form_post' }))
    assert.equal(shown(allowed, 'form-post').action, callback)
    assert.equal(sentToClient(allowed).params.get('state'), 'the state')
    const again = await browser.get(`/authorize?${authorizationParams({ response_mode: 'form_post' })}`)
    assert(sentToClient(again).params.get('code') && again.kind === 'page')
  })

  for (const change of [
    { redirect_uri: 'https://evil.example/' },
    { redirect_uri: 'https://evil.example/', response_type: 'bogus' },
    { redirect_uri: 'https://evil.example/', response_type: 'id_token token', nonce: undefined },
    { redirect_uri: 'https://evil.example/', response_mode: 'form_post', prompt: 'none' },
    { client_id: 'nobody' },
    { client_id: undefined },
    { client_id: ['shop', 'shop'] },
  ]) {
    it(`shows a page and sends nothing for ${JSON.stringify(change)} (RFC 6749 §4.1.2.1) [RFC6749-4.1.2.1-01] [RFC6749-3.1.2.4-01] [RFC6749-10.15-01] [OAuth2.1-2.3.5-01] [OAuth2.1-16-4.1.2.1-02] [OAuth2.1-7.13-01] (attack 8) (attack 10)`, async () => {
      const answer = await browser.get(`/authorize?${authorizationParams(change)}`)
      assert(answer.kind === 'page' && answer.status === 400)
      assert.equal(shown(answer, 'error').status, 400)
      assert.doesNotMatch(JSON.stringify([answer.headers ?? {}, viewOf(answer)]), /location/)
      assert.equal(world.observed.at(-1)?.outcome, 'refused')
    })
  }

  it('never gives a code to who has not signed in and allowed it, whatever is asked [RFC6819-4.4.1.4-01] (attack 104)', async () => {
    for (const prompt of [undefined, 'none', 'login', 'consent', 'select_account']) {
      const answer = await browser.open(authorizationParams({ prompt }))
      assert.equal(answer.kind === 'redirect' ? sentToClient(answer).params.get('code') : null, null)
    }
  })

  it('asks for consent each time a public app on this computer comes (RFC 8252 §8.6) [RFC8252-8.6-01] [RFC6749-2.3-02] [RFC6749-10.2-03] [RFC6819-5.2.4.1-01] [RFC10017-6.3.3.2-01]', async () => {
    const native = {
      ...aClient('cli', { redirect_uris: ['http://127.0.0.1/cb'], token_endpoint_auth_method: 'none' }),
      secrets: [],
    }
    await world.issuer.store.commit([{ do: 'put-client', client: native }])
    const params = () => authorizationParams({ client_id: 'cli', redirect_uri: 'http://127.0.0.1:51432/cb' })
    const { to } = sentToClient(await allow(params()))
    assert.equal(to, 'http://127.0.0.1:51432/cb')
    assert.equal(shown(await browser.open(params()), 'consent').destination.kind, 'this-computer')
    const silent = await browser.open(
      authorizationParams({ client_id: 'cli', redirect_uri: 'http://127.0.0.1:5/cb', prompt: 'none' }),
    )
    assert.equal(sentToClient(silent).params.get('error'), 'consent_required')
  })

  it('keeps an ID token of the person as the word on whom to answer for [OIDC-Core-3.1.2.1-10] [OIDC-Core-3.1.2.2-02]', async () => {
    await allow()
    world.idTokens.set('hint-alice', { sub: 'person-alice', aud: 'shop', exp: 1 })
    world.idTokens.set('hint-bob', { sub: 'person-bob', aud: 'shop' })
    const silent = (hint: string) => browser.open(authorizationParams({ prompt: 'none', id_token_hint: hint }))
    assert(sentToClient(await silent('hint-alice')).params.get('code'))
    assert.equal(sentToClient(await silent('hint-bob')).params.get('error'), 'login_required')
    assert.equal(sentToClient(await silent('forged')).params.get('error'), 'invalid_request')
  })

  it('tells nobody the login of whom an ID token names, and signs in nobody else', async () => {
    world.idTokens.set('hint-alice', { sub: 'person-alice', aud: 'shop', exp: 1 })
    const page = await browser.open(authorizationParams({ id_token_hint: 'hint-alice' }))
    const view = shown(page, 'sign-in')
    assert.deepEqual([view.login, view.confirm], ['', false])
    assert(!JSON.stringify(page).includes('alice'))
    assert.equal(shown(await browser.signIn(page, 'bob'), 'sign-in').problem?.kind, 'wrong')
    assert.equal(shown(await browser.signIn(page, ''), 'sign-in').problem?.kind, 'login-missing')
    assert.equal(shown(await browser.signIn(page, 'alice'), 'consent').person.login, 'alice@example.com')
  })

  it('signs in afresh for prompt=login and max_age, and says when [OIDC-Core-3.1.2.1-06] [OIDC-Core-3.1.2.1-08]', async () => {
    const before = await codeIn(sentToClient(await allow()).params)
    for (const change of [{ prompt: 'login' }, { max_age: '10' }]) {
      world.wait(60)
      const page = await browser.open(authorizationParams(change))
      assert.equal(shown(page, 'sign-in').confirm, true)
      assert.equal(shown(page, 'sign-in').login, 'alice@example.com')
      const code = await codeIn(sentToClient(await browser.signIn(page, '')).params)
      assert((code?.authTime ?? 0) > (before?.authTime ?? 0))
      assert.equal(code?.authTime, world.issuer.now())
    }
  })

  it('signs in afresh once, and not twice, in the second of the sign-in before', async () => {
    await allow()
    const page = await browser.open(authorizationParams({ prompt: 'login' }))
    const answer = await browser.signIn(page, '')
    assert(sentToClient(answer).params.get('code'))
  })

  it('skips consent for a first-party app, and still lists it', async () => {
    await world.issuer.store.commit([{ do: 'put-client', client: aClient('own', { consent: 'never' }) }])
    const answer = await browser.signIn(await browser.open(authorizationParams({ client_id: 'own' })))
    assert(sentToClient(answer).params.get('code'))
    assert.deepEqual((await world.issuer.store.consents.find('person-alice', 'own'))?.scope, [
      'openid',
      'email',
      'photos:read',
    ])
  })

  it('does not answer for somebody who was turned off meanwhile', async () => {
    await allow()
    await world.issuer.store.commit([
      { do: 'put-person', person: { ...aPerson('person-alice', 'alice'), disabled: true } },
    ])
    assert.equal(
      sentToClient(await browser.open(authorizationParams({ prompt: 'none' }))).params.get('error'),
      'login_required',
    )
  })

  it('lets a session end when its time is over', async () => {
    await allow()
    world.wait(12 * 3_600)
    shown(await browser.open(authorizationParams()), 'sign-in')
  })

  it("gives up the oldest codes of a session that is led here again and again, and nobody else's (RFC 6819 §4.4.1.11) [RFC6819-4.4.1.11-01]", async () => {
    const other = new Browser(world)
    const theirs = sentToClient(
      await other.submit(await other.signIn(await other.open(authorizationParams()), 'bob'), { decision: 'allow' }),
    )
    await allow()
    const given: (string | null)[] = []
    for (let count = 0; count < 100; count++) {
      given.push(sentToClient(await browser.open(authorizationParams())).params.get('code'))
    }
    const live = await Promise.all(given.map((code) => codeIn(new URLSearchParams({ code: String(code) }))))
    const first = live.findIndex((code) => code !== undefined)
    assert(live.slice(first).every((code) => code !== undefined))
    assert(live.length - first >= 32 && live.length - first < 50, `${live.length - first} are left`)
    assert(await codeIn(theirs.params))
  })

  it('records one flow from the first request to the answer, with the rules it passed and no secret', async () => {
    const { params } = sentToClient(await allow())
    const [first] = world.observed
    assert(world.observed.every(({ flow }) => flow === first?.flow))
    assert.deepEqual(
      world.observed.map(({ band, step, outcome }) => [band, step, outcome]),
      [
        ['request', 1, 'ok'],
        ['sign-in', 2, 'shown'],
        ['sign-in', 2, 'ok'],
        ['consent', 2, 'shown'],
        ['consent', 2, 'ok'],
        ['code', 3, 'ok'],
      ],
    )
    assert((first?.checks?.length ?? 0) > 10 && first?.checks?.every(({ ok }) => ok))
    const withoutResult = world.observed.map(({ result: _, ...event }) => event)
    assert.doesNotMatch(JSON.stringify(withoutResult), new RegExp(`${params.get('code')}|print my photos`))
  })

  it('asks the database once for whoever is signed in and has allowed, and once to keep the code', async () => {
    await allow()
    const { store } = world.issuer
    const asked: string[] = []
    const { clients, resources, people, sessions, consents } = store
    const listening = {
      ...store,
      ...heard({ clients, resources, people, sessions, consents }, asked),
      registry: () => asked.push('registry') && store.registry(),
      commit: (writes: readonly Write[]) => asked.push('commit') && store.commit(writes),
    }
    const again = new Browser({ ...world, issuer: { ...world.issuer, store: listening as Store } })
    for (const [name, cookie] of browser.cookies) again.cookies.set(name, cookie)
    sentToClient(await again.open(authorizationParams()))
    assert.deepEqual(asked, ['registry', 'sessions.ofBrowser', 'commit'])
  })

  it('records a request that is answered at once together with its answer', async () => {
    await allow()
    const before = world.observed.length
    await browser.open(authorizationParams())
    const [event, ...more] = world.observed.slice(before)
    assert.deepEqual(more, [])
    assert.deepEqual([event?.band, event?.step, event?.outcome, event?.status], ['request', 1, 'ok', 303])
    assert.deepEqual(
      [...(event?.result ?? [])].map(([name]) => name),
      ['code', 'state', 'iss'],
    )
    assert(event?.person === 'person-alice' && event.grant && [...(event.params ?? [])].length > 5)
  })

  it('records a silent request that is refused with the answer that it got (OpenID Connect Core §3.1.2.6)', async () => {
    await browser.open(authorizationParams({ prompt: 'none' }))
    assert.deepEqual(
      world.observed.map(({ step, outcome, refused }) => [step, outcome, refused?.reason]),
      [
        [1, 'ok', undefined],
        [3, 'refused', 'login_required'],
      ],
    )
  })
})

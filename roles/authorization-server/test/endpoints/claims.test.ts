import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { sharedPostgres } from '../../../../tests/support/postgres.ts'
import { introspection } from '../../src/endpoints/introspection.ts'
import { token } from '../../src/endpoints/token.ts'
import { userinfo } from '../../src/endpoints/userinfo.ts'
import { acrValuesSupported } from '../../src/flow/acr.ts'
import { hashOf } from '../../src/handles.ts'
import { basic, claimsOf, clientRecord, createWorld, redemption } from '../support/back-channel/world.ts'
import { Browser, sentToClient, shown } from '../support/front-channel/browser.ts'
import { aClient, alice, authorizationParams, openWorld, type World } from '../support/front-channel/world.ts'

const asking = (claims: unknown, change: Readonly<Record<string, string>> = {}) =>
  authorizationParams({ scope: 'openid', claims: JSON.stringify(claims), ...change })

describe('claims asked for by name (OpenID Connect Core §5.5)', () => {
  let world: World
  let browser: Browser
  beforeEach(async () => {
    world = await openWorld()
    browser = new Browser(world)
  })
  afterEach(() => world.storage.close())

  const claimsOfCode = async (params: URLSearchParams) =>
    (await world.issuer.store.codes.find(hashOf(params.get('code') ?? '')))?.code.claims

  it('are shown one by one with their values, the needed ones fixed, and only what is allowed is kept [OIDC-Core-3.1.2.4-01]', async () => {
    const claims = {
      userinfo: { name: { essential: true }, email: null, phone_number: null },
      id_token: { email: null },
    }
    const page = await browser.signIn(await browser.open(asking(claims)))
    const rows = shown(page, 'consent').groups.flatMap(({ permissions }) => permissions)
    assert.deepEqual(
      rows.map(({ scope, claim, optional, ticked, values }) => [scope, claim, optional, ticked, values[0]?.value]),
      [
        ['openid', undefined, false, true, undefined],
        ['"name"', 'name', false, true, 'alice Example'],
        ['"email"', 'email', true, true, 'alice@example.com'],
        ['"phone_number"', 'phone_number', true, true, undefined],
      ],
    )
    const { params } = sentToClient(await browser.submit(page, { decision: 'allow', scope: ['"phone_number"'] }))
    assert.deepEqual(await claimsOfCode(params), { userinfo: { name: null, phone_number: null }, idToken: {} })
  })

  it('are asked for once, and again when more of them are', async () => {
    const first = asking({ userinfo: { name: null } })
    await browser.submit(await browser.signIn(await browser.open(first)), { decision: 'allow', scope: ['"name"'] })
    const silent = sentToClient(await browser.open(asking({ id_token: { name: null } }, { prompt: 'none' })))
    assert.deepEqual(await claimsOfCode(silent.params), { userinfo: {}, idToken: { name: null } })
    const more = asking({ userinfo: { name: null, email: null } })
    const rows = shown(await browser.open(more), 'consent').groups.flatMap(({ permissions }) => permissions)
    assert.deepEqual(
      rows.map(({ scope, state }) => [scope, state]),
      [
        ['openid', 'already-allowed'],
        ['"name"', 'already-allowed'],
        ['"email"', 'new'],
      ],
    )
    more.set('prompt', 'none')
    const less = sentToClient(await browser.open(more))
    assert.deepEqual(await claimsOfCode(less.params), { userinfo: { name: null }, idToken: {} })
  })

  it('need no question beyond a scope that gives them, and none at a first-party app', async () => {
    const covered = asking({ userinfo: { email: null } }, { scope: 'openid email' })
    const page = await browser.signIn(await browser.open(covered))
    assert.equal(shown(page, 'consent').groups.flatMap(({ permissions }) => permissions).length, 2)
    await world.issuer.store.commit([{ do: 'put-client', client: aClient('shop', { consent: 'never' }) }])
    const { params } = sentToClient(await browser.open(asking({ userinfo: { name: null } })))
    assert.deepEqual(await claimsOfCode(params), { userinfo: { name: null }, idToken: {} })
  })

  it('are no way around the scopes that the client is registered for (§5.5)', async () => {
    const client = aClient('shop', { consent: 'never', scope: 'openid email' })
    await world.issuer.store.commit([{ do: 'put-client', client }])
    await browser.signIn(await browser.open(asking({})))
    const names = { email: null, name: { essential: true }, phone_number: null }
    const { params } = sentToClient(await browser.open(asking({ userinfo: names, id_token: names })))
    assert.deepEqual(await claimsOfCode(params), { userinfo: { email: null }, idToken: { email: null } })
  })

  it('are not given by the consent of somebody who was shown them when the client still had their scope', async () => {
    const names = { email: null, name: null }
    const page = await browser.signIn(await browser.open(asking({ userinfo: names, id_token: names })))
    await world.issuer.store.commit([{ do: 'put-client', client: aClient('shop', { scope: 'openid email' }) }])
    const again = await browser.submit(page, { decision: 'allow', scope: ['"name"', '"email"'] })
    const { params } = sentToClient(await browser.submit(again, { decision: 'allow', scope: ['"name"', '"email"'] }))
    assert.deepEqual(await claimsOfCode(params), { userinfo: { email: null }, idToken: { email: null } })
  })

  it('mean nothing without openid', async () => {
    const plain = asking({ userinfo: { name: null } }, { scope: 'photos:read' })
    const page = await browser.signIn(await browser.open(plain))
    const { params } = sentToClient(await browser.submit(page, { decision: 'allow' }))
    assert.equal(await claimsOfCode(params), null)
  })

  it('can be taken back one by one, and are gone from every grant at once', async () => {
    const page = await browser.signIn(await browser.open(asking({ userinfo: { name: null, email: null } })))
    const { params } = sentToClient(await browser.submit(page, { decision: 'allow', scope: ['"name"', '"email"'] }))
    const { store } = world.issuer
    const code = (await store.codes.find(hashOf(params.get('code') ?? '')))?.code
    assert(code)
    const now = world.issuer.now()
    const { codeHash: _, redirectUri: _u, redirectUriSent: _s, codeChallenge: _c, redeemedAt: _r, ...kept } = code
    const grant = { ...kept, lastUsedAt: now, expiresAt: now + 9_000, revokedAt: null }
    await store.commit([{ do: 'insert-grant', grant }])
    const app = shown(await browser.get('/account/apps/shop'), 'app')
    assert.deepEqual(
      app.groups.flatMap(({ permissions }) => permissions.map(({ scope }) => scope)),
      ['openid', '"name"', '"email"'],
    )
    await browser.post('/account/apps/shop', { csrf: app.csrf, remove: 'permission', scope: '"name"' })
    const left = await store.grants.find(code.grantId)
    assert.deepEqual(left?.grant.claims, { userinfo: { email: null }, idToken: {} })
    assert.equal(left?.grant.revokedAt, null)
  })

  it('refuses what is not written as JSON asks, and more than fits [OIDC-Core-5.5-01]', async () => {
    for (const claims of ['{"userinfo":', '{"userinfo":{"name":true}}', `{"x":"${'x'.repeat(3_000)}"}`]) {
      const { params } = sentToClient(await browser.open(authorizationParams({ claims })))
      assert.equal(params.get('error'), 'invalid_request', claims.slice(0, 30))
    }
  })

  it('answers for the sub that is asked for and for nobody else, and tells nobody whose it is [OIDC-Core-3.1.2.2-02]', async () => {
    for (const sub of [alice.personId, 'person-nobody']) {
      const other = new Browser(world)
      const wanted = asking({ id_token: { sub: { value: sub } } })
      const signIn = shown(await other.open(wanted), 'sign-in')
      assert.deepEqual([signIn.login, signIn.confirm], ['', false])
      const { params } = sentToClient(await other.signIn(await other.open(wanted), 'bob'))
      assert.equal(params.get('error'), 'login_required')
    }
    const wanted = asking({ id_token: { sub: { value: alice.personId } } })
    const page = await browser.signIn(await browser.open(wanted))
    assert.equal(shown(page, 'consent').person.login, 'alice@example.com')
    const two = asking({ id_token: { sub: { value: 'a' } }, userinfo: { sub: { value: 'b' } } })
    assert.equal(sentToClient(await browser.open(two)).params.get('error'), 'invalid_request')
  })

  it('refuses an essential acr that cannot be reached, and no wish (§5.5.1.1) [OIDC-Core-5.5.1.1-01] [OIDC-UAR-1-01]', async () => {
    const acr = { essential: true, values: ['urn:mace:incommon:iap:silver'] }
    const { params } = sentToClient(await browser.open(asking({ id_token: { acr } })))
    assert.equal(params.get('error'), 'unmet_authentication_requirements')
    assert.equal(params.get('state'), 'the state')
    const fine = [
      { id_token: { acr: { ...acr, essential: false } } },
      { id_token: { acr: { essential: true } } },
      { id_token: { acr: { essential: true, values: ['other', ...acrValuesSupported] } } },
    ]
    for (const claims of fine) shown(await browser.open(asking(claims)), 'sign-in')
    shown(
      await browser.open(authorizationParams({ acr_values: '1 2', display: 'wap', claims_locales: 'se' })),
      'sign-in',
    )
  })
})

describe('claims that were allowed', () => {
  it('are told at userinfo or in the ID token, as asked, and left out when missing or another [OIDC-Core-5.5.1-01]', async () => {
    await using world = await createWorld()
    const claims = {
      userinfo: { name: null, zoneinfo: null, email: ['somebody@else.example'] },
      idToken: { email: null, nickname: null },
    }
    const form = redemption(await world.code({ scope: ['openid', 'offline_access'], resources: [], claims }))
    const { body } = await world.call(token, { form })
    const idToken = JSON.parse(Buffer.from(String(body.id_token).split('.')[1] ?? '', 'base64url').toString())
    assert.equal(typeof idToken.email, 'string')
    assert.deepEqual(
      ['name', 'nickname', 'zoneinfo'].filter((claim) => claim in idToken),
      [],
    )
    assert.equal(idToken.acr, acrValuesSupported[0])
    const bearer = { headers: { authorization: `Bearer ${body.access_token}` } }
    const told = await world.call(userinfo, bearer)
    assert.deepEqual(Object.keys(told.body).toSorted(), ['name', 'sub'])
  })
})

const places: Readonly<Record<string, () => Promise<string>>> = {
  memory: async () => 'memory',
  PostgreSQL: async () => (await sharedPostgres()).createDatabase(),
}

for (const [name, place] of Object.entries(places)) {
  describe(`a client that lost scopes since, on ${name}`, () => {
    const registered = (scope: string) =>
      ({ do: 'put-client', client: clientRecord('app', { rotate_refresh_tokens: false, scope }) }) as const
    const everything = 'openid offline_access profile email photos.read'
    const claims = { userinfo: { name: null, email: null }, idToken: { name: null, email: null } }
    const told = (body: Readonly<Record<string, unknown>>) => ['name', 'email'].filter((claim) => claim in body)

    it('is told no claim any more that they gave, by name or by scope: in ID tokens, when they are refreshed and at userinfo (OpenID Connect Core §5.4, §5.5)', async () => {
      await using world = await createWorld({ location: await place() })
      await world.put(registered(everything))
      const code = { scope: ['openid', 'offline_access'], resources: [], claims }
      const early = await world.code(code)
      const late = redemption(await world.code(code))
      const byScope = redemption(await world.code({ scope: ['openid', 'profile', 'email'], resources: [] }))
      const signedIn = await world.call(token, { form: redemption(early) })
      const scoped = await world.call(token, { form: byScope })
      assert.deepEqual(told(claimsOf(signedIn.body.id_token)), ['name', 'email'])

      await world.put(registered('openid offline_access email'))
      const atUserinfo = async ({ body }: typeof signedIn) =>
        told((await world.call(userinfo, { headers: { authorization: `Bearer ${body.access_token}` } })).body)
      const form = { grant_type: 'refresh_token', refresh_token: String(signedIn.body.refresh_token), client_id: 'app' }
      assert.deepEqual(told(claimsOf((await world.call(token, { form: late })).body.id_token)), ['email'])
      assert.deepEqual(told(claimsOf((await world.call(token, { form })).body.id_token)), ['email'])
      assert.deepEqual(await atUserinfo(signedIn), ['email'])
      assert.deepEqual(await atUserinfo(scoped), ['email'])
    })

    it('holds tokens that say so to their resource server, and are none for a resource that it lost (RFC 7662 §2.2)', async () => {
      await using world = await createWorld({ location: await place() })
      await world.put(registered(everything))
      const { body } = await world.call(token, { form: redemption(await world.code()) })
      const asked = async () => {
        const form = { token: String(body.access_token) }
        return (await world.call(introspection, { form, headers: basic('library') })).body
      }
      assert.equal((await asked()).scope, 'openid offline_access photos.read')
      await world.put(registered('openid email'))
      assert.equal((await asked()).scope, 'openid')
      await world.put({ do: 'put-client', client: clientRecord('app', { resources: [] }) })
      assert.deepEqual(await asked(), { active: false })
    })
  })
}

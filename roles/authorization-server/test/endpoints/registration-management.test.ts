/** A client manages what it registered, with its own token and nobody else's; of two at once each is decided alone. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { clientFrom } from '../../src/client.ts'
import { introspection } from '../../src/endpoints/introspection.ts'
import { registration } from '../../src/endpoints/registration.ts'
import { endRegistered, readRegistered, replaceRegistered } from '../../src/endpoints/registration-management.ts'
import { token } from '../../src/endpoints/token.ts'
import { hashOf } from '../../src/handles.ts'
import { forgetUnused } from '../../src/registration/unused.ts'
import { alice, basic, createWorld, redemption, type World } from '../support/back-channel/world.ts'

const redirect_uris = ['https://shop.example/callback']

interface Mine {
  readonly id: string
  readonly secret: string
  readonly token: string
}

describe('managing a registration (RFC 7592)', () => {
  let world: World
  before(async () => {
    world = await createWorld({ settings: { registration: 'open', registrationsPerHour: 10_000 } })
  })
  after(() => world[Symbol.asyncDispose]())

  const register = async (more: object = {}): Promise<Mine> => {
    const { body } = await world.call(registration, { json: { redirect_uris, ...more } })
    return {
      id: String(body.client_id),
      secret: String(body.client_secret),
      token: String(body.registration_access_token),
    }
  }
  const calling = (endpoint: typeof readRegistered) => (mine: Pick<Mine, 'id' | 'token'>, json?: object) =>
    world.call(endpoint, {
      parts: { client: mine.id },
      headers: mine.token === '' ? {} : { authorization: `Bearer ${mine.token}` },
      json,
    })
  const read = calling(readRegistered)
  const replace = calling(replaceRegistered)
  const end = calling(endRegistered)
  const redeem = async ({ id, secret }: Mine) => {
    const code = await world.code({ clientId: id, redirectUri: 'https://shop.example/callback' })
    const form = redemption(code, { redirect_uri: redirect_uris[0], client_id: undefined })
    return world.call(token, { form, headers: basic(id, secret) })
  }

  it('reads what is registered, with the token and the address to manage it (§2.1, §3) [RFC7592-3-02] [RFC7592-3-01]', async () => {
    const mine = await register({ initiate_login_uri: 'https://shop.example/login' })
    const { status, body, headers } = await read(mine)
    assert.equal(status, 200)
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(body.initiate_login_uri, 'https://shop.example/login')
    assert.equal(body.registration_access_token, mine.token)
    assert.equal(body.registration_client_uri, `https://id.example/register/${mine.id}`)
    assert.ok(!('client_secret' in body), 'which is kept as a hash only')
    assert.equal(body.client_secret_expires_at, 0)
  })

  it('hears only the token of that client, and tells unknown from foreign to nobody (§2.1, §5) [RFC7592-2.1-02] [RFC7592-5-01] [OIDC-DCR-4.4-01]', async () => {
    const [mine, other] = [await register(), await register()]
    const wrong = [
      { id: mine.id, token: other.token },
      { id: mine.id, token: mine.secret },
      { id: 'nobody', token: mine.token },
      { id: 'app', token: mine.token },
    ]
    const answers = []
    for (const attempt of wrong) {
      for (const call of [read, end]) answers.push(await call(attempt))
      answers.push(await replace(attempt, { client_id: attempt.id, redirect_uris }))
    }
    for (const { status, body, headers } of answers) {
      assert.deepEqual([status, body.error], [401, 'invalid_token'])
      assert.match(headers['www-authenticate'] ?? '', /^Bearer .*error="invalid_token"/)
    }
    assert.equal(new Set(answers.map(({ body }) => body.error_description)).size, 1)
    const none = await read({ id: mine.id, token: '' })
    assert.equal(none.status, 401)
    assert.doesNotMatch(none.headers['www-authenticate'] ?? '', /error=/)
    assert.equal((await read(mine)).status, 200)
  })

  it('replaces all, and forgets what is left out (§2.2) [RFC7592-2.2-01]', async () => {
    const mine = await register({ client_name: 'Old', policy_uri: 'https://shop.example/policy' })
    const { status, body } = await replace(mine, { client_id: mine.id, redirect_uris, client_name: 'New' })
    assert.deepEqual([status, body.client_name, body.policy_uri], [200, 'New', undefined])
    const kept = (await read(mine)).body
    assert.deepEqual([kept.client_name, kept.policy_uri], ['New', undefined])
    assert.equal((await redeem(mine)).status, 200, 'with the secret that it had')
  })

  it('keeps what an administrator set beside it, and lets nobody reach it (§2.2)', async () => {
    const mine = await register({ policy_uri: 'https://shop.example/policy' })
    const client = await world.issuer.store.clients.find(mine.id)
    assert(client)
    const ours = { resources: ['https://photos.example'], introspects: ['https://photos.example'], require_pkce: true }
    await world.put({ do: 'put-client', client: { ...client, metadata: { ...client.metadata, ...ours } } })
    const asked = { client_id: mine.id, redirect_uris, resources: [], introspects: [], consent: 'never' }
    assert.equal((await replace(mine, asked)).status, 200)
    const { metadata } = (await world.issuer.store.clients.find(mine.id)) ?? client
    const { resources, introspects, require_pkce, consent, reviewed, policy_uri } = metadata
    assert.deepEqual({ resources, introspects, require_pkce }, ours)
    assert.deepEqual([consent, reviewed, policy_uri], [undefined, false, undefined])
  })

  it('keeps an exemption from PKCE that an administrator gave, for as long as it has credentials (§2.2; RFC 9700 §2.1.1)', async () => {
    const mine = await register()
    const client = await world.issuer.store.clients.find(mine.id)
    assert(client)
    const ours = { require_pkce: false, rotate_refresh_tokens: false }
    await world.put({ do: 'put-client', client: { ...client, metadata: { ...client.metadata, ...ours } } })
    const afterChange = async (more: object) => {
      assert.equal((await replace(mine, { client_id: mine.id, redirect_uris, ...more })).status, 200)
      const record = await world.issuer.store.clients.find(mine.id)
      assert(record)
      const { requirePkce, rotateRefreshTokens } = clientFrom(record)
      return { requirePkce, rotateRefreshTokens }
    }
    const exempt = { requirePkce: false, rotateRefreshTokens: false }
    assert.deepEqual(await afterChange({ client_name: 'New' }), exempt)
    const held = { requirePkce: true, rotateRefreshTokens: true }
    assert.deepEqual(await afterChange({ token_endpoint_auth_method: 'none' }), held)
    assert.deepEqual(await afterChange({}), exempt)
  })

  it('earns an exemption from PKCE anew with each change: by the profile, and with credentials (RFC 9700 §2.1.1)', async () => {
    await using compatible = await createWorld({ settings: { registration: 'open', compatibleProfile: true } })
    const { body } = await compatible.call(registration, { json: { redirect_uris } })
    const id = String(body.client_id)
    const requiresAfter = async (settings: object, more: object) => {
      const issuer = { ...compatible.issuer, settings: { ...compatible.issuer.settings, ...settings } }
      const said = await compatible.call((request) => replaceRegistered(request, issuer), {
        parts: { client: id },
        headers: { authorization: `Bearer ${body.registration_access_token}` },
        json: { client_id: id, redirect_uris, ...more },
      })
      assert.equal(said.status, 200)
      const record = await compatible.issuer.store.clients.find(id)
      return record && clientFrom(record).requirePkce
    }
    assert.equal(await requiresAfter({}, {}), false)
    assert.equal(await requiresAfter({}, { token_endpoint_auth_method: 'none' }), true)
    assert.equal(await requiresAfter({}, {}), false)
    assert.equal(await requiresAfter({ compatibleProfile: false }, {}), true)
  })

  it('is refused for another client_id, another secret, or what nobody can register (§2.2) [RFC7592-2.2-03]', async () => {
    const mine = await register()
    const wrong = [
      { redirect_uris },
      { client_id: 'app', redirect_uris },
      { client_id: mine.id, redirect_uris, client_secret: 'one that I made up myself' },
      { client_id: mine.id, redirect_uris, logo_uri: 'ftp://shop.example' },
    ]
    for (const json of wrong) {
      const said = await replace(mine, json)
      assert.deepEqual([said.status, said.body.error], [400, 'invalid_client_metadata'])
    }
    assert.equal((await replace(mine, { client_id: mine.id })).body.error, 'invalid_redirect_uri')
    assert.equal((await replace(mine, { client_id: mine.id, redirect_uris, client_secret: mine.secret })).status, 200)
  })

  it('gives a new secret to a client that gets to need one, and takes it from one that does not any more (§2.2)', async () => {
    const mine = await register({ token_endpoint_auth_method: 'none' })
    const asked = { client_id: mine.id, redirect_uris }
    const { body } = await replace(mine, asked)
    assert.match(String(body.client_secret), /^[\w-]{43}$/)
    assert.equal((await redeem({ ...mine, secret: String(body.client_secret) })).status, 200)
    const without = await replace(mine, { ...asked, token_endpoint_auth_method: 'none' })
    assert.ok(!('client_secret' in without.body) && !('client_secret_expires_at' in without.body))
    assert.deepEqual((await world.issuer.store.clients.find(mine.id))?.secrets, [])
  })

  it('decides each of many changes at once, and keeps the last whole (§2.2)', async () => {
    const mine = await register()
    const names = ['One', 'Two', 'Three']
    const changes = names.map((client_name) =>
      replace(mine, { client_id: mine.id, redirect_uris, client_name, contacts: [client_name] }),
    )
    for (const { status } of await Promise.all(changes)) assert.equal(status, 200)
    const { client_name, contacts } = (await read(mine)).body
    assert.deepEqual([client_name], contacts)
    assert.equal((await world.issuer.store.registrations.find(mine.id))?.version, names.length)
  })

  it('ends with 204 and takes everything along: id, secret, token, grants (§2.3) [RFC7592-2.3-01]', async () => {
    const mine = await register({ grant_types: ['authorization_code', 'refresh_token'] })
    const { body } = await redeem(mine)
    assert.equal((await end(mine)).status, 204)
    for (const call of [read, end]) assert.equal((await call(mine)).status, 401)
    assert.equal((await redeem(mine)).status, 401)
    const form = { token: String(body.access_token) }
    const seen = await world.call(introspection, { form, headers: basic('library') })
    assert.deepEqual(seen.body, { active: false })
  })

  it('ends once, and no change or token that is under way brings it back (§2.3) [RFC7592-2.3-01]', async () => {
    for (let round = 0; round < 10; round++) {
      const mine = await register()
      const [first, second, changed, redeemed] = await Promise.all([
        end(mine),
        end(mine),
        replace(mine, { client_id: mine.id, redirect_uris, client_name: 'Late' }),
        redeem(mine),
      ])
      assert.deepEqual([first.status, second.status].toSorted(), [204, 401])
      assert.ok([200, 401].includes(changed.status))
      assert.equal(await world.issuer.store.clients.find(mine.id), undefined)
      if (redeemed.status !== 200) continue
      const form = { token: String(redeemed.body.access_token) }
      const seen = await world.call(introspection, { form, headers: basic('library') })
      assert.deepEqual(seen.body, { active: false })
    }
  })
})

describe('changes of registrations that nobody vouches for', () => {
  it('are as many in an hour as registrations are (RFC 7591 §5) [RFC7591-5-01]', async () => {
    await using world = await createWorld({ settings: { registration: 'open', registrationsPerHour: 2 } })
    const { body } = await world.call(registration, { json: { redirect_uris } })
    const change = () =>
      world.call(replaceRegistered, {
        parts: { client: String(body.client_id) },
        headers: { authorization: `Bearer ${body.registration_access_token}` },
        json: { client_id: body.client_id, redirect_uris },
      })
    assert.equal((await change()).status, 200)
    assert.equal((await change()).status, 429)
    world.clock.now += 3_600
    assert.equal((await change()).status, 200)
  })
})

describe('a client that came uninvited and that nobody uses', () => {
  it('is forgotten in time, unless somebody allows it something', async () => {
    await using world = await createWorld({ settings: { registration: 'open', registrationUnused: 1_000 } })
    const { store } = world.issuer
    const register = async () => String((await world.call(registration, { json: { redirect_uris } })).body.client_id)
    const [idle, used] = [await register(), await register()]
    const consent = {
      ...{ personId: alice.personId, clientId: used, scope: ['openid'], resources: [] },
      ...{ shown: { name: used, host: 'shop.example' }, createdAt: 0, updatedAt: 0 },
    }
    await world.put({ do: 'put-consent', consent })
    assert.equal(await forgetUnused(world.issuer), 0)
    world.clock.now += 1_000
    assert.equal(await forgetUnused(world.issuer), 1)
    assert.equal(await (await store.registry()).client(idle), undefined)
    assert.notEqual(await (await store.registry()).client(used), undefined)
    assert.equal((await store.registrations.find(used))?.dueAt, world.clock.now + 1_000)
  })

  it('is never forgotten when it came with an invitation', async () => {
    const invitation = 'an-initial-access-token-of-32-characters'
    const settings = { registration: 'token', registrationTokens: [hashOf(invitation)] } as const
    await using world = await createWorld({ settings })
    const headers = { authorization: `Bearer ${invitation}` }
    await world.call(registration, { json: { redirect_uris }, headers })
    world.clock.now += 10 * 365 * 86_400
    assert.equal(await forgetUnused(world.issuer), 0)
  })
})

/** A client introduces itself: what it may say, what it is told, and who may say it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { clientFrom } from '../../src/client.ts'
import { metadata } from '../../src/endpoints/metadata.ts'
import { registration } from '../../src/endpoints/registration.ts'
import { token } from '../../src/endpoints/token.ts'
import { hashOf } from '../../src/handles.ts'
import type { Outgoing, OutgoingAnswer } from '../../src/ports/outgoing.ts'
import { eventOf, keyedDigest } from '../../src/trace/redact.ts'
import { type Call, createWorld, redemption, verifier, type World } from '../support/back-channel/world.ts'

const redirect_uris = ['https://shop.example/callback']
const bearer = (value: string) => ({ authorization: `Bearer ${value}` })
const initial = 'an initial access token of more than 32 characters'.replaceAll(' ', '-')

const key = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }

describe('registering a client (RFC 7591 §3.1)', () => {
  let world: World
  before(async () => {
    world = await createWorld({ settings: { registration: 'open', registrationsPerHour: 10_000 } })
  })
  after(() => world[Symbol.asyncDispose]())
  const register = (json: unknown, call: Call = {}) => world.call(registration, { json, ...call })

  it('answers 201 with a new name, a new secret, and everything that is registered, defaults too (RFC 7591 §2, §3.2.1; OpenID DCR §3.2) [RFC7591-2-03] [RFC7591-3.1-01] [RFC7591-3.2.1-01] [RFC7591-3.2.1-02] [OIDC-DCR-3.2-01] [RFC7592-3-01]', async () => {
    const asked = { redirect_uris, client_name: 'Shop', 'client_name#de': 'Laden', contacts: ['a@shop.example'] }
    const [one, two] = await Promise.all([register({ ...asked, client_id: 'app' }), register(asked)])
    assert.equal(one.status, 201)
    assert.equal(one.headers['cache-control'], 'no-store')
    const { client_id, client_secret, registration_access_token, ...rest } = one.body
    assert.deepEqual(rest, {
      ...asked,
      application_type: 'web',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      subject_type: 'public',
      id_token_signed_response_alg: 'RS256',
      client_id_issued_at: world.clock.now,
      client_secret_expires_at: 0,
      registration_client_uri: `https://id.example/register/${client_id}`,
    })
    assert.notEqual(client_id, 'app')
    for (const name of ['client_id', 'client_secret', 'registration_access_token']) {
      assert.notEqual(one.body[name], two.body[name])
    }
    assert.match(String(client_secret), /^[\w-]{43}$/)
    assert.match(String(registration_access_token), /^[\w-]{43}$/)
  })

  it('keeps neither secret nor token, only their hashes [RFC7591-5-02]', async () => {
    const { body } = await register({ redirect_uris })
    const id = String(body.client_id)
    const kept = [await world.issuer.store.clients.find(id), await world.issuer.store.registrations.find(id)]
    const text = JSON.stringify(kept)
    for (const name of ['client_secret', 'registration_access_token']) {
      assert.ok(!text.includes(String(body[name])), name)
      assert.ok(text.includes(hashOf(String(body[name]))), name)
    }
  })

  it('records neither secret nor token, nor what a stranger says of themselves', async () => {
    world.observed.length = 0
    const { body } = await register({ redirect_uris, client_name: 'Said by a stranger', contacts: ['a@shop.example'] })
    const digest = keyedDigest('a key of the record')
    const events = world.observed.map((observed) => eventOf(observed, { id: '1', omitted: 0, digest }))
    assert.deepEqual([events.length, events[0]?.client], [1, body.client_id])
    const text = JSON.stringify(events)
    const hidden = [body.client_secret, body.registration_access_token, 'Said by a stranger', 'a@shop.example']
    for (const value of hidden) assert.ok(!text.includes(String(value)), String(value))
  })

  it('lets the client redeem a code at once with the secret that it was given [RFC7591-3.2.1-01]', async () => {
    const { body } = await register({ redirect_uris, token_endpoint_auth_method: 'client_secret_post' })
    const clientId = String(body.client_id)
    const code = await world.code({ clientId, redirectUri: 'https://shop.example/callback' })
    const form = {
      ...redemption(code, { client_id: clientId, redirect_uri: redirect_uris[0] }),
      client_secret: String(body.client_secret),
      code_verifier: verifier,
    }
    assert.equal((await world.call(token, { form })).status, 200)
  })

  it('gives no secret to a client without credentials or with keys [RFC7591-3.2.1-01] (attack 72)', async () => {
    const withKeys = { redirect_uris, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key] } }
    for (const asked of [{ redirect_uris, token_endpoint_auth_method: 'none' }, withKeys]) {
      const { status, body } = await register(asked)
      assert.equal(status, 201)
      assert.ok(!('client_secret' in body) && !('client_secret_expires_at' in body))
    }
  })

  it('ignores what it does not know, what is null, and what is ours to say [RFC7591-2-01]', async () => {
    const strange = {
      tls_wallet: 'x',
      jwks: null,
      consent: 'never',
      require_pkce: false,
      reviewed: true,
      declared: true,
    }
    const { status, body } = await register({ redirect_uris, ...strange })
    assert.equal(status, 201)
    for (const name of Object.keys(strange)) assert.ok(!(name in body), name)
    const record = await world.issuer.store.clients.find(String(body.client_id))
    assert.equal(record?.metadata.consent, undefined)
    assert.equal(record?.metadata.reviewed, false)
    assert.equal(record?.declared, false)
  })

  it('brings grant_types and response_types together when one is left out (RFC 7591 §2.1) [RFC7591-2.1-01]', async () => {
    const grantsFor = async (response_types: readonly string[]) =>
      (await register({ redirect_uris, response_types })).body.grant_types
    assert.deepEqual(await grantsFor(['id_token']), ['implicit'])
    assert.deepEqual(await grantsFor(['id_token code']), ['authorization_code', 'implicit'])
    assert.deepEqual(await grantsFor(['code']), ['authorization_code'])
  })

  it('registers of the scopes that were asked for those that there are', async () => {
    const { body } = await register({ redirect_uris, scope: 'openid photos.read nothing.such' })
    assert.equal(body.scope, 'openid photos.read')
  })

  const redirects: readonly (readonly [title: string, uris: readonly unknown[], more?: object])[] = [
    ['a fragment', ['https://shop.example/cb#x']],
    ['plain http', ['http://shop.example/cb']],
    ['a relative address', ['/cb']],
    ['a wildcard', ['https://*.shop.example/cb']],
    ['a scheme that runs', ['javascript:alert(1)']],
    ['a user in it', ['https://shop.example@attacker.example/cb']],
    ['a number', [7]],
    ['nothing', []],
    ['localhost for an implicit web client', ['https://localhost/cb'], { response_types: ['id_token'] }],
    ['http for an implicit web client', ['http://127.0.0.1/cb'], { response_types: ['id_token'] }],
    ['a host that a browser would not read', ['https:shop.example/cb']],
    ['one slash, as of a place on the page that leads there', ['https:/shop.example/cb']],
    ['three slashes', ['https:///shop.example/cb']],
    [
      'another name of localhost for an implicit web client',
      ['https://app.localhost./cb'],
      { response_types: ['id_token'] },
    ],
    ['https for a native client', ['https://shop.example/cb'], { application_type: 'native' }],
  ]
  for (const [title, uris, more] of redirects) {
    it(`refuses a redirect address with ${title} (OpenID DCR §2) [OIDC-DCR-2-01] [OIDC-DCR-2-02] [OIDC-DCR-2-03] [OIDC-DCR-3.3-01] [RFC7591-3.2.2-01] (attack 3) (attack 14)`, async () => {
      const said = await register({ redirect_uris: uris, ...more })
      assert.equal(said.status, 400)
      assert.equal(said.body.error, 'invalid_redirect_uri')
      assert.match(String(said.body.error_description), /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    })
  }

  it('takes loopback addresses and schemes of their own from native clients (OpenID DCR §2) [OIDC-DCR-2-03]', async () => {
    const uris = ['http://localhost/cb', 'http://127.0.0.1/cb', 'http://[::1]/cb', 'com.example.app:/cb']
    assert.equal((await register({ redirect_uris: uris, application_type: 'native' })).status, 201)
  })

  const faults: readonly (readonly [title: string, asked: object])[] = [
    ['an unknown response type', { response_types: ['magic'] }],
    ['an unknown method', { token_endpoint_auth_method: 'magic' }],
    [
      'response types without their grant [RFC7591-2.1-01]',
      { response_types: ['code id_token'], grant_types: ['authorization_code'] },
    ],
    ['a token through the browser in the secure profile', { response_types: ['id_token token'] }],
    ['jwks and jwks_uri both [RFC7591-2-04]', { jwks: { keys: [key] }, jwks_uri: 'https://shop.example/jwks' }],
    ['a private key', { jwks: { keys: [{ ...key, d: 'd' }] } }],
    ['private_key_jwt without keys', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['initiate_login_uri without https [OIDC-DCR-2-08]', { initiate_login_uri: 'http://127.0.0.1/login' }],
    ['sector_identifier_uri without https', { sector_identifier_uri: 'http://127.0.0.1/sector' }],
    ['an ID token that is not signed [OIDC-DCR-2-06]', { id_token_signed_response_alg: 'none' }],
    ['an encrypted ID token without a key', { id_token_encrypted_response_alg: 'RSA-OAEP-256' }],
    ['an encryption without its key', { id_token_encrypted_response_enc: 'A128GCM' }],
    ['a script for a logo', { logo_uri: 'javascript:alert(1)' }],
    ['a page without a host', { client_uri: 'https:/account/apps' }],
    ['a host that would end a line of a header', { logo_uri: 'https://a;trusted-types;b.example/logo.png' }],
    ['a host that would begin another policy', { client_uri: 'https://a,b.example/' }],
    ['a negative age', { default_max_age: -1 }],
    ['a text for a flag', { require_auth_time: 'yes' }],
    ['client_credentials without an invitation', { grant_types: ['authorization_code', 'client_credentials'] }],
    ['a refresh token without a code [RFC7591-2.1-01]', { grant_types: ['refresh_token'] }],
    ["this server's name", { client_name: 'SYMBOLON ' }],
    ['a name that turns what follows about', { client_name: 'Shop \u202e' }],
    ['a name in a language that is not', { 'client_name#de': 'sym-bolon' }],
    ['more addresses than anybody has', { contacts: Array.from({ length: 51 }, () => 'a') }],
    ['lists within lists without an end', { contacts: JSON.parse(`${'['.repeat(15_000)}${']'.repeat(15_000)}`) }],
    ['a text of a whole page', { client_uri: `https://shop.example/${'x'.repeat(2_000)}` }],
  ]
  for (const [title, asked] of faults) {
    it(`refuses ${title} (RFC 7591 §2) [RFC7591-3.2.2-01] [OIDC-DCR-3.3-01]`, async () => {
      const said = await register({ redirect_uris, ...asked })
      assert.equal(said.status, 400)
      assert.equal(said.body.error, 'invalid_client_metadata')
    })
  }

  it('sends word of a sign-out only to a host that people are sent to, unless an invitation vouches for another (OpenID Connect Back-Channel Logout §2.2)', async () => {
    const asking = (backchannel_logout_uri: string) => ({ redirect_uris, backchannel_logout_uri })
    const own = await register(asking('https://shop.example/logout'))
    const elsewhere = await register(asking('https://victim.example/logout'))
    assert.deepEqual([own.status, elsewhere.body.error], [201, 'invalid_client_metadata'])
    assert.match(String(elsewhere.body.error_description), /^Expected backchannel_logout_uri: /)
    const named = { ...asking('https://victim.example/logout'), redirect_uris: ['com.example.app://victim.example/cb'] }
    assert.equal((await register(named)).status, 400, 'behind a scheme of its own anybody can write any host')
    const settings = { registration: 'token', registrationTokens: [hashOf(initial)] } as const
    await using invited = await createWorld({ settings })
    const call = { json: asking('https://victim.example/logout'), headers: bearer(initial) }
    assert.equal((await invited.call(registration, call)).status, 201)
  })

  it("takes no address at this server's own host from those whom nobody invited: people would read it as ours (RFC 7591 §5) [RFC7591-5-02]", async () => {
    const own = ['https://id.example/cb', 'https://ID.EXAMPLE:8443/cb', 'https://id.example./cb']
    const addresses: readonly (readonly [member: string, value: (uri: string) => unknown, more?: object])[] = [
      ['redirect_uris', (uri) => [...redirect_uris, uri]],
      ['post_logout_redirect_uris', (uri) => [uri]],
      ['logo_uri#de', (uri) => uri],
      ['jwks_uri', (uri) => uri],
      ['request_uris', (uri) => [uri]],
      ['initiate_login_uri', (uri) => uri],
      ['sector_identifier_uri', (uri) => uri],
    ]
    for (const [member, value] of addresses) {
      for (const uri of own) {
        const { status, body } = await register({ redirect_uris, [member]: value(uri) })
        assert.equal(status, 400, `${member} ${uri}`)
        assert.match(String(body.error_description), /: an address elsewhere than at this server/)
      }
    }
    assert.equal((await register({ redirect_uris: ['https://shop.id.example/cb'] })).status, 201)
    const settings = { registration: 'token', registrationTokens: [hashOf(initial)] } as const
    await using invited = await createWorld({ settings })
    const call = { json: { redirect_uris: own }, headers: bearer(initial) }
    assert.equal((await invited.call(registration, call)).status, 201)
  })

  it('keeps apart what runs on the same computer in another place', async () => {
    await using local = await createWorld({ settings: { registration: 'open' } })
    const issuer = { ...local.issuer, url: 'http://localhost:4000' }
    const registerAt = async (uri: string) =>
      (await local.call((request) => registration(request, issuer), { json: { redirect_uris: [uri] } })).status
    assert.deepEqual(
      [await registerAt('http://localhost:3000/cb'), await registerAt('http://localhost:4000/cb')],
      [201, 400],
    )
  })

  it('names the member that is wrong, and nothing of what was sent', async () => {
    const { body } = await register({ redirect_uris, logo_uri: 'gopher://secret-place' })
    assert.match(String(body.error_description), /^Expected logo_uri: https:/)
    assert.doesNotMatch(String(body.error_description), /secret-place/)
  })

  const deceiving: Readonly<Record<string, string>> = {
    'our name within another': 'Symbolon Support',
    'our name in another case, spaced out': 'S Y M B O L O N',
    'our name with accents': 'Ṡýmbölóñ',
    'our name in fullwidth letters': 'Ｓｙｍｂｏｌｏｎ accounts',
    'our name in mathematical letters': '𝐒𝐲𝐦𝐛𝐨𝐥𝐨𝐧 sign-in',
    'our name in letters of flags': '🇸🇾🇲🇧🇴🇱🇴🇳',
    'our name with a digit for a letter': 'Symb0l0n',
    'our name with r and n for m': 'Syrnbolon',
    'our name with a Cyrillic о': 'Symbоlon',
    'our name in small capitals': 'ꜱyᴍʙᴏʟᴏɴ',
    'our name with a click for l': 'Symbo\u01c0on',
    'our host': 'id.example accounts',
    'the name of a known app, whole': 'Print Shop',
    'the name of a known app among others': 'The PrintShop Assistant',
    'the name of a known app with l for i': 'PrlNT SHOP',
    'the name of a known app in all its languages': 'Druckerei (neu)',
    'the name of a known app in Cyrillic letters': 'РгіпТ Ѕһор',
    'two alphabets in one word': 'Pаypal',
    'a Malayalam letter for o': 'Phഠtos',
    'a Burmese letter for o': 'ဝpera',
    'a control': 'Shop\u0007',
    'what nobody sees': 'Sh\u200bop',
    'a letter without a shape': 'Shop \u3164',
    'a blank that is none': 'Shop \u2800x',
    'a gap that pushes words away': 'Shop \u00a0\u00a0\u00a0 reviewed by nobody',
    'a tower of accents': 'Sho\u0301\u0302\u0303\u0304\u0305\u0306p',
    'a letter of nobody': '\ue000 Shop',
    'more than fits': 'x'.repeat(121),
    'letters that are words, which fit only as they are written': '\ufdfa'.repeat(7),
  }
  const declaredNames = ['Print Shop', 'Druckerei']
  for (const [title, client_name] of Object.entries(deceiving)) {
    it(`refuses a name with ${title} (RFC 7591 §5) [RFC7591-5-03]`, async () => {
      await using named = await createWorld({ settings: { registration: 'open', declaredNames } })
      const said = await named.call(registration, { json: { redirect_uris, 'client_name#fr': client_name } })
      assert.deepEqual([said.status, said.body.error], [400, 'invalid_client_metadata'])
      assert.match(String(said.body.error_description), /^Expected client_name: a /)
    })
  }

  it('takes the names that people have for honest apps, in any script', async () => {
    await using named = await createWorld({
      settings: { registration: 'open', declaredNames: [...declaredNames, 'ID'], registrationsPerHour: 100 },
    })
    const honest = [
      ...['Café Zoë', 'Łódź Tramwaje', 'Ærø Færge', 'İstanbul Kart', 'Việt Nam Đường', 'Smörgåsbord 2'],
      ...['Почта', 'Сахар', 'Google Карты', 'Wi-Fi-сеть', 'Яndex', 'Ταχυδρομείο', 'µTorrent', 'Δelta'],
      ...['Հայփոստ', 'דואר ישראל', 'بريد الإمارات', 'می\u200cخواهم', 'क्‍षमा डाक', 'ไปรษณีย์ไทย', '우체국'],
      ...[
        '郵便局 App',
        'LINE スタンプ',
        'Tシャツ',
        'K팝',
        'แอปLINE',
        'Family 👩‍👩‍👧 ❤️',
        'Booking.com',
        'Print',
        'Shopkeeper',
        'Video',
        'C++ / F#',
      ],
    ]
    for (const client_name of honest) {
      const said = await named.call(registration, { json: { redirect_uris, client_name } })
      assert.equal(said.status, 201, `${client_name}: ${said.body.error_description}`)
      assert.equal(said.body.client_name, client_name)
    }
  })

  it('lets an app that was invited have our name or that of another app within its own, and not ours alone', async () => {
    const settings = { registration: 'token', registrationTokens: [hashOf(initial)], declaredNames } as const
    await using named = await createWorld({ settings })
    const register = async (client_name: string) =>
      (await named.call(registration, { json: { redirect_uris, client_name }, headers: bearer(initial) })).status
    assert.deepEqual([await register('Symbolon Photos'), await register('Print Shop 2')], [201, 201])
    assert.deepEqual([await register('SYMB0LON'), await register('Sуmbolon Photos')], [400, 400])
  })

  it('refuses what is no object', async () => {
    for (const json of [undefined, null, 'x', [], 7])
      assert.equal((await register(json)).body.error, 'invalid_client_metadata')
  })

  it('approves no software statement (RFC 7591 §2.3) [RFC7591-2.3-01] [RFC7591-3.2.2-01]', async () => {
    const said = await register({ redirect_uris, software_statement: 'a.b.c' })
    assert.equal(said.body.error, 'unapproved_software_statement')
  })
})

describe('who may register (RFC 7591 §1.3)', () => {
  const register = async (world: World, call: Call = {}) =>
    world.call(registration, { json: { redirect_uris }, ...call })

  it('nobody unless it is on, and then metadata says where [RFC7591-1.3-01] [OIDC-Discovery-3-03]', async () => {
    await using world = await createWorld()
    assert.equal((await register(world)).status, 404)
    assert.ok(!('registration_endpoint' in (await world.call(metadata)).body))
    await using open = await createWorld({ settings: { registration: 'open' } })
    assert.equal((await open.call(metadata)).body.registration_endpoint, 'https://id.example/register')
  })

  it('with the mode token only who has one, and they may have client_credentials [RFC7591-1.3-01] [RFC7591-3-02] [OIDC-DCR-3.1-01]', async () => {
    const settings = { registration: 'token', registrationTokens: [hashOf(initial)] } as const
    await using world = await createWorld({ settings })
    const none = await register(world)
    assert.equal(none.status, 401)
    assert.equal(none.headers['www-authenticate'], 'Bearer realm="https://id.example"')
    const wrong = await register(world, { headers: bearer('another') })
    assert.deepEqual([wrong.status, wrong.body.error], [401, 'invalid_token'])
    const asked = { redirect_uris, grant_types: ['authorization_code', 'client_credentials'] }
    const right = await register(world, { headers: bearer(initial), json: asked })
    assert.equal(right.status, 201)
    assert.equal((await world.issuer.store.registrations.find(String(right.body.client_id)))?.dueAt, null)
  })

  it('with an invitation as many as it is for, also of many at once, until its end (RFC 7591 §3) [RFC7591-1.3-01] [RFC7591-3-02]', async () => {
    await using world = await createWorld({ settings: { registration: 'token' } })
    const { now } = world.clock
    const invite = (token: string, change: object = {}) => {
      const shared = { note: 'For a test', createdAt: now, expiresAt: now + 100, most: 1, used: 0 }
      return world.put({ do: 'insert-invitation', invitation: { tokenHash: hashOf(token), ...shared, ...change } })
    }
    await invite('for-two', { most: 2 })
    await invite('for-one')
    await invite('taken-back')
    await invite('over', { expiresAt: now })
    await world.put({ do: 'delete-invitation', tokenHash: hashOf('taken-back') })
    const by = (token: string, json: object = { redirect_uris }) =>
      world.call(registration, { json, headers: bearer(token) })
    for (const token of ['over', 'taken-back', 'another']) {
      const { status, body } = await by(token)
      assert.deepEqual([status, body.error], [401, 'invalid_token'], token)
    }
    const wrong = await by('for-one', { redirect_uris: ['http://shop.example/cb'] })
    assert.equal(wrong.status, 400)
    const grants = { redirect_uris, grant_types: ['authorization_code', 'client_credentials'] }
    const first = await by('for-one', grants)
    assert.equal(first.status, 201, 'what was refused has cost nothing')
    const record = await world.issuer.store.clients.find(String(first.body.client_id))
    assert.ok(record && !clientFrom(record).unreviewed)
    assert.equal((await by('for-one')).status, 401)
    const spent = await by('for-one', { redirect_uris: ['http://shop.example/cb'] })
    assert.equal(spent.status, 401, 'nothing is read for who has none')
    const said = await Promise.all(Array.from({ length: 6 }, () => by('for-two')))
    assert.deepEqual(
      said.map(({ status }) => status).toSorted((a, b) => a - b),
      [201, 201, 401, 401, 401, 401],
    )
    assert.equal((await world.issuer.store.clients.list()).filter(({ declared }) => !declared).length, 3)
    const off = { ...world.issuer, settings: { ...world.issuer.settings, registration: 'off' } } as const
    await invite('late')
    const call = { json: { redirect_uris }, headers: bearer('late') }
    assert.equal((await world.call((request) => registration(request, off), call)).status, 404)
  })

  it('so many from one network in an hour, and others meanwhile (RFC 7591 §5) [RFC7591-5-01]', async () => {
    await using world = await createWorld({ settings: { registration: 'open', registrationsPerHour: 2 } })
    assert.equal((await register(world)).status, 201)
    assert.equal((await register(world)).status, 201)
    const third = await register(world)
    assert.equal(third.status, 429)
    assert.ok(Number(third.headers['retry-after']) > 0)
    assert.equal((await register(world, { remoteAddress: '198.51.100.1' })).status, 201)
    world.clock.now += 3_600
    assert.equal((await register(world)).status, 201)
  })

  it('no more when they come at once, with those that were refused after we asked elsewhere (RFC 7591 §5) [RFC7591-5-01]', async () => {
    let asked = 0
    const outgoing: Outgoing = {
      fetch: async (_, how): Promise<OutgoingAnswer> => {
        assert.equal(how?.forStranger, true)
        asked++
        return { ok: false, problem: 'too_slow' }
      },
    }
    await using world = await createWorld({ settings: { registration: 'open', registrationsPerHour: 2 }, outgoing })
    const json = { redirect_uris, sector_identifier_uri: 'https://somebody.example/sector.json' }
    const ask = async (remoteAddress: string) => (await world.call(registration, { json, remoteAddress })).status
    assert.deepEqual([await ask('192.0.2.1'), await ask('192.0.2.1'), await ask('192.0.2.1')], [400, 400, 429])
    assert.equal(asked, 2)
    await Promise.all(Array.from({ length: 10 }, () => ask('198.51.100.1')))
    assert.ok(asked <= 4)
  })
})

describe('the sector of a client (OpenID DCR §5)', () => {
  const uri = 'https://sector.example/clients.json'
  const many = ['https://one.example/cb', 'https://two.example/cb']

  const registerWith = async (answer: OutgoingAnswer, more: object = {}) => {
    const asked: string[] = []
    const outgoing = {
      fetch: async (url: string) => {
        asked.push(url)
        return answer
      },
    }
    await using world = await createWorld({ settings: { registration: 'open' }, outgoing })
    const json = { redirect_uris: many, subject_type: 'pairwise', sector_identifier_uri: uri, ...more }
    const { status, body } = await world.call(registration, { json })
    return { status, error: body.error, asked }
  }
  const page = (text: string, status = 200): OutgoingAnswer => ({ ok: true, status, headers: {}, text })

  it('is believed when the list at its address has every redirect address [OIDC-DCR-2-05] [OIDC-DCR-5-01]', async () => {
    const said = await registerWith(page(JSON.stringify([...many, 'https://three.example/cb'])))
    assert.deepEqual(said, { status: 201, error: undefined, asked: [uri] })
  })

  const bad: readonly (readonly [title: string, answer: OutgoingAnswer])[] = [
    ['lacks one', page(JSON.stringify(many.slice(1)))],
    ['is no list', page('{}')],
    ['is no JSON', page('<html>')],
    ['is an error', page(JSON.stringify(many), 404)],
    ['cannot be asked', { ok: false, problem: 'address_refused' }],
  ]
  for (const [title, answer] of bad) {
    it(`is refused when the list ${title} [OIDC-DCR-2-05] [OIDC-DCR-5-01] [OIDC-DCR-3.3-01]`, async () => {
      const { status, error } = await registerWith(answer)
      assert.deepEqual([status, error], [400, 'invalid_client_metadata'])
    })
  }

  it('must be named when the redirect addresses have several hosts (OpenID Connect Core §8.1) [OIDC-Core-8.1-01]', async () => {
    const apart = ['https://bank.example/cb', 'com.example.app://bank.example/cb']
    for (const redirects of [many, apart]) {
      const said = await registerWith(page('[]'), { sector_identifier_uri: undefined, redirect_uris: redirects })
      assert.deepEqual(said, { status: 400, error: 'invalid_client_metadata', asked: [] })
    }
  })
})

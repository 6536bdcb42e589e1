import assert from 'node:assert/strict'
import { generateKeyPairSync, hash, sign } from 'node:crypto'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { CompactEncrypt, importJWK } from 'jose'
import type { Settings } from '../../src/ports/issuer.ts'
import type { Outgoing, OutgoingAnswer } from '../../src/ports/outgoing.ts'
import { Browser, sentToClient, shown } from '../support/front-channel/browser.ts'
import { openSigningWorld } from '../support/front-channel/signing.ts'
import {
  aClient,
  authorizationParams,
  callback,
  issuerUrl,
  openWorld,
  startOfTime,
  type World,
} from '../support/front-channel/world.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'key-1' }] }
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

interface Made {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly key?: typeof privateKey | null
}

/** A good one, with changes; `key: null` leaves it unsigned. */
function object({ claims = {}, header = {}, key = privateKey }: Made = {}): string {
  const asked = Object.fromEntries(authorizationParams())
  const said = { iss: 'shop', aud: issuerUrl, exp: startOfTime + 60, iat: startOfTime, ...asked, ...claims }
  const signed = `${encode({ alg: 'ES256', kid: 'key-1', typ: 'oauth-authz-req+jwt', ...header })}.${encode(said)}`
  if (key === null) return `${signed}.`
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

const outside = (change: Readonly<Record<string, string>>) =>
  new URLSearchParams({ client_id: 'shop', response_type: 'code', scope: 'openid', redirect_uri: callback, ...change })

let world: World
let browser: Browser
let fetched: string[]
afterEach(() => world.storage.close())

async function open(
  metadata: Readonly<Record<string, unknown>>,
  {
    settings = {},
    answer,
  }: { readonly settings?: Partial<Settings>; readonly answer?: () => OutgoingAnswer | Promise<OutgoingAnswer> } = {},
): Promise<void> {
  const opened = await openWorld(settings)
  await opened.issuer.store.commit([{ do: 'put-client', client: aClient('shop', metadata) }])
  fetched = []
  const outgoing: Outgoing = {
    fetch: async (url) => {
      fetched.push(url)
      return answer?.() ?? { ok: false, problem: 'unreachable' }
    },
  }
  world = { ...opened, issuer: { ...opened.issuer, outgoing } }
  browser = new Browser(world)
}

const errorOf = async (params: URLSearchParams) => {
  const { to, params: said } = sentToClient(await browser.open(params))
  assert.equal(to, callback)
  return said.get('error')
}

describe('a request object by value (OpenID Connect Core §6.1, RFC 9101)', () => {
  beforeEach(() => open({ jwks }))

  it('is the request, whole: what stands outside counts for nothing [RFC9101-6.3-01] [OIDC-Core-6.3.3-01]', async () => {
    const params = outside({
      request: object(),
      state: 'outside',
      nonce: 'outside',
      redirect_uri: 'https://evil.example',
    })
    const page = await browser.signIn(await browser.open(params))
    const { to, params: said } = sentToClient(await browser.submit(page, { decision: 'allow' }))
    assert.deepEqual([to, said.get('state')], [callback, 'the state'])
    assert.match(said.get('code') ?? '', /^[\w-]{43}$/)
  })

  it('can hold what is no text: numbers and claims (RFC 9101 §4)', async () => {
    const claims = { max_age: 5, claims: { userinfo: { name: { essential: true } } }, acr_values: null }
    const page = await browser.signIn(await browser.open(outside({ request: object({ claims }) })))
    const rows = shown(page, 'consent').groups.flatMap(({ permissions }) => permissions.map(({ scope }) => scope))
    assert(rows.includes('"name"'))
  })

  it('may lack iss, aud, exp and typ, which OpenID Connect does not demand', async () => {
    const claims = { iss: undefined, aud: undefined, exp: undefined, client_id: undefined }
    shown(
      await browser.open(outside({ request: object({ claims, header: { typ: undefined, kid: undefined } }) })),
      'sign-in',
    )
  })

  const refused: readonly (readonly [string, Made])[] = [
    ['signed with another key [RFC9101-6.2-01]', { key: stranger.privateKey }],
    ['unsigned [RFC9101-10.2-01]', { key: null, header: { alg: 'none' } }],
    ['with an algorithm that no key has', { header: { alg: 'RS256' } }],
    ['with a symmetric algorithm', { header: { alg: 'HS256' } }],
    ['with a key that is not registered', { header: { kid: 'key-2' } }],
    ['of another type [RFC9101-10.8-02]', { header: { typ: 'at+jwt' } }],
    ['with an extension that nobody knows', { header: { crit: ['x'], x: 1 } }],
    ['of another client', { claims: { iss: 'other' } }],
    ['with another client_id inside [RFC9101-6.3-01]', { claims: { client_id: 'other' } }],
    ['that could be its assertion [RFC9101-10.8-02]', { claims: { sub: 'shop' } }],
    ['for another issuer', { claims: { aud: 'https://other.example' } }],
    ['that is over', { claims: { exp: startOfTime } }],
    ['that is not good yet', { claims: { nbf: startOfTime + 60 } }],
    ['with times that are none', { claims: { exp: 'tomorrow' } }],
    ['that holds another', { claims: { request: 'e30' } }],
    ['that refers to another', { claims: { request_uri: 'https://shop.example.com/object' } }],
  ]
  for (const [what, made] of refused) {
    it(`is refused ${what}, where the request outside says`, async () => {
      assert.equal(await errorOf(outside({ request: object(made) })), 'invalid_request_object')
    })
  }

  it('is refused when it is no JWT, or too long [RFC9101-7-01]', async () => {
    for (const request of ['x', 'a.b.c', 'a.b.c.d.e', object({ claims: { x: 'x'.repeat(17_000) } })]) {
      const error = await errorOf(outside({ request }))
      assert.equal(error, 'invalid_request_object')
    }
  })

  it('counts as left out without a value (RFC 6749 §3.1)', async () => {
    const params = authorizationParams({ request: '', request_uri: '' })
    shown(await browser.open(params), 'sign-in')
  })

  it('must agree with response_type and client_id outside [OIDC-Core-6.1-01]', async () => {
    const other = outside({ request: object(), response_type: 'code id_token' })
    assert.equal(sentToClient(await browser.open(other)).params.get('error'), 'invalid_request')
  })

  it('leads nowhere when it is not believed and nothing outside says where to', async () => {
    const params = outside({ request: object({ key: stranger.privateKey }) })
    params.delete('redirect_uri')
    assert.equal(shown(await browser.open(params), 'error').reason, 'request_object_signature_wrong')
    const wrong = outside({ request: object({ claims: { redirect_uri: 'https://evil.example/' } }) })
    assert.equal(shown(await browser.open(wrong), 'error').reason, 'redirect_uri_not_registered')
  })

  it('has the algorithm that is registered and no other [OIDC-Core-6.3.2-01]', async () => {
    await world.storage.close()
    await open({ jwks, request_object_signing_alg: 'PS256' })
    assert.equal(await errorOf(outside({ request: object() })), 'invalid_request_object')
  })

  it('is the only way for a client that wants no other, and then never unsigned [RFC9101-10.5-01] [RFC9101-10.5-02]', async () => {
    await world.storage.close()
    const settings = { unsignedRequestObjects: true }
    await open({ jwks, require_signed_request_object: true }, { settings })
    assert.equal(await errorOf(authorizationParams()), 'invalid_request')
    const none = object({ key: null, header: { alg: 'none' } })
    assert.equal(await errorOf(outside({ request: none })), 'invalid_request_object')
    shown(await browser.open(outside({ request: object() })), 'sign-in')
  })

  it('is not taken from a client without keys [OIDC-Core-6.1-01]', async () => {
    await world.storage.close()
    await open({})
    assert.equal(await errorOf(outside({ request: object() })), 'request_not_supported')
  })

  it('goes unsigned only when the issuer says so, and never for a client that signs (attack 61)', async () => {
    const unsigned = outside({ request: object({ key: null, header: { alg: 'none', kid: undefined } }) })
    await world.storage.close()
    await open({ request_object_signing_alg: 'none' })
    assert.equal(await errorOf(unsigned), 'request_not_supported')
    await world.storage.close()
    await open({ request_object_signing_alg: 'none' }, { settings: { unsignedRequestObjects: true } })
    shown(await browser.open(unsigned), 'sign-in')
    assert.equal(await errorOf(outside({ request: object() })), 'invalid_request_object')
    const signed = object({ header: { alg: 'none' } })
    assert.equal(await errorOf(outside({ request: signed })), 'invalid_request_object')
    await world.storage.close()
    await open({ jwks, request_object_signing_alg: 'ES256' }, { settings: { unsignedRequestObjects: true } })
    assert.equal(await errorOf(unsigned), 'invalid_request_object')
    await world.storage.close()
    await open({ jwks }, { settings: { unsignedRequestObjects: true } })
    shown(await browser.open(unsigned), 'sign-in')
  })
})

describe('a request object that is encrypted to the server (OpenID Connect Core §6.3.1, RFC 9101 §6.1)', () => {
  const seal = async (text: string) => {
    const published = (await world.issuer.keys.published()).keys.find(({ use }) => use === 'enc')
    assert(published)
    const { kid } = published
    return new CompactEncrypt(Buffer.from(text))
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A128GCM', cty: 'JWT', kid: String(kid) })
      .encrypt(await importJWK(published, 'RSA-OAEP-256'))
  }

  it('is opened, and then believed as one that is signed; whatever else is in it is not [OIDC-Core-6.3.1-01] [RFC9101-6.1-01]', async () => {
    const opened = await openSigningWorld({ decryptionAlgorithms: ['RSA-OAEP-256'] })
    await opened.issuer.store.commit([{ do: 'put-client', client: aClient('shop', { jwks }) }])
    world = opened
    browser = new Browser(world)
    const request = await seal(object())
    shown(await browser.open(outside({ request })), 'sign-in')
    assert.equal(await errorOf(outside({ request: `${request.slice(0, -4)}AAAA` })), 'invalid_request_object')
    const unsigned = await seal(object({ key: null, header: { alg: 'none' } }))
    assert.equal(await errorOf(outside({ request: unsigned })), 'invalid_request_object')
    const twice = await seal(request)
    assert.equal(await errorOf(outside({ request: twice })), 'invalid_request_object')
  })

  it('may come with an ID token that is encrypted as a hint, too (§3.1.2.1)', async () => {
    world = await openSigningWorld({ decryptionAlgorithms: ['RSA-OAEP-256'] })
    browser = new Browser(world)
    const claims = { iss: issuerUrl, sub: 'person-alice', aud: 'shop', exp: startOfTime - 9_000 }
    const hint = await world.issuer.keys.sign(claims, { algorithm: 'ES256', typ: 'JWT' })
    const open = async (id_token_hint: string) => browser.open(authorizationParams({ id_token_hint }))
    shown(await open(await seal(hint)), 'sign-in')
    assert.equal(sentToClient(await open(await seal('something'))).params.get('error'), 'invalid_request')
    const others = await world.issuer.keys.sign({ ...claims, aud: 'other' }, { algorithm: 'ES256', typ: 'JWT' })
    assert.equal(sentToClient(await open(others)).params.get('error'), 'invalid_request')
  })
})

describe('a request object by reference (OpenID Connect Core §6.2)', () => {
  const uri = 'https://shop.example.com/requests/1'
  const pinned = 'https://shop.example.com/requests/2#of-its-own'
  const served = (text: string, status = 200): OutgoingAnswer => ({ ok: true, status, headers: {}, text })
  const referring = (request_uri: string) => outside({ request_uri })
  const openWith = (answer?: () => OutgoingAnswer, metadata = {}) =>
    open({ jwks, request_uris: [uri, pinned], ...metadata }, { ...(answer && { answer }) })

  it('is fetched from where the client registered it, and is the request [RFC9101-5.2.3-01]', async () => {
    await openWith(() => served(`${object()}\n`))
    shown(await browser.open(referring(uri)), 'sign-in')
    assert.deepEqual(fetched, [uri])
  })

  it('is what its digest says, when the address has one (§6.2)', async () => {
    const jwt = object()
    await openWith(() => served(jwt))
    shown(await browser.open(referring(`${uri}#${hash('sha256', jwt, 'base64url')}`)), 'sign-in')
    assert.equal(await errorOf(referring(`${uri}#${hash('sha256', 'another', 'base64url')}`)), 'invalid_request_uri')
    shown(await browser.open(referring(pinned)), 'sign-in')
  })

  it('is fetched from nowhere else, and for nobody unknown [RFC9101-10.4.1-01] (attack 68) (attack 77)', async () => {
    await openWith(() => served(object()))
    for (const other of [`${uri}0`, 'http://127.0.0.1:1/', 'file:///etc/passwd', `${uri}?x`, 'urn:x', `${pinned}x`]) {
      assert.equal(await errorOf(referring(other)), 'invalid_request_uri', other)
    }
    const nobody = referring(uri)
    nobody.set('client_id', 'nobody')
    assert.equal(shown(await browser.open(nobody), 'error').reason, 'client_unknown')
    assert.deepEqual(fetched, [])
  })

  it('is refused when it cannot be had, or is none [RFC9101-7-01]', async () => {
    let answer: OutgoingAnswer = { ok: false, problem: 'too_slow' }
    await openWith(() => answer)
    assert.equal(await errorOf(referring(uri)), 'invalid_request_uri')
    answer = served(object(), 404)
    world.wait(5)
    assert.equal(await errorOf(referring(uri)), 'invalid_request_uri')
    answer = served('<html>')
    world.wait(5)
    assert.equal(await errorOf(referring(uri)), 'invalid_request_object')
  })

  it('is not taken from a client that registered no address, nor beside one by value [OIDC-Core-6.2-01] [RFC9101-7-01]', async () => {
    await openWith(undefined, { request_uris: undefined })
    assert.equal(await errorOf(referring(uri)), 'request_uri_not_supported')
    assert.equal(await errorOf(outside({ request_uri: uri, request: object() })), 'invalid_request')
    assert.deepEqual(fetched, [])
  })
})

describe('an address of request objects, asked by anybody (OpenID Connect Core §6.2, attack 68)', () => {
  const uri = 'https://shop.example.com/requests/1'
  const uris = Array.from({ length: 130 }, (_, at) => `https://shop.example.com/requests/${at + 1}`)
  const served = (text: string, headers = {}): OutgoingAnswer => ({ ok: true, status: 200, headers, text })
  const digestOf = (text: string) => hash('sha256', text, 'base64url')
  const lasting = (claims = {}) => object({ claims: { exp: startOfTime + 200_000, ...claims } })
  const referring = (request_uri: string, client = 'shop') => {
    const params = outside({ request_uri, client_id: client })
    return params
  }
  const openWith = (answer: () => OutgoingAnswer | Promise<OutgoingAnswer>, metadata = {}) =>
    open({ jwks, request_uris: uris, ...metadata }, { answer })
  const from = (address: string) => new Browser(world, address)
  const good = async (request_uri: string, by = browser) => shown(await by.open(referring(request_uri)), 'sign-in')
  const errorFor = async (by: Browser, request_uri: string) =>
    sentToClient(await by.open(referring(request_uri))).params.get('error')

  it('is asked once for all who wait', async () => {
    const answered = Promise.withResolvers<OutgoingAnswer>()
    await openWith(() => answered.promise)
    const waiting = Array.from({ length: 9 }, (_, at) => good(uri, from(`192.0.2.${at}`)))
    answered.resolve(served(object()))
    await Promise.all(waiting)
    assert.deepEqual(fetched, [uri])
  })

  it('is asked once in five seconds, whoever comes, whatever digest they make up, and whether it answers or not', async () => {
    let answer: OutgoingAnswer = served(lasting())
    await openWith(() => answer)
    for (let at = 0; at < 20; at++) await good(uri, from(`192.0.2.${at}`))
    for (let at = 0; at < 20; at++)
      assert.equal(await errorOf(referring(`${uri}#made-up-${at}`)), 'invalid_request_uri')
    assert.equal(fetched.length, 1)
    world.wait(4)
    await good(uri)
    assert.equal(fetched.length, 1)
    answer = { ok: false, problem: 'too_slow' }
    world.wait(1)
    for (let at = 0; at < 20; at++) assert.equal(await errorOf(referring(uri)), 'invalid_request_uri')
    assert.equal(fetched.length, 2)
  })

  it('is asked anew each time where what is there may not be kept', async () => {
    for (const [control, times] of [
      ['no-store', 2],
      ['private, no-cache', 2],
      ['max-age=0', 2],
      ['max-age=60', 1],
    ] as const) {
      await openWith(() => served(object(), { 'cache-control': control }))
      await good(uri)
      await good(uri)
      assert.equal(fetched.length, times, control)
      await world.storage.close()
    }
    await openWith(() => served(object()))
  })

  it('is not asked for a day for what its digest proves, and no digest of before is good afterwards (OpenID Connect Core §6.2)', async () => {
    const [before, after] = [lasting(), lasting({ state: 'another' })]
    let text = before
    await openWith(() => served(text))
    await good(`${uri}#${digestOf(before)}`)
    world.wait(80_000)
    await good(`${uri}#${digestOf(before)}`)
    assert.equal(fetched.length, 1)
    text = after
    await good(`${uri}#${digestOf(after)}`)
    assert.equal(fetched.length, 2)
    assert.equal(await errorOf(referring(`${uri}#${digestOf(before)}`)), 'invalid_request_uri')
    world.wait(90_000)
    await good(`${uri}#${digestOf(after)}`)
    assert.equal(fetched.length, 3)
  })

  it('is asked so often for one network in a minute; others are served, and what is at hand is, too', async () => {
    await openWith(() => served(lasting()))
    for (const one of uris.slice(0, 120)) await good(one)
    const over = uris[120] ?? ''
    assert.equal(await errorOf(referring(over)), 'temporarily_unavailable')
    assert.equal(fetched.length, 120)
    await good(uris[119] ?? '')
    await good(over, from('198.51.100.1'))
    world.wait(60)
    await good(uris[121] ?? '')
    assert.equal(fetched.length, 122)
  })

  for (const [what, headers] of [
    ['an image', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['a script', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'script' }],
    ['a style sheet, if no mode is said', { 'sec-fetch-dest': 'style' }],
    ['a fetch', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
  ] as const) {
    it(`is not asked for ${what} of a page: only who navigates can be shown what comes of it (attack 68)`, async () => {
      await openWith(() => served(lasting()))
      const params = referring(uri)
      const { to, params: said } = sentToClient(
        await browser.get(`/authorize?${params}`, { headers: { 'sec-fetch-site': 'cross-site', ...headers } }),
      )
      assert.deepEqual([to, said.get('error')], [callback, 'invalid_request'])
      assert.equal(world.observed.at(-1)?.refused?.reason, 'request_uri_without_navigation')
      assert.deepEqual(fetched, [])
      await good(uri)
    })
  }

  it('is asked for programs that say cors and no site, as those of Node do', async () => {
    await openWith(() => served(lasting()))
    const headers = { 'sec-fetch-mode': 'cors' }
    shown(await browser.follow(browser.get(`/authorize?${referring(uri)}`, { headers })), 'sign-in')
    assert.equal(fetched.length, 1)
  })

  it('is asked for frames, apart: a page full of them takes nothing from who signs in (attack 68)', async () => {
    await openWith(() => served(lasting()))
    for (const [how, headers] of [
      ['frames', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
      ['objects', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'object' }],
      ['prefetching', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-purpose': 'prefetch' }],
    ] as const) {
      fetched = []
      const open = (one: string) =>
        browser.follow(
          browser.get(`/authorize?${referring(one)}`, { headers: { 'sec-fetch-site': 'cross-site', ...headers } }),
        )
      for (const one of uris.slice(0, 60)) shown(await open(one), 'sign-in')
      assert.equal(sentToClient(await open(uris[60] ?? '')).params.get('error'), 'temporarily_unavailable', how)
      assert.equal(fetched.length, 60)
      const headersOfPage = {
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
      }
      shown(
        await browser.follow(browser.get(`/authorize?${referring(uris[61] ?? '')}`, { headers: headersOfPage })),
        'sign-in',
      )
      await good(uris[62] ?? '')
      world.wait(60)
    }
  })

  it('is asked less for clients that nobody has looked at, and nobody else has less for it', async () => {
    await openWith(() => served(lasting({ client_id: 'stranger', iss: 'stranger' })))
    const stranger = aClient('stranger', { jwks, request_uris: uris, reviewed: false })
    await world.issuer.store.commit([{ do: 'put-client', client: stranger }])
    const askFor = async (one: string) =>
      sentToClient(await browser.open(referring(one, 'stranger'))).params.get('error')
    for (const one of uris.slice(0, 60)) shown(await browser.open(referring(one, 'stranger')), 'sign-in')
    assert.equal(await askFor(uris[60] ?? ''), 'temporarily_unavailable')
    assert.equal(fetched.length, 60)
    // The object there is of another client; but it was fetched.
    assert.equal(await errorFor(browser, uris[60] ?? ''), 'invalid_request_object')
    assert.equal(fetched.length, 61)
  })

  it('that is too much asked says so to a person with no way back, and in the record', async () => {
    await openWith(() => ({ ok: false, problem: 'busy' }))
    const params = referring(uri)
    params.delete('redirect_uri')
    const page = await browser.open(params)
    const view = shown(page, 'error')
    assert.deepEqual([view.reason, view.status, view.retryAfter], ['request_uri_asked_too_often', 429, 60])
    assert.deepEqual('headers' in page && page.headers, { 'retry-after': '60' })
    const seen = world.observed.at(-1)
    assert.deepEqual([seen?.refused?.reason, seen?.status], ['request_uri_asked_too_often', 429])
    // What went wrong here is not held against the address.
    await browser.open(params)
    assert.equal(fetched.length, 2)
  })

  it('goes out as what a stranger wants, if it is one', async () => {
    for (const [reviewed, forStranger] of [
      [true, false],
      [false, true],
    ] as const) {
      await openWith(() => served(object()), { reviewed })
      const how: unknown[] = []
      const { fetch } = world.issuer.outgoing
      const seeing: Outgoing = {
        fetch: (url, more) => {
          how.push(more)
          return fetch(url, more)
        },
      }
      world = { ...world, issuer: { ...world.issuer, outgoing: seeing } }
      await good(uri, from('192.0.2.1'))
      assert.deepEqual(how, [{ limit: 16_384, timeout: 5_000, byAnybody: true, forStranger }])
      if (reviewed) await world.storage.close()
    }
  })
})

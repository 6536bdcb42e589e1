/** Back-channel logout: who is told, how often, by whom, and what becomes of it when they do not listen. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { compactDecrypt, exportJWK, generateKeyPair } from 'jose'
import { endSessions } from '../../src/logout/announce.ts'
import { deliverDue, deliverNow } from '../../src/logout/deliver.ts'
import { sidFor } from '../../src/people/sid.ts'
import type { Issuer } from '../../src/ports/issuer.ts'
import type { OutgoingAnswer, OutgoingRequest } from '../../src/ports/outgoing.ts'
import type { SessionRecord } from '../../src/ports/records.ts'
import type { Write } from '../../src/ports/store.ts'
import { Browser, shown, viewOf } from '../support/front-channel/browser.ts'
import { aClient, authorizationParams, issuerUrl, openWorld, type World } from '../support/front-channel/world.ts'

type Sent = { readonly url: string } & OutgoingRequest

const good: OutgoingAnswer = { ok: true, status: 200, headers: {}, text: '' }
const backChannel = 'https://shop.example.com/logout'
const never = new AbortController().signal

let world: World
let browser: Browser
let sent: Sent[]
let signed: Readonly<Record<string, unknown>>[]
let answer: (request: Sent) => OutgoingAnswer | Promise<OutgoingAnswer>

beforeEach(async () => {
  const opened = await openWorld()
  sent = []
  signed = []
  answer = () => good
  const issuer: Issuer = {
    ...opened.issuer,
    keys: {
      ...opened.issuer.keys,
      sign: async (claims, { algorithm, typ }) => {
        signed.push({ ...claims, algorithm, typ })
        return `token-${signed.length}`
      },
    },
    outgoing: {
      fetch: async (url, how = {}) => {
        sent.push({ url, ...how })
        return answer({ url, ...how })
      },
    },
  }
  world = { ...opened, issuer }
  browser = new Browser(world)
  await put({ backchannel_logout_uri: backChannel })
})
afterEach(() => world.storage.close())

const put = (metadata: Readonly<Record<string, unknown>>) =>
  world.issuer.store.commit([{ do: 'put-client', client: aClient('shop', metadata) }])

const signedIn = async () => {
  const next = await browser.signIn(await browser.open(authorizationParams()))
  if (viewOf(next).show === 'consent') await browser.submit(next, { decision: 'allow' })
}
const here = async () => (await world.issuer.store.sessions.ofPerson('person-alice', world.issuer.now()))[0]
const signOut = async () => browser.submit(await browser.get('/logout'), { decision: 'sign-out' })
const records = () => world.issuer.store.logouts.list(9)
const told = () => world.observed.filter(({ to }) => to === 'client')

/** That a client wants to hear of the end of a session. */
const remembered = (
  { sessionId, personId, expiresAt }: Pick<SessionRecord, 'sessionId' | 'personId' | 'expiresAt'>,
  { clientId = 'shop', unreviewed = false } = {},
): Write => ({
  ...{ do: 'remember-client', sessionId, clientId, personId, expiresAt },
  ...{ usedAt: 0, unreviewed, atExpiry: false },
})

describe('a logout token', () => {
  it('names the issuer, the person, the session and the event, and lives two minutes (Back-Channel Logout §2.4) [OIDC-BCLogout-2.4-01] [OIDC-BCLogout-2.4-02]', async () => {
    await signedIn()
    const session = await here()
    await signOut()
    const [{ iat, exp, jti, ...rest } = assert.fail('nothing was signed')] = signed
    assert.deepEqual(rest, {
      iss: issuerUrl,
      sub: 'person-alice',
      aud: 'shop',
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      sid: sidFor(world.issuer, session?.sessionId ?? '', 'shop'),
      algorithm: 'RS256',
      typ: 'logout+jwt',
    })
    assert.deepEqual([iat, exp], [world.issuer.now(), world.issuer.now() + 120])
    assert.match(String(jti), /^[\w-]{43}$/)
  })

  it('is posted as a form to the registered address, bounded in time and size [OIDC-BCLogout-2.5-01] [OIDC-BCLogout-4-01]', async () => {
    await signedIn()
    await signOut()
    assert.deepEqual(sent, [
      {
        url: backChannel,
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'logout_token=token-1',
        timeout: 5_000,
        statusOnly: true,
        forStranger: false,
      },
    ])
  })

  it('is for clients only that asked for it, and of what they ask for now', async () => {
    await put({})
    await signedIn()
    await signOut()
    assert.deepEqual([sent, await records()], [[], []])
    await put({ backchannel_logout_uri: backChannel })
    await signedIn()
    await put({ frontchannel_logout_uri: 'https://shop.example.com/gone' })
    await signOut()
    assert.deepEqual(sent, [])
    const [over] = await records()
    assert.deepEqual([over?.dueAt, over?.failedAt], [null, null])
  })

  it('is sent once for each session, however often the client was signed in to', async () => {
    await signedIn()
    await browser.open(authorizationParams())
    await browser.open(authorizationParams())
    await signOut()
    assert.equal(sent.length, 1)
    await deliverDue(world.issuer, never)
    assert.equal(sent.length, 1)
  })

  it('is encrypted to a client whose ID tokens are', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256' })
    const key = { ...(await exportJWK(publicKey)), kid: 'mine', use: 'enc', alg: 'ECDH-ES' }
    await put({
      backchannel_logout_uri: backChannel,
      id_token_encrypted_response_alg: 'ECDH-ES',
      jwks: { keys: [key] },
    })
    await signedIn()
    await signOut()
    const [, jwe = ''] = sent[0]?.body?.split('=') ?? []
    const { plaintext, protectedHeader } = await compactDecrypt(jwe, privateKey)
    assert.equal(new TextDecoder().decode(plaintext), 'token-1')
    assert.deepEqual([protectedHeader.alg, protectedHeader.cty], ['ECDH-ES', 'JWT'])
  })

  it('is accepted by 204 too (Back-Channel Logout §2.8) [OIDC-BCLogout-2.8-02]', async () => {
    answer = () => ({ ...good, status: 204 })
    await signedIn()
    await signOut()
    const [done] = await records()
    assert.deepEqual([done?.attempts, done?.dueAt, done?.failedAt, done?.problem], [1, null, null, null])
  })
})

describe('a client that does not accept it', () => {
  it('is asked five times over minutes, each time with a token of its own, and then given up in sight of all [OIDC-BCLogout-2.5-01]', async () => {
    answer = () => ({ ...good, status: 503 })
    await signedIn()
    await signOut()
    const pauses: number[] = []
    for (let [one] = await records(); one?.dueAt != null; [one] = await records()) {
      const pause = one.dueAt - world.issuer.now()
      pauses.push(pause)
      world.wait(pause - 1)
      const before = sent.length
      await deliverDue(world.issuer, never)
      assert.equal(sent.length, before, 'not before it is due')
      world.wait(1)
      await deliverDue(world.issuer, never)
      assert.equal(sent.length, before + 1)
    }
    assert.deepEqual(pauses, [10, 30, 120, 600])
    assert.equal(new Set(signed.map(({ jti }) => jti)).size, 5)
    const [failed] = await records()
    assert.deepEqual([failed?.attempts, failed?.failedAt, failed?.problem], [5, world.issuer.now(), 'status 503'])
    const events = told().filter(({ what }) => what.startsWith('logout token'))
    assert.deepEqual(
      events.map(({ what, outcome, refused }) => [what, outcome, refused?.reason]),
      [
        ...[1, 2, 3, 4].map((attempt) => [`logout token, attempt ${attempt}`, 'failed', 'logout_not_delivered']),
        ['logout token given up', 'failed', 'logout_not_delivered'],
      ],
    )
    const ended = world.observed.find(({ what }) => what === 'signed out')
    assert(
      events.every(({ flow }) => flow === ended?.flow),
      'they stand in the flow in which the session ended',
    )
  })

  it('is not asked again when it says no, for that is its answer (Back-Channel Logout §2.5, §2.8)', async () => {
    answer = () => ({ ...good, status: 400 })
    await signedIn()
    await signOut()
    const [refused] = await records()
    assert.deepEqual([refused?.attempts, refused?.dueAt, refused?.problem], [1, null, 'status 400'])
    assert.equal(refused?.failedAt, world.issuer.now())
  })

  const endedWith = async (count: number, name = 'session') => {
    if ((await here()) === undefined) await signedIn()
    const first = (await here()) ?? assert.fail()
    const { issuer } = world
    const names = Array.from({ length: count }, (_, index) => `${name}-${String(index).padStart(3, '0')}`)
    const sessions = names.map((sessionId) => ({ ...first, sessionId }))
    await issuer.store.commit(sessions.map((session) => remembered(session)))
    await issuer.store.commit(endSessions(sessions, { now: issuer.now(), flow: null }))
    const toldOf = new Map(names.map((name) => [sidFor(issuer, name, 'shop'), name]))
    const claimsIn = ({ body = '' }: Sent) => signed[Number(body.slice('logout_token=token-'.length)) - 1]
    return { sessionIn: (request: Sent) => toldOf.get(String(claimsIn(request)?.sid)) }
  }
  const due = async () => (await world.issuer.store.logouts.list(999)).filter(({ dueAt }) => dueAt !== null)
  const silent: OutgoingAnswer = { ok: false, problem: 'too_slow' }

  it('is asked for one of many sessions at a time, less and less often, and nothing is given up untried', async () => {
    await endedWith(30)
    answer = () => silent
    const began = world.issuer.now()
    const times: number[] = []
    for (let left = await due(); left.length > 0; left = await due()) {
      world.wait(Math.max(0, Math.min(...left.map(({ dueAt }) => dueAt ?? 0)) - world.issuer.now()))
      const before: number = sent.length
      await deliverDue(world.issuer, never)
      await deliverDue(world.issuer, never)
      assert.equal(sent.length, before + 1, 'one at a time')
      times.push(world.issuer.now() - began)
    }
    assert.deepEqual(times.slice(0, 8), [0, 10, 20, 40, 80, 160, 280, 400])
    assert(sent.length >= 4 * 30 + 1 && sent.length <= 5 * 30, `${sent.length} were sent`)
    const given = await world.issuer.store.logouts.list(99)
    assert.deepEqual([given.length, new Set(given.map(({ problem }) => problem)).size], [30, 1])
    assert(given.every(({ attempts, failedAt }) => attempts >= 4 && failedAt !== null))
    const before: number = sent.length
    answer = () => good
    await signOut()
    assert.equal(sent.length, before + 1)
  })

  it('hears of all its other sessions though it hangs at one, at the next attempt, and that one alone is given up', async () => {
    const { sessionIn } = await endedWith(250)
    answer = (request) => (sessionIn(request) === 'session-000' ? silent : good)
    await deliverDue(world.issuer, never)
    assert.equal(sent.length, 1)
    world.wait(10)
    await deliverDue(world.issuer, never)
    const left = (await due()).map(({ sessionId, attempts }) => [sessionId, attempts])
    assert.deepEqual(left, [['session-000', 2]])
    for (const pause of [30, 120, 600]) {
      world.wait(pause + 1)
      await endedWith(150, `after-${pause}`)
      const before: number = sent.length
      await deliverDue(world.issuer, never)
      assert.equal(sent.length, before + 151)
    }
    const failed = (await world.issuer.store.logouts.list(999)).filter(({ failedAt }) => failedAt !== null)
    assert.deepEqual(
      failed.map(({ sessionId, attempts }) => [sessionId, attempts]),
      [['session-000', 5]],
    )
  })

  it('is spared the rest when it hears of one and then hangs at all others', async () => {
    await endedWith(90)
    answer = () => (sent.length === 1 ? good : silent)
    await deliverDue(world.issuer, never)
    assert(sent.length <= 1 + 1 + 8, `${sent.length} were sent`)
    assert.equal((await due()).length, 89)
  })

  for (const [status, told] of [
    [500, 30],
    [404, 30],
    [503, 1],
    [429, 1],
  ] as const) {
    it(`${told > 1 ? 'hears of its other sessions' : 'is spared its other sessions'} when it answers ${status} to one of them (Back-Channel Logout §2.8)`, async () => {
      await signedIn()
      const { expiresAt } = (await here()) ?? assert.fail()
      const { issuer } = world
      const announced = { do: 'announce-logout', flow: null, now: issuer.now(), announcedUntil: expiresAt } as const
      for (const sessionId of Array.from({ length: 30 }, (_, index) => `session-${index}`)) {
        await issuer.store.commit([
          remembered({ sessionId, personId: 'person-alice', expiresAt }),
          { ...announced, sessionId },
        ])
      }
      answer = () => (signed.at(-1)?.sid === sidFor(issuer, 'session-0', 'shop') ? { ...good, status } : good)
      await deliverDue(issuer, never)
      assert.equal(new Set(signed.map(({ sid }) => sid)).size, told)
      const left = (await issuer.store.logouts.list(99)).filter(({ dueAt }) => dueAt !== null)
      assert.equal(left.length, 31 - told)
      assert(left.every(({ dueAt }) => dueAt === issuer.now() + 10))
    })
  }

  it('is told of all sessions at once as soon as it listens to one', async () => {
    await signedIn()
    const { expiresAt } = (await here()) ?? assert.fail()
    const { store } = world.issuer
    const sessions = Array.from({ length: 30 }, (_, index) => `session-${index}`)
    const announced = { do: 'announce-logout', flow: null, now: world.issuer.now(), announcedUntil: expiresAt } as const
    await store.commit(sessions.map((sessionId) => remembered({ sessionId, personId: 'person-alice', expiresAt })))
    await store.commit(sessions.map((sessionId) => ({ ...announced, sessionId })))
    await deliverDue(world.issuer, never)
    assert.equal(new Set(signed.map(({ sid }) => sid)).size, 30)
  })

  it('is not blamed when too much is under way here', async () => {
    answer = () => ({ ok: false, problem: 'busy' })
    await signedIn()
    await signOut()
    for (let round = 0; round < 9; round++) {
      const [waiting] = await records()
      assert.deepEqual([waiting?.attempts, waiting?.dueAt, waiting?.failedAt], [0, world.issuer.now() + 10, null])
      world.wait(10)
      await deliverDue(world.issuer, never)
    }
    // But nobody is busy for ever.
    world.wait(3_600)
    for (let round = 0; round < 5; round++) {
      await deliverDue(world.issuer, never)
      world.wait(600)
    }
    assert.equal((await records())[0]?.problem, 'busy')
    assert.notEqual((await records())[0]?.failedAt, null)
  })

  it('may come round', async () => {
    answer = () => ({ ok: false, problem: 'unreachable' })
    await signedIn()
    await signOut()
    assert.equal((await records())[0]?.problem, 'unreachable')
    answer = () => good
    world.wait(10)
    await deliverDue(world.issuer, never)
    const [done] = await records()
    assert.deepEqual([done?.attempts, done?.dueAt, done?.failedAt, done?.problem], [2, null, null, null])
  })

  it('keeps the person waiting no longer than they are told', async () => {
    const asked = Promise.withResolvers<void>()
    const answered = Promise.withResolvers<OutgoingAnswer>()
    await signedIn()
    const session = await here()
    assert(session)
    await world.issuer.store.commit(endSessions([session], { now: world.issuer.now(), flow: null }))
    answer = () => {
      asked.resolve()
      return answered.promise
    }
    await deliverNow(world.issuer, [session], 1)
    await asked.promise
    assert.equal((await records())[0]?.attempts, 1)
    // Whoever is at it has until its lease ends.
    await deliverDue(world.issuer, never)
    assert.equal(sent.length, 1)
    answered.resolve(good)
  })
})

describe('a client that nobody has looked at', () => {
  const strangers = (count: number) => Array.from({ length: count }, (_, index) => `stranger-${index}`)
  const ended = async (names: readonly string[]) => {
    await signedIn()
    const session = (await here()) ?? assert.fail()
    const { store } = world.issuer
    const metadata = { backchannel_logout_uri: 'https://slow.example/logout', reviewed: false }
    await store.commit(names.map((name) => ({ do: 'put-client', client: aClient(name, metadata) })))
    await store.commit(names.map((clientId) => remembered(session, { clientId, unreviewed: true })))
    return session
  }

  it('that never answers holds up no other: neither when a person leaves nor afterwards', async () => {
    const session = await ended(strangers(200))
    const hanging = Promise.withResolvers<OutgoingAnswer>()
    const told = Promise.withResolvers<void>()
    answer = ({ url }) => {
      if (url !== backChannel) return hanging.promise
      told.resolve()
      return good
    }
    const { now, store } = world.issuer
    await store.commit(endSessions([session], { now: now(), flow: null }))
    await deliverNow(world.issuer, [session], 1)
    await told.promise
    assert.equal(sent.filter(({ url }) => url !== backChannel).length, 4)
    // Another session, of which this process only finds what is left.
    const announced = { do: 'announce-logout', sessionId: 'another', flow: null } as const
    const at = { now: now(), announcedUntil: now() + 60 }
    await store.commit([remembered({ sessionId: 'another', personId: 'x', expiresAt: now() + 60 })])
    await store.commit([{ ...announced, ...at }])
    const strangersDue = deliverDue(world.issuer, never, { unreviewed: true })
    await deliverDue(world.issuer, never)
    assert.equal(sent.filter(({ url }) => url === backChannel).length, 2)
    hanging.resolve({ ok: false, problem: 'too_slow' })
    await strangersDue
  })

  it('is one of so many that are told at once; the others hear of it later', async () => {
    const session = await ended(strangers(120))
    await world.issuer.store.commit(endSessions([session], { now: world.issuer.now(), flow: null }))
    await deliverNow(world.issuer, [session], 60_000)
    assert.equal(sent.filter(({ forStranger }) => forStranger).length, 50)
    assert.equal(sent[0]?.url, backChannel)
    await deliverDue(world.issuer, never, { unreviewed: true })
    assert.equal(sent.length, 121)
  })

  it('and publishes no key for what it wants encrypted keeps nobody from hearing, and is given up in time', async () => {
    const session = await ended([])
    const metadata = { id_token_encrypted_response_alg: 'ECDH-ES', jwks: { keys: [] } }
    await put({ backchannel_logout_uri: backChannel, ...metadata })
    const { store } = world.issuer
    await store.commit([{ do: 'put-client', client: aClient('well', { backchannel_logout_uri: backChannel }) }])
    await store.commit([remembered(session, { clientId: 'well' })])
    await store.commit(endSessions([session], { now: world.issuer.now(), flow: null }))
    for (const pause of [10, 30, 120, 600, 0]) {
      await deliverDue(world.issuer, never)
      world.wait(pause)
    }
    assert.equal(sent.length, 1)
    const [failed] = (await records()).filter(({ clientId }) => clientId === 'shop')
    assert.deepEqual([failed?.attempts, failed?.dueAt, failed?.problem], [5, null, 'client_encryption_key_missing'])
  })
})

describe('what a process left that is gone', () => {
  it('is sent by the next, when its time is over', async () => {
    await signedIn()
    answer = () => {
      throw new Error('The process is gone.')
    }
    await signOut()
    assert.equal((await records())[0]?.attempts, 1)
    answer = () => good
    await deliverDue(world.issuer, never)
    assert.equal(sent.length, 1)
    world.wait(30)
    await Promise.all([deliverDue(world.issuer, never), deliverDue(world.issuer, never)])
    assert.equal(sent.length, 2)
    assert.equal((await records())[0]?.dueAt, null)
  })
})

describe('every way a session ends', () => {
  const ways: readonly (readonly [way: string, end: () => Promise<unknown>])[] = [
    ['the sign-out page', signOut],
    [
      'the button of the account pages',
      async () => {
        const { csrf } = shown(await browser.get('/account'), 'account')
        return browser.post('/logout', { csrf, decision: 'sign-out' })
      },
    ],
    [
      'the list of devices, here',
      async () => {
        const { csrf } = shown(await browser.get('/account/sessions'), 'sessions')
        return browser.post('/account/sessions', { csrf, end: (await here())?.sessionId ?? '' })
      },
    ],
    [
      'the list of devices, elsewhere',
      async () => {
        const elsewhere = new Browser(world)
        world.wait(1)
        await elsewhere.signIn(await elsewhere.open(authorizationParams()))
        const { csrf } = shown(await elsewhere.get('/account/sessions'), 'sessions')
        return elsewhere.post('/account/sessions', { csrf, end: 'others' })
      },
    ],
    [
      'an app with the ID token',
      async () => {
        const { sessionId = '' } = (await here()) ?? {}
        const sid = sidFor(world.issuer, sessionId, 'shop')
        world.idTokens.set('hint', { sub: 'person-alice', aud: 'shop', sid })
        return browser.get('/logout?id_token_hint=hint')
      },
    ],
  ]
  for (const [way, end] of ways)
    it(`sends it: ${way} [OIDC-RPLogout-2-05]`, async () => {
      await signedIn()
      const { sessionId = '' } = (await here()) ?? {}
      await end()
      assert.deepEqual(
        signed.map(({ sid }) => sid),
        [sidFor(world.issuer, sessionId, 'shop')],
      )
    })

  it('sends it to a client that wants to hear of sessions that ran out, and to no other', async () => {
    for (const atExpiry of [false, true]) {
      await put({ backchannel_logout_uri: backChannel, backchannel_logout_at_expiry: atExpiry })
      await signedIn()
      const { sessionId = '', expiresAt = 0 } = (await here()) ?? {}
      world.wait(expiresAt - world.issuer.now())
      await world.storage.sweep(world.issuer.now(), 99)
      await deliverDue(world.issuer, never)
      const expected = atExpiry ? [sidFor(world.issuer, sessionId, 'shop')] : []
      assert.deepEqual(
        signed.map(({ sid }) => sid),
        expected,
      )
    }
  })

  it('sends it for the one who leaves, and not for who stays in the same browser', async () => {
    await signedIn()
    const { csrf, action } = shown(
      await browser.open(authorizationParams({ prompt: 'select_account' })),
      'choose-account',
    )
    world.wait(1)
    const consent = await browser.signIn(await browser.follow(browser.post(action, { csrf, session: 'other' })), 'bob')
    await browser.submit(consent, { decision: 'allow' })
    const account = shown(await browser.get('/account'), 'account')
    await browser.post('/logout', { csrf: account.csrf, decision: 'sign-out' })
    assert.deepEqual(
      signed.map(({ sub }) => sub),
      ['person-bob'],
    )
  })

  it('opens the frames of those who want them, each with iss and its own sid, and tells them by the back channel all the same, which needs no cookies [OIDC-FCLogout-2-02] [OIDC-FCLogout-3-01] [OIDC-FCLogout-4.1-01]', async () => {
    await put({ frontchannel_logout_uri: 'https://shop.example.com/gone?a=b', backchannel_logout_uri: backChannel })
    await signedIn()
    const { sessionId = '' } = (await here()) ?? {}
    const sid = sidFor(world.issuer, sessionId, 'shop')
    const view = shown(await signOut(), 'signed-out')
    assert.deepEqual(view.frames, [`https://shop.example.com/gone?a=b&iss=${encodeURIComponent(issuerUrl)}&sid=${sid}`])
    assert.equal(sent.length, 1)
  })
})

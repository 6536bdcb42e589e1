/** Signing out: asked by the app, told to apps in frames and from here, and watched by them. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Family, ResponseType } from 'conformance/clients'
import { password, people } from 'conformance/people'
import { createLocalJWKSet, decodeJwt, jwtVerify, SignJWT } from 'jose'
import type { BrowserContext, Browser as Chromium, Page } from 'playwright-core'
import { launchChromium, openProfile } from '../../support/chromium.ts'
import type { Shown } from '../../support/person.ts'
import { type Browser, type Journey, newBrowser } from '../browser.ts'
import { register } from '../dynamic.ts'
import { startHarness } from '../harness.ts'
import { createParty, formOf, type Parameters, type Party, type PartyClient, staticClient } from '../party.ts'
import { every } from '../variants.ts'

/** The suite's ends with whatever may be written. */
const state = `${'s'.repeat(96)}!"#$%&'()*+,-./:;<=>?@[]^_{|}~\`\\`
const stateOf = (url: string | URL | undefined) => URL.parse(String(url))?.searchParams.get('state')

describe('signing out', async () => {
  const harness = await startHarness()
  const { suite, at } = harness

  const partyOf = (
    family: Family,
    responseType: ResponseType = 'code',
    client = staticClient(harness, family),
  ): Party => createParty({ harness, client, responseType, responseMode: 'default' })

  /** What each plan registers its clients with. */
  const registrations = {
    logout: { post_logout_redirect_uris: [at.postLogout] },
    frontchannel: {
      post_logout_redirect_uris: [at.postLogout],
      frontchannel_logout_uri: at.frontchannelLogout,
      frontchannel_logout_session_required: true,
    },
    backchannel: {
      post_logout_redirect_uris: [at.postLogout],
      backchannel_logout_uri: at.backchannelLogout,
      backchannel_logout_session_required: true,
    },
  } as const

  const logoutAt = (parameters: Parameters): string =>
    `${harness.endpoint('end_session_endpoint')}?${formOf(parameters)}`

  interface SignedIn {
    readonly party: Party
    readonly browser: Browser
    readonly idToken: string
    readonly good: Parameters
  }

  async function signedIn(party: Party): Promise<SignedIn> {
    const browser = newBrowser(harness)
    const { tokens } = await party.authorize(browser)
    const { idToken } = tokens
    return { party, browser, idToken, good: { id_token_hint: idToken, post_logout_redirect_uri: at.postLogout, state } }
  }

  /** A module as the logout plans run it: in every response type, with clients of both kinds. */
  function testModule(
    name: string,
    family: keyof typeof registrations,
    run: (person: SignedIn) => Promise<void>,
  ): void {
    for (const responseType of every) {
      it(`${name} [${responseType}]`, async () => run(await signedIn(partyOf(family, responseType))))
      it(`${name} [${responseType}, dynamic_client]`, async () => {
        const { client } = await register(harness, responseType, registrations[family])
        await run(await signedIn(partyOf(family, responseType, client)))
      })
    }
  }

  const isSignedOut = async ({ party, browser }: SignedIn) =>
    assert.match(
      await party.expectError(browser, { prompt: 'none' }),
      /^(login|interaction|account_selection)_required$/,
    )

  /** Sent back with exactly these parameters. */
  function arrived({ answer }: Journey, parameters: Readonly<Record<string, string>>): void {
    assert.equal(answer?.url.href.split('?')[0], at.postLogout)
    assert.deepEqual(answer?.parameters, parameters)
  }

  const refusals: readonly (readonly [module: string, change: (good: SignedIn) => Parameters | Promise<Parameters>])[] =
    [
      ['bad-post-logout-redirect-uri', ({ good }) => ({ ...good, post_logout_redirect_uri: `${at.postLogout}/other` })],
      ['modified-id-token-hint', ({ good, idToken }) => ({ ...good, id_token_hint: unsigned(idToken) })],
      ['no-id-token-hint', ({ good }) => ({ ...good, id_token_hint: undefined })],
      [
        'query-added-to-post-logout-redirect-uri',
        ({ good }) => ({ ...good, post_logout_redirect_uri: `${at.postLogout}?foo=bar` }),
      ],
      [
        'bad-id-token-hint',
        async ({ good, party }) => ({ ...good, id_token_hint: await madeByTheApp(party.client, harness.issuer) }),
      ],
      [
        'bad-id-token-hint (signed by another)',
        async ({ good, idToken }) => ({ ...good, id_token_hint: await signedByAnother(idToken) }),
      ],
    ]
  for (const [module, change] of refusals)
    testModule(`oidcc-rp-initiated-logout-${module}`, 'logout', async (person) => {
      const { end, asked, answer } = await person.browser.visit(logoutAt(await change(person)))
      assert.equal(answer, undefined, 'the suite is not gone to')
      assert.deepEqual(asked, ['sign-out'])
      const done = await person.browser.goOn(await person.browser.person.submit(end, {}, 'decision=sign-out'))
      assert.equal(done.answer, undefined)
      assertSignedOutPage(done.end)
      await isSignedOut(person)
    })

  it('oidcc-rp-initiated-logout-discovery-endpoint-verification [OIDC-RPLogout-2.1-01]', () => {
    assert.equal(new URL(harness.endpoint('end_session_endpoint')).protocol, 'https:')
  })

  testModule('oidcc-rp-initiated-logout', 'logout', async (person) => {
    arrived(await person.browser.visit(logoutAt(person.good)), { state })
    await isSignedOut(person)
  })

  testModule('oidcc-rp-initiated-logout-no-state', 'logout', async (person) => {
    arrived(await person.browser.visit(logoutAt({ ...person.good, state: undefined })), {})
    await isSignedOut(person)
  })

  const alone: readonly (readonly [module: string, params: (person: SignedIn) => Parameters])[] = [
    ['no-params', () => ({})],
    ['only-state', () => ({ state })],
    ['no-post-logout-redirect-uri', ({ idToken }) => ({ id_token_hint: idToken })],
  ]
  for (const [module, params] of alone)
    testModule(`oidcc-rp-initiated-logout-${module}`, 'logout', async (person) => {
      const { end, asked } = await person.browser.visit(logoutAt(params(person)))
      const done = asked.includes('sign-out') ? await person.browser.person.submit(end, {}, 'decision=sign-out') : end
      assertSignedOutPage(done)
      await isSignedOut(person)
    })

  it('oidcc-frontchannel-logout-discovery-endpoint-verification [OIDC-FCLogout-3-01]', () => {
    const { metadata } = harness
    assert.equal(metadata.frontchannel_logout_supported, true)
    assert.equal(metadata.frontchannel_logout_session_supported, true)
    assert.ok(harness.endpoint('end_session_endpoint'))
  })

  testModule('oidcc-frontchannel-rp-initiated-logout', 'frontchannel', async (person) => {
    const { end, answer } = await person.browser.visit(logoutAt(person.good))
    assert.equal(answer, undefined, 'the page with the frames comes first')
    const policy = end.headers.get('content-security-policy') ?? ''
    assert.match(policy, new RegExp(`frame-src ${suite.base};`))
    const frames = end.page.querySelectorAll('iframe').map((frame) => new URL(frame.getAttribute('src') ?? ''))
    assert.deepEqual(
      frames.map(({ origin, pathname }) => origin + pathname),
      [at.frontchannelLogout],
    )
    const { sid } = decodeJwt(person.idToken)
    const [frame] = frames
    assert.deepEqual(Object.fromEntries(frame?.searchParams ?? []), { iss: harness.issuer, sid })
    const [, seconds, next] = /^(\d);url=(.*)$/.exec(end.headers.get('refresh') ?? '') ?? []
    assert.ok(Number(seconds) <= 5)
    assert.equal(next?.split('?')[0], at.postLogout)
    assert.equal(stateOf(next), state)
    await isSignedOut(person)
  })

  it('oidcc-backchannel-logout-discovery-endpoint-verification [OIDC-BCLogout-2.1-01]', () => {
    const { metadata } = harness
    assert.equal(metadata.backchannel_logout_supported, true)
    assert.equal(metadata.backchannel_logout_session_supported, true)
    assert.ok(harness.endpoint('end_session_endpoint'))
  })

  testModule(
    'oidcc-backchannel-rp-initiated-logout [OIDC-BCLogout-2.4-01] [OIDC-BCLogout-2.4-02] [OIDC-BCLogout-2.5-01]',
    'backchannel',
    async (person) => {
      const seen = suite.received.length
      arrived(await person.browser.visit(logoutAt(person.good)), { state })
      const sent = await suite.next(new URL(at.backchannelLogout).pathname, seen)
      assert.ok(
        suite.received.indexOf(sent) <
          suite.received.findIndex(
            ({ query }, index) => index >= seen && stateOf(`${at.postLogout}?${query}`) === state,
          ),
        'the app knows before the person is back there',
      )
      assert.equal(sent.method, 'POST')
      assert.match(String(sent.headers['content-type']), /^application\/x-www-form-urlencoded/)
      const form = new URLSearchParams(sent.body)
      assert.deepEqual([...form.keys()], ['logout_token'])
      const { payload, protectedHeader } = await jwtVerify(
        form.get('logout_token') ?? '',
        createLocalJWKSet(await harness.keys()),
        { typ: 'logout+jwt', issuer: harness.issuer, audience: person.party.client.clientId, algorithms: ['RS256'] },
      )
      const { sub, sid } = decodeJwt(person.idToken)
      assert.equal(payload.sub, sub)
      assert.equal(payload.sid, sid)
      assert.ok(!('nonce' in payload))
      assert.ok(typeof payload.jti === 'string' && payload.jti.length >= 22)
      assert.ok(Math.abs((payload.iat ?? 0) - Date.now() / 1_000) < 300)
      assert.ok((payload.exp ?? 0) - (payload.iat ?? 0) <= 120)
      assert.deepEqual(payload.events, { 'http://schemas.openid.net/event/backchannel-logout': {} })
      assert.equal(protectedHeader.typ, 'logout+jwt')
      await isSignedOut(person)
    },
  )

  it('oidcc-session-management-discovery-endpoint-verification', () => {
    for (const name of ['check_session_iframe', 'end_session_endpoint']) assert.ok(harness.endpoint(name))
  })

  describe('in a real browser', () => {
    let chromium: Chromium
    before(async () => {
      chromium = await launchChromium()
      suite.serve('/rp', { body: '<!doctype html><title>An app</title>', type: 'text/html' })
    })
    after(() => chromium.close())

    /** Signs in as people do, and gives the answer's parameters. */
    async function signIn(page: Page, party: Party): Promise<URLSearchParams> {
      await page.goto(party.ask().url)
      await page.fill('input[name=login]', people[0].username)
      await page.fill('input[name=password]', password)
      await page.click('form button.primary')
      await page.waitForURL((url) => url.href.startsWith(at.callback) || url.pathname.endsWith('/consent'))
      if (!page.url().startsWith(at.callback)) {
        // A click right after the page came would be taken for one meant for the page before.
        await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 550)))
        await page.click('button[value=allow]')
        await page.waitForURL((url) => url.href.startsWith(at.callback))
      }
      return new URL(page.url()).searchParams
    }

    /** What the check-session page answers to a page of `origin`. */
    async function asked(context: BrowserContext, message: string, origin = suite.base): Promise<unknown> {
      const page = await context.newPage()
      await page.goto(`${origin}/rp`)
      const answer = await page.evaluate(askInFrame, { at: harness.endpoint('check_session_iframe'), message })
      await page.close()
      return answer
    }

    it('oidcc-session-management-rp-initiated-logout [OIDC-Session-2-01] [OIDC-Session-3.2-01] [OIDC-Session-3.2-02] [OIDC-Session-3.3-01]', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'symbolon-profile-'))
      after(() => rmSync(folder, { recursive: true, force: true }))
      const context = await openProfile(folder)
      const party = partyOf('logout')
      const page = await context.newPage()
      const answer = await signIn(page, party)
      const sessionState = answer.get('session_state') ?? ''
      assert.match(sessionState, /^[\w-]{43}\.[\w-]{16}$/)
      const question = `${party.client.clientId} ${sessionState}`
      assert.equal(await asked(context, question), 'unchanged')
      // Who was not given it learns nothing with it.
      assert.equal(await asked(context, question, suite.base.replace('127.0.0.1', 'localhost')), 'changed')
      assert.equal(await asked(context, `another ${sessionState}`), 'changed')
      for (const wrong of ['', 'nothing', `${question}.more`, sessionState])
        assert.equal(await asked(context, wrong), 'error')

      const silent = party.ask({ prompt: 'none' })
      await page.goto(silent.url)
      const again = new URL(page.url()).searchParams
      assert.notEqual(again.get('session_state'), sessionState, 'every answer has a salt of its own')
      assert.equal(await asked(context, question), 'unchanged')
      const tokens = await party.finish(
        { carrier: 'query', parameters: Object.fromEntries(again), url: new URL(page.url()) },
        silent,
      )
      await page.goto(logoutAt({ id_token_hint: tokens.idToken, post_logout_redirect_uri: at.postLogout, state }))
      assert.equal(stateOf(page.url()), state)
      assert.equal(await asked(context, question), 'changed')
      await context.close()
    })

    it('says that it does not know where the browser hides cookies from frames (OpenID Connect Session Management §5.1)', async () => {
      const context = await chromium.newContext({ ignoreHTTPSErrors: true })
      const party = partyOf('logout')
      const answer = await signIn(await context.newPage(), party)
      assert.equal(await asked(context, `${party.client.clientId} ${answer.get('session_state')}`), 'error')
      await context.close()
    })

    it('oidcc-frontchannel-rp-initiated-logout, with the frames loaded [OIDC-FCLogout-2-02] [OIDC-FCLogout-3-01]', async () => {
      const context = await chromium.newContext({ ignoreHTTPSErrors: true })
      const party = partyOf('frontchannel')
      const page = await context.newPage()
      const asked = party.ask()
      await page.goto(asked.url)
      const answer = await signIn(page, { ...party, ask: () => asked })
      const { idToken } = await party.finish(
        { carrier: 'query', parameters: Object.fromEntries(answer), url: new URL(page.url()) },
        asked,
      )
      const seen = suite.received.length
      await page.goto(logoutAt({ id_token_hint: idToken, post_logout_redirect_uri: at.postLogout, state }))
      await page.waitForURL((url) => url.href.startsWith(at.postLogout) && stateOf(url) === state)
      const notice = await suite.next(new URL(at.frontchannelLogout).pathname, seen)
      assert.equal(notice.query, formOf({ iss: harness.issuer, sid: String(decodeJwt(idToken).sid) }).toString())
      await context.close()
    })
  })
})

/** Runs in the page. */
function askInFrame({ at, message }: { readonly at: string; readonly message: string }): Promise<unknown> {
  return new Promise((resolve) => {
    const frame = document.createElement('iframe')
    addEventListener('message', ({ data, origin }) => {
      if (origin === new URL(at).origin) resolve(data)
    })
    frame.addEventListener('load', () => frame.contentWindow?.postMessage(message, new URL(at).origin))
    frame.src = at
    document.body.append(frame)
  })
}

function assertSignedOutPage({ status, page }: Shown): void {
  assert.equal(status, 200)
  assert.equal(page.querySelector('h1')?.text, 'You’re signed out')
}

/** The same claims, by nobody. */
function unsigned(jwt: string): string {
  const [, payload = ''] = jwt.split('.')
  return `${Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')}.${payload}.`
}

/** As the suite forges one: of the app, signed with a secret, which may well be the app's. */
function madeByTheApp({ clientId, credentials }: PartyClient, issuer: string): Promise<string> {
  assert.ok(credentials.by === 'client_secret_basic')
  const now = Math.floor(Date.now() / 1_000)
  return new SignJWT({ iss: clientId, sub: 'somebody', aud: issuer, nonce: 'flibble', iat: now, exp: now + 300 })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(credentials.secret))
}

function signedByAnother(jwt: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return new SignJWT(decodeJwt(jwt)).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'another' }).sign(privateKey)
}

/**
 * Signing out at the provider: what the app says there, how the provider tells the app, and the way back.
 *
 * @see OpenID Connect RP-Initiated Logout §2, §3; Back-Channel Logout §2; Front-Channel Logout §2; Session Management §3
 */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { describe, it } from 'node:test'
import type { RelyingParty } from 'conformance/relying-party/app'
import { decodeJwt, type JWTPayload, SignJWT } from 'jose'
import type { Asked } from '../../../roles/client/test/support/http.ts'
import type { Changes } from '../../../roles/client/test/support/stand-in.ts'
import { having, type Run, startHarness } from './harness.ts'

const event = 'http://schemas.openid.net/event/backchannel-logout'

describe('signing out at the provider', async () => {
  const harness = await startHarness()
  const { provider } = harness
  const ended = () => harness.sentTo('/end')

  /** Signs the browser out, does `first` about it, and leads back with this state. */
  const ending = (
    first: (request: Asked, response: ServerResponse, back: URL) => Promise<boolean> | boolean,
    state: (sent: string) => string | undefined = (sent) => sent,
  ): Changes => ({
    claims: having({ sid: 'session-1' }),
    async answer(request, response) {
      const { pathname, searchParams } = new URL(request.path, provider.issuer)
      if (pathname !== '/end') return false
      const back = new URL(searchParams.get('post_logout_redirect_uri') ?? '')
      const given = state(searchParams.get('state') ?? '')
      if (given !== undefined) back.searchParams.set('state', given)
      if (await first(request, response, back)) return true
      response.writeHead(302, { location: back.href }).end()
      return true
    },
  })
  const nothing = () => false

  const isBack = ({ app, page, logged }: Run) => {
    assert.deepEqual(logged, [])
    assert.equal(page.url.href, app.home)
    assert.match(page.html, /Signed out<\/h1>/)
  }

  it('oidcc-client-test-rp-init-logout', async () => {
    const run = await harness.run('oidcc-client-test-rp-init-logout', { changes: ending(nothing) })
    isBack(run)
    assert.equal(ended().get('post_logout_redirect_uri'), run.app.signedOut)
    assert.match(ended().get('state') ?? '', /^[\w-]{32}$/)
    const { sub, aud } = decodeJwt(ended().get('id_token_hint') ?? '')
    assert.deepEqual([sub, aud], ['alice', 'relying-party'])
  })

  for (const [module, state, got] of [
    ['oidcc-client-test-rp-init-logout-other-state', () => 'another', 'another state'],
    ['oidcc-client-test-rp-init-logout-no-state', () => undefined, 'no state'],
  ] as const)
    it(module, async () => {
      const { app, page, visitor, logged } = await harness.run(module, { changes: ending(nothing, state) })
      assert.deepEqual([logged[0]?.code, logged[0]?.got], ['sign_out_unknown', got])
      assert.equal(page.status, 400)
      assert.match(page.html, /Signing out may not be complete/)
      assert.match((await visitor.open(app.home)).html, /Signed out<\/h1>/)
    })

  const now = () => Math.floor(Date.now() / 1000)
  const logoutToken = (): JWTPayload => ({
    iss: provider.issuer,
    aud: 'relying-party',
    sub: 'alice',
    sid: 'session-1',
    jti: crypto.randomUUID(),
    iat: now(),
    exp: now() + 120,
    events: { [event]: {} },
  })

  /** Tells the app of the end before the browser goes back, and keeps what it answers. */
  const told = (app: RelyingParty, make: () => Promise<string>, answers: Response[]): Changes =>
    ending(async () => {
      const body = new URLSearchParams({ logout_token: await make() })
      answers.push(await fetch(app.backChannelLogout, { method: 'POST', body }))
      return false
    })

  const notice = 'oidcc-client-test-rp-backchannel-rpinitlogout'

  it('oidcc-client-test-rp-backchannel-rpinitlogout', async () => {
    const answers: Response[] = []
    const changes = (app: RelyingParty) => told(app, () => provider.sign(logoutToken()), answers)
    isBack(await harness.run(notice, { changes }))
    assert.equal(answers[0]?.status, 200)
    assert.match(answers[0]?.headers.get('cache-control') ?? '', /no-store/)
  })

  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const changed = (change: JWTPayload) => () => provider.sign({ ...logoutToken(), ...change })
  const secret = new TextEncoder().encode('open-secret-of-the-conformance-relying-party')
  const { events: _, ...eventless } = logoutToken()

  for (const [module, make, expected] of [
    [
      'oidcc-client-test-rp-backchannel-rpinitlogout-alg-none',
      async () => `${encoded({ alg: 'none' })}.${encoded(logoutToken())}.`,
      'alg RS256',
    ],
    [
      'oidcc-client-test-rp-backchannel-rpinitlogout-no-event',
      () => provider.sign({ ...eventless, iat: now(), exp: now() + 120 }),
      `events: ${event}`,
    ],
    ['oidcc-client-test-rp-backchannel-rpinitlogout-with-nonce', changed({ nonce: 'n' }), 'no nonce'],
    [
      'oidcc-client-test-rp-backchannel-rpinitlogout-wrong-alg',
      () => new SignJWT(logoutToken()).setProtectedHeader({ alg: 'HS256' }).sign(secret),
      'alg RS256',
    ],
    ['oidcc-client-test-rp-backchannel-rpinitlogout-wrong-aud', changed({ aud: 'another' }), 'aud: relying-party'],
    [
      'oidcc-client-test-rp-backchannel-rpinitlogout-wrong-event',
      changed({ events: { 'https://other.example/event': {} } }),
      `events: ${event}`,
    ],
    [
      'oidcc-client-test-rp-backchannel-rpinitlogout-wrong-iss',
      changed({ iss: 'https://other.example' }),
      `iss: ${provider.issuer}`,
    ],
  ] as const)
    it(module, async () => {
      const answers: Response[] = []
      const { app, page, logged } = await harness.run(module, { changes: (own) => told(own, make, answers) })
      assert.equal(answers[0]?.status, 400)
      assert.match(answers[0]?.headers.get('cache-control') ?? '', /no-store/)
      assert.deepEqual([logged[0]?.code, logged[0]?.expected], ['logout_token_invalid', expected])
      assert.equal(page.url.href, app.home)
    })

  it('oidcc-client-test-rp-frontchannel-rpinitlogout', async () => {
    const run = await harness.run('oidcc-client-test-rp-frontchannel-rpinitlogout', {
      changes: (app) =>
        ending((_, response, back) => {
          const frame = `${app.frontChannelLogout}?${new URLSearchParams({ iss: provider.issuer, sid: 'session-1' })}`
          const page = `<!doctype html><iframe src="${frame.replaceAll('&', '&amp;')}"></iframe><a href="${back}">On</a>`
          response.writeHead(200, { 'content-type': 'text/html' }).end(page)
          return true
        }),
    })
    isBack(run)
    const shown = run.visitor.seen.find((line) => line.includes(run.app.frontChannelLogout))
    assert.equal(shown, `GET ${run.app.frontChannelLogout} 200`)
  })

  it('oidcc-client-test-session-management', async () => {
    let state: string | undefined = 'state.salt'
    const messages: (string | null)[] = []
    const over = ending(() => {
      state = undefined
      return false
    })
    const run = await harness.run('oidcc-client-test-session-management', {
      changes: {
        ...over,
        redirect: (answer) => {
          answer.set('session_state', 'state.salt')
          return answer
        },
        async answer(request, response) {
          const { pathname, searchParams } = new URL(request.path, provider.issuer)
          if (pathname === '/check-session') {
            const page = `<!doctype html><script>const at = '${provider.issuer}/known-state'</script>`
            response.writeHead(200, { 'content-type': 'text/html' }).end(page)
            return true
          }
          if (pathname !== '/known-state') return (await over.answer?.(request, response)) ?? false
          messages.push(searchParams.get('receivedMessage'))
          response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ session_state: state }))
          return true
        },
      },
    })
    isBack(run)
    assert.deepEqual(messages, ['relying-party state.salt', 'relying-party state.salt'])
  })
})

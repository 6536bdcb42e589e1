/**
 * A stranger's client that watches the session: oidc-client-ts over TLS, in a page of the same site as the server's and in
 * one of another, with frames and popups. The names end in `.localhost`, which browsers look for on this machine.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type RunningServer, readConfig, startServer } from '@symbolon/server'
import type { UserManager, UserManagerSettings } from 'oidc-client-ts'
import type { BrowserContext, Page } from 'playwright-core'
import { generate } from 'selfsigned'
import { openProfile } from '../support/chromium.ts'
import { freePorts } from '../support/ports.ts'
import { configFor, password } from '../support/server.ts'

const bundle = new URL('../browser/oidc-client-ts.min.js', import.meta.resolve('oidc-client-ts'))
const library = readFileSync(bundle, 'utf8')

declare const manager: UserManager

const pageFor = (settings: Partial<UserManagerSettings>) => `<!doctype html><html lang="en"><title>Single page</title>
<link rel="icon" href="data:,">
<h1>nobody</h1><button id="popup">In a window</button><button id="out">Out in a window</button>
<script src="/oidc-client-ts.js"></script>
<script type="module">
const { UserManager, WebStorageStateStore } = oidc
const here = location.origin
const isCallback = location.pathname !== '/'
const manager = new UserManager({
  ...${JSON.stringify(settings)},
  redirect_uri: here + '/callback',
  post_logout_redirect_uri: here + '/signed-out',
  popup_post_logout_redirect_uri: here + '/signed-out',
  monitorSession: !isCallback,
  userStore: new WebStorageStateStore({ store: window.localStorage }),
})
globalThis.manager = manager
const heading = document.querySelector('h1')
const show = (user) => { heading.textContent = user?.profile.name ?? 'nobody' }
const fail = (error) => { heading.textContent = error.name + ': ' + (error.error ?? error.message) }
manager.events.addUserSignedOut(() => { heading.textContent = 'signed out elsewhere' })
manager.events.addUserSessionChanged(() => { heading.textContent = 'signed in anew' })
document.querySelector('#popup').onclick = () => manager.signinPopup().then(show, fail)
document.querySelector('#out').onclick = () => manager.signoutPopup().then(() => show(), fail)
try {
  if (location.pathname === '/callback') await manager.signinCallback()
  if (location.pathname === '/signed-out') await manager.signoutCallback()
  if (!isCallback) show(await manager.getUser())
  else if (window === top && !window.opener) location.replace('/')
} catch (error) {
  fail(error)
}
document.body.dataset.ready = 'yes'
</script></html>`

describe('oidc-client-ts that watches the session', () => {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-profile-'))
  const closing: (() => Promise<unknown>)[] = []
  let server: RunningServer
  let browser: BrowserContext
  let issuer: string
  let sameSite: string
  let otherSite: string

  before(async () => {
    const [port = 0, appPort = 0] = await freePorts(2)
    issuer = `https://id.example.localhost:${port}`
    sameSite = `https://app.example.localhost:${appPort}`
    otherSite = `https://app.other.localhost:${appPort}`
    const certificate = await generate([{ name: 'commonName', value: 'localhost' }], { algorithm: 'sha256' })
    const client = (id: string, origin: string) => ({
      client_id: id,
      token_endpoint_auth_method: 'none',
      redirect_uris: [`${origin}/callback`],
      post_logout_redirect_uris: [`${origin}/signed-out`],
      scope: 'openid profile',
    })
    const config = configFor({
      port,
      url: issuer,
      clients: [client('same-site', sameSite), client('other-site', otherSite)],
      more: { sessionManagement: true },
    })
    const tls = { cert: { env: 'CERT' }, key: { env: 'KEY' } }
    const environment = { CERT: certificate.cert, KEY: certificate.private }
    const listening = { ...config, listen: { ...config.listen, tls } }
    server = await startServer(readConfig(listening, folder, environment), { log: () => {} })
    closing.push(() => server.close())

    const app = createServer({ cert: certificate.cert, key: certificate.private }, (request, response) => {
      const isLibrary = request.url === '/oidc-client-ts.js'
      const client_id = request.headers.host?.includes('other') ? 'other-site' : 'same-site'
      const settings = { authority: issuer, client_id, scope: 'openid profile', checkSessionIntervalInSeconds: 1 }
      const page = pageFor({ ...settings, loadUserInfo: true, automaticSilentRenew: false })
      response.setHeader('content-type', isLibrary ? 'text/javascript' : 'text/html; charset=utf-8')
      response.end(isLibrary ? library : page)
    })
    await new Promise<void>((ready) => app.listen(appPort, '127.0.0.1', ready))
    closing.push(
      async () => app.close(),
      async () => app.closeAllConnections(),
    )
    browser = await openProfile(folder)
    browser.setDefaultTimeout(8_000)
    closing.push(() => browser.close())
  })
  after(async () => {
    for (const close of closing.reverse()) await close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function visiting(origin: string, use: (page: Page) => Promise<void>): Promise<void> {
    await browser.clearCookies()
    const page = await browser.newPage()
    await page.goto(origin)
    await page.evaluate(() => localStorage.clear())
    await page.reload()
    await says(page, 'nobody')
    await use(page)
    await Promise.all(browser.pages().map((open) => open.close()))
  }

  const says = (page: Page, text: string) => page.locator(`body[data-ready=yes] h1:text-is("${text}")`).waitFor()

  async function identify(page: Page): Promise<void> {
    const login = page.locator('input[name=login]')
    // Who is signed in already is only asked for the password.
    if (await login.isEditable()) await login.fill('alice')
    await page.locator('input[name=password]').fill(password)
    await page.locator('input[name=password]').press('Enter')
  }

  /** Signs in, and allows it if that is asked: what was allowed once is not asked again. */
  async function decide(page: Page): Promise<void> {
    await identify(page)
    const allow = page.locator('button[value=allow]')
    await Promise.race([allow.waitFor(), page.waitForEvent('close'), page.waitForURL((url) => url.pathname === '/')])
    if (page.isClosed() || !(await allow.isVisible())) return
    // The first half second is no decision of anybody's.
    const shown = await page.evaluate(() => performance.now())
    await page.waitForFunction((begin) => performance.now() > begin + 600, shown)
    await allow.click()
  }

  async function signIn(page: Page): Promise<void> {
    await page.evaluate(() => void manager.signinRedirect())
    await decide(page)
    await says(page, 'Alice Adams')
  }

  /** What the server says to a frame that would sign in. */
  const refusal = (page: Page) =>
    page.evaluate(() =>
      manager.signinSilent().then(
        () => 'none',
        ({ error }) => String(error),
      ),
    )

  /** In another tab, as the person would. */
  async function signOutAtHome(): Promise<void> {
    const home = await browser.newPage()
    await home.goto(`${issuer}/account`)
    await home.locator('button[value=sign-out]').click()
    await home.waitForURL(/\/logout$/)
  }

  it('renews in a hidden frame, and sees who signs in anew and out elsewhere (OpenID Connect Session Management §3.1)', async () => {
    await visiting(sameSite, async (page) => {
      await signIn(page)
      const [before, renewed] = await page.evaluate(async () => [await manager.getUser(), await manager.signinSilent()])
      assert.equal(renewed?.profile.sub, 'alice-0001')
      assert.notEqual(renewed?.access_token, before?.access_token)
      assert.equal(renewed?.refresh_token, undefined)

      const home = await browser.newPage()
      await home.goto(`${sameSite}/`)
      await home.evaluate(() => void manager.signinRedirect({ prompt: 'login' }))
      await decide(home)
      await says(page, 'signed in anew')
      await home.close()
      await signOutAtHome()
      await says(page, 'signed out elsewhere')
      assert.equal(await refusal(page), 'login_required')
    })
  })

  it('sees from another site who signs out, though no frame can sign in from there', async () => {
    await visiting(otherSite, async (page) => {
      await signIn(page)
      assert.equal(await refusal(page), 'login_required')
      await signOutAtHome()
      await says(page, 'signed out elsewhere')
    })
  })

  it('signs in and out in a window of its own', async () => {
    await visiting(sameSite, async (page) => {
      const [popup] = await Promise.all([page.waitForEvent('popup'), page.click('#popup')])
      await decide(popup)
      await says(page, 'Alice Adams')
      const [out] = await Promise.all([page.waitForEvent('popup'), page.click('#out')])
      if (!out.isClosed()) await out.waitForEvent('close')
      await says(page, 'nobody')
    })
  })

  it('is shown no page of ours in a frame [RFC6749-10.13-01]', async () => {
    await visiting(sameSite, async (page) => {
      const refused = page.waitForEvent('console', (message) => /frame-ancestors/.test(message.text()))
      await page.evaluate(() => void manager.signinSilent({ prompt: 'login' }).catch(() => {}))
      await refused
    })
  })
})

/**
 * A stranger's client: oidc-client-ts in a page of another origin, in a real browser, with nothing but a public
 * client's id.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import type { UserManager, UserManagerSettings } from 'oidc-client-ts'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../support/chromium.ts'
import { type Listening, listen } from '../support/listen.ts'
import { freePorts } from '../support/ports.ts'
import { password, startTestServer, type TestServer } from '../support/server.ts'

const bundle = new URL('../browser/oidc-client-ts.min.js', import.meta.resolve('oidc-client-ts'))
const library = readFileSync(bundle, 'utf8')

declare const manager: UserManager

const pageOf = (settings: UserManagerSettings) => `<!doctype html><html lang="en"><title>Single page</title>
<link rel="icon" href="data:,">
<h1>nobody</h1><button>Sign in</button>
<script src="/oidc-client-ts.js"></script>
<script type="module">
const { UserManager, WebStorageStateStore } = oidc
const manager = new UserManager({
  ...${JSON.stringify(settings)},
  userStore: new WebStorageStateStore({ store: window.localStorage }),
})
globalThis.manager = manager
const heading = document.querySelector('h1')
document.querySelector('button').onclick = () => manager.signinRedirect()
try {
  if (location.pathname === '/callback') {
    await manager.signinCallback()
    history.replaceState({}, '', '/')
  }
  const user = await manager.getUser()
  heading.textContent = user?.profile.name ?? 'nobody'
} catch (error) {
  heading.textContent = error.name + ': ' + (error.error ?? error.message)
}
document.body.dataset.ready = 'yes'
</script></html>`

describe('oidc-client-ts in Chromium', () => {
  let server: TestServer
  let app: Listening
  let browser: Browser

  before(async () => {
    const [port = 0] = await freePorts(1)
    const url = `http://localhost:${port}`
    server = await startTestServer({
      clients: [
        {
          client_id: 'single-page',
          token_endpoint_auth_method: 'none',
          redirect_uris: [`${url}/callback`],
          post_logout_redirect_uris: [`${url}/`],
          grant_types: ['authorization_code', 'refresh_token'],
          scope: 'openid profile email offline_access',
        },
      ],
    })
    const page = pageOf({
      authority: server.url,
      client_id: 'single-page',
      redirect_uri: `${url}/callback`,
      post_logout_redirect_uri: `${url}/`,
      scope: 'openid profile email offline_access',
      loadUserInfo: true,
      automaticSilentRenew: false,
    })
    app = await listen(port, (request, response) => {
      const isLibrary = request.url === '/oidc-client-ts.js'
      response.setHeader('content-type', isLibrary ? 'text/javascript' : 'text/html; charset=utf-8')
      response.end(isLibrary ? library : page)
    })
    browser = await launchChromium()
  })
  after(async () => {
    await browser?.close()
    await app?.close()
    await server?.close()
  })

  async function visiting(use: (page: Page) => Promise<void>): Promise<void> {
    const browsing = await browser.newContext()
    try {
      const page = await browsing.newPage()
      page.setDefaultTimeout(8_000)
      await use(page)
    } finally {
      await browsing.close()
    }
  }

  const heading = async (page: Page) => {
    await page.waitForSelector('body[data-ready=yes]')
    return page.locator('h1').textContent()
  }

  async function decide(page: Page, decision: 'allow' | 'deny'): Promise<void> {
    const button = page.locator(`button[name=decision][value=${decision}]`)
    await button.waitFor()
    // The first half second is no decision of anybody's.
    const shown = await page.evaluate(() => performance.now())
    await page.waitForFunction((begin) => performance.now() > begin + 600, shown)
    await button.click()
    await page.waitForURL(decision === 'allow' ? `${app.url}/` : `${app.url}/callback?**`)
  }

  async function signIn(page: Page, decision: 'allow' | 'deny' = 'allow'): Promise<void> {
    await page.goto(app.url)
    assert.equal(await heading(page), 'nobody')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('input[name=login]').fill('alice')
    await page.locator('input[name=password]').fill(password)
    await page.locator('input[name=password]').press('Enter')
    await decide(page, decision)
  }

  it('signs a person in, calls, renews by refresh token, revokes and signs out', async () => {
    await visiting(async (page) => {
      await signIn(page)
      assert.equal(await heading(page), 'Alice Adams')

      const renewed = await page.evaluate(async () => {
        const [before, after] = [await manager.getUser(), await manager.signinSilent()]
        return { before, after }
      })
      assert.equal(renewed.before?.profile.email, 'alice@example.com')
      assert.equal(renewed.after?.profile.sub, 'alice-0001')
      assert.notEqual(renewed.after?.access_token, renewed.before?.access_token)
      assert.notEqual(renewed.after?.refresh_token, renewed.before?.refresh_token)

      const call = (token: string) =>
        page.evaluate(
          async ({ url, token }) => (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status,
          { url: `${server.url}/userinfo`, token },
        )
      const { access_token = '' } = renewed.after ?? {}
      assert.equal(await call(access_token), 200)
      await page.evaluate(() => manager.revokeTokens(['refresh_token', 'access_token']))
      assert.equal(await call(access_token), 401)

      await page.evaluate(() => void manager.signoutRedirect({ state: 'out' }))
      await page.waitForURL(`${app.url}/?state=**`)
      assert.equal(await heading(page), 'nobody')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.locator('input[name=password]').waitFor()
    })
  })

  it('asks a person who is signed in there for no password, but for consent: its address is on their own computer (RFC 8252 §8.6)', async () => {
    await visiting(async (page) => {
      await signIn(page)
      await page.evaluate(() => manager.removeUser())
      await page.reload()
      assert.equal(await heading(page), 'nobody')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await decide(page, 'allow')
      assert.equal(await heading(page), 'Alice Adams')
    })
  })

  it('understands that a person did not allow it (RFC 6749 §4.1.2.1)', async () => {
    await visiting(async (page) => {
      await signIn(page, 'deny')
      assert.equal(await heading(page), 'ErrorResponse: access_denied')
    })
  })
})

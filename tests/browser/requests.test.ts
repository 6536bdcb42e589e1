/** How a real browser brings a request here: by a form of another site, and on to a new account; all without scripts. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../support/chromium.ts'
import { freePorts } from '../support/ports.ts'
import { password, startTestServer, type TestServer } from '../support/server.ts'

let browser: Browser
let server: TestServer
/** The app's own site: another one than the server's, as browsers count them. */
let app: string
const site = createServer((_request, response) => {
  const fields = Object.entries(asked()).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
  response.setHeader('content-type', 'text/html')
  response.end(
    `<!doctype html><title>App</title><form method="post" action="${server.url}/authorize">${fields.join('')}<button>Go</button></form>`,
  )
})

const asked = () => ({
  client_id: 'form',
  response_type: 'code',
  redirect_uri: `${app}/callback`,
  scope: 'openid',
  state: 'the-state',
  nonce: 'the-nonce',
})

before(async () => {
  const [port = 0] = await freePorts(1)
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  app = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  const client = { client_name: 'Form App', redirect_uris: [`${app}/callback`], require_pkce: false, scope: 'openid' }
  server = await startTestServer({
    port,
    clients: [{ client_id: 'form', client_secret: 'a-secret-that-is-long-enough-for-a-test', ...client }],
    more: { signUp: true },
  })
  browser = await launchChromium()
})
after(async () => {
  await browser?.close()
  await server?.close()
  await new Promise<void>((resolve) => site.close(() => resolve()))
})

async function inBrowser(use: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ javaScriptEnabled: false })
  try {
    await use(await context.newPage())
  } finally {
    await context.close()
  }
}

const arrived = async (page: Page): Promise<URLSearchParams> => {
  await page.waitForURL(`${app}/callback?*`)
  const { searchParams } = new URL(page.url())
  assert.equal(searchParams.get('state'), 'the-state')
  return searchParams
}

describe('a request in Chromium', () => {
  it('comes by a form of another site, finds the session of before, and needs no second sign-in (OpenID Connect Core §3.1.2.1) [OIDC-Core-3.1.2.1-01]', async () => {
    assert.notEqual(new URL(app).hostname, new URL(server.url).hostname)
    await inBrowser(async (page) => {
      await page.goto(app)
      await page.getByRole('button', { name: 'Go' }).click()
      await page.getByLabel('Email or username').fill('alice')
      await page.getByLabel('Password', { exact: true }).fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('button', { name: 'Allow', exact: true }).click()
      assert((await arrived(page)).has('code'))
      await page.goto(app)
      await page.getByRole('button', { name: 'Go' }).click()
      assert((await arrived(page)).has('code'))
    })
  })

  it('makes an account without scripts, and goes on to the app with it (OpenID Connect Prompt Create §4) [OIDC-PromptCreate-4-01]', async () => {
    await inBrowser(async (page) => {
      await page.goto(`${server.url}/authorize?${new URLSearchParams({ ...asked(), prompt: 'create' })}`)
      assert.equal(await page.locator('h1').textContent(), 'Create an account')
      await page.getByLabel('Username').fill('carol')
      await page.getByLabel('Email address').fill('carol@example.com')
      await page.getByLabel('Password').fill('four words that rhyme')
      await page.getByRole('button', { name: 'Create account' }).click()
      await page.getByText('Signed in as carol').waitFor()
      await page.getByRole('button', { name: 'Allow', exact: true }).click()
      assert((await arrived(page)).has('code'))
    })
  })
})

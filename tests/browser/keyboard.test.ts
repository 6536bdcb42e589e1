/** The whole way of a person who has no pointer: every page of it by Tab, Enter and the letters that they type. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../support/chromium.ts'
import { callback, password, startTestServer, type TestServer } from '../support/server.ts'
import { tabTo } from './keyboard.ts'

let server: TestServer
let browser: Browser
before(async () => {
  server = await startTestServer()
  browser = await launchChromium()
})
after(async () => {
  await browser?.close()
  await server?.close()
})

const authorize = () =>
  `${server.url}/authorize?${new URLSearchParams({
    response_type: 'code',
    client_id: 'web',
    redirect_uri: callback,
    scope: 'openid email photos:read photos:write',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  })}`

async function withPage(use: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 320, height: 480 }, reducedMotion: 'reduce' })
  await context.route(`${callback}**`, (route) => route.fulfill({ contentType: 'text/plain', body: 'back' }))
  try {
    const page = await context.newPage()
    await page.clock.install()
    await use(page)
  } finally {
    await context.close()
  }
}

/** To the button or the link, and on with it. */
async function press(page: Page, selector: string, to: (url: URL) => boolean): Promise<void> {
  await tabTo(page, selector)
  await Promise.all([page.waitForURL(to), page.keyboard.press('Enter')])
}

const isBack = (url: URL) => url.href.startsWith(callback)
const ends = (step: string) => (url: URL) => url.pathname.endsWith(step)

async function signIn(page: Page): Promise<void> {
  await page.goto(authorize())
  await tabTo(page, '#login')
  await page.keyboard.type('alice')
  await tabTo(page, '#password')
  await page.keyboard.type(password)
  await Promise.all([page.waitForURL(ends('/consent')), page.keyboard.press('Enter')])
}

describe('a person at the keyboard alone, who always sees where they are (WCAG 2.2: 2.1.1, 2.4.3, 2.4.7, 2.4.11)', () => {
  it('signs in, does not allow, and then does; looks at what they allowed, and signs out', async () => {
    await withPage(async (page) => {
      await signIn(page)
      await press(page, '#deny', isBack)
      assert.equal(new URL(page.url()).searchParams.get('error'), 'access_denied')
      await page.goto(authorize())
      const met = await tabTo(page, '#allow')
      assert.deepEqual(
        met.filter((one) => one !== 'Technical details'),
        ['Skip to the content', 'another', 'p1-1', 'deny', 'allow'],
      )
      // The first half second is no decision of anybody's.
      await page.clock.runFor(600)
      await Promise.all([page.waitForURL(isBack), page.keyboard.press('Enter')])
      assert.ok(new URL(page.url()).searchParams.has('code'))
      await page.goto(`${server.url}/account/apps`)
      await press(page, 'a[href="/account/apps/web"]', ends('/web'))
      await press(page, '#remove', (url) => url.search === '?remove=app')
      await press(page, '#remove', ends('/account/apps'))
      await press(page, '#sign-out', ends('/logout'))
      await press(page, '#again', ends('/sign-in'))
    })
  })

  it('comes to the content with one key, past what stands before it', async () => {
    await withPage(async (page) => {
      await signIn(page)
      await tabTo(page, '.skip')
      await page.keyboard.press('Enter')
      assert.deepEqual(await tabTo(page, '#another'), ['another'])
    })
  })
})

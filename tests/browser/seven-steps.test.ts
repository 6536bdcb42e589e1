/** The main job in a real browser, as Alice does it: with scripts and without, and the ways in which it can go otherwise. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { startDemo } from '../../examples/demo/src/start.ts'
import { launchChromium } from '../support/chromium.ts'
import { freePorts } from '../support/ports.ts'

describe('the seven steps', async () => {
  const data = mkdtempSync(join(tmpdir(), 'symbolon-seven-steps-'))
  const [server = 0, library = 0, shop = 0] = await freePorts(3)
  const lines: string[] = []
  const demo = await startDemo({
    folder: data,
    ports: [server, library, shop],
    // Every call to the library finds its token nearly over.
    lifetimes: { accessToken: 1 },
    say: (line) => lines.push(line),
  })
  const browser = await launchChromium()
  after(async () => {
    await browser.close()
    await demo.close()
    rmSync(data, { recursive: true, force: true })
  })

  const visit = async (javaScriptEnabled: boolean) => {
    const context = await browser.newContext({ javaScriptEnabled, acceptDownloads: true })
    const page = await context.newPage()
    return { page, context, [Symbol.asyncDispose]: () => context.close() }
  }
  const signIn = async (page: Page, login: string) => {
    await page.goto(demo.urls.printShop)
    await page.getByRole('link', { name: 'Sign in with Symbolon' }).click()
    await page.getByLabel('Email or username').fill(login)
    await page.getByLabel('Password', { exact: true }).fill('print my photos')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }
  const allow = async (page: Page) => {
    // The first half second is no decision of anybody's.
    if (await page.evaluate(() => true).catch(() => false)) await page.waitForTimeout(600)
    await page.getByRole('button', { name: 'Allow', exact: true }).click()
  }

  for (const scripts of [true, false]) {
    const how = scripts ? 'with scripts' : 'without scripts'
    const login = scripts ? 'alice@example.com' : 'bob@example.com'

    it(`lets a person print the photos they keep elsewhere, ${how}`, async () => {
      await using visitor = await visit(scripts)
      const { page } = visitor
      await signIn(page, login)
      await page.getByRole('heading', { level: 1 }).waitFor()
      assert.match((await page.getByRole('main').textContent()) ?? '', /localhost/)
      assert.match((await page.getByRole('main').textContent()) ?? '', new RegExp(login))
      await allow(page)
      await page.waitForURL(`${demo.urls.printShop}/photos`)
      const photos = page.locator('.photo')
      assert.ok((await photos.count()) >= 6)
      await photos.nth(0).click()
      await photos.nth(1).click()
      await page.getByRole('button', { name: 'Make the sheet' }).click()
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Download the sheet' }).click(),
      ])
      const chunks = []
      for await (const chunk of await download.createReadStream()) chunks.push(chunk)
      assert.equal(Buffer.concat(chunks).subarray(0, 5).toString(), '%PDF-')
    })

    it(`asks for more only when more is needed, and only for that, ${how}`, async () => {
      await using visitor = await visit(scripts)
      const { page } = visitor
      await signIn(page, login)
      await page.waitForURL(`${demo.urls.printShop}/photos`)
      await page.locator('.photo').nth(0).click()
      await page.getByRole('button', { name: 'Make the sheet' }).click()
      await page.getByRole('link', { name: 'Allow saving to my library' }).click()
      await page.getByRole('heading', { level: 1 }).waitFor()
      const question = (await page.getByRole('main').textContent()) ?? ''
      assert.match(question, /Add pictures to your photos/)
      await allow(page)
      await page.waitForURL(/\/sheets\//)
      await page.getByRole('button', { name: 'Save it to my library' }).click()
      await page.getByText('Saved in your photo library.').waitFor()
    })
  }

  it('goes on when the person does not allow it, and says so (RFC 6749 §4.1.2.1)', async () => {
    await using visitor = await visit(false)
    const { page } = visitor
    await page.goto(`${demo.urls.printShop}/api/auth/signin/symbolon?returnTo=/photos`)
    await page.getByLabel('Email or username').fill('alice@example.com')
    await page.getByLabel('Password', { exact: true }).fill('print my photos')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.waitForURL(`${demo.urls.printShop}/photos`)
    await page.goto(`${demo.urls.server}/account/apps`)
    await page
      .getByRole('link', { name: /Review or remove/ })
      .first()
      .click()
    await page.getByRole('link', { name: /Remove access/ }).click()
    await page.getByRole('button', { name: /Remove access/ }).click()
    await page.goto(`${demo.urls.printShop}/photos`)
    await page.getByRole('link', { name: 'Sign in again' }).click()
    await page.getByRole('button', { name: 'Don’t allow' }).click()
    await page.getByRole('heading', { name: 'All right, we see nothing' }).waitFor()
  })

  it('lets two tabs sign in at once, whichever ends first (attack 87)', async () => {
    await using visitor = await visit(true)
    const { page, context } = visitor
    const other = await context.newPage()
    for (const tab of [page, other]) {
      await tab.goto(demo.urls.printShop)
      await tab.getByRole('link', { name: 'Sign in with Symbolon' }).click()
      await tab.getByLabel('Password', { exact: true }).waitFor()
    }
    for (const tab of [other, page]) {
      await tab.getByLabel('Email or username').fill('bob@example.com')
      await tab.getByLabel('Password', { exact: true }).fill('print my photos')
      await tab.getByRole('button', { name: 'Sign in', exact: true }).click()
      await tab.waitForURL(`${demo.urls.printShop}/photos`)
    }
  })

  it('records each flow by role and step, those of the resource server included, with a line for it', async () => {
    const { store } = demo.server.issuer
    const [line = ''] = lines.filter((text) => text.includes('✓ sign-in'))
    const flow = /[0-9A-Z]{4}-[0-9A-Z]{4}$/.exec(line)?.[0] ?? ''
    const recorded = await until(async () => {
      const events = await store.flows.events(flow)
      return events.some(({ step }) => step === 6) ? events : undefined
    })
    const seen = new Set(recorded.map(({ step }) => step))
    assert.deepEqual(
      [1, 2, 3, 4, 6].filter((step) => !seen.has(step as 1)),
      [],
      'steps 5 and 7 stand with the requests that they answer',
    )
  })
})

/** The record is written in batches, a moment after the fact. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let turn = 0; turn < 50; turn++) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('it was not recorded within five seconds')
}

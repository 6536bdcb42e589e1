/**
 * A person with a browser of their own, who does on our pages what each asks: for modules that the suite's own browser
 * cannot go through, such as those with frames that need their cookies.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { chromium, type Page } from 'playwright-core'
import { password, people } from './people.ts'

export interface Visitor {
  /** Opens an address of the server, and goes on until nothing is asked any more. */
  visit(url: string): Promise<void>
  close(): Promise<void>
}

export interface VisitorSettings {
  /** Where Chromium is. */
  readonly program: string
  readonly issuer: string
}

const [{ username }] = people

/** A button of consent takes no click before it was seen. */
const untilSeen = 700

export async function createVisitor({ program, issuer }: VisitorSettings): Promise<Visitor> {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-visitor-'))
  // A profile that lets the frames of other sites see their cookies, which private windows do not.
  mkdirSync(join(folder, 'Default'))
  const profile = { cookie_controls_mode: 0, block_third_party_cookies: false }
  writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify({ profile }))
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: program,
    ignoreHTTPSErrors: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
  })
  let page: Page | undefined
  return {
    async visit(url) {
      // A page of the suite still goes where its script leads, and would take a second visit in its window with it.
      await page?.close()
      page = await context.newPage()
      await page.goto(url)
      while (page.url().startsWith(issuer)) await answer(page)
    },
    async close() {
      await context.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What one page asks. */
async function answer(page: Page): Promise<void> {
  const { href, origin } = new URL(page.url())
  const asks = page.locator('#sign-in, #allow, #sign-out').first()
  const isGone = (url: URL) => url.href !== href
  // A page may go on by itself.
  await Promise.race([asks.waitFor(), page.waitForURL((url) => url.origin !== origin)])
  if (isGone(new URL(page.url()))) return
  const login = page.locator('#login:not([readonly])')
  if ((await login.count()) > 0) await login.fill(username)
  const secret = page.locator('#password')
  if ((await secret.count()) > 0) await secret.fill(password)
  await wait(untilSeen)
  await asks.click()
  await page.waitForURL(isGone)
}

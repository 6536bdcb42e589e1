/**
 * A real browser for tests: the machine's own Chromium, headless, with an empty profile.
 *
 * `npm test` installs it where it is missing (scripts/install-chromium.ts).
 */
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The browser that SYMBOLON_CHROMIUM names, or else the first found where systems install it. */
export function findChromium(): string | undefined {
  const named = process.env.SYMBOLON_CHROMIUM
  return (named === undefined ? places : [named]).find(isProgram)
}

export interface ChromiumOptions {
  /** Further command line switches. */
  readonly args?: readonly string[]
}

/**
 * With a profile of its own in `folder`, which lets the frames of other sites see their cookies. The contexts of
 * `launchChromium` do not: they are as private windows are.
 */
export async function openProfile(folder: string): Promise<BrowserContext> {
  mkdirSync(join(folder, 'Default'), { recursive: true })
  const profile = { cookie_controls_mode: 0, block_third_party_cookies: false }
  writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify({ profile }))
  return chromium.launchPersistentContext(folder, { ...settings([]), ignoreHTTPSErrors: true })
}

export const launchChromium = async ({ args = [] }: ChromiumOptions = {}): Promise<Browser> =>
  chromium.launch(settings(args))

function settings(args: readonly string[]) {
  const executablePath = findChromium()
  if (executablePath === undefined) {
    throw new Error('No Chromium here: `npm test` installs it, or name one in SYMBOLON_CHROMIUM.')
  }
  const always = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage']
  return { executablePath, headless: true, args: [...always, ...args] }
}

/**
 * A real browser for tests: the machine's own Chromium, headless, with an empty profile.
 *
 * `npm test` installs it where it is missing (scripts/install-chromium.ts).
 */
import { accessSync, constants } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

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

export async function launchChromium({ args = [] }: ChromiumOptions = {}): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) {
    throw new Error('No Chromium here: `npm test` installs it, or name one in SYMBOLON_CHROMIUM.')
  }
  return chromium.launch({
    executablePath,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage', ...args],
  })
}

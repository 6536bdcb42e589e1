/**
 * Draws every page in both schemes and two widths, without scripts, into a folder outside the repository:
 * `node tests/browser/screenshots.ts FOLDER [NAME...]`.
 */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { launchChromium } from '../support/chromium.ts'
import { picture, servePages } from './pages-server.ts'

const [folder, ...names] = process.argv.slice(2)
if (folder === undefined || resolve(folder).startsWith(resolve(import.meta.dirname, '../..'))) {
  console.error('Name a folder outside the repository.')
  process.exit(1)
}
mkdirSync(folder, { recursive: true })

const server = await servePages()
const browser = await launchChromium()
try {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1280, 320]) {
      const context = await browser.newContext({
        colorScheme,
        javaScriptEnabled: false,
        viewport: { width, height: 900 },
      })
      await context.route('https://acme-notes.example/**', (route) =>
        /logo/.test(route.request().url())
          ? route.fulfill({ contentType: 'image/svg+xml', body: picture })
          : route.fulfill({ status: 404 }),
      )
      const page = await context.newPage()
      for (const name of names.length > 0 ? names : server.names) {
        await page.goto(server.address(name, 'en'))
        await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true })
      }
      await context.close()
    }
  }
} finally {
  await browser.close()
  await server.close()
}

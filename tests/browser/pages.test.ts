/**
 * The pages in a real browser: accessible in every scheme and width, usable by keyboard and without scripts, and at
 * peace with their own security policy.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import type { AxeResults } from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { launchChromium } from '../support/chromium.ts'
import { type PagesServer, servePages } from './pages-server.ts'

const axe = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

let server: PagesServer
let browser: Browser

before(async () => {
  server = await servePages()
  browser = await launchChromium()
})

after(async () => {
  await browser?.close()
  await server?.close()
})

interface Look {
  readonly width?: number
  /** `withheld`: the browser could run scripts, and axe does, but the page's own never arrives. */
  readonly scripts?: boolean | 'withheld'
  readonly scheme?: 'light' | 'dark'
  readonly forced?: boolean
}

async function withPage<T>(look: Look, use: (page: Page) => Promise<T>): Promise<T> {
  const { width = 1280, scripts = true, scheme = 'light', forced = false } = look
  const settings: BrowserContextOptions = {
    viewport: { width, height: 800 },
    colorScheme: scheme,
    forcedColors: forced ? 'active' : 'none',
    javaScriptEnabled: scripts !== false,
    reducedMotion: 'reduce',
  }
  const context = await browser.newContext(settings)
  // The app that the pages lead back to: nothing leaves the machine.
  await context.route('https://acme-notes.example/**', (route) =>
    route.fulfill({
      contentType: 'text/plain',
      body: `${route.request().method()} ${route.request().postData() ?? ''}`,
    }),
  )
  if (scripts === 'withheld') await context.route('**/assets/*.js', (route) => route.abort())
  try {
    return await use(await context.newPage())
  } finally {
    await context.close()
  }
}

/** All rules, or those whose result another scheme or width can change while the words stay the same. */
type Rules = 'all' | 'of the look'

const options: Readonly<Record<Rules, object>> = {
  all: { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } },
  'of the look': {
    resultTypes: ['violations'],
    runOnly: ['color-contrast', 'link-in-text-block', 'target-size', 'scrollable-region-focusable'],
  },
}

/** What axe, which is in the page by now, finds: as lines that say which page, which rule and where. */
async function violations(page: Page, name: string, rules: Rules): Promise<readonly string[]> {
  const results = (await page.evaluate(`axe.run(document, ${JSON.stringify(options[rules])})`)) as AxeResults
  return results.violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** What is wider than the window with everything unfolded (WCAG 2.2: 1.4.10). */
async function overflow(page: Page, name: string): Promise<readonly string[]> {
  await page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
  const [content, window] = (await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')) as number[]
  return content === window ? [] : [`${name} is ${content} px wide in ${window}`]
}

/** Their pages go on by themselves when scripts run, before anybody could look at them. */
const hasty = new Set(['form-post', 'signed-out-telling'])

/** Every page, on two tabs at once, and whatever its console says is wrong. */
async function onEveryPage(
  { look, locale }: { readonly look: Look; readonly locale: string },
  check: (page: Page, name: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const names = server.names.filter((name) => look.scripts === 'withheld' || !hasty.has(name))
  const found: string[] = []
  await Promise.all(
    [0, 1].map((tab) =>
      withPage(look, async (page) => {
        if (look.scripts !== 'withheld') page.on('console', (message) => found.push(`${page.url()}: ${message.text()}`))
        page.on('pageerror', (error) => found.push(`${page.url()}: ${error.message}`))
        for (const name of names.filter((_, index) => index % 2 === tab)) {
          await page.goto(server.address(name, locale))
          found.push(...(await check(page, name)))
        }
      }),
    ),
  )
  return found
}

/** A page once loaded can be looked at in another light and width without loading it again. */
async function regard(page: Page, { width = 1280, scheme = 'light', forced = false }: Look): Promise<void> {
  await page.setViewportSize({ width, height: 800 })
  await page.emulateMedia({ colorScheme: scheme, forcedColors: forced ? 'active' : 'none', reducedMotion: 'reduce' })
}

describe('accessibility (WCAG 2.2 AA, as far as axe can tell)', () => {
  type Regards = readonly (readonly [Look, Rules])[]
  const visits: readonly (readonly [title: string, locale: string, Regards])[] = [
    [
      'light and dark, wide and 320 px, at peace with the policy [RFC9700-4.16-01]',
      'en',
      [
        [{}, 'all'],
        [{ scheme: 'dark' }, 'of the look'],
        [{ scheme: 'dark', width: 320 }, 'of the look'],
        [{ width: 320 }, 'of the look'],
      ],
    ],
    ['forced colours, 320 px, German', 'de', [[{ width: 320, forced: true }, 'of the look']]],
    ['no scripts, 320 px, the long language', 'en-XA', [[{ width: 320, scripts: 'withheld' }, 'all']]],
  ]
  for (const [title, locale, looks] of visits) {
    it(`finds nothing on any page, and nothing to scroll sideways: ${title}`, async () => {
      const [[look] = [{}]] = looks
      const found = await onEveryPage({ look, locale }, async (page, name) => {
        const lines: string[] = []
        await page.evaluate(axe)
        for (const [look, rules] of looks) {
          await regard(page, look)
          const called = `${name} ${JSON.stringify(look)}`
          lines.push(...(await overflow(page, called)), ...(await violations(page, called, rules)))
        }
        return lines
      })
      assert.deepEqual(found, [])
    })
  }
})

describe('the security policy (RFC 9700 §4.16)', () => {
  it('keeps the page out of any frame [RFC6749-10.13-01] [RFC9700-4.16-01]', async () => {
    await withPage({}, async (page) => {
      const consent = server.address('consent', 'en')
      await page.route('**/framing', (route) =>
        route.fulfill({ contentType: 'text/html', body: `<iframe src="${consent}"></iframe>` }),
      )
      const refused = page.waitForEvent('console', (message) => /frame-ancestors/.test(message.text()))
      await page.goto(new URL('/framing', consent).href)
      await refused
    })
  })
})

/** Presses Tab until the element is reached: its order on the way is what a keyboard meets. */
async function tabTo(page: Page, selector: string): Promise<readonly string[]> {
  const met: string[] = []
  for (let steps = 0; steps < 40; steps += 1) {
    await page.keyboard.press('Tab')
    met.push(String(await page.evaluate('document.activeElement.id || document.activeElement.textContent.trim()')))
    if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return met
  }
  throw new Error(`Tab does not lead to ${selector}, but to ${met.join(', ')}`)
}

const lastPost = () => server.posted.at(-1) ?? assert.fail('nothing was posted')

describe('the keyboard alone (WCAG 2.2: 2.1.1, 2.4.3)', () => {
  it('signs in: skip link, account, password, show it, keep, send', async () => {
    await withPage({}, async (page) => {
      await page.goto(server.address('sign-in', 'en'))
      assert.deepEqual(await tabTo(page, '#login'), ['Skip to the content', 'login'])
      await page.keyboard.type('ada@example.com')
      assert.deepEqual(await tabTo(page, '#password'), ['password'])
      await page.keyboard.type('correct horse')
      await tabTo(page, 'button.eye')
      await page.keyboard.press('Enter')
      assert.equal(await page.getAttribute('#password', 'type'), 'text')
      assert.equal(await page.getAttribute('button.eye', 'aria-pressed'), 'true')
      await tabTo(page, '#keep')
      await page.keyboard.press('Space')
      await tabTo(page, 'button.primary')
      await Promise.all([page.waitForURL('**/i/abc/sign-in'), page.keyboard.press('Enter')])
      const [path, body] = lastPost()
      assert.equal(path, '/i/abc/sign-in')
      assert.deepEqual(Object.fromEntries(body), {
        csrf: 'c5rf',
        login: 'ada@example.com',
        password: 'correct horse',
        keep: 'yes',
      })
    })
  })

  it('is told of a problem first, and led to its field', async () => {
    await withPage({}, async (page) => {
      await page.goto(server.address('sign-in-wrong', 'en'))
      await page.waitForFunction("document.activeElement.id === 'problem'")
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      assert.equal(await page.evaluate('document.activeElement.id'), 'password')
    })
  })

  it('decides on consent: unticks, refuses to allow at once, and allows a moment later', async () => {
    await withPage({}, async (page) => {
      await page.clock.install()
      await page.goto(server.address('consent', 'en'))
      const before = server.posted.length
      await tabTo(page, '[value="email"]')
      await page.keyboard.press('Space')
      const met = await tabTo(page, '[value="allow"]')
      assert.deepEqual(met.slice(-2), ['Don’t allow', 'Allow'])
      await page.clock.pauseAt(Date.now() + 60_000)
      await page.evaluate("dispatchEvent(new Event('focus'))")
      await page.keyboard.press('Enter')
      assert.equal(server.posted.length, before)
      await page.clock.runFor(600)
      await Promise.all([page.waitForURL('**/i/abc/consent'), page.keyboard.press('Enter')])
      const [, body] = lastPost()
      assert.equal(body.get('decision'), 'allow')
      assert.deepEqual(body.getAll('scope'), ['profile', 'photos.write'])
    })
  })
})

describe('without scripts', () => {
  it('consent is refused and allowed by the same form', async () => {
    await withPage({ scripts: false }, async (page) => {
      for (const decision of ['deny', 'allow']) {
        await page.goto(server.address('consent', 'en'))
        await page.click(`[value="${decision}"]`)
        await page.waitForURL('**/i/abc/consent')
        assert.equal(lastPost()[1].get('decision'), decision)
      }
    })
  })

  it('the language is changed in place', async () => {
    await withPage({ scripts: false }, async (page) => {
      await page.goto(server.address('consent', 'en'))
      await page.selectOption('#ui_locales', 'de')
      await page.click('.language button')
      await page.waitForURL(/ui_locales=de/)
      assert.equal(await page.getAttribute('html', 'lang'), 'de')
      assert.match(await page.innerText('h1'), /^Darf Acme Notes/)
    })
  })

  it('the answer to the app is sent by a button', async () => {
    await withPage({ scripts: false }, async (page) => {
      await page.goto(server.address('form-post', 'en'))
      await page.click('button.primary')
      await page.waitForURL('https://acme-notes.example/callback')
      assert.match(await page.innerText('body'), /^POST code=c&state=/)
    })
  })
})

describe('the way back to the app', () => {
  it('goes on by itself with a Refresh header, though form-action would stop a redirect', async () => {
    await withPage({ scripts: false }, async (page) => {
      await page.goto(`${server.address('handoff', 'en')}&follow`)
      await page.waitForURL('https://acme-notes.example/callback?code=c&state=s')
    })
  })

  it('posts by itself when the app asked for form_post (Form Post Response Mode §2) [OAuth-FormPost-2-01]', async () => {
    await withPage({}, async (page) => {
      await page.goto(server.address('form-post', 'en'))
      await page.waitForURL('https://acme-notes.example/callback')
      assert.match(await page.innerText('body'), /^POST code=c&state=/)
    })
  })

  it('lets the app lead on from there to another site, though browsers hold form-action against redirects, too', async () => {
    await withPage({}, async (page) => {
      await page.route('https://acme-notes.example/callback', (route) =>
        route.fulfill({ status: 303, headers: { location: 'https://elsewhere.example/home' } }),
      )
      await page.route('https://elsewhere.example/**', (route) => route.fulfill({ body: 'at home' }))
      await page.goto(server.address('form-post', 'en'))
      await page.waitForURL('https://elsewhere.example/home')
    })
  })

  it('is also a link', async () => {
    await withPage({}, async (page) => {
      await page.goto(server.address('handoff', 'en'))
      await page.click('a.button')
      await page.waitForURL('https://acme-notes.example/callback?code=c&state=s')
    })
  })
})

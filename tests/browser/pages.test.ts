/**
 * The pages in a real browser: accessible in every scheme and width, usable by keyboard and without scripts, and at
 * peace with their own security policy.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import type { AxeResults } from 'axe-core'
import type { Browser, BrowserContextOptions, Page, Route } from 'playwright-core'
import { launchChromium } from '../support/chromium.ts'
import { tabTo, unseenStops } from './keyboard.ts'
import { type PagesServer, picture, servePages } from './pages-server.ts'

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
  // The app that the pages lead back to, and its picture: nothing leaves the machine.
  await context.route('https://acme-notes.example/**', (route) =>
    route.fulfill({
      contentType: 'text/plain',
      body: `${route.request().method()} ${route.request().postData() ?? ''}`,
    }),
  )
  await context.route('https://acme-notes.example/logo.svg', (route) =>
    route.fulfill({ contentType: 'image/svg+xml', body: picture }),
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

describe('accessibility (WCAG 2.2 AA, as far as axe can tell; and where the focus is: 2.4.7, 2.4.11)', () => {
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
    ['no scripts, 320 px, the long language', 'en-XA', [[{ width: 320, scripts: 'withheld' }, 'of the look']]],
  ]
  for (const [title, locale, looks] of visits) {
    it(`finds nothing on any page, and nothing to scroll sideways: ${title}`, async () => {
      const [[look] = [{}]] = looks
      const found = await onEveryPage({ look, locale }, async (page, name) => {
        const lines: string[] = []
        await page.evaluate(axe)
        if (locale === 'en')
          for (const stop of await unseenStops(page)) lines.push(`${name}: nobody sees that ${stop} has the focus`)
        for (const [look, rules] of looks) {
          await regard(page, look)
          const called = `${name} ${JSON.stringify(look)}`
          // What a hasty page says can be heard here only.
          const asked = hasty.has(name) ? 'all' : rules
          lines.push(...(await overflow(page, called)), ...(await violations(page, called, asked)))
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

describe('the picture of an app', () => {
  /** How wide it is, and whether the letter is out of sight: pushed into the next line. */
  const drawn = (page: Page) =>
    page.evaluate(
      "const tile = document.querySelector('.plate .monogram'); [tile.querySelector('img').getBoundingClientRect().width, tile.scrollHeight > tile.clientHeight]",
    )

  it('stands where the first letter of its name is when it does not come, scripts or none', async () => {
    await withPage({ scripts: false, width: 320, scheme: 'dark' }, async (page) => {
      await page.goto(server.address('consent', 'en'), { waitUntil: 'networkidle' })
      assert.deepEqual(await drawn(page), [42, true])
      await page.goto(server.address('choose-account', 'en'), { waitUntil: 'networkidle' })
      assert.deepEqual(await drawn(page), [0, false])
    })
  })

  it('is asked for without saying who looks, and no other is (RFC 7591 §5)', async () => {
    await withPage({}, async (page) => {
      const asked = page.waitForRequest('https://acme-notes.example/**')
      await page.goto(server.address('consent', 'en'))
      const headers = await (await asked).allHeaders()
      assert.deepEqual([headers.referer, headers.origin, headers.cookie], [undefined, undefined, undefined])
      const refused = page.waitForEvent('console', (message) => /img-src/.test(message.text()))
      await page.evaluate("new Image().src = 'https://acme-notes.example/another.svg'")
      await refused
    })
  })

  it('keeps nobody waiting who can go on without it', async () => {
    await withPage({}, async (page) => {
      await page.context().route('https://acme-notes.example/logo.svg', () => undefined)
      await page.goto(server.address('consent', 'en'), { waitUntil: 'load', timeout: 5_000 })
      assert.deepEqual(await drawn(page), [0, false])
    })
  })
})

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
      await page.locator('#problem:focus').waitFor()
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
      assert.deepEqual(met.slice(-2), ['deny', 'allow'])
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
  /** Each control by its id: where it leads, and what it sends there. */
  const ways: readonly (readonly [page: string, id: string, path: string, sent?: readonly [string, string]])[] = [
    ['consent', 'deny', '/i/abc/consent', ['decision', 'deny']],
    ['consent', 'allow', '/i/abc/consent', ['decision', 'allow']],
    ['consent', 'another', '/i/abc/account'],
    ['choose-account', 'account-2', '/i/abc/account', ['session', 's2']],
    ['choose-account', 'another', '/i/abc/account', ['session', 'other']],
    ['sign-in-confirm', 'choose-account', '/i/abc/account'],
    ['sign-up', 'sign-in', '/i/abc/sign-in'],
    ['sign-out', 'stay', '/logout', ['decision', 'stay']],
    ['sign-out', 'sign-out', '/logout', ['decision', 'sign-out']],
    ['sessions', 'end-others', '/account/sessions', ['end', 'others']],
    ['account', 'sign-out', '/logout', ['decision', 'sign-out']],
    ['app-remove', 'remove', '/account/apps/acme%2Fnotes', ['remove', 'app']],
    ['notice-expired', 'continue', '/i/abc/restart'],
    ['error-missing', 'continue', '/account'],
    ['signed-out', 'again', '/account'],
  ]

  it('every button sends its own form, and every link leads on', async () => {
    await withPage({ scripts: false }, async (page) => {
      for (const [name, id, path, sent] of ways) {
        await page.goto(server.address(name, 'en'))
        await page.click(`#${id}`)
        await page.waitForURL((url) => url.pathname === path)
        if (sent === undefined) continue
        const [posted, body] = lastPost()
        assert.deepEqual([posted, body.get('csrf'), body.get(sent[0])], [path, 'c5rf', sent[1]], name)
      }
    })
  })

  it('apps hear in frames that the person has signed out, and then the browser goes on (Front-Channel Logout §3)', async () => {
    await withPage({ scripts: false }, async (page) => {
      const told: string[] = []
      page.on('request', (request) => request.url().startsWith('https://acme-notes') && told.push(request.url()))
      const response = await page.goto(`${server.address('signed-out-telling', 'en')}&follow`)
      assert.equal(await response?.headerValue('refresh'), '5;url=https://acme-notes.example/')
      assert.deepEqual(told.map((address) => new URL(address).pathname).sort(), ['/gone', '/logout'])
    })
  })

  it('the language is changed in place', async () => {
    await withPage({ scripts: false }, async (page) => {
      await page.goto(server.address('consent', 'en'))
      await page.selectOption('#ui_locales', 'de')
      await page.click('#change-language')
      await page.waitForURL(/ui_locales=de/)
      assert.equal(await page.getAttribute('html', 'lang'), 'de')
      assert.match(await page.innerText('h1'), /^Darf Acme Notes/)
    })
  })

  it('the answer to the app is sent by a button', async () => {
    await withPage({ scripts: false }, async (page) => {
      await page.goto(server.address('form-post', 'en'))
      await page.click('#continue')
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

  it('waits until apps have heard in frames that the person has signed out, and no longer', async () => {
    await withPage({}, async (page) => {
      await page.goto(server.address('signed-out-telling', 'en'))
      await page.waitForURL('https://acme-notes.example/')
    })
  })

  it('says that apps have been told when all of them have answered, and not before', async () => {
    await withPage({}, async (page) => {
      const asked = Promise.withResolvers<Route>()
      await page.clock.install()
      await page.route('https://acme-notes.example/gone*', asked.resolve)
      await page.goto(server.address('signed-out-here', 'en'), { waitUntil: 'commit' })
      await page.getByText('Your apps hear of it through this page').waitFor()
      const hanging = await asked.promise
      await page.clock.fastForward(5_000)
      await page.getByText('Not every app has answered.').waitFor()
      await hanging.fulfill({ body: 'gone' })
      await page.getByText('Your apps have been told.').waitFor()
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

/** The client in a real browser: its cookies are kept and sent, its pages obey their policy, its forms arrive. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { after, before, describe, it } from 'node:test'
import type { Auth, AuthError } from '@symbolon/client'
import { nodeAuth } from '@symbolon/frameworks/client/node'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { type Shop, startShop } from '../../adapters/frameworks/test/client/support.ts'
import { launchChromium } from '../support/chromium.ts'

const axe = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

/** An app as strict as helmet makes it: forms may lead nowhere but to itself. */
function strictApp(auth: Auth) {
  const { routes, authOf } = nodeAuth(auth)
  const show = async (request: IncomingMessage, response: ServerResponse) => {
    const session = await authOf(request, response).session()
    response.setHeader('content-security-policy', "default-src 'none'; form-action 'self'; frame-src 'self'")
    response.setHeader('referrer-policy', 'no-referrer')
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(`<!doctype html><html lang="en"><title>${request.url}</title><h1>${session?.user.name ?? 'nobody'}</h1>
<form method="post" action="/api/auth/signin/symbolon"><button>Sign in</button></form>
<a href="/api/auth/signin/symbolon?returnTo=${encodeURIComponent(request.url ?? '/')}">Sign in here</a>`)
  }
  return (request: IncomingMessage, response: ServerResponse) => {
    routes(request, response, () => show(request, response))
  }
}

let browser: Browser
before(async () => {
  browser = await launchChromium()
})
after(() => browser?.close())

async function visiting(settings: Parameters<typeof startShop>[1], use: (page: Page, shop: Shop) => Promise<void>) {
  const shop = await startShop(strictApp, settings)
  const context = await browser.newContext()
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' && /policy/i.test(message.text())) complaints.push(message.text())
  })
  try {
    await use(page, shop)
    assert.deepEqual(complaints, [])
  } finally {
    await context.close()
    await shop.stop()
  }
}

const name = (page: Page) => page.locator('h1').textContent()

describe('the client in Chromium', () => {
  it('signs in by a link and comes back to the page', async () => {
    await visiting({}, async (page, { auth }) => {
      await page.goto(`${auth.baseUrl}/photos`)
      assert.equal(await name(page), 'nobody')
      await page.getByRole('link', { name: 'Sign in here' }).click()
      await page.waitForURL('**/photos')
      assert.equal(await name(page), 'Alice')
      const cookies = await page.context().cookies()
      assert.ok(cookies.every(({ httpOnly, sameSite, path }) => httpOnly && sameSite === 'Lax' && path === '/'))
      assert.equal(await page.evaluate('document.cookie'), '')
    })
  })

  it('signs in by a form of a page whose policy lets forms lead nowhere else', async () => {
    await visiting({}, async (page, { auth }) => {
      await page.goto(`${auth.baseUrl}/photos`)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.waitForURL(`${auth.baseUrl}/`)
      assert.equal(await name(page), 'Alice')
    })
  })

  it('takes an answer that the provider’s page posts from another site, and ends the session of before', async () => {
    await visiting({ responseType: 'code id_token' }, async (page, { auth, standIn, logged }) => {
      await page.goto(`${auth.baseUrl}/api/auth/signin/symbolon?returnTo=/photos`)
      await page.waitForURL('**/photos')
      assert.equal(await name(page), 'Alice')
      const cookies = await page.context().cookies()
      assert.ok(cookies.every(({ sameSite }) => sameSite === 'Lax'))
      assert.deepEqual([logged, standIn.tokenRequests().length], [[], 1])
    })
  })

  it('takes an answer out of the fragment of the address by a script that the policy lets run', async () => {
    const settings = { responseType: 'code id_token token', responseMode: 'fragment' } as const
    await visiting(settings, async (page, { auth, standIn, logged }) => {
      const shown: string[] = []
      page.on('framenavigated', (frame) => shown.push(frame.url()))
      await page.goto(`${auth.baseUrl}/api/auth/signin/symbolon?returnTo=/photos`)
      await page.waitForURL('**/photos')
      assert.equal(await name(page), 'Alice')
      assert.ok(shown.some((url) => url.includes('#') && url.includes('access_token=')))
      assert.deepEqual([logged, standIn.tokenRequests().length], [[], 1])
    })
  })

  it('takes nothing but an error out of the query where the answer belongs into the fragment (RFC 9700 §4.3)', async () => {
    const settings = { responseType: 'code id_token token', responseMode: 'fragment' } as const
    await visiting(settings, async (page, { auth, standIn, logged }) => {
      for (const [query, code] of [
        ['code=c&id_token=i&access_token=a&token_type=Bearer', 'state_missing'],
        ['error=access_denied', 'person_refused'],
      ] as const) {
        logged.length = 0
        standIn.change.answer = ({ path }, response) => {
          const { pathname, searchParams } = new URL(path, standIn.issuer)
          if (pathname !== '/authorize') return false
          const about = new URLSearchParams({ state: searchParams.get('state') ?? '', iss: standIn.issuer })
          const location = `${searchParams.get('redirect_uri')}?${query}&${about}`
          response.writeHead(302, { location }).end()
          return true
        }
        await page.goto(`${auth.baseUrl}/api/auth/signin/symbolon`)
        await page.locator('details').waitFor()
        assert.deepEqual(
          logged.map((error) => (error as AuthError).code),
          [code],
        )
      }
    })
  })

  /** What the monitor tells the page that holds it. */
  const watched = (page: Page) =>
    page.evaluate<string>(`new Promise((resolve) => {
      addEventListener('message', ({ data, origin }) => origin === location.origin && resolve(data.symbolon))
      const frame = document.createElement('iframe')
      frame.src = '/api/auth/monitor'
      document.body.append(frame)
    })`)
  const withSessionState = (standIn: Shop['standIn'], error?: string) => {
    standIn.change.redirect = (answer) => {
      answer.set('session_state', 'x.y')
      if (error !== undefined) {
        answer.delete('code')
        answer.set('error', error)
      }
      return answer
    }
  }

  it('hears by the session monitor that the person signed out at the provider [OIDC-Session-3.1-01]', async () => {
    await visiting({}, async (page, { auth, standIn }) => {
      withSessionState(standIn)
      await page.goto(`${auth.baseUrl}/api/auth/signin/symbolon`)
      await page.waitForURL(`${auth.baseUrl}/`)
      standIn.change.sessionState = 'changed'
      withSessionState(standIn, 'login_required')
      assert.equal(await watched(page), 'signed-out')
      await page.reload()
      assert.equal(await name(page), 'nobody')
    })
  })

  it('asks once more, and then no more, a provider that says changed of the same person again and again', async () => {
    await visiting({}, async (page, { auth, standIn }) => {
      withSessionState(standIn)
      await page.goto(`${auth.baseUrl}/api/auth/signin/symbolon`)
      await page.waitForURL(`${auth.baseUrl}/`)
      standIn.change.sessionState = 'changed'
      assert.equal(await watched(page), 'unsure')
      assert.equal(standIn.tokenRequests().length, 2)
      await page.reload()
      assert.equal(await name(page), 'Alice')
    })
  })

  it('listens to nobody but the provider’s page [RFC9700-4.17.2-02] [RFC10017-6.3.3.3-01]', async () => {
    await visiting({}, async (page, { auth, standIn }) => {
      withSessionState(standIn)
      await page.goto(`${auth.baseUrl}/api/auth/signin/symbolon`)
      await page.waitForURL(`${auth.baseUrl}/`)
      // waiting for an expression would be evaluating it, which the page's policy forbids
      const monitor = page.waitForEvent('framenavigated', (frame) => frame.url().endsWith('/monitor'))
      const told = watched(page)
      await (await monitor).waitForLoadState()
      await page.evaluate(`for (const forged of ['changed', { symbolon: 'signed-out' }])
        document.querySelector('iframe').contentWindow.postMessage(forged, location.origin)`)
      // what was forged has had until the next question to have an effect
      standIn.change.sessionState = 'error'
      assert.equal(await told, 'unsure')
      assert.equal(standIn.tokenRequests().length, 1)
    })
  })

  it('does nothing when the provider can not tell [OIDC-Session-3.1-01]', async () => {
    await visiting({}, async (page, { auth, standIn }) => {
      withSessionState(standIn)
      await page.goto(`${auth.baseUrl}/api/auth/signin/symbolon`)
      await page.waitForURL(`${auth.baseUrl}/`)
      standIn.change.sessionState = 'error'
      assert.equal(await watched(page), 'unsure')
      assert.equal(standIn.tokenRequests().length, 1)
    })
  })

  it('keeps two tabs apart', async () => {
    await visiting({}, async (one, { auth, standIn }) => {
      const two = await one.context().newPage()
      let arrived = () => {}
      const both = new Promise<void>((resolve) => {
        let waiting = 2
        arrived = () => {
          waiting--
          if (waiting === 0) resolve()
        }
      })
      // neither tab gets its tokens before both have asked
      standIn.change.beforeToken = async () => {
        arrived()
        await both
      }
      await Promise.all(
        [one, two].map(async (page, at) => {
          await page.goto(`${auth.baseUrl}/api/auth/signin/symbolon?returnTo=/tab-${at}`)
          await page.waitForURL(`**/tab-${at}`)
          assert.equal(await name(page), 'Alice')
        }),
      )
    })
  })

  it('goes back and reloads without a dead end', async () => {
    await visiting({}, async (page, { auth, standIn }) => {
      let callback = ''
      page.on('request', (request) => {
        if (request.url().includes('/api/auth/callback/')) callback = request.url()
      })
      await page.goto(`${auth.baseUrl}/api/auth/signin/symbolon?returnTo=/photos`)
      await page.waitForURL('**/photos')
      await page.goto(callback)
      assert.equal(page.url(), `${auth.baseUrl}/photos`)
      assert.equal(standIn.tokenRequests().length, 1)
    })
  })

  it('signs out by its own page, which is accessible and keeps to its policy', async () => {
    await visiting({}, async (page, { auth, standIn }) => {
      await page.goto(`${auth.baseUrl}/api/auth/signin/symbolon`)
      await page.waitForURL(`${auth.baseUrl}/`)
      await page.goto(`${auth.baseUrl}/api/auth/signout`)
      assert.equal(await page.evaluate("getComputedStyle(document.body).maxWidth !== 'none'"), true)
      const results = await page.evaluate<AxeResults>(`${axe};axe.run()`)
      assert.deepEqual(
        results.violations.map(({ id }) => id),
        [],
      )
      await page.getByRole('checkbox').check()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForURL((url) => url.href.startsWith(`${standIn.issuer}/end?`))
      await page.goto(auth.baseUrl)
      assert.equal(await name(page), 'nobody')
    })
  })

  it('tells a person what went wrong on a page that is accessible', async () => {
    await visiting({}, async (page, { auth }) => {
      await page.goto(`${auth.baseUrl}/api/auth/callback/symbolon?code=x&state=y`)
      assert.equal(await name(page), 'This sign-in was already used')
      const results = await page.evaluate<AxeResults>(`${axe};axe.run()`)
      assert.deepEqual(
        results.violations.map(({ id }) => id),
        [],
      )
    })
  })
})

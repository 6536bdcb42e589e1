/** A browser without scripts that does what the suite's does: signs in, allows, posts what it is given to post. */
import assert from 'node:assert/strict'
import { password, people } from 'conformance/people'
import { createPerson, type Person, type Shown } from '../support/person.ts'
import type { Harness } from './harness.ts'

/** What a page asks of the person; `other` is an error or a notice, where the way ends. */
export type PageKind = 'sign-in' | 'consent' | 'choose-account' | 'form-post' | 'sign-out' | 'other'

export interface Journey {
  /** What was asked on the way. */
  readonly asked: readonly PageKind[]
  /** Where it ended: at the suite, or on a page of the server. */
  readonly end: Shown
  /** What the suite was sent, when it ended there. */
  readonly answer: Answer | undefined
}

export interface Answer {
  readonly carrier: 'query' | 'fragment' | 'form_post'
  /** Without those of the registered address. */
  readonly parameters: Readonly<Record<string, string>>
  readonly url: URL
}

export interface Browser {
  readonly person: Person
  /** Opens an address and goes on until the suite is reached or a page does not let it. */
  visit(url: string): Promise<Journey>
  /**
   * With POST: as a form of another site sends it, without cookies (SameSite); or as the suite's own browser does, which
   * knows neither origins nor SameSite.
   */
  post(url: string, form: URLSearchParams, as: 'form of another site' | 'suite'): Promise<Journey>
  /** Goes on from a page that was shown. */
  goOn(from: Shown): Promise<Journey>
}

export function kindOf({ page, url }: Shown): PageKind {
  if (page.querySelector('input[name=password]')) return 'sign-in'
  if (page.querySelector('button[name=decision][value=allow]')) return 'consent'
  if (page.querySelector('button[name=decision][value=sign-out]')) return 'sign-out'
  if (page.querySelector('button[name=session]')) return 'choose-account'
  const action = page.querySelector('form[method=post]')?.getAttribute('action')
  const isForApp = action !== undefined && new URL(action, url).origin !== new URL(url).origin
  return isForApp ? 'form-post' : 'other'
}

export function newBrowser(harness: Harness, who: (typeof people)[number] = people[0]): Browser {
  const person = createPerson()
  const { suite } = harness
  const isThere = ({ url }: Shown) => url.startsWith(suite.base)

  async function goOn(from: Shown): Promise<Journey> {
    const asked: PageKind[] = []
    let shown = from
    while (!isThere(shown)) {
      const kind = kindOf(shown)
      if (kind === 'other' || kind === 'sign-out') return { asked: [...asked, kind], end: shown, answer: undefined }
      assert.ok(asked.length < 8, `asked too much: ${asked.join(' ')}`)
      asked.push(kind)
      if (kind === 'sign-in') shown = await person.submit(shown, { login: who.username, password })
      else if (kind === 'consent') shown = await person.submit(shown, lastingOf(shown), 'decision=allow')
      else if (kind === 'form-post') shown = await person.submit(shown, {})
      else shown = await person.submit(shown, {}, `session=${firstAccount(shown)}`)
    }
    return { asked, end: shown, answer: answerOf(shown, harness, asked.at(-1) === 'form-post') }
  }

  return {
    person,
    goOn,
    visit: async (url) => goOn(await person.open(url)),
    async post(url, form, as) {
      const headers = new Headers({ accept: 'text/html' })
      if (as === 'suite') headers.set('cookie', await person.jar.getCookieString(url))
      else headers.set('origin', suite.base)
      const response = await fetch(url, {
        method: 'POST',
        body: form,
        headers,
        redirect: 'manual',
      })
      for (const cookie of response.headers.getSetCookie()) await person.jar.setCookie(cookie, url)
      const location = response.headers.get('location')
      assert.ok(location !== null, 'a form is answered with the way to a page')
      return goOn(await person.open(new URL(location, url).href))
    },
  }
}

/** Lasting access for an app that nobody has looked at is a box to tick. */
function lastingOf({ page }: Shown): Readonly<Record<string, readonly string[]>> {
  const offered = page.querySelector('input[name=scope][value=offline_access]') !== null
  const ticked = page.querySelectorAll('input[name=scope][checked]').flatMap((one) => one.getAttribute('value') ?? [])
  return offered ? { scope: [...new Set([...ticked, 'offline_access'])] } : {}
}

const firstAccount = ({ page }: Shown) => page.querySelector('button[name=session]')?.getAttribute('value') ?? ''

/** Answers come in one place only. */
function answerOf({ url: shown }: Shown, { suite, at }: Harness, isPosted: boolean): Answer {
  const url = new URL(shown)
  const registered = new URL(url.href.startsWith(at.secondCallback) ? at.secondCallback : at.callback).searchParams
  const query = [...url.searchParams].filter(([name, value]) => registered.get(name) !== value)
  const fragment = [...new URLSearchParams(url.hash.slice(1))]
  if (!isPosted) {
    const inQuery = fragment.length === 0
    assert.ok(inQuery || query.length === 0, 'an answer is in the query or in the fragment')
    return { carrier: inQuery ? 'query' : 'fragment', parameters: once(inQuery ? query : fragment), url }
  }
  const last = suite.received.at(-1)
  assert.equal(last?.method, 'POST')
  assert.match(String(last?.headers['content-type']), /^application\/x-www-form-urlencoded/)
  assert.deepEqual(query, [], 'nothing of a posted answer is in the address')
  return { carrier: 'form_post', parameters: once([...new URLSearchParams(last?.body)]), url }
}

function once(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  assert.equal(new Set(pairs.map(([name]) => name)).size, pairs.length, 'no parameter comes twice')
  return Object.fromEntries(pairs)
}

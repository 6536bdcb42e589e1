/**
 * A person with a browser that knows nothing of scripts: follows links and redirects, keeps cookies as a browser does,
 * fills in the forms it is shown. Stops where the address is not of a site it was told to visit.
 */
import { type HTMLElement, parse } from 'node-html-parser'
import { CookieJar } from 'tough-cookie'

export interface Shown {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly page: HTMLElement
  /** Where the browser stopped with a form in its hands: what it would have posted there. */
  readonly posted?: URLSearchParams
}

export interface Person {
  readonly jar: CookieJar
  /** Opens an address and follows redirects and handoffs until a page is shown or another site is reached. */
  open(url: string): Promise<Shown>
  /** Sends the page's form: its own values, changed by `fields`; `press` is the button's `name=value`. */
  submit(from: Shown, fields: Fields, press?: string): Promise<Shown>
  /** Follows the link with this id, or sends the form of the button with it. */
  click(from: Shown, id: string, fields?: Fields): Promise<Shown>
}

type Fields = Readonly<Record<string, string | readonly string[]>>

/** `stopAt`: addresses that are not opened but returned, as `url`, with status 0: a client's callback. */
export function createPerson({ stopAt = [] as readonly string[] } = {}): Person {
  const jar = new CookieJar(undefined, { allowSpecialUseDomain: true, rejectPublicSuffixes: false })

  async function go(url: string, init: RequestInit & { readonly referrer?: string }, hops = 0): Promise<Shown> {
    if (hops > 20) throw new Error(`too many redirects at ${new URL(url).origin}`)
    if (stopAt.some((start) => url.startsWith(start))) {
      const posted = init.body instanceof URLSearchParams ? { posted: init.body } : {}
      return { url, status: 0, headers: new Headers(), text: '', page: parse(''), ...posted }
    }
    const headers = new Headers(init.headers)
    headers.set('cookie', await jar.getCookieString(url))
    headers.set('accept', 'text/html')
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const cookie of response.headers.getSetCookie()) await jar.setCookie(cookie, url, { ignoreError: true })
    const text = await response.text()
    const next = response.headers.get('location') ?? /^0;\s*url=(.*)$/.exec(response.headers.get('refresh') ?? '')?.[1]
    if (next !== undefined) return go(new URL(next, url).href, {}, hops + 1)
    const page = parse(text)
    return { url, status: response.status, headers: response.headers, text, page }
  }

  function send(from: Shown, form: HTMLElement, fields: Fields, pressed: readonly [string, string] | undefined) {
    const sent = new URLSearchParams()
    for (const [name, value] of valuesOf(form)) if (!(name in fields)) sent.append(name, value)
    for (const [name, value] of Object.entries(fields))
      for (const one of typeof value === 'string' ? [value] : value) sent.append(name, one)
    if (pressed !== undefined) sent.append(...pressed)
    const action = new URL(form.getAttribute('action') ?? from.url, from.url)
    if (form.getAttribute('method')?.toLowerCase() !== 'post') {
      action.search = sent.toString()
      return go(action.href, {})
    }
    return go(action.href, { method: 'POST', body: sent, headers: { origin: new URL(from.url).origin } })
  }

  return {
    jar,
    open: (url) => go(url, {}),
    submit: (from, fields, press) =>
      send(from, findForm(from, press), fields, press?.split('=') as [string, string] | undefined),
    click(from, id, fields = {}) {
      const { pathname } = new URL(from.url)
      const found = from.page.getElementById(id)
      const address = found?.getAttribute('href')
      if (address !== undefined) return go(new URL(address, from.url).href, {})
      const form = found?.tagName === 'BUTTON' ? found.closest('form') : null
      if (!found || !form) throw new Error(`nothing to click at #${id} of ${pathname}`)
      const name = found.getAttribute('name')
      return send(from, form, fields, name === undefined ? undefined : [name, found.getAttribute('value') ?? ''])
    },
  }
}

/** The form that holds the button; without one, the first form that posts. */
function findForm({ page, url }: Shown, press: string | undefined): HTMLElement {
  const forms = page.querySelectorAll('form')
  const [name, value] = press?.split('=') ?? []
  const holds = (form: HTMLElement) =>
    form
      .querySelectorAll('button')
      .some((button) => button.getAttribute('name') === name && button.getAttribute('value') === value)
  const found =
    press === undefined
      ? forms.find((form) => form.getAttribute('method')?.toLowerCase() === 'post')
      : forms.find(holds)
  if (found === undefined)
    throw new Error(`no such form on ${new URL(url).pathname}: ${page.querySelector('title')?.text}`)
  return found
}

function* valuesOf(form: HTMLElement): Iterable<readonly [string, string]> {
  for (const field of form.querySelectorAll('input')) {
    const [name, type] = [field.getAttribute('name'), field.getAttribute('type')]
    const tickable = type === 'checkbox' || type === 'radio'
    if (name === undefined || field.hasAttribute('disabled') || (tickable && !field.hasAttribute('checked'))) continue
    yield [name, field.getAttribute('value') ?? (tickable ? 'on' : '')]
  }
}

/**
 * The browser of whoever uses the app, as far as the suite's plans need one: it follows redirects, keeps the cookies
 * that a site may be sent, and does what the scripts of the pages that it meets would do. Over plain HTTP, since no
 * page asks anybody anything.
 */

export interface Page {
  readonly url: URL
  readonly status: number
  readonly html: string
}

export interface Visitor {
  /** What was asked for and what came, a line each. */
  readonly seen: readonly string[]
  /** Follows the way until a page is shown. */
  open(url: string): Promise<Page>
  /** Asks for a page and goes no further. */
  peek(url: string): Promise<Page>
  /** A page in a frame of another site, which is sent none of the cookies. */
  frame(url: string): Promise<Page>
  /** Sends the first form of a page that posts, with its hidden fields and these. */
  submit(page: Page, fields?: Readonly<Record<string, string>>): Promise<Page>
}

const most = 12

export function createVisitor(): Visitor {
  /** By origin; the cookies of the app are all Lax. */
  const jars = new Map<string, Map<string, string>>()
  const seen: string[] = []

  interface Going {
    readonly form?: URLSearchParams
    readonly from?: URL
    readonly framed?: boolean
  }

  async function ask(
    url: URL,
    { form, from, framed = false }: Going,
  ): Promise<{ readonly page: Page; readonly next?: string }> {
    const foreign = from !== undefined && from.origin !== url.origin
    const jar = jars.get(url.origin) ?? new Map<string, string>()
    jars.set(url.origin, jar)
    const headers = new Headers({
      accept: 'text/html,*/*;q=0.8',
      'sec-fetch-dest': framed ? 'iframe' : 'document',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-site': from === undefined ? 'none' : foreign ? 'cross-site' : 'same-origin',
      ...(form && from && { origin: from.origin }),
    })
    if (!framed && !(form && foreign) && jar.size > 0) {
      headers.set('cookie', [...jar].map(([key, value]) => `${key}=${value}`).join('; '))
    }
    const response = await fetch(url, { headers, redirect: 'manual', ...(form && { method: 'POST', body: form }) })
    for (const line of response.headers.getSetCookie()) {
      const [, key = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(line) ?? []
      if (/;\s*max-age=0/i.test(line)) jar.delete(key)
      else jar.set(key, value)
    }
    seen.push(`${form ? 'POST' : 'GET'} ${url.origin}${url.pathname} ${response.status}`)
    const next = response.headers.get('location') ?? /^0;\s*url=(.*)$/.exec(response.headers.get('refresh') ?? '')?.[1]
    const page = { url, status: response.status, html: await response.text() }
    return next === undefined ? { page } : { page, next }
  }

  async function go(url: URL, going: Going): Promise<Page> {
    let [at, how] = [url, going]
    for (let hops = 0; hops < most; hops++) {
      const { page, next } = await ask(at, how)
      const posting = next === undefined && isSentByItself(page) ? formIn(page) : undefined
      if (next === undefined && !posting) return page
      how = { from: at, ...(posting && { form: posting.fields }) }
      at = next === undefined ? (posting?.action ?? at) : new URL(next, at)
    }
    throw new Error(`too many redirects at ${at.origin}`)
  }

  return {
    seen,
    open: (url) => go(new URL(url), {}),
    peek: async (url) => (await ask(new URL(url), {})).page,
    frame: async (url) => (await ask(new URL(url), { framed: true, from: new URL('https://elsewhere.invalid') })).page,
    submit(page, extra = {}) {
      const { action, fields } = formIn(page)
      for (const [key, value] of Object.entries(extra)) fields.set(key, value)
      return go(action, { form: fields, from: page.url })
    },
  }
}

/** A page whose script sends its form as soon as it is shown. */
const isSentByItself = ({ status, html }: Page): boolean => status === 200 && /<form[\s\S]*\.submit\(\)/.test(html)

/** Where the form goes and its hidden fields, with those that a script takes from the address. */
function formIn({ url, html }: Page): { readonly action: URL; readonly fields: URLSearchParams } {
  const [form = ''] = /<form[^>]*method="post"[\s\S]*?<\/form>/i.exec(html) ?? []
  const action = attribute(/<form[^>]*>/.exec(form)?.[0] ?? '', 'action') ?? url.href
  const inputs = [...form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => input)
  const fields = new URLSearchParams(
    inputs.map((input) => [attribute(input, 'name') ?? '', attribute(input, 'value') ?? '']),
  )
  if (html.includes('location.hash')) {
    for (const [key, value] of new URLSearchParams(url.hash.slice(1))) fields.append(key, value)
  }
  return { action: new URL(action, url), fields }
}

export function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  return value === undefined ? undefined : readable(value)
}

const named: Readonly<Record<string, string>> = { amp: '&', quot: '"', apos: "'", lt: '<', gt: '>' }

/** Text as it was before it was written into a page. */
const readable = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, word) =>
    decimal
      ? String.fromCodePoint(Number(decimal))
      : hex
        ? String.fromCodePoint(Number.parseInt(hex, 16))
        : (named[word] ?? whole),
  )

/** All addresses that stand in quotes in a page or its scripts. */
export const addressesIn = ({ html }: Page): readonly URL[] =>
  [...html.matchAll(/["'](https?:[^"'\s]+)["']/g)].map(
    ([, address = '']) => new URL(readable(address.replaceAll('\\/', '/'))),
  )

/** A browser as plain as can be: cookies, redirects, and the forms of sign-in and consent filled in. */
import { callback, password } from '../world.ts'
import { type Answer, type Http, WrongAnswer } from './http.ts'

export interface Browser {
  /** Goes from an authorization request to the client's callback, through whatever pages there are. */
  authorize(http: Http, url: string): Promise<URL>
}

const mostSteps = 16

/** `at`: which of many networks it comes from, where the server believes the header that says so. */
export function openBrowser(login: string, at = 0): Browser {
  const network = { 'x-forwarded-for': `10.0.${at >> 8}.${at & 255}` }
  const cookies = new Map<string, string>()
  const remember = ({ headers }: Answer) => {
    for (const cookie of headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(cookie)) cookies.delete(name)
      else cookies.set(name, value)
    }
  }
  const sent = (): Readonly<Record<string, string>> =>
    cookies.size === 0
      ? network
      : { ...network, cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }

  return {
    async authorize(http, url) {
      let at = url
      let answer = await http.send({ url, headers: { ...sent(), accept: 'text/html' } })
      for (let step = 0; step < mostSteps; step++) {
        remember(answer)
        const next = wayOn(answer)
        if (next !== undefined) {
          const to = new URL(next, at)
          if (to.href.startsWith(callback)) return to
          at = to.href
          answer = await http.send({ url: at, headers: { ...sent(), accept: 'text/html' } })
          continue
        }
        if (answer.status !== 200) throw new WrongAnswer(`page with status ${answer.status}`)
        const { action, fields } = formOf(answer.body, login)
        const to = new URL(action ?? at, at).href
        answer = await http.send({
          method: 'POST',
          url: to,
          form: fields,
          headers: { ...sent(), accept: 'text/html', origin: new URL(at).origin },
        })
        at = to
      }
      throw new WrongAnswer('too many pages')
    },
  }
}

const wayOn = ({ headers }: Answer): string | undefined =>
  headers.location ?? /^0;\s*url=(.*)$/.exec(String(headers.refresh ?? ''))?.[1]

/** The form that asks for a password or for consent, filled in: everything ticked. */
function formOf(html: string, login: string) {
  const forms = [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)]
  const form =
    forms.find(([, , inside = '']) => inside.includes('name="password"')) ??
    forms.find(([, , inside = '']) =>
      /name="decision"[^>]*value="allow"|value="allow"[^>]*name="decision"/.test(inside),
    )
  if (form === undefined) throw new WrongAnswer('a page without a form that is known')
  const [, head = '', inside = ''] = form
  const fields = new URLSearchParams()
  for (const [tag] of inside.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(tag, 'name')
    const type = attribute(tag, 'type')
    if (name === undefined || name === 'login' || name === 'password' || tag.includes(' disabled')) continue
    if (type === 'checkbox' && !inside.includes('"decision"')) continue
    fields.append(name, attribute(tag, 'value') ?? (type === 'checkbox' ? 'on' : ''))
  }
  if (inside.includes('name="password"')) {
    fields.append('login', login)
    fields.append('password', password)
  } else fields.append('decision', 'allow')
  return { action: attribute(head, 'action'), fields }
}

function attribute(tag: string, name: string): string | undefined {
  const [, value] = new RegExp(`\\s${name}="([^"]*)"`).exec(tag) ?? []
  return value
    ?.replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

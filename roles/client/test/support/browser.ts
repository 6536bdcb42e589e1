/** A browser with a cookie jar in front of `auth.handle`, as far as tests need one. */
import type { Auth } from '@symbolon/client'

export interface Browser {
  readonly cookies: Map<string, string>
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Response>
  readonly post: (
    path: string,
    form: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Response>
  /** What the app gets to see of this browser. */
  readonly request: () => { readonly headers: Headers }
  /** Takes the cookies of an answer. */
  readonly keep: (lines: readonly string[]) => void
}

/** With the cookies of another, it is the same browser at another process of the app. */
export function openBrowser(auth: Auth, from: ReadonlyMap<string, string> = new Map()): Browser {
  const cookies = new Map(from)
  const keep = (lines: readonly string[]) => keepCookies(cookies, lines)
  const send = async (path: string, init: RequestInit) => {
    const headers = new Headers({ accept: 'text/html', ...(init.headers as Record<string, string>) })
    if (cookies.size > 0) headers.set('cookie', cookieLine(cookies))
    const response = await auth.handle(new Request(new URL(path, auth.baseUrl), { ...init, headers }))
    if (!response) throw new Error(`${path} is not one of the client's routes`)
    keep(response.headers.getSetCookie())
    return response
  }
  return {
    cookies,
    keep,
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, form, headers = {}) =>
      send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams(form),
      }),
    request: () => ({ headers: new Headers({ cookie: cookieLine(cookies) }) }),
  }
}

export const cookieLine = (cookies: ReadonlyMap<string, string>): string =>
  [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')

export function keepCookies(cookies: Map<string, string>, lines: readonly string[]): void {
  for (const line of lines) {
    const [pair = ''] = line.split(';')
    const at = pair.indexOf('=')
    if (/;\s*max-age=0/i.test(line)) cookies.delete(pair.slice(0, at))
    else cookies.set(pair.slice(0, at), pair.slice(at + 1))
  }
}

/** A visitor of an app with our client and of a stranger's provider: what a browser does between the two. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Auth } from '@symbolon/client'

/** The part of oidc-provider, which brings no types, that the tests of the client use. */
export interface Stranger {
  callback(): RequestListener
  on(event: 'grant.success', listener: (context: { oidc: { params: { grant_type: string } } }) => void): void
  interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<{ params: Record<string, string> }>
  interactionFinished(request: IncomingMessage, response: ServerResponse, result: unknown): Promise<void>
  Grant: new (of: {
    accountId: string
    clientId: string
  }) => {
    addOIDCScope(scope: string): void
    addOIDCClaims(claims: readonly string[]): void
    save(): Promise<string>
  }
}

export async function newStranger(issuer: string, settings: object): Promise<Stranger> {
  const name: string = 'oidc-provider'
  const { default: Provider }: { default: new (issuer: string, settings: object) => Stranger } = await import(name)
  return new Provider(issuer, settings)
}

/** One cookie jar for each origin; the app is called directly, the provider over HTTP. */
export function visit(auth: Auth) {
  const { baseUrl } = auth
  const jars = new Map<string, Map<string, string>>()
  const cookiesOf = (origin: string) =>
    [...(jars.get(origin) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')
  const keep = (origin: string, lines: readonly string[]) => {
    const jar = jars.get(origin) ?? new Map<string, string>()
    jars.set(origin, jar)
    for (const line of lines) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      const over = /expires=Thu, 01 Jan 1970|max-age=0/i.test(line)
      if (over) jar.delete(pair.slice(0, at))
      else jar.set(pair.slice(0, at), pair.slice(at + 1))
    }
  }
  const go = async (url: URL, init: RequestInit = {}): Promise<Response> => {
    const headers = { accept: 'text/html', cookie: cookiesOf(url.origin), ...init.headers }
    const request = new Request(url, { ...init, headers, redirect: 'manual' })
    const response = url.origin === baseUrl ? await auth.handle(request) : await fetch(request)
    if (!response) return new Response(`the page ${url.pathname}`)
    keep(url.origin, response.headers.getSetCookie())
    return response
  }
  return {
    go,
    keep: (lines: readonly string[]) => keep(baseUrl, lines),
    request: () => ({ headers: new Headers({ cookie: cookiesOf(baseUrl) }) }),
    /** Follows redirects, and forms that post themselves, to a page that is neither. */
    async follow(path: string, init: RequestInit = {}): Promise<Response> {
      let url = new URL(path, baseUrl)
      let response = await go(url, init)
      for (let count = 0; count < 20; count++) {
        const location = response.headers.get('location')
        if (location !== null) {
          url = new URL(location, url)
          response = await go(url)
          continue
        }
        const html = await response.clone().text()
        const action = /<form[^>]+method="post"[^>]+action="([^"]+)"/.exec(html)?.[1]
        if (action === undefined || !html.includes('.submit()')) return response
        const inputs = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
        const body = new URLSearchParams(inputs.map(([, key = '', value = '']): [string, string] => [key, value]))
        const target = new URL(action)
        // a form of another site brings no cookies that are Lax
        const foreign = target.origin !== url.origin && target.origin === baseUrl
        url = target
        response = await go(url, { method: 'POST', body, ...(foreign && { headers: { cookie: '' } }) })
      }
      throw new Error('redirects without end')
    },
  }
}

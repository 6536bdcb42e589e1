/** The client in a real server on loopback, a stand-in for the provider behind it, and a browser with cookies before it. */
import type { RequestListener } from 'node:http'
import type { Auth, OpenIdSettings, SessionSettings } from '@symbolon/client'
import { type App, appAt } from '../../../../roles/client/test/support/app.ts'
import { cookieLine, keepCookies } from '../../../../roles/client/test/support/browser.ts'
import { startStandIn } from '../../../../roles/client/test/support/stand-in.ts'
import { listen } from '../../../../tests/support/listen.ts'
import { freePorts } from '../../../../tests/support/ports.ts'

export type Shop = Pick<App, 'auth' | 'standIn' | 'logged' | 'stop'>

/** The port must be known before the app is, because its address stands in the app's settings. */
export async function startShop(
  app: (auth: Auth) => RequestListener | Promise<RequestListener>,
  settings: Partial<OpenIdSettings> = {},
  session: SessionSettings = { kind: 'cookie' },
): Promise<Shop> {
  const [standIn, [port = 0]] = await Promise.all([startStandIn(), freePorts(1)])
  const baseUrl = `http://localhost:${port}`
  const { auth, logged } = appAt(standIn, { openid: settings, auth: { baseUrl, session } })
  const server = await listen(port, await app(auth))
  return { auth, standIn, logged, stop: async () => void (await Promise.all([standIn.stop(), server.close()])) }
}

export interface Visitor {
  readonly cookies: Map<string, string>
  readonly go: (url: string | URL, init?: RequestInit) => Promise<Response>
}

export function visit({ auth }: Pick<Shop, 'auth'>): Visitor {
  const cookies = new Map<string, string>()
  return {
    cookies,
    async go(url, init = {}) {
      const headers = new Headers({ accept: 'text/html', ...(init.headers as Record<string, string>) })
      const target = new URL(url, auth.baseUrl)
      const isOurs = target.origin === auth.baseUrl
      if (isOurs && cookies.size > 0) headers.set('cookie', cookieLine(cookies))
      const response = await fetch(target, { ...init, headers, redirect: 'manual' })
      if (isOurs) keepCookies(cookies, response.headers.getSetCookie())
      return response
    },
  }
}

/** Follows redirects from a page of the shop, through the provider, to a page of the shop; gives that page. */
export async function follow(visitor: Visitor, path: string): Promise<Response> {
  let response = await visitor.go(path)
  for (let count = 0; count < 10; count++) {
    const location = response.headers.get('location')
    if (location === null) return response
    response = await visitor.go(location)
  }
  throw new Error('redirects without end')
}

/** The client in a real server on loopback, a stand-in for the provider behind it, and a browser with cookies before it. */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Auth, createAuth, type OpenIdSettings, openid, type SessionSettings } from '@symbolon/client'
import { clientOf, secret } from '../../../../roles/client/test/support/app.ts'
import { type StandIn, startStandIn } from '../../../../roles/client/test/support/stand-in.ts'

export interface Shop {
  readonly auth: Auth
  readonly standIn: StandIn
  readonly logged: Error[]
  readonly stop: () => Promise<void>
}

/** The port must be known before the app is, because its address stands in the app's settings. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await listen(server, 0)
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

export const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve) => server.listen(port, 'localhost', resolve))

export async function startShop(
  app: (auth: Auth) => RequestListener | Promise<RequestListener>,
  settings: Partial<OpenIdSettings> = {},
  session: SessionSettings = { kind: 'cookie' },
): Promise<Shop> {
  const [standIn, port] = [await startStandIn(), await freePort()]
  const logged: Error[] = []
  const auth = createAuth({
    baseUrl: `http://localhost:${port}`,
    secret,
    session,
    providers: { symbolon: openid({ ...clientOf(standIn), ...settings }) },
    log: (error) => logged.push(error),
  })
  const server = createServer(await app(auth))
  await listen(server, port)
  return {
    auth,
    standIn,
    logged,
    async stop() {
      server.closeAllConnections()
      await Promise.all([standIn.stop(), new Promise((resolve) => server.close(resolve))])
    },
  }
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
      if (cookies.size > 0 && target.origin === auth.baseUrl) {
        headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
      }
      const response = await fetch(target, { ...init, headers, redirect: 'manual' })
      for (const line of target.origin === auth.baseUrl ? response.headers.getSetCookie() : []) {
        const [pair = ''] = line.split(';')
        const at = pair.indexOf('=')
        if (line.includes('Max-Age=0')) cookies.delete(pair.slice(0, at))
        else cookies.set(pair.slice(0, at), pair.slice(at + 1))
      }
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

/**
 * The app that the suite's plans for relying parties are run against: people sign in with the suite as their provider,
 * see what it said of them, renew their tokens and sign out. Nothing in it knows of the suite.
 */
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type Auth, AuthError, createAuth, memoryStore, type OpenIdSettings, openid } from '@symbolon/client'
import type { RequestAuth } from '@symbolon/frameworks/client/answers'
import { nodeAuth } from '@symbolon/frameworks/client/node'

/** The name that the app gives its provider: a part of its addresses. */
const name = 'suite'

export interface RelyingPartySettings {
  /** The name by which the provider reaches the app. */
  readonly host: string
  /** Where it listens; 0 takes a free port. */
  readonly port: number
  readonly address: string
  /** PEM. */
  readonly tls: { readonly cert: string; readonly key: string }
  /** Made when the app's own addresses are known. */
  readonly provider: (addresses: RelyingPartyAddresses) => OpenIdSettings | Promise<OpenIdSettings>
  readonly log: (error: Error, reference: string) => void
}

/** What is registered at the provider. */
export interface RelyingPartyAddresses {
  readonly home: string
  readonly callback: string
  readonly signedOut: string
  readonly initiate: string
  readonly backChannelLogout: string
  readonly frontChannelLogout: string
}

export interface RelyingParty extends RelyingPartyAddresses {
  readonly signIn: string
  readonly renew: string
  readonly signOut: string
  /** The page in a hidden frame that watches the provider's session. */
  readonly monitor: string
  close(): Promise<void>
}

export async function startRelyingParty(settings: RelyingPartySettings): Promise<RelyingParty> {
  const server = createServer(settings.tls)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port, settings.address, resolve)
  })
  const home = `https://${settings.host}:${(server.address() as AddressInfo).port}`
  const addresses = addressesOf(home)
  try {
    const provider = await settings.provider(addresses)
    serve(server, {
      provider,
      auth: createAuth({
        baseUrl: home,
        secret: 'nobody needs to guess this one: the app is for tests',
        session: { kind: 'cookie', store: memoryStore() },
        providers: { [name]: openid(provider) },
        log: settings.log,
      }),
    })
  } catch (error) {
    await stop(server)
    throw error
  }
  return {
    ...addresses,
    signIn: `${home}/api/auth/signin/${name}`,
    renew: `${home}/renew`,
    signOut: `${home}/api/auth/signout`,
    monitor: `${home}/api/auth/monitor`,
    close: () => stop(server),
  }
}

export const addressesOf = (home: string): RelyingPartyAddresses => ({
  home: `${home}/`,
  callback: `${home}/api/auth/callback/${name}`,
  signedOut: `${home}/api/auth/signedout/${name}`,
  initiate: `${home}/api/auth/initiate`,
  backChannelLogout: `${home}/api/auth/backchannel-logout/${name}`,
  frontChannelLogout: `${home}/api/auth/frontchannel-logout/${name}`,
})

function serve(server: Server, { auth, provider }: { readonly auth: Auth; readonly provider: OpenIdSettings }): void {
  const { routes, authOf } = nodeAuth(auth)
  const pages: Readonly<Record<string, (person: RequestAuth) => Promise<string>>> = {
    '/': async (person) => home(auth, await person.session()),
    '/renew': async (person) => {
      await person.renew()
      const { response } = await person.fetch(new URL('userinfo', provider.issuer))
      return `<p>With a new access token, userinfo answers:</p>${listed(await response.json())}`
    },
  }
  server.on('request', (request, response) =>
    routes(request, response, async () => {
      const write = (status: number, body: string) =>
        response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html>${body}`)
      try {
        const page = pages[new URL(request.url ?? '/', auth.baseUrl).pathname]
        if (page) write(200, await page(authOf(request, response)))
        else write(404, '<h1>There is no such page</h1>')
      } catch (error) {
        const code = error instanceof AuthError ? error.code : 'server_error'
        write(error instanceof AuthError ? error.status : 500, `<h1>That did not work</h1><p>${code}</p>`)
      }
    }),
  )
}

const home = (auth: Auth, session: Awaited<ReturnType<Auth['session']>>): string =>
  session
    ? `<h1>Signed in</h1>${listed(session.user)}
<p><a href="/renew">Renew</a> <a href="${auth.signOutUrl()}">Sign out</a></p>
<iframe src="${auth.basePath}/monitor" hidden title="Session"></iframe>`
    : `<h1>Signed out</h1><p><a href="${auth.signInUrl(name)}">Sign in</a></p>`

const listed = (claims: object): string => `<pre>${JSON.stringify(claims, null, 2).replaceAll('<', '&lt;')}</pre>`

async function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise<void>((resolve) => server.close(() => resolve()))
}

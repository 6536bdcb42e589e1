/** An app with the client in it and a stand-in behind it, and the steps of a sign-in through both. */
import { type Auth, type AuthSettings, createAuth, type OpenIdSettings, openid } from '@symbolon/client'
import { type Browser, openBrowser } from './browser.ts'
import { type StandIn, startStandIn } from './stand-in.ts'

export const secret = 'a secret of the tests, long enough to be one'

export interface App {
  readonly auth: Auth
  readonly standIn: StandIn
  readonly browser: Browser
  readonly logged: Error[]
  readonly stop: () => Promise<void>
}

export interface AppSettings {
  readonly openid?: Partial<OpenIdSettings>
  readonly auth?: Partial<AuthSettings>
  /** What the provider signs with. */
  readonly alg?: string
}

export async function startApp(settings: AppSettings = {}): Promise<App> {
  const standIn = await startStandIn(settings.alg === undefined ? {} : { alg: settings.alg })
  try {
    return appAt(standIn, settings)
  } catch (error) {
    // Settings that are refused leave no server behind.
    await standIn.stop()
    throw error
  }
}

/** One process of the app; a second one, at the provider of the first, needs no stop of its own. */
export function appAt(standIn: StandIn, settings: AppSettings = {}): App {
  const logged: Error[] = []
  const auth = createAuth({
    baseUrl: 'http://localhost:4200',
    secret,
    providers: { symbolon: openid({ ...clientOf(standIn), ...settings.openid }) },
    log: (error) => logged.push(error),
    ...settings.auth,
  })
  return { auth, standIn, browser: openBrowser(auth), logged, stop: () => standIn.stop() }
}

/** An app that is stopped whatever becomes of the work. */
export async function using(settings: AppSettings, work: (app: App) => Promise<void>): Promise<void> {
  const app = await startApp(settings)
  try {
    await work(app)
  } finally {
    await app.stop()
  }
}

export const clientOf = (standIn: StandIn): OpenIdSettings => ({
  issuer: standIn.issuer,
  clientId: 'print-shop',
  apis: [`${standIn.issuer}/photos`],
})

/** Starts a sign-in; gives the address of the provider that the browser was sent to. */
export async function start(browser: Browser, path = '/api/auth/signin/symbolon'): Promise<URL> {
  const response = await browser.get(path)
  return new URL(response.headers.get('location') ?? `data:${response.status}`)
}

/** The whole way; gives the answer of the callback. */
export async function signIn({ browser, standIn }: Pick<App, 'browser' | 'standIn'>, path?: string): Promise<Response> {
  const back = await standIn.allow((await start(browser, path)).href)
  return browser.get(`${back.pathname}${back.search}`)
}

/** The same, with the answer in the form that the settings ask for. */
export async function signInByForm({ browser, standIn }: Pick<App, 'browser' | 'standIn'>): Promise<Response> {
  const back = await standIn.allow((await start(browser)).href)
  return browser.post(back.pathname, Object.fromEntries(back.searchParams))
}

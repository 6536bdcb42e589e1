/**
 * "Sign in with …" for any server that speaks `Request` and `Response`.
 *
 * Read in this order: `settings.ts`, the routes in `routes/`, the steps of the flow in `flow/`, what is remembered
 * in `attempts.ts` and `sessions/`, and how APIs are called in `api.ts`.
 */
import { missing } from '@symbolon/protocol/scope'
import { type ApiAnswer, callApi } from './api.ts'
import { readAsked, type SignInRequest, toParameters } from './asked.ts'
import { AuthError } from './errors.ts'
import { findSession, needSession, type WithCookies } from './found-session.ts'
import { answered } from './refused.ts'
import type { ManagedRegistration } from './registration-management.ts'
import { type Renewed, renewNow } from './renewal.ts'
import { json } from './responses.ts'
import { createCallback } from './routes/callback.ts'
import { keys, requestObject } from './routes/documents.ts'
import { initiate } from './routes/initiate.ts'
import { backChannelLogout, frontChannelLogout } from './routes/logout-notices.ts'
import { monitor } from './routes/monitor.ts'
import { readReturnTo, readScopes, signIn } from './routes/sign-in.ts'
import { type SignedOut, signedOutRoute, signOut, signOutRoute } from './routes/sign-out.ts'
import { type Session, toSession } from './sessions/session.ts'
import { type AuthSettings, type Core, readSettings, type SessionSettings } from './settings.ts'

export interface SignInOptions extends SignInRequest {
  /** A path of the app. */
  readonly returnTo?: string
  /** To be asked for on top of what is held. */
  readonly scopes?: readonly string[]
}

export interface Auth {
  readonly baseUrl: string
  readonly basePath: string
  /** With `cookie`, a call may renew the session, whose cookies then belong on the answer. */
  readonly sessionKind: SessionSettings['kind']
  /** The names of the providers, in the order of the settings. */
  readonly providers: readonly string[]
  /** Answers `/api/auth/…`; `undefined` for any other path. */
  readonly handle: (request: Request) => Promise<Response | undefined>
  /** Who is signed in; `undefined` when nobody is. Throws when that can't be found out. */
  readonly session: (request: WithCookies) => Promise<Session | undefined>
  /** The same, but throws `session_missing` when nobody is signed in. */
  readonly require: (request: WithCookies) => Promise<Session>
  /** Where a link or redirect starts a sign-in. */
  readonly signInUrl: (provider: string, options?: SignInOptions) => string
  /** Where a link asks whether to sign out. */
  readonly signOutUrl: (options?: Pick<SignInOptions, 'returnTo'>) => string
  /** What of `wanted` the session does not hold. */
  readonly missingScopes: (session: Session, wanted: readonly string[]) => readonly string[]
  /** Calls an API with the access token. Throws `session_missing`, `session_cannot_renew` or `provider_unavailable`. */
  readonly fetch: (request: WithCookies, url: string | URL, init?: RequestInit) => Promise<ApiAnswer>
  /** New tokens now, without waiting for their end. Throws as `fetch` does. */
  readonly renew: (request: WithCookies) => Promise<Renewed>
  /** The registration of a client that registered itself, to be read, replaced and taken away. */
  readonly registration: (provider: string) => ManagedRegistration
  /** `returnTo` is where the browser ends that the provider sends to `/signedout`. */
  readonly signOut: (request: WithCookies, options?: Pick<SignInOptions, 'returnTo'>) => Promise<SignedOut>
}

export function createAuth(settings: AuthSettings): Auth {
  const core = readSettings(settings)
  const { site, basePath, providers } = core

  const session = async (request: WithCookies): Promise<Session | undefined> => {
    const found = await findSession(core, request)
    return found && toSession(found.record)
  }
  const routes = createRoutes(core, session)

  return {
    baseUrl: site.origin,
    basePath,
    sessionKind: settings.session?.kind ?? 'cookie',
    providers: [...providers.keys()],
    session,
    require: async (request) => toSession((await needSession(core, request)).record),
    async handle(request) {
      const { pathname } = new URL(request.url)
      if (!pathname.startsWith(`${basePath}/`)) return undefined
      const [name = '', provider, ...rest] = pathname.slice(basePath.length + 1).split('/')
      const route = Object.hasOwn(routes, name) ? routes[name] : undefined
      if (!route || route.named !== (provider !== undefined) || rest.length > 0) return undefined
      const { methods, answer } = route
      return answered(core, request, { methods, work: () => answer(request, provider ?? '') })
    },
    signInUrl(provider, { returnTo, scopes = [], ...request } = {}) {
      configured(core, provider)
      const query = new URLSearchParams(toParameters(request))
      readAsked(query)
      if (returnTo !== undefined) query.set('returnTo', readReturnTo(core, returnTo))
      if (scopes.length > 0) query.set('scope', readScopes(scopes.join(' ')).join(' '))
      return `${site.origin}${basePath}/signin/${provider}${query.size > 0 ? `?${query}` : ''}`
    },
    signOutUrl({ returnTo } = {}) {
      const query = returnTo === undefined ? '' : `?${new URLSearchParams({ returnTo: readReturnTo(core, returnTo) })}`
      return `${site.origin}${basePath}/signout${query}`
    },
    missingScopes: ({ scopes }, wanted) => missing(wanted, scopes),
    fetch: (request, url, init = {}) => callApi(core, { request, url: String(url), init }),
    renew: (request) => renewNow(core, request),
    registration(provider) {
      const { registration } = configured(core, provider)
      if (registration) return registration
      throw new AuthError('client_settings_wrong', { expected: `providers.${provider}.register`, got: 'a clientId' })
    },
    signOut: (request, { returnTo } = {}) => signOut(core, request, readReturnTo(core, returnTo ?? null)),
  }
}

interface Route {
  /** Whether the path goes on with a provider's name, or an identifier. */
  readonly named: boolean
  readonly methods: readonly string[]
  readonly answer: (request: Request, name: string) => Promise<Response>
}

function createRoutes(core: Core, session: Auth['session']): Readonly<Record<string, Route>> {
  const callback = createCallback(core)
  const methods = ['GET', 'POST']
  return {
    signin: { named: true, methods, answer: (request, name) => signIn(core, request, configured(core, name)) },
    callback: { named: true, methods, answer: (request, name) => callback(request, configured(core, name)) },
    session: {
      named: false,
      methods: ['GET', 'HEAD'],
      answer: async (request) => json((await session(request)) ?? null, { status: 200, headers: { vary: 'Cookie' } }),
    },
    signout: { named: false, methods, answer: (request) => signOutRoute(core, request) },
    signedout: {
      named: true,
      methods: ['GET'],
      answer: (request, name) => signedOutRoute(core, request, configured(core, name)),
    },
    initiate: { named: false, methods, answer: (request) => initiate(core, request) },
    monitor: { named: false, methods: ['GET'], answer: (request) => monitor(core, request) },
    keys: { named: true, methods: ['GET'], answer: async (_, name) => keys(configured(core, name)) },
    request: { named: true, methods: ['GET'], answer: (_, id) => requestObject(core, id) },
    'backchannel-logout': {
      named: true,
      methods: ['POST'],
      answer: (request, name) => backChannelLogout(core, request, configured(core, name)),
    },
    'frontchannel-logout': {
      named: true,
      methods: ['GET'],
      answer: (request, name) => frontChannelLogout(core, request, configured(core, name)),
    },
  }
}

function configured({ providers }: Core, name: string) {
  const found = providers.get(name)
  if (found) return found
  const expected = `a provider: ${[...providers.keys()].join(', ')}`
  throw new AuthError('parameter_malformed', { expected, got: name.slice(0, 50) })
}

/** Reads what the app configures once, at the start, and refuses what can't work before anybody signs in. */
import type { FlowEvent } from '@symbolon/protocol/trace'
import { type Attempts, createAttempts } from './attempts.ts'
import { type ConfiguredProvider, need, readProviders } from './configured-providers.ts'
import { type CookieNames, cookieNames } from './cookies.ts'
import { createEndings, type Endings, endedByProvider } from './endings.ts'
import { AuthError } from './errors.ts'
import { Memo } from './memo.ts'
import { type Fetch, mayFetch } from './network.ts'
import type { Spent } from './new-session.ts'
import { createOnce, type Once } from './once.ts'
import type { Provider } from './providers/provider.ts'
import { createRecorder, type Recorder } from './record.ts'
import { createRequestObjects, type RequestObjects } from './request-object.ts'
import { createSealer, derive, type Sealer } from './sealing.ts'
import { createCookieSessions } from './sessions/cookie.ts'
import type { Sessions } from './sessions/session.ts'
import { createStoreSessions } from './sessions/store.ts'
import type { SessionStore } from './store.ts'

export interface AuthSettings {
  /** The public origin of the app. Every address we print comes from it, never from a request. */
  readonly baseUrl: string
  /** `/api/auth` by default. */
  readonly basePath?: string
  /** 32 bytes or more. Several while one replaces another: the first seals, all open. */
  readonly secret: string | readonly string[]
  /** By default in an encrypted cookie for 7 days. */
  readonly session?: SessionSettings
  readonly providers: Readonly<Record<string, Provider>>
  /** A path of the app that gets `?error=CODE&provider=NAME` when a sign-in fails, instead of our own page. */
  readonly errorPage?: string
  /** The client's half of each flow, redacted. */
  readonly record?: (event: FlowEvent) => void
  /** Hears of everything that was refused or failed, with the reference that the person is shown; by default both are printed. */
  readonly log?: (error: Error, reference: string) => void
  readonly fetch?: Fetch
  /** Epoch milliseconds. */
  readonly now?: () => number
}

export type SessionSettings = (
  | {
      readonly kind: 'cookie'
      /**
       * For `logoutNotices` and for request objects by reference, which must be remembered somewhere. Processes of the
       * app that share one redeem an answer and renew a session once between them.
       */
      readonly store?: SessionStore
    }
  | { readonly kind: 'store'; readonly store: SessionStore }
) & {
  /** Seconds from the sign-in. */
  readonly lifetime?: number
}

/** The same, read and checked. */
export interface Core {
  readonly site: URL
  readonly basePath: string
  readonly providers: ReadonlyMap<string, ConfiguredProvider>
  readonly names: CookieNames
  readonly attempts: Attempts
  readonly spent: Once<Spent>
  readonly sessions: Sessions
  /** `undefined` where no provider tells of ended sessions. */
  readonly endings: Endings | undefined
  /** `undefined` where no provider fetches request objects. */
  readonly requestObjects: RequestObjects | undefined
  readonly sealer: Sealer
  readonly sessionLifetime: number
  /** Tokens that an API refused although they were new: asking for another one at once would help nobody. */
  readonly refusedAnew: Memo<true>
  readonly errorPage: string | undefined
  readonly recorder: Recorder
  readonly log: (error: Error, reference: string) => void
  readonly fetch: Fetch
  /** Epoch milliseconds. */
  readonly now: () => number
}

const week = 7 * 24 * 60 * 60

export function readSettings(settings: AuthSettings): Core {
  const { basePath = '/api/auth', session = { kind: 'cookie' }, now = Date.now, errorPage } = settings
  const site = readSite(settings.baseUrl)
  need(/^(\/[\w.-]+)+$/.test(basePath), 'basePath: a path such as /api/auth', basePath)
  need(errorPage === undefined || /^\/(?![/\\])/.test(errorPage), 'errorPage: a path of the app', String(errorPage))

  const secrets = typeof settings.secret === 'string' ? [settings.secret] : settings.secret
  const shortest = Math.min(...secrets.map((secret) => Buffer.byteLength(secret)))
  need(secrets.length > 0 && shortest >= 32, 'secret: 32 bytes or more', secrets.length ? `${shortest} bytes` : 'none')

  const { lifetime = week } = session
  need(Number.isSafeInteger(lifetime) && lifetime > 0, 'session.lifetime: seconds', String(lifetime))

  const fetch: Fetch = settings.fetch ?? ((url, init) => globalThis.fetch(url, init))
  const names = cookieNames(site)
  const sealer = createSealer({ secrets, site: site.origin, now })
  const providers = readProviders(settings.providers, { base: `${site.origin}${basePath}`, fetch })
  const { store } = session
  const tells = [...providers.values()].some(({ provider }) => provider.openid?.logoutNotices)
  const fetches = [...providers.values()].some(({ provider }) => provider.openid?.requestObject?.by === 'reference')
  need(!tells || store !== undefined, 'session.store, which logoutNotices needs', 'none')
  need(!fetches || store !== undefined, 'session.store, which request objects by reference need', 'none')
  const endings = tells && store ? createEndings({ store, lifetime, now }) : undefined
  const kept =
    session.kind === 'store'
      ? createStoreSessions({ store: session.store, names, sealer, now })
      : createCookieSessions({ store, names, sealer, now })
  const recordKey = derive(secrets[0] ?? '', `symbolon 1 record ${site.origin}`)
  return {
    site,
    basePath,
    providers,
    names,
    attempts: createAttempts(names, sealer),
    spent: createOnce({ kind: 'spent', store, sealer, now }),
    sessions: endings
      ? endedByProvider(
          kept,
          endings,
          ({ provider }) => providers.get(provider)?.provider.openid?.logoutNotices === true,
        )
      : kept,
    endings,
    requestObjects: fetches && store ? createRequestObjects(store, now) : undefined,
    sealer,
    sessionLifetime: lifetime,
    refusedAnew: new Memo({ milliseconds: 10_000 }),
    errorPage,
    recorder: createRecorder({ sink: settings.record, key: recordKey, now }),
    log:
      settings.log ??
      ((error, reference) => console.error(`Ref ${reference}`, error instanceof AuthError ? error.message : error)),
    fetch,
    now,
  }
}

function readSite(baseUrl: string): URL {
  const site = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  const usable = site !== undefined && mayFetch(site, 'loopback') && site.href === `${site.origin}/`
  if (!usable) {
    const expected = 'baseUrl: an https origin, or http on this machine, without a path'
    throw new AuthError('client_settings_wrong', { expected, got: baseUrl })
  }
  return site
}

/**
 * The browser: one cookie of 32 random bytes, several people signed in behind it.
 *
 * The cookie's value changes at every sign-in and sign-out, and whoever is still signed in comes along, so a value that
 * somebody planted or kept from before is worth nothing afterwards.
 *
 * @see RFC 6265 §8.4 (session fixation), OWASP ASVS §3.2.1
 */
import type { Cookie, EndpointRequest } from '../endpoints/endpoint.ts'
import type { SignedIn } from '../flow/2-user-authorization.ts'
import { hashOf, newHandle } from '../handles.ts'
import { endSessions } from '../logout/announce.ts'
import { stateCookieName, stateCookies } from '../logout/session-state.ts'
import type { Issuer, Settings } from '../ports/issuer.ts'
import type { ConsentRecord, PersonRecord, Seconds, SessionRecord } from '../ports/records.ts'
import type { KnownSession, Write } from '../ports/store.ts'

const cookieName = 'browser'

export interface Browser {
  /** The cookie's value; `undefined` for a browser that nobody ever signed in with. */
  readonly handle: string | undefined
  readonly hash: string | undefined
  /** What it says, where scripts of ours can read it, of who is signed in. */
  readonly state: string | undefined
  /** All that are neither ended nor expired, newest sign-in first. */
  readonly sessions: readonly SessionRecord[]
  /** Each person once, by one of their sessions; people who may not act are left out. */
  readonly people: readonly SignedIn[]
  /** By person: what they have allowed the client that is asking. */
  readonly consents: ReadonlyMap<string, ConsentRecord>
}

const nobody = { handle: undefined, hash: undefined, sessions: [], people: [], consents: new Map() } as const

/** One read. `preferred`: the session to take for its person, though there may be another as new. */
export async function loadBrowser(
  request: EndpointRequest,
  issuer: Issuer,
  { client, preferred = null }: { readonly client?: string; readonly preferred?: string | null } = {},
): Promise<Browser> {
  const handle = request.cookies.get(cookieName)
  const state = request.cookies.get(stateCookieName)
  if (handle === undefined || !/^[\w-]{43}$/.test(handle)) return { ...nobody, state }
  const hash = hashOf(handle)
  const known = await issuer.store.sessions.ofBrowser(hash, issuer.now(), client)
  const people = known.filter(isActive).filter((one) => one === chosenOf(known, one, preferred))
  const consents = new Map(known.flatMap(({ consent }) => (consent ? [[consent.personId, consent]] : [])))
  return { handle, hash, state, sessions: known.map(({ session }) => session), people, consents }
}

const isActive = (one: KnownSession): one is KnownSession & { readonly person: PersonRecord } =>
  one.person !== undefined && !one.person.disabled

/** The session that stands for the person of `one`. */
function chosenOf(known: readonly KnownSession[], one: KnownSession, preferred: string | null) {
  const theirs = known.filter(({ session }) => session.personId === one.session.personId)
  return theirs.find(({ session }) => session.sessionId === preferred) ?? theirs[0]
}

const minute = 60

/** Notes that people were here, at most once a minute each. */
export const touches = ({ sessions }: Browser, now: Seconds): readonly Write[] =>
  sessions
    .filter(({ lastSeenAt }) => now - lastSeenAt >= minute)
    .map(({ sessionId, expiresAt }) => ({ do: 'touch-session', sessionId, lastSeenAt: now, expiresAt }))

export interface BrowserChange {
  readonly writes: readonly Write[]
  readonly cookies: readonly Cookie[]
}

/** Begins a session of `person` behind a new cookie. */
export function signIn(
  { browser, issuer }: { readonly browser: Browser; readonly issuer: Issuer },
  { person, keep, userAgent }: { readonly person: PersonRecord; readonly keep: boolean; readonly userAgent: string },
): BrowserChange & { readonly session: SessionRecord } {
  const now = issuer.now()
  const { handle, writes } = renewed(browser, issuer)
  const lifetime = keep ? issuer.settings.keptSessionLifetime : issuer.settings.sessionLifetime
  const session: SessionRecord = {
    sessionId: newHandle(issuer.random),
    browserHash: hashOf(handle),
    personId: person.personId,
    authTime: now,
    amr: ['pwd'],
    userAgent: userAgent.slice(0, 400),
    createdAt: now,
    lastSeenAt: now,
    expiresAt: now + lifetime,
    endedAt: null,
  }
  const cookies = browserCookies(handle, [...browser.sessions, session], issuer)
  return { session, writes: [...writes, { do: 'insert-session', session }], cookies }
}

/**
 * Ends sessions, with the access that was to last no longer than they (what may outlive them was allowed as such). When
 * they are of this browser it gets a new cookie, or none if nobody is left.
 */
export function signOut(
  { browser, issuer, flow }: { readonly browser: Browser; readonly issuer: Issuer; readonly flow: string },
  ending: readonly SessionRecord[],
): BrowserChange {
  const ends = endSessions(ending, { now: issuer.now(), flow })
  const left = browser.sessions.filter(({ sessionId }) => !ending.some((session) => session.sessionId === sessionId))
  if (left.length === 0) {
    return { writes: ends, cookies: [{ name: cookieName, value: undefined }, ...stateCookies(issuer, undefined)] }
  }
  const { handle, writes } = renewed(browser, issuer)
  return { writes: [...ends, ...writes], cookies: browserCookies(handle, left, issuer) }
}

function renewed({ hash, sessions }: Browser, { random }: Issuer) {
  const handle = newHandle(random)
  const move: readonly Write[] =
    hash === undefined || sessions.length === 0 ? [] : [{ do: 'move-sessions', from: hash, to: hashOf(handle) }]
  return { handle, writes: move }
}

/** Lives as long as the longest session that is to be kept; without one, until the browser is closed. */
function browserCookies(handle: string, sessions: readonly SessionRecord[], issuer: Issuer): readonly Cookie[] {
  const kept = sessions.filter((session) => isKept(session, issuer.settings))
  if (kept.length === 0) return [{ name: cookieName, value: handle }, ...stateCookies(issuer, handle)]
  const maxAge = Math.max(...kept.map(({ expiresAt }) => expiresAt)) - issuer.now()
  return [{ name: cookieName, value: handle, maxAge }, ...stateCookies(issuer, handle, maxAge)]
}

const isKept = ({ createdAt, expiresAt }: SessionRecord, { sessionLifetime }: Settings) =>
  expiresAt - createdAt > sessionLifetime

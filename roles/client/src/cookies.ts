/**
 * Reading and writing cookies: names that another host can't set, values split where a browser would drop them.
 *
 * @see RFC 6265, RFC 10017 §6.1.3.2
 */
export type Cookies = ReadonlyMap<string, string>

export interface CookieNames {
  readonly session: string
  /** The attempt cookie of one sign-in; `id` is a digest of its state. */
  readonly attempt: (id: string) => string
  readonly attemptPrefix: string
  /** Remembers that the browser was sent to sign out at a provider. */
  readonly signOut: string
  /** Others are the business of other parts of the site. */
  readonly isOwn: (name: string) => boolean
  readonly secure: boolean
}

/** Browsers keep cookies per host and not per port, so the port stands in the name. */
export function cookieNames(site: URL): CookieNames {
  const secure = site.protocol === 'https:'
  const port = site.port || (secure ? '' : '80')
  const prefix = `${secure ? '__Host-' : ''}symbolon${port && `-${port}`}`
  const attemptPrefix = `${prefix}.attempt.`
  return {
    session: `${prefix}.session`,
    attempt: (id) => `${attemptPrefix}${id}`,
    attemptPrefix,
    signOut: `${prefix}.signout`,
    isOwn: (name) => name.startsWith(`${prefix}.`),
    secure,
  }
}

/**
 * The white space that browsers know around names and values. Any other is part of a name, by which a sibling site could
 * otherwise plant what looks like a `__Host-` cookie here and is none in the browser.
 */
function bare(text: string): string {
  let [from, to] = [0, text.length]
  while (isBlank(text[from])) from++
  while (to > from && isBlank(text[to - 1])) to--
  return text.slice(from, to)
}

const isBlank = (letter: string | undefined): boolean => letter === ' ' || letter === '\t'

/** The first value of each name; values are not decoded, since ours never need it. */
export function parseCookies(header: string | null): Cookies {
  const cookies = new Map<string, string>()
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=')
    const name = bare(pair.slice(0, at))
    if (at > 0 && name && !cookies.has(name)) cookies.set(name, bare(pair.slice(at + 1)))
  }
  return cookies
}

export interface CookieToSet {
  readonly name: string
  readonly value: string
  /** Seconds; 0 removes the cookie. */
  readonly maxAge: number
  readonly secure: boolean
}

export const writeCookie = ({ name, value, maxAge, secure }: CookieToSet): string =>
  [`${name}=${value}`, 'Path=/', `Max-Age=${maxAge}`, 'HttpOnly', 'SameSite=Lax', secure && 'Secure']
    .filter(Boolean)
    .join('; ')

/** Name, value and attributes of one cookie together must stay under 4096 bytes. */
const chunk = 3800
const most = 3

/** All parts together, so that the Cookie header leaves room for the others in the 16 KiB that servers take. */
const longest = 9_216

const chunkNames = (name: string): readonly string[] => [
  name,
  ...Array.from({ length: most }, (_, at) => `${name}.${at}`),
]

/** Reads a value that was perhaps split over several cookies. */
export function joinChunks(cookies: Cookies, name: string): string | undefined {
  const whole = cookies.get(name)
  if (whole !== undefined) return whole
  let value = ''
  for (let at = 0; at < most; at++) value += cookies.get(`${name}.${at}`) ?? ''
  return value || undefined
}

/** Writes a value in as many cookies as it needs and removes the ones it no longer does; `undefined` when too long. */
export function writeChunks(cookies: Cookies, cookie: CookieToSet): readonly string[] | undefined {
  const parts = cookie.value.match(new RegExp(`.{1,${chunk}}`, 'gs')) ?? ['']
  if (parts.length > most || cookie.value.length > longest) return undefined
  const names = parts.length === 1 ? [cookie.name] : parts.map((_, at) => `${cookie.name}.${at}`)
  const stale = chunkNames(cookie.name).filter((name) => cookies.has(name) && !names.includes(name))
  return [
    ...parts.map((value, at) => writeCookie({ ...cookie, name: names[at] ?? cookie.name, value })),
    ...stale.map((name) => writeCookie({ ...cookie, name, value: '', maxAge: 0 })),
  ]
}

/** Removes a value in all the cookies that it may stand in. */
export const removeChunks = (cookies: Cookies, { name, secure }: Pick<CookieToSet, 'name' | 'secure'>) =>
  chunkNames(name)
    .filter((each) => each === name || cookies.has(each))
    .map((each) => writeCookie({ name: each, value: '', maxAge: 0, secure }))

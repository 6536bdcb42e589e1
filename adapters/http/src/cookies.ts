/**
 * Cookies, named so that no other host, and on loopback no other port, can plant or overwrite them.
 *
 * On https a cookie for the whole site is `__Host-`, one for a path `__Secure-`; on http, which only loopback serves,
 * the port stands in the name, because ports of one host share their cookies.
 *
 * @see RFC 6265bis §4.1.3 (cookie name prefixes)
 */
import { type Cookie, siteCookies } from '@symbolon/authorization-server/endpoints/endpoint'
import { parseCookie, stringifySetCookie } from 'cookie'

export interface CookieJar {
  read(header: string | undefined): ReadonlyMap<string, string>
  write(cookie: Cookie): string
}

export function createCookieJar(issuerUrl: string): CookieJar {
  const { protocol, port, pathname } = new URL(issuerUrl)
  const secure = protocol === 'https:'
  const path = pathname === '/' ? '' : pathname
  // Issuers below one host have one jar between them.
  const slug = `${secure ? '' : `symbolon${port}_`}${path.replaceAll(/[^A-Za-z0-9]+/g, '-')}`
  const prefixOf = (name: string) => (secure ? (siteCookies.has(name) ? '__Host-' : '__Secure-') : '')
  const known = ['__Host-', '__Secure-'].map((prefix) => `${secure ? prefix : ''}${slug}`)

  return {
    read(header) {
      const cookies = new Map<string, string>()
      if (header === undefined) return cookies
      for (const [name, value] of Object.entries(parseCookie(header))) {
        const bare = name.slice(known.find((start) => name.startsWith(start))?.length)
        // A sibling host can set any `__Secure-` name for us: what is the whole site's is believed as `__Host-` only.
        if (value !== undefined && name === `${prefixOf(bare)}${slug}${bare}`) cookies.set(bare, value)
      }
      return cookies
    },
    write({ name, value, maxAge, path: below = '/', sameSite = 'lax' }) {
      const cookiePath = below === '/' ? '/' : `${path}${below}`
      return stringifySetCookie({
        name: `${prefixOf(name)}${slug}${name}`,
        value: value ?? '',
        httpOnly: true,
        secure,
        sameSite: sameSite === 'none' && !secure ? 'lax' : sameSite,
        path: cookiePath,
        ...(value === undefined ? { maxAge: 0 } : maxAge === undefined ? {} : { maxAge }),
      })
    },
  }
}

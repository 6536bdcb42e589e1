/**
 * How the cookies of an issuer are called: so that no other host, and on loopback no other port, can plant or overwrite
 * them.
 *
 * On https a cookie for the whole site is `__Host-`, one for a path `__Secure-`; on http, which only loopback serves,
 * the port stands in the name, because ports of one host share their cookies.
 *
 * @see RFC 6265bis §4.1.3 (cookie name prefixes)
 */
import { siteCookies } from './endpoint.ts'

export interface CookieNames {
  readonly secure: boolean
  /** The issuer's own path, before that of a cookie. */
  readonly path: string
  /** What stands before the name of a cookie, and what can stand before a name of ours. */
  readonly before: (name: string) => string
  readonly known: readonly string[]
}

export function cookieNamesOf(issuerUrl: string): CookieNames {
  const { protocol, port, pathname } = new URL(issuerUrl)
  const secure = protocol === 'https:'
  const path = pathname === '/' ? '' : pathname
  // Issuers below one host have one jar between them.
  const slug = `${secure ? '' : `symbolon${port}_`}${path.replaceAll(/[^A-Za-z0-9]+/g, '-')}`
  const prefixOf = (name: string) => (secure ? (siteCookies.has(name) ? '__Host-' : '__Secure-') : '')
  return {
    secure,
    path,
    before: (name) => `${prefixOf(name)}${slug}`,
    known: ['__Host-', '__Secure-'].map((prefix) => `${secure ? prefix : ''}${slug}`),
  }
}

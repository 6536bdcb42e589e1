/** The cookies of one issuer: read under the names that only it can have given, and written so. */
import { cookieNamesOf } from '@symbolon/authorization-server/endpoints/cookie-names'
import type { Cookie } from '@symbolon/authorization-server/endpoints/endpoint'
import { parseCookie, stringifySetCookie } from 'cookie'

export interface CookieJar {
  read(header: string | undefined): ReadonlyMap<string, string>
  write(cookie: Cookie): string
}

export function createCookieJar(issuerUrl: string): CookieJar {
  const { secure, path, before, known } = cookieNamesOf(issuerUrl)

  return {
    read(header) {
      const cookies = new Map<string, string>()
      if (header === undefined) return cookies
      for (const [name, value] of Object.entries(parseCookie(header))) {
        const bare = name.slice(known.find((start) => name.startsWith(start))?.length)
        // A sibling host can set any `__Secure-` name for us: what is the whole site's is believed as `__Host-` only.
        if (value !== undefined && name === `${before(bare)}${bare}`) cookies.set(bare, value)
      }
      return cookies
    },
    write({ name, value, maxAge, path: below = '/', sameSite = 'lax', readable = false }) {
      const cookiePath = below === '/' ? '/' : `${path}${below}`
      return stringifySetCookie({
        name: `${before(name)}${name}`,
        value: value ?? '',
        httpOnly: !readable,
        secure,
        sameSite: sameSite === 'none' && !secure ? 'lax' : sameSite,
        path: cookiePath,
        ...(value === undefined ? { maxAge: 0 } : maxAge === undefined ? {} : { maxAge }),
      })
    },
  }
}

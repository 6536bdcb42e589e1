/** Finds the issuer and the endpoint that a path belongs to. */
import type { Route } from '@symbolon/authorization-server/endpoints/endpoint'
import type { Issuer } from '@symbolon/authorization-server/ports/issuer'
import createRouter, { type HTTPMethod, type HTTPVersion } from 'find-my-way'
import { type CookieJar, createCookieJar } from './cookies.ts'

/** An issuer as it is served: below which path, with which cookies. */
export interface Served {
  readonly issuer: Issuer
  readonly base: string
  readonly origin: string
  readonly https: boolean
  readonly cookies: CookieJar
}

export interface Found {
  readonly route: Route
  readonly served: Served
  /** The path as the endpoint knows it, below the issuer. */
  readonly path: string
  readonly parts: Readonly<Record<string, string>>
}

export type Find = (path: string) => Found | undefined

const any = 'GET' satisfies HTTPMethod

export function createRouting(issuers: readonly Issuer[], routes: readonly Route[]): Find {
  const router = createRouter<HTTPVersion.V1>({ maxParamLength: 512, caseSensitive: true, ignoreTrailingSlash: false })
  for (const issuer of issuers) {
    const { origin, pathname, protocol } = new URL(issuer.url)
    const base = pathname === '/' ? '' : pathname
    const served: Served = { issuer, base, origin, https: protocol === 'https:', cookies: createCookieJar(issuer.url) }
    for (const route of routes) {
      // An issuer without a path has its inserted and its appended places in one.
      if (route.atOrigin && base === '') continue
      const path = route.atOrigin
        ? `${route.path}${base}`
        : `${base}${route.path === '/' && base !== '' ? '' : route.path}`
      router.on(any, path, () => undefined, { route, served })
    }
  }
  return (path) => {
    const found = router.find(any, path)
    if (found === null) return undefined
    const { route, served } = found.store as { route: Route; served: Served }
    const parts = Object.fromEntries(Object.entries(found.params).map(([name, value]) => [name, value ?? '']))
    return { route, served, parts, path: route.atOrigin ? route.path : path.slice(served.base.length) || '/' }
  }
}

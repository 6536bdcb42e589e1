/** Every place that is served: whose endpoint answers there, and what configuration alone decides about its answers. */
import type { Route } from '@symbolon/authorization-server/endpoints/endpoint'
import type { Issuer } from '@symbolon/authorization-server/ports/issuer'
import createRouter, { type HTTPMethod, type HTTPVersion } from 'find-my-way'
import { type CookieJar, createCookieJar } from './cookies.ts'
import { headersOf } from './write.ts'

/** An issuer as it is served: below which path, with which cookies. */
export interface Served {
  readonly issuer: Issuer
  readonly base: string
  readonly https: boolean
  readonly cookies: CookieJar
}

/** A route of one issuer. */
export interface Place {
  readonly route: Route
  readonly served: Served
  /** The route's path below the origin: `/tenant/i/:id/:step`. */
  readonly pattern: string
  /** What all its answers say. */
  readonly headers: Readonly<Record<string, string>>
}

/** The named parts of a path, decoded. */
export type Parts = Readonly<Record<string, string>>

export interface Found {
  readonly place: Place
  readonly parts: Parts
}

/** Longest named part of a path. */
export const maxParamLength = 512

export const placesOf = (issuers: readonly Issuer[], routes: readonly Route[]): readonly Place[] =>
  issuers.flatMap((issuer) => {
    const served = serve(issuer)
    // An issuer without a path has its inserted and its appended places in one.
    const distinct = routes.filter(({ atOrigin }) => !(atOrigin && served.base === ''))
    return distinct.map((route) => placeOf(route, served))
  })

export function serve(issuer: Issuer): Served {
  const { pathname, protocol } = new URL(issuer.url)
  const base = pathname === '/' ? '' : pathname
  return { issuer, base, https: protocol === 'https:', cookies: createCookieJar(issuer.url) }
}

export function placeOf(route: Route, served: Served): Place {
  const { base } = served
  const below = route.path === '/' && base !== '' ? '' : route.path
  return {
    route,
    served,
    pattern: route.atOrigin ? `${route.path}${base}` : `${base}${below}`,
    headers: headersOf(route, served),
  }
}

const any = 'GET' satisfies HTTPMethod

export type Find = (path: string) => Found | undefined

/** Finds the place of a path, for adapters that have no router of their own. */
export function createFind(places: readonly Place[]): Find {
  const router = createRouter<HTTPVersion.V1>({ maxParamLength, caseSensitive: true, ignoreTrailingSlash: false })
  for (const place of places) router.on(any, place.pattern, () => undefined, place)
  return (path) => {
    const found = router.find(any, path)
    if (found === null) return undefined
    const parts = Object.entries(found.params).map(([name, value]) => [name, value ?? ''])
    return { place: found.store as Place, parts: Object.fromEntries(parts) }
  }
}

/** The path as the endpoint knows it, below the issuer. */
export const pathOf = ({ route }: Place, parts: Parts): string =>
  // Most have no named parts.
  route.path.includes(':')
    ? route.path.replace(/:(\w+)/g, (_, name) => encodeURIComponent(parts[name] ?? ''))
    : route.path

/**
 * Step 6, the client's part: asks an API for a resource and shows the access token, in the header only and only to
 * the API that it is for.
 *
 * @see RFC 6750 §2, §2.1; RFC 9700 §4.3.2; RFC 10017 §6.1.3.6
 */
import { allow, type Decision, refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'

export interface ResourceRequest {
  readonly url: string
  readonly init: RequestInit
}

/** A redirect is handed back and not followed: the token is not for wherever it leads. */
export function buildResourceRequest(
  { url, init }: ResourceRequest,
  { accessToken, apis }: { readonly accessToken: string; readonly apis: readonly string[] },
): Decision<ResourceRequest> {
  const target = URL.canParse(url) ? new URL(url) : undefined
  if (!target || !apis.some((api) => isWithin(target, api))) {
    return refuse('resource_unknown', { expected: clear(apis), got: clear(target?.origin) })
  }
  if (target.searchParams.has('access_token')) return refuse('token_in_query')
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${accessToken}`)
  return allow({ url: target.href, init: { ...init, headers, redirect: 'manual' } })
}

/** The same origin, and the same path or one below it. */
function isWithin(target: URL, api: string): boolean {
  if (!URL.canParse(api)) return false
  const { origin, pathname } = new URL(api)
  const folder = pathname.endsWith('/') ? pathname : `${pathname}/`
  // a server may decode %2e and %2f after we have compared
  const hidden = /%(2e|2f|5c)/i.test(target.pathname) && folder !== '/'
  return target.origin === origin && !hidden && (target.pathname === pathname || target.pathname.startsWith(folder))
}

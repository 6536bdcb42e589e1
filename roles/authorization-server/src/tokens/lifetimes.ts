/** How long each token lives, and the authorization behind it (RFC 9700 §4.14.2, RFC 10017 §6.3.2.3). */
import type { Settings } from '../ports/issuer.ts'
import type { Seconds } from '../ports/records.ts'
import type { Resource } from '../resource.ts'

export const accessTokenLifetime = (resource: Resource | undefined, settings: Settings): Seconds =>
  resource?.tokenLifetime ?? settings.accessTokenLifetime

/** A token that went through the browser can be anywhere, and is not bound to its client: it lives no longer. */
export const fromBrowserAtMost: Seconds = 600

/** A refresh token ends when it lies unused, and at the latest with its family, which no rotation prolongs. */
export const refreshTokenExpiry = (
  family: { readonly createdAt: Seconds },
  settings: Settings,
  now: Seconds,
): Seconds => Math.min(now + settings.refreshTokenIdle, family.createdAt + settings.refreshTokenLifetime)

/** The last moment at which anything that was issued up to `lastIssue` can still be used. */
export function grantExpiry(lastIssue: Seconds, resources: readonly Resource[], settings: Settings): Seconds {
  let longest = accessTokenLifetime(undefined, settings)
  for (const resource of resources) longest = Math.max(longest, accessTokenLifetime(resource, settings))
  return lastIssue + longest
}

/**
 * The document by which a resource server says which authorization servers it trusts and which scopes it knows.
 *
 * @see RFC 9728 §2 (members), §3 (where it is found)
 */
export interface ProtectedResourceMetadata {
  readonly resource: string
  readonly authorization_servers?: readonly string[]
  readonly scopes_supported?: readonly string[]
  readonly bearer_methods_supported?: readonly string[]
  readonly resource_name?: string
}

const wellKnown = '/.well-known/oauth-protected-resource'

/**
 * Where the document of `resource` lives: the well-known word stands between host and path (RFC 9728 §3.1).
 * `undefined` for an identifier that is no web address, or that has a fragment.
 */
export function protectedResourceUrl(resource: string): string | undefined {
  if (!URL.canParse(resource) || resource.includes('#')) return undefined
  const { protocol, origin, pathname, search } = new URL(resource)
  if (protocol !== 'https:' && protocol !== 'http:') return undefined
  return `${origin}${wellKnown}${pathname === '/' ? '' : pathname}${search}`
}

/** The paths a resource server answers at: the exact one first, then the root, where some clients look next. */
export function protectedResourcePaths(resource: string): readonly string[] {
  const url = protectedResourceUrl(resource)
  return url === undefined ? [] : [...new Set([new URL(url).pathname, wellKnown])]
}

/** Writes the document; lists that are empty are left out (RFC 9728 §3.2). */
export function buildProtectedResourceMetadata(facts: {
  readonly resource: string
  readonly issuer: string
  readonly scopes: readonly string[]
  readonly name: string | undefined
}): ProtectedResourceMetadata {
  // Whether access lasts is between client and issuer; a resource has no use for this word.
  const scopes = facts.scopes.filter((scope) => scope !== 'offline_access')
  return {
    resource: facts.resource,
    authorization_servers: [facts.issuer],
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
    ...(facts.name !== undefined && { resource_name: facts.name }),
  }
}

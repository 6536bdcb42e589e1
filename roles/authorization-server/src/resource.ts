/**
 * The resources that tokens are for, and how an asked scope finds its resource (RFC 8707).
 *
 * A scope belongs to a resource; OpenID's scopes belong to none. A request may name its resources; when it does not,
 * they follow from the scopes asked for. One grant may span several resources, one access token is for one only:
 * the token request names it, or gets the first that owns a granted scope. With no resource at all the token's audience is
 * the issuer itself, and it is good for userinfo.
 *
 * @see RFC 8707 §2, §2.1, §2.2
 * @see RFC 9068 §3, the audience and scope of one token fit together
 */
import { openidScopes } from '@symbolon/protocol/claims'
import { allow, type Decision, refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import { missing, union } from '@symbolon/protocol/scope'
import type { Client } from './client.ts'
import { once } from './once.ts'
import type { ResourceRecord, ScopeRecord } from './ports/records.ts'

export type Resource = ResourceRecord

/** A scope, and the resource that owns it; the scopes of OpenID have none. */
export interface FoundScope {
  readonly scope: string
  readonly record: ScopeRecord | undefined
  readonly resource: Resource | undefined
}

/** What a request comes down to once every scope has found its resource. */
export interface Target {
  readonly scope: readonly string[]
  /** The audiences asked for; empty when only the issuer itself is. */
  readonly resources: readonly string[]
}

/** OpenID's scopes, as they are found. */
const openid: ReadonlyMap<string, FoundScope> = new Map(
  openidScopes.map((scope) => [scope, { scope, record: undefined, resource: undefined }]),
)

export const isOpenidScope = (scope: string): boolean => openid.has(scope)

export const scopesOf = once((resource: Resource): readonly string[] => resource.scopes.map(({ scope }) => scope))

/** A list of resources by name and by scope; of two that own a scope the one that was registered first counts. */
interface Catalogue {
  readonly named: ReadonlyMap<string, Resource>
  readonly owned: ReadonlyMap<string, FoundScope>
}

const catalogueOf = once((resources: readonly Resource[]): Catalogue => {
  const found = resources.flatMap((resource) =>
    resource.scopes.map((record) => [record.scope, { scope: record.scope, record, resource }] as const),
  )
  return {
    named: new Map(resources.map((resource) => [resource.resource, resource])),
    owned: new Map(found.toReversed()),
  }
})

/** An absolute URI without a fragment (RFC 8707 §2). */
export const isResourceIdentifier = (value: string): boolean => URL.canParse(value) && !value.includes('#')

/** Finds each scope's owner among `resources`, in registration order; what nobody owns is `unknown`. */
export function findScopes(
  scope: readonly string[],
  resources: readonly Resource[],
): { readonly found: readonly FoundScope[]; readonly unknown: readonly string[] } {
  const { owned } = catalogueOf(resources)
  const found: FoundScope[] = []
  const unknown: string[] = []
  for (const name of scope) {
    const one = owned.get(name) ?? openid.get(name)
    if (one === undefined) unknown.push(name)
    else found.push(one)
  }
  return { found, unknown }
}

/** What a registration says about the resources and scopes that may be asked for. */
export type Rights = Pick<Client, 'resources' | 'scopes'>

const resourcesOf = once((resources: readonly Resource[]) =>
  once((client: Rights): readonly Resource[] =>
    resources.filter(({ resource }) => client.resources?.includes(resource) === true),
  ),
)

/** The resources that a client may ask tokens for. */
export const resourcesFor = (client: Rights, resources: readonly Resource[]): readonly Resource[] =>
  client.resources === undefined ? resources : resourcesOf(resources)(client)

const alone = once((resource: Resource): readonly Resource[] => [resource])

/** Those that are named, or all when none is. */
function among(resources: readonly Resource[], names: readonly string[]): readonly Resource[] {
  if (names.length === 0) return resources
  const named = resources.filter(({ resource }) => names.includes(resource))
  const [first, ...more] = named
  return first === undefined || more.length > 0 ? named : alone(first)
}

/**
 * Resolves what an authorization or client credentials request asks for. Without a scope it asks for what the client
 * is registered for (RFC 6749 §3.3).
 */
export function resolveTarget(request: {
  readonly client: Rights
  readonly scope: readonly string[]
  /** The `resource` parameters, as sent. */
  readonly resources: readonly string[]
  /** All resources of the issuer. */
  readonly known: readonly Resource[]
}): Decision<Target> {
  const { client, resources: asked } = request
  const usable = resourcesFor(client, request.known)
  const { named } = catalogueOf(usable)
  const strange = asked.filter((name) => !named.has(name))
  const malformed = strange.find((name) => !isResourceIdentifier(name))
  if (malformed !== undefined) return refuse('resource_malformed', { got: clear(malformed) })
  if (strange.length > 0) {
    return refuse('resource_unknown', { expected: clear([...named.keys()]), got: clear(strange[0]) })
  }

  const scope = request.scope.length > 0 ? request.scope : (client.scopes ?? [])
  if (scope.length === 0) return refuse('scope_missing')
  const within = among(usable, asked)
  const { found, unknown } = findScopes(scope, within)
  if (unknown.length > 0) {
    return refuse('scope_unknown', { expected: clear(within.flatMap(scopesOf)), got: clear(unknown) })
  }
  const excess = client.scopes === undefined ? [] : missing(scope, client.scopes)
  if (excess.length > 0) return refuse('scope_not_allowed', { expected: clear(client.scopes), got: clear(excess) })

  const owners = found.flatMap(({ resource }) => (resource === undefined ? [] : [resource.resource]))
  return allow({ scope, resources: union(asked, owners) })
}

/** The one resource a token is for, and the part of the granted scope that goes with it. */
export interface Audience {
  /** `undefined`: the issuer itself, for userinfo. */
  readonly resource: Resource | undefined
  readonly scope: readonly string[]
}

/**
 * Picks the resource of one token out of what was granted (RFC 8707 §2.2). The scope is what was granted for this
 * resource, with OpenID's scopes, which let the same token be used at userinfo.
 */
export function audienceOf(request: {
  readonly granted: Target
  /** The `resource` parameters of the token request. */
  readonly asked: readonly string[]
  readonly known: readonly Resource[]
}): Decision<Audience> {
  const { granted, asked, known } = request
  if (asked.length > 1) return refuse('resources_several', { got: clear(asked) })
  const wanted = ({ resource, scopes }: Resource) =>
    granted.resources.includes(resource) && scopes.some(({ scope }) => granted.scope.includes(scope))
  const name = asked[0] ?? known.find(wanted)?.resource ?? granted.resources[0]
  if (name === undefined) return allow({ resource: undefined, scope: granted.scope.filter(isOpenidScope) })
  if (!granted.resources.includes(name)) {
    return refuse('resource_not_granted', { expected: clear(granted.resources), got: clear(name) })
  }
  const resource = catalogueOf(known).named.get(name)
  if (resource === undefined) return refuse('resource_unknown', { got: clear(name) })
  const own = scopesOf(resource)
  return allow({ resource, scope: granted.scope.filter((scope) => isOpenidScope(scope) || own.includes(scope)) })
}

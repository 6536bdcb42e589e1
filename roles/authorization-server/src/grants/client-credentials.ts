/**
 * The client credentials grant: a client acts for itself.
 *
 * Nobody consents here, so the registration alone says what is allowed: the registered scopes, or else the scopes of
 * the registered resources. A client registered for neither gets nothing.
 *
 * @see RFC 6749 §4.4
 */
import { allow, type Decision, type Rule, refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import { list, one } from '@symbolon/protocol/parameters'
import { isScope, missing } from '@symbolon/protocol/scope'
import { type Client, isPublic } from '../client.ts'
import { audienceOf, isOpenidScope, type Resource, resolveTarget, scopesOf } from '../resource.ts'
import type { Grant, GrantInput, Issuance } from './grant.ts'

export interface ClientCredentialsRequest {
  readonly scope: readonly string[]
  readonly resources: readonly string[]
}

export type OwnAccess = GrantInput<ClientCredentialsRequest, undefined>

const allowedScopes = (client: Client, resources: readonly Resource[]): readonly string[] =>
  (client.scopes ?? (client.resources === undefined ? [] : resources.flatMap(scopesOf))).filter(
    (scope) => !isOpenidScope(scope),
  )

export const ownAccessRules: readonly Rule<OwnAccess>[] = [
  { reason: 'grant_needs_credentials', broken: ({ client }) => isPublic(client) },
  {
    reason: 'openid_scope_without_person',
    broken: ({ request }) => request.scope.some(isOpenidScope),
    seen: ({ request }) => ({ got: clear(request.scope.filter(isOpenidScope)) }),
  },
  {
    reason: 'scope_not_allowed',
    broken: ({ request, client, resources }) => missing(request.scope, allowedScopes(client, resources)).length > 0,
    seen: ({ request, client, resources }) => ({
      expected: clear(allowedScopes(client, resources)),
      got: clear(request.scope),
    }),
  },
]

export const clientCredentials: Grant<ClientCredentialsRequest, undefined> = {
  grantType: 'client_credentials',

  parse(form) {
    const scope = one(form, 'scope')
    if (scope !== undefined && !isScope(scope)) return refuse('scope_malformed', { got: clear(scope) })
    return allow({ scope: list(scope), resources: form.getAll('resource').filter(Boolean) })
  },

  load: async () => undefined,

  decide(input, trail) {
    const refused = trail.apply(ownAccessRules, input)
    if (refused !== undefined) return refused
    const issued = issue(input)
    return issued.ok ? issued : trail.refused(issued)
  },
}

function issue({ request, client, resources }: OwnAccess): Decision<Issuance> {
  const asked = request.resources
  if (asked.length > 1) return refuse('resources_several', { got: clear(asked) })
  const named = resources.filter(({ resource }) => asked.includes(resource))
  const allowed = allowedScopes(client, resources)
  const fitting =
    named.length === 0 ? allowed : allowed.filter((scope) => named.some((one) => scopesOf(one).includes(scope)))
  const scope = request.scope.length > 0 ? request.scope : fitting
  if (scope.length === 0 && asked.length === 0) return refuse('scope_missing')
  const target = resolveTarget({ client: { ...client, scopes: allowed }, scope, resources: asked, known: resources })
  if (!target.ok) return target
  const audience = audienceOf({ granted: target.value, asked, known: resources })
  if (!audience.ok) return audience
  // No refresh token: the client can ask again at any time (RFC 6749 §4.4.3).
  return allow({
    client,
    grant: undefined,
    audience: audience.value,
    idToken: undefined,
    refreshToken: { do: 'nothing' },
    writes: [],
  })
}

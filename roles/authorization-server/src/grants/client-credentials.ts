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
import { one } from '@symbolon/protocol/parameters'
import { readScope, within } from '@symbolon/protocol/scope'
import { type Client, isPublic } from '../client.ts'
import { once } from '../once.ts'
import { audienceOf, isOpenidScope, type Resource, resolveTarget, scopesOf } from '../resource.ts'
import type { Grant, GrantInput, Issuance } from './grant.ts'

export interface ClientCredentialsRequest {
  readonly scope: readonly string[]
  readonly resources: readonly string[]
}

export type OwnAccess = GrantInput<ClientCredentialsRequest, undefined>

/** The client with the scopes that it may have for itself, of resources that it may use. */
const actingForItself = once((resources: readonly Resource[]) =>
  once((client: Client) => {
    const registered = client.scopes ?? (client.resources === undefined ? [] : resources.flatMap(scopesOf))
    return { ...client, scopes: registered.filter((scope) => !isOpenidScope(scope)) }
  }),
)

const allowedScopes = ({ client, resources }: OwnAccess): readonly string[] => actingForItself(resources)(client).scopes

export const ownAccessRules: readonly Rule<OwnAccess>[] = [
  { reason: 'grant_needs_credentials', broken: ({ client }) => isPublic(client) },
  {
    reason: 'openid_scope_without_person',
    broken: ({ request }) => request.scope.some(isOpenidScope),
    seen: ({ request }) => ({ got: clear(request.scope.filter(isOpenidScope)) }),
  },
  {
    reason: 'scope_not_allowed',
    broken: (input) => !within(input.request.scope, allowedScopes(input)),
    seen: (input) => ({ expected: clear(allowedScopes(input)), got: clear(input.request.scope) }),
  },
]

export const clientCredentials: Grant<ClientCredentialsRequest, undefined> = {
  grantType: 'client_credentials',

  parse(form) {
    const text = one(form, 'scope')
    const scope = text === undefined ? [] : readScope(text)
    if (scope === undefined) return refuse('scope_malformed', { got: clear(text) })
    return allow({ scope, resources: form.getAll('resource').filter(Boolean) })
  },

  load: async () => undefined,

  decide(input, trail) {
    const refused = trail.apply(ownAccessRules, input)
    if (refused !== undefined) return refused
    const issued = issue(input)
    return issued.ok ? issued : trail.refused(issued)
  },
}

function issue(input: OwnAccess): Decision<Issuance> {
  const { request, client, resources } = input
  const asked = request.resources
  if (asked.length > 1) return refuse('resources_several', { got: clear(asked) })
  const scope = request.scope.length > 0 ? request.scope : fittingScopes(input)
  if (scope.length === 0 && asked.length === 0) return refuse('scope_missing')
  const target = resolveTarget({
    client: actingForItself(resources)(client),
    scope,
    resources: asked,
    known: resources,
  })
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

/** What it may have for the resources that it names, or for any. */
function fittingScopes(input: OwnAccess): readonly string[] {
  const named = input.resources.filter(({ resource }) => input.request.resources.includes(resource))
  const allowed = allowedScopes(input)
  return named.length === 0 ? allowed : allowed.filter((scope) => named.some((one) => scopesOf(one).includes(scope)))
}

/**
 * The introspection endpoint: is this token good, and what does it allow?
 *
 * A caller learns of the tokens that were given to it and of those for the resources it speaks for (`introspects` in
 * its registration). Of everything else it hears exactly `{"active":false}`: it can't tell foreign from dead.
 *
 * @see RFC 7662 §2
 */
import { allow, type Decision, type Rule, refuse } from '@symbolon/protocol/decision'
import { one } from '@symbolon/protocol/parameters'
import { type AuthenticatedClient, isPublic } from '../client.ts'
import { authenticateClient } from '../client-authentication/index.ts'
import { subjectFor } from '../people/subject.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { FoundToken } from '../tokens/find.ts'
import { findToken, livenessRules } from '../tokens/find.ts'
import type { Trail } from '../trace/trail.ts'
import { type Exchange, exchange, presentedIn, type Reply } from './exchange.ts'

interface Asked {
  readonly caller: AuthenticatedClient
  readonly token: string | undefined
}

const requestRules: readonly Rule<Asked>[] = [
  { reason: 'introspection_not_allowed', broken: ({ caller }) => isPublic(caller) },
  { reason: 'parameter_missing', broken: ({ token }) => token === undefined },
]

interface Viewed {
  readonly caller: AuthenticatedClient
  readonly token: FoundToken
}

const viewRules: readonly Rule<Viewed>[] = [
  { reason: 'token_of_another_client', broken: ({ caller, token }) => !mayView(caller, token) },
]

/** A refresh token concerns its own client only; its audience is this server. */
export const mayView = (caller: AuthenticatedClient, token: FoundToken): boolean =>
  token.clientId === caller.id ||
  (token.kind !== 'refresh' && token.audience.some((audience) => caller.introspects.includes(audience)))

export const introspection = exchange({
  path: '/introspect',
  band: 'introspection',
  from: 'resource-server',
  handle: introspect,
})

async function introspect(exchange: Exchange): Promise<Decision<Reply>> {
  const { request, issuer, now, trail } = exchange
  const caller = await authenticateClient(presentedIn(request), exchange)
  if (!caller.ok) return caller
  const value = one(request.form, 'token')
  const refused = trail.apply(requestRules, { caller: caller.value, token: value })
  if (refused !== undefined || value === undefined) return refused ?? refuse('parameter_missing')

  const token = await findToken(value, exchange)
  const active = token !== undefined && isActive({ caller: caller.value, token }, { now, trail })
  return allow({ status: 200, body: active ? describeToken(token, issuer) : { active: false } })
}

function isActive(viewed: Viewed, { now, trail }: { readonly now: number; readonly trail: Trail }): boolean {
  const { token } = viewed
  if (trail.apply(viewRules, viewed) !== undefined) return false
  trail.concerns({ flow: token.grant?.flow, grant: token.grantId, person: token.personId })
  return trail.apply(livenessRules, { token, now }) === undefined
}

const subjectOf = ({ clientId, client, personId }: FoundToken, issuer: Issuer): string =>
  client === undefined || personId === undefined ? clientId : subjectFor(issuer, client, personId)

function describeToken(token: FoundToken, issuer: Issuer): Readonly<Record<string, unknown>> {
  const [audience, ...more] = token.audience
  return {
    active: true,
    iss: issuer.url,
    sub: subjectOf(token, issuer),
    aud: more.length > 0 ? token.audience : audience,
    client_id: token.clientId,
    ...(token.scope.length > 0 && { scope: token.scope.join(' ') }),
    ...(token.kind !== 'refresh' && { token_type: 'Bearer' }),
    iat: token.issuedAt,
    exp: token.expiresAt,
    ...(token.kind === 'jwt' && { jti: token.id }),
    ...(token.grant && { auth_time: token.grant.authTime }),
  }
}

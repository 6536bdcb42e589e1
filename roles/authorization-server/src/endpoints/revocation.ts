/**
 * The revocation endpoint: a client gives a token back, and with it the whole family.
 *
 * An unknown or dead token is answered like one that was revoked. A token of another client is refused and nothing
 * happens to it.
 *
 * @see RFC 7009 §2
 */
import { allow, type Decision, type Rule, refuse } from '@symbolon/protocol/decision'
import { one } from '@symbolon/protocol/parameters'
import type { AuthenticatedClient } from '../client.ts'
import { authenticateClient } from '../client-authentication/index.ts'
import type { Seconds } from '../ports/records.ts'
import type { Write } from '../ports/store.ts'
import { type FoundToken, findToken } from '../tokens/find.ts'
import { type Exchange, exchange, presentedIn, type Reply } from './exchange.ts'

const requestRules: readonly Rule<string | undefined>[] = [
  { reason: 'parameter_missing', broken: (token) => token === undefined },
]

const ownershipRules: readonly Rule<{ readonly token: FoundToken; readonly client: AuthenticatedClient }>[] = [
  { reason: 'token_of_another_client', broken: ({ token, client }) => token.clientId !== client.id },
]

export const revocation = exchange({ path: '/revoke', band: 'revoke', handle: revoke })

async function revoke(exchange: Exchange): Promise<Decision<Reply>> {
  const { request, issuer, now, trail } = exchange
  const client = await authenticateClient(presentedIn(request), exchange)
  if (!client.ok) return client
  const value = one(request.form, 'token')
  const refused = trail.apply(requestRules, value)
  if (refused !== undefined || value === undefined) return refused ?? refuse('parameter_missing')

  const done = allow<Reply>({ status: 200, body: undefined })
  const token = await findToken(value, exchange)
  if (token === undefined) return done
  const foreign = trail.apply(ownershipRules, { token, client: client.value })
  if (foreign !== undefined) return foreign
  trail.concerns({ flow: token.grant?.flow, grant: token.grantId, person: token.personId })
  await issuer.store.commit([revocationOf(token, now)])
  return done
}

/** With a token goes all that descends from the same authorization (RFC 7009 §2.1). */
function revocationOf(token: FoundToken, now: Seconds): Write {
  if (token.grantId !== undefined) return { do: 'revoke-grant', grantId: token.grantId, now }
  if (token.kind === 'jwt') return { do: 'revoke-jti', jti: token.id, expiresAt: token.expiresAt }
  return { do: 'revoke-access-token', tokenHash: token.id }
}

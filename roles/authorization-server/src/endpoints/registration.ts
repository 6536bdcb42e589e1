/**
 * The registration endpoint: a client introduces itself and is told its name here, its secret if it has one, and the
 * token with which it manages what it registered.
 *
 * @see RFC 7591 §3, OpenID Connect Dynamic Client Registration §3
 */
import { buildChallenge } from '@symbolon/protocol/challenge'
import { openidScopes } from '@symbolon/protocol/claims'
import { allow, type Decision, type Refused, type Rule, refuse } from '@symbolon/protocol/decision'
import { type Reason, refusals } from '@symbolon/protocol/refusals'
import { union } from '@symbolon/protocol/scope'
import { hashOf, newHandle } from '../handles.ts'
import type { Seconds } from '../ports/records.ts'
import {
  bearerIn,
  countRegistration,
  findInvitation,
  hourOf,
  isTrusted,
  registeringRules,
  spendInvitation,
  untilNextHour,
} from '../registration/access.ts'
import type { Metadata } from '../registration/members.ts'
import { readRegistration } from '../registration/read.ts'
import { describeRegistered, registered } from '../registration/registered.ts'
import { checkSector } from '../registration/sector.ts'
import { scopesOf } from '../resource.ts'
import { type Arrival, describe, type Exchange, exchange, type Reply } from './exchange.ts'

export const registration = exchange({ path: '/register', band: 'discovery', handle: register, deny: denyRegistration })

/**
 * A registration and a change of one count alike, when nobody vouches for the client; each makes all read anew. It is
 * counted before it is looked at, so that many at once are no more, and before somebody else's server is asked.
 */
async function takePace({ request, issuer, now, trail }: Exchange): Promise<Refused | undefined> {
  const { store, settings } = issuer
  const key = hourOf(issuer, request.remoteAddress, now)
  const most = settings.registrationsPerHour
  const counted = async () => (await store.throttles.find([key]))[0]?.failures ?? 0
  if ((await counted()) < most) await store.commit([countRegistration(key, now)])
  else return trail.apply(paceRules(now), { counted: most + 1, most })
  return trail.apply(paceRules(now), { counted: await counted(), most })
}

const paceRules = (now: Seconds): readonly Rule<{ readonly counted: number; readonly most: number }>[] => [
  {
    reason: 'rate_limited',
    broken: ({ counted, most }) => counted > most,
    seen: () => ({ retryAfter: untilNextHour(now) }),
  },
]

async function register(exchange: Exchange): Promise<Decision<Reply>> {
  const { request, issuer, now, trail } = exchange
  const { store, settings } = issuer
  const initial = bearerIn(request.headers.authorization)
  const invitation = await findInvitation(initial, issuer)
  const registering = { settings, token: initial, invitation, now }
  const unwelcome = trail.apply(registeringRules, registering)
  if (unwelcome !== undefined) return unwelcome
  const reviewed = isTrusted(registering)
  const metadata = await checkMetadata(exchange, { reviewed })
  if (!metadata.ok) return metadata
  const token = newHandle(issuer.random)
  const standing = { reviewed, compatible: settings.compatibleProfile }
  const made = registered(metadata.value, { issuer, standing, now, before: undefined })
  const { clientId } = made.client
  const dueAt = reviewed ? null : now + settings.registrationUnused
  const { committed } = await store.commit([
    ...spendInvitation(invitation, now),
    { do: 'add-client', client: made.client },
    { do: 'insert-registration', registration: { clientId, tokenHash: hashOf(token), version: 0, dueAt } },
  ])
  if (!committed) return trail.refused(refuse('registration_token_wrong'))
  trail.concerns({ client: clientId })
  return allow({ status: 201, body: describeRegistered(made, { issuer, token }) })
}

const invitedRules: readonly Rule<{ readonly metadata: Metadata; readonly reviewed: boolean }>[] = [
  {
    // It would act for itself, and nobody was ever asked about it.
    reason: 'client_metadata_invalid',
    broken: ({ metadata, reviewed }) => !reviewed && metadata.grant_types?.includes('client_credentials') === true,
    seen: () => ({ expected: { clear: 'grant_types: client_credentials only with an initial access token' } }),
  },
]

/** What a registration and a change of it are decided by. */
export async function checkMetadata(
  exchange: Exchange,
  { reviewed }: { readonly reviewed: boolean },
): Promise<Decision<Metadata>> {
  const { request, issuer, registry, trail } = exchange
  const scopes = union(openidScopes, registry.resources.flatMap(scopesOf))
  const read = readRegistration({ body: request.json, settings: issuer.settings, url: issuer.url, scopes, reviewed })
  if (!read.ok) return trail.refused(read)
  const uninvited = trail.apply(invitedRules, { metadata: read.value, reviewed })
  if (uninvited !== undefined) return uninvited
  const tooMany = reviewed ? undefined : await takePace(exchange)
  if (tooMany !== undefined) return tooMany
  const mismatch = await checkSector(read.value, { outgoing: issuer.outgoing, reviewed })
  return mismatch === undefined ? read : trail.refused(mismatch)
}

const statuses: Readonly<Partial<Record<Reason, number>>> = { registration_off: 404, rate_limited: 429 }

/** RFC 7591 §3.2.2; a token that is missing or wrong as RFC 6750 §3 has it. */
export function denyRegistration({ reason, expected, retryAfter }: Refused, arrival: Arrival): Reply {
  const { error } = refusals[reason]
  // Said to everybody: who registers can't look into our record, and of what they sent nothing is repeated.
  const hint = expected !== undefined && 'clear' in expected ? `Expected ${expected.clear}. ` : ''
  const said = describe(reason, arrival)
  const body = {
    error,
    error_description: `${hint.replaceAll('…', '...').replaceAll(/["\\]|[^\x20-\x7e]/g, "'")}${said}`,
  }
  if (error === 'invalid_token') {
    const realm = arrival.issuer.url
    const parameters = reason === 'registration_token_missing' ? { realm } : { realm, error }
    return { status: 401, body, headers: { 'www-authenticate': buildChallenge('Bearer', parameters) } }
  }
  const status = statuses[reason] ?? 400
  if (retryAfter === undefined) return { status, body }
  return { status, body, headers: { 'retry-after': String(retryAfter) } }
}

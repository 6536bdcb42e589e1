/**
 * A client manages what it registered: reads it, replaces it whole, or takes itself away with all it was given.
 *
 * @see RFC 7592 §2 and §3, OpenID Connect Dynamic Client Registration §4
 */
import { timingSafeEqual } from 'node:crypto'
import { allow, type Decision, type Rule, refuse } from '@symbolon/protocol/decision'
import { clientFrom } from '../client.ts'
import { hashOf } from '../handles.ts'
import type { ClientRecord, RegistrationRecord } from '../ports/records.ts'
import { StorageUnavailable } from '../ports/store.ts'
import { bearerIn, managingRules } from '../registration/access.ts'
import { describeRegistered, registered } from '../registration/registered.ts'
import { isMap } from '../registration/shapes.ts'
import { type Exchange, type ExchangeKind, exchange, type Reply } from './exchange.ts'
import { checkMetadata, denyRegistration } from './registration.ts'

const shared = { path: '/register/:client', band: 'discovery', deny: denyRegistration } as const

const managing = (handle: ExchangeKind['handle']) => exchange({ ...shared, handle })

interface Managed {
  readonly token: string
  readonly client: ClientRecord
  readonly registration: RegistrationRecord
}

async function load({ request, issuer, trail }: Exchange): Promise<Decision<Managed>> {
  const clientId = request.parts.client ?? ''
  const token = bearerIn(request.headers.authorization)
  const [client, registration] = await Promise.all([
    issuer.store.clients.find(clientId),
    issuer.store.registrations.find(clientId),
  ])
  const refused = trail.apply(managingRules, { token, client, registration })
  if (refused !== undefined) return refused
  if (token === undefined || client === undefined || registration === undefined)
    return refuse('registration_token_wrong')
  trail.concerns({ client: clientId })
  return allow({ token, client, registration })
}

export const readRegistered = managing(async (exchange) => {
  const found = await load(exchange)
  if (!found.ok) return found
  const { client, token } = found.value
  return allow({
    status: 200,
    body: describeRegistered({ client, secret: undefined }, { issuer: exchange.issuer, token }),
  })
})

const identityRules: readonly Rule<{ readonly body: unknown; readonly client: ClientRecord }>[] = [
  {
    reason: 'client_metadata_invalid',
    broken: ({ body, client }) => !isMap(body) || body.client_id !== client.clientId,
    seen: () => ({ expected: { clear: 'client_id: that of this registration' } }),
  },
  {
    reason: 'client_metadata_invalid',
    broken: ({ body, client }) =>
      isMap(body) && body.client_secret !== undefined && !isSecret(body.client_secret, client),
    seen: () => ({ expected: { clear: 'client_secret: the one that was given, or none' } }),
  },
]

function isSecret(sent: unknown, { secrets }: ClientRecord): boolean {
  const digest = Buffer.from(typeof sent === 'string' ? hashOf(sent) : '')
  return secrets.some(({ hash }) => hash.length === digest.length && timingSafeEqual(Buffer.from(hash), digest))
}

const attempts = 5

/** Of several that change it at once each is decided on what the one before left. */
export const replaceRegistered = managing(async (exchange) => {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const replaced = await replace(exchange)
    if (replaced !== undefined) return replaced
  }
  throw new StorageUnavailable('A registration kept changing.')
})

async function replace(exchange: Exchange): Promise<Decision<Reply> | undefined> {
  const { request, issuer, now, trail } = exchange
  const found = await load(exchange)
  if (!found.ok) return found
  const { client: before, registration, token } = found.value
  const another = trail.apply(identityRules, { body: request.json, client: before })
  if (another !== undefined) return another
  const reviewed = !clientFrom(before).unreviewed
  const metadata = await checkMetadata(exchange, { reviewed })
  if (!metadata.ok) return metadata
  const standing = { reviewed, compatible: issuer.settings.compatibleProfile }
  const made = registered(metadata.value, { issuer, standing, now, before })
  const { clientId, version } = registration
  const { committed } = await issuer.store.commit([
    { do: 'change-registration', clientId, version },
    { do: 'put-client', client: made.client },
  ])
  return committed ? allow({ status: 200, body: describeRegistered(made, { issuer, token }) }) : undefined
}

export const endRegistered = managing(async (exchange) => {
  const found = await load(exchange)
  if (!found.ok) return found
  const { clientId, tokenHash } = found.value.registration
  const { committed } = await exchange.issuer.store.commit([
    { do: 'end-registration', clientId, tokenHash },
    { do: 'delete-client', clientId },
  ])
  return committed
    ? allow({ status: 204, body: undefined })
    : exchange.trail.refused(refuse('registration_token_wrong'))
})

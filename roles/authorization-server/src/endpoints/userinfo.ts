/**
 * The userinfo endpoint: the claims of the person, as far as the token's scope asks for them, and those that the client
 * named when it asked the person.
 *
 * A token for another resource is good here too when it was granted `openid`: OpenID clients have one access token.
 *
 * @see OpenID Connect Core §5.3, §5.3.2 (signed and encrypted), §5.4, §5.5
 * @see RFC 6750 §2 (how the token is sent), §3 (how it is refused)
 */
import { buildChallenge } from '@symbolon/protocol/challenge'
import type { Claims } from '@symbolon/protocol/claims'
import { allow, type Decision, type Refused, type Rule, refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import { refusals, type WireError } from '@symbolon/protocol/refusals'
import { claimsStillOpen } from '../flow/claims-request.ts'
import type { Keyholder } from '../keys/key-sets.ts'
import { claimsFor } from '../people/claims.ts'
import { subjectFor } from '../people/subject.ts'
import { encryptSigned, encryptTo } from '../tokens/encrypted.ts'
import { type FoundToken, findAccessToken, livenessRules } from '../tokens/find.ts'
import type { EndpointRequest } from './endpoint.ts'
import { type Arrival, describe, type Exchange, exchange, type Reply } from './exchange.ts'

interface Sent {
  readonly inHeader: string | undefined
  readonly inBody: string | undefined
  readonly inQuery: boolean
}

const transportRules: readonly Rule<Sent>[] = [
  { reason: 'token_in_query', broken: ({ inQuery }) => inQuery },
  { reason: 'token_several', broken: ({ inHeader, inBody }) => inHeader !== undefined && inBody !== undefined },
  { reason: 'token_missing', broken: ({ inHeader, inBody }) => inHeader === undefined && inBody === undefined },
]

/** Only access tokens are looked for. */
const existenceRules: readonly Rule<FoundToken | undefined>[] = [
  { reason: 'token_invalid', broken: (token) => token === undefined },
]

const scopeRules: readonly Rule<FoundToken>[] = [
  {
    reason: 'token_lacks_openid',
    broken: ({ scope, personId }) => !scope.includes('openid') || personId === undefined,
    seen: ({ scope }) => ({ expected: clear('openid'), got: clear(scope) }),
  },
]

export const userinfo = exchange({ path: '/userinfo', band: 'api', handle: answerUserinfo, deny: denyBearer })

async function answerUserinfo(exchange: Exchange): Promise<Decision<Reply>> {
  const { request, now, trail } = exchange
  const sent = readToken(request)
  const unsent = trail.apply(transportRules, sent)
  if (unsent !== undefined) return unsent
  const token = await findAccessToken(sent.inHeader ?? sent.inBody ?? '', exchange)
  const unfit = trail.apply(existenceRules, token)
  if (unfit !== undefined || token === undefined) return unfit ?? refuse('token_invalid')
  trail.concerns({ flow: token.grant?.flow, client: token.clientId, grant: token.grantId, person: token.personId })
  const refused = trail.apply(livenessRules, { token, now }) ?? trail.apply(scopeRules, token)
  if (refused !== undefined) return refused

  const { person, client, scope } = token
  if (person === undefined || client === undefined) return trail.refused(refuse('person_unavailable'))
  const subject = subjectFor(exchange.issuer, client, person.personId)
  const named = claimsStillOpen(token.grant?.claims ?? null, client.scopes)?.userinfo
  const claims = { ...claimsFor(person, scope, named), sub: subject }
  const jwt = asJwt(claims, { client, issuer: exchange.issuer })
  return allow({ status: 200, body: claims, ...(jwt && { jwt: await jwt }) })
}

/**
 * As the client registered it. The JWT has no `typ`, so that it can't come back here as an ID token of the same person
 * for the same client (RFC 8725 §3.12).
 */
function asJwt(claims: Claims, { client, issuer }: Keyholder): Promise<string> | undefined {
  const { userinfoSigningAlgorithm: algorithm, userinfoEncryption: encryption } = client
  if (algorithm === undefined) {
    return encryption && encryptTo({ client, issuer }, encryption, { text: JSON.stringify(claims), signed: false })
  }
  const signed = issuer.keys.sign({ ...claims, iss: issuer.url, aud: client.id }, { algorithm })
  return encryptSigned({ client, issuer }, encryption, signed)
}

function readToken({ headers, form, query }: EndpointRequest): Sent {
  const [, inHeader] = /^Bearer +([\w\-.~+/]+=*)$/i.exec(headers.authorization ?? '') ?? []
  return { inHeader, inBody: form.get('access_token') || undefined, inQuery: query.has('access_token') }
}

const statuses: Readonly<Partial<Record<WireError, number>>> = { invalid_request: 400, insufficient_scope: 403 }

/** What is wrong with a grant at the token endpoint is wrong with a token here. */
const toBearer = (error: WireError): WireError => (error === 'invalid_grant' ? 'invalid_token' : error)

/** RFC 6750 §3: who sent nothing is told only that a token is needed. */
function denyBearer({ reason }: Refused, arrival: Arrival): Reply {
  const realm = arrival.issuer.url
  if (reason === 'token_missing') {
    return { status: 401, body: undefined, headers: { 'www-authenticate': buildChallenge('Bearer', { realm }) } }
  }
  const error = toBearer(refusals[reason].error)
  const told = { error, error_description: describe(reason, arrival, error) }
  const scope = error === 'insufficient_scope' ? { scope: 'openid' } : {}
  return {
    status: statuses[error] ?? 401,
    body: told,
    headers: { 'www-authenticate': buildChallenge('Bearer', { realm, ...told, ...scope }) },
  }
}

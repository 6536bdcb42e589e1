/**
 * Finds any token that this issuer gave, whatever its kind, and decides whether it is still good.
 *
 * A hint is never needed: the forms of the kinds differ, and what is left is one more read.
 *
 * @see RFC 7662 §2.1 and §4, RFC 7009 §2.1, RFC 9068 §4
 */
import type { Rule } from '@symbolon/protocol/decision'
import { list } from '@symbolon/protocol/parameters'
import { intersect, within } from '@symbolon/protocol/scope'
import { type Client, clientFrom } from '../client.ts'
import { hashOf } from '../handles.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { GrantStanding, PersonProfile, PersonStatus, Seconds } from '../ports/records.ts'
import type { FoundAccessToken, FoundGrant, Registry } from '../ports/store.ts'
import { accessTokenType } from './access-token.ts'

export interface FoundToken<Person extends PersonStatus = PersonStatus> {
  readonly kind: 'jwt' | 'opaque' | 'refresh'
  /** `jti` of a JWT, the hash of anything else. */
  readonly id: string
  readonly clientId: string
  /** Unless it is gone. */
  readonly client: Client | undefined
  readonly personId: string | undefined
  readonly scope: readonly string[]
  readonly audience: readonly string[]
  readonly issuedAt: Seconds
  readonly expiresAt: Seconds
  /** The family's id; `undefined` for a client acting for itself. */
  readonly grantId: string | undefined
  readonly grant: GrantStanding | undefined
  readonly person: Person | undefined
  /** Ended by itself: revoked, replaced, or given to a client that is turned off or gone. */
  readonly ended: boolean
}

/** What makes a token dead, whoever asks. */
export const livenessRules: readonly Rule<{ readonly token: FoundToken; readonly now: Seconds }>[] = [
  { reason: 'token_expired', broken: ({ token, now }) => token.expiresAt <= now },
  { reason: 'token_invalid', broken: ({ token }) => token.ended },
  {
    // A grant that is swept is over, too.
    reason: 'grant_revoked',
    broken: ({ token }) => token.grantId !== undefined && token.grant?.revokedAt !== null,
  },
  {
    reason: 'person_unavailable',
    broken: ({ token }) => token.personId !== undefined && token.person?.disabled !== false,
  },
]

interface Where {
  readonly issuer: Issuer
  readonly registry: Registry
}

export async function findToken(token: string, where: Where): Promise<FoundToken | undefined> {
  const { grants, accessTokens } = where.issuer.store
  const given = await findGiven(token, where.issuer, { family: grants.find, opaque: accessTokens.find })
  return asItStands(given ?? (await findRefreshToken(token, where.issuer)), where)
}

/** An access token, with what userinfo tells of its person. */
export async function findAccessToken(token: string, where: Where): Promise<FoundToken<PersonProfile> | undefined> {
  const { grants, accessTokens } = where.issuer.store
  const reads = { family: grants.findWithProfile, opaque: accessTokens.findWithProfile }
  return asItStands(await findGiven(token, where.issuer, reads), where)
}

/** As it was stored. */
type Given<Person extends PersonStatus = PersonStatus> = Omit<FoundToken<Person>, 'client'>

async function asItStands<Person extends PersonStatus>(
  found: Given<Person> | undefined,
  { issuer, registry }: Where,
): Promise<FoundToken<Person> | undefined> {
  if (found === undefined) return undefined
  const record = await registry.client(found.clientId)
  const client = record && clientFrom(record)
  const standing = client !== undefined && !client.disabled
  // A permission that the person took back, or the client's registration lost, is gone from every token at once,
  // whatever is written in it.
  const left = found.grant === undefined ? found.scope : narrowed(found.scope, found.grant.scope)
  const scope = client?.scopes === undefined ? left : narrowed(left, client.scopes)
  return { ...found, client, scope, ended: found.ended || !standing || !isStillFor(found, client, issuer.url) }
}

const narrowed = (scope: readonly string[], bounds: readonly string[]): readonly string[] =>
  within(scope, bounds) ? scope : intersect(scope, bounds)

/** Whether the client may still have tokens for where this one is for. This issuer is for everybody. */
const isStillFor = ({ audience }: Given, { resources }: Client, issuer: string): boolean =>
  resources === undefined || audience.every((name) => name === issuer || resources.includes(name))

interface Reads<Person> {
  readonly family: (grantId: string) => Promise<FoundGrant<Person> | undefined>
  readonly opaque: (tokenHash: string) => Promise<FoundAccessToken<Person> | undefined>
}

const isJwt = (token: string) => token.includes('.')

function findGiven<Person extends PersonStatus>(
  token: string,
  issuer: Issuer,
  { family, opaque }: Reads<Person>,
): Promise<Given<Person> | undefined> {
  return isJwt(token) ? findJwt(token, issuer, family) : findOpaque(token, opaque)
}

async function findJwt<Person extends PersonStatus>(
  jwt: string,
  issuer: Issuer,
  findFamily: Reads<Person>['family'],
): Promise<Given<Person> | undefined> {
  const claims = await issuer.keys.verify(jwt, accessTokenType)
  if (claims === undefined || claims.iss !== issuer.url) return undefined
  const grantId = typeof claims.grant_id === 'string' ? claims.grant_id : undefined
  const id = String(claims.jti)
  const [family, ended] = await Promise.all([
    grantId === undefined ? undefined : findFamily(grantId),
    grantId === undefined && issuer.store.accessTokens.isRevoked(id),
  ])
  return {
    kind: 'jwt',
    id,
    clientId: String(claims.client_id),
    // Its `sub` may be pairwise; the family has the person.
    personId: family?.grant.personId,
    scope: list(typeof claims.scope === 'string' ? claims.scope : undefined),
    audience: [claims.aud].flat().map(String),
    issuedAt: Number(claims.iat),
    expiresAt: Number(claims.exp),
    grantId,
    grant: family?.grant,
    person: family?.person,
    ended,
  }
}

async function findOpaque<Person extends PersonStatus>(
  opaque: string,
  find: Reads<Person>['opaque'],
): Promise<Given<Person> | undefined> {
  const tokenHash = hashOf(opaque)
  const found = await find(tokenHash)
  if (found === undefined) return undefined
  const { token, grant, person } = found
  return {
    kind: 'opaque',
    id: tokenHash,
    clientId: token.clientId,
    personId: token.personId ?? undefined,
    scope: token.scope,
    audience: token.audience,
    issuedAt: token.issuedAt,
    expiresAt: token.expiresAt,
    grantId: token.grantId ?? undefined,
    grant,
    person,
    ended: false,
  }
}

async function findRefreshToken(refreshToken: string, issuer: Issuer): Promise<Given | undefined> {
  if (isJwt(refreshToken)) return undefined
  const tokenHash = hashOf(refreshToken)
  const found = await issuer.store.refreshTokens.find(tokenHash)
  if (found === undefined) return undefined
  const { token, grant, person } = found
  return {
    kind: 'refresh',
    id: tokenHash,
    clientId: token.clientId,
    personId: grant.personId,
    scope: grant.scope,
    audience: [issuer.url],
    issuedAt: token.createdAt,
    expiresAt: Math.min(token.expiresAt, grant.createdAt + issuer.settings.refreshTokenLifetime),
    grantId: grant.grantId,
    grant,
    person,
    ended: token.rotatedAt !== null,
  }
}

/**
 * Request objects: an authorization request as a JWT that the client signed, sent by value or fetched from where the
 * client registered it. Only what is inside counts; what stands outside too must say the same.
 *
 * @see OpenID Connect Core §6.1 to §6.3
 * @see RFC 9101 §4, §5.2, §6.2, §6.3 and §10.2 to §10.8
 */
import { verificationAlgorithms } from '@symbolon/protocol/algorithms'
import { allow, type Decision, type Rule, refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import { one } from '@symbolon/protocol/parameters'
import type { Client } from '../client.ts'
import { hashOf } from '../handles.ts'
import { type CompactJws, readObject, takeApart } from '../keys/compact.ts'
import type { Settings } from '../ports/issuer.ts'
import type { Seconds } from '../ports/records.ts'

/** Characters; no request that fits into a browser's cookie is longer when it is signed. */
export const longestObject = 16_384
const longestUri = 512
/** Clocks differ a little; only for what must not lie in the future. */
const skew: Seconds = 10

export interface RequestObject {
  readonly jws: CompactJws
  /** Not verified yet. */
  readonly claims: Readonly<Record<string, unknown>>
}

/**
 * How a client may send one: as it is registered, or else in any way that is served. `none` is served only where the
 * issuer says so; such an object is worth as much as the parameters themselves, which the client may send just as well.
 */
export function algorithmsOf(
  { requestObjectSigningAlgorithm: registered, requireSignedRequestObject }: Client,
  { unsignedRequestObjects }: Pick<Settings, 'unsignedRequestObjects'>,
): readonly string[] {
  const unsigned = unsignedRequestObjects && !requireSignedRequestObject
  const served = unsigned ? [...verificationAlgorithms, 'none'] : verificationAlgorithms
  return served.filter((name) => registered === undefined || name === registered)
}

export interface Sending {
  readonly outside: URLSearchParams
  readonly client: Client
  readonly settings: Pick<Settings, 'unsignedRequestObjects'>
}

const isKeyless = ({ jwks, jwksUri }: Client) => jwks === undefined && jwksUri === undefined

/** Before anything is read, and before anything is fetched. */
export const sendingRules: readonly Rule<Sending>[] = [
  { reason: 'request_object_twice', broken: ({ outside }) => outside.has('request') && outside.has('request_uri') },
  {
    reason: 'request_uri_unsupported',
    broken: ({ outside, client }) => outside.has('request_uri') && client.requestUris.length === 0,
  },
  {
    // Nobody can say whose it is.
    reason: 'request_object_unsupported',
    broken: ({ client, settings }) =>
      isKeyless(client)
        ? !algorithmsOf(client, settings).includes('none')
        : algorithmsOf(client, settings).length === 0,
  },
  {
    reason: 'request_uri_not_registered',
    broken: ({ outside, client }) => outside.has('request_uri') && !isRegistered(one(outside, 'request_uri'), client),
    seen: ({ outside, client }) => ({ expected: clear(client.requestUris), got: clear(one(outside, 'request_uri')) }),
  },
]

/** As it is registered, or with the digest of what is there added to it. */
const isRegistered = (uri: string | undefined, { requestUris }: Client): boolean =>
  uri !== undefined &&
  uri.length <= longestUri &&
  (requestUris.includes(uri) || requestUris.includes(withoutDigest(uri)))

const withoutDigest = (uri: string): string => uri.split('#', 1)[0] ?? ''

/** Whether what was fetched is what the client meant. A fragment that is registered with the address is part of it. */
export function isAsMeant(uri: string, text: string, { requestUris }: Client): boolean {
  const [, digest] = uri.split('#', 2)
  return digest === undefined || requestUris.includes(uri) || digest === hashOf(text)
}

/** Taken apart; nothing of it is believed yet. */
export function readRequestObject(jwt: string): Decision<RequestObject> {
  const jws = jwt.length > longestObject ? undefined : takeApart(jwt)
  const claims = jws && readObject(jws.payload)
  // An extension that we do not know must be refused (RFC 7515 §4.1.11), and we know none.
  if (jws === undefined || claims === undefined || 'crit' in jws.header || !isType(jws.header.typ)) {
    return refuse('request_object_malformed')
  }
  return allow({ jws, claims })
}

/** Untyped ones are still in use; one typed as something else is something else (RFC 9101 §10.8). */
const isType = (typ: unknown): boolean =>
  typ === undefined || (typeof typ === 'string' && /^(?:application\/)?(?:jwt|oauth-authz-req\+jwt)$/i.test(typ))

export interface Verified {
  readonly claims: Readonly<Record<string, unknown>>
  readonly outside: URLSearchParams
  readonly client: Client
  readonly issuer: string
  readonly now: Seconds
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const isAbsentOr = (value: unknown, expected: string | undefined) => value === undefined || value === expected
const shown = (value: unknown) => clear(typeof value === 'string' ? value : JSON.stringify(value))

/** What an object must say once its signature is the client's. */
export const objectRules: readonly Rule<Verified>[] = [
  {
    // The subject of a client's own statement is the client: such a one is its assertion, and no request (RFC 9101 §4).
    reason: 'request_object_client_wrong',
    broken: ({ claims, client }) =>
      !isAbsentOr(claims.client_id, client.id) || !isAbsentOr(claims.iss, client.id) || claims.sub === client.id,
    seen: ({ claims, client }) => ({ expected: clear(client.id), got: shown(claims.client_id ?? claims.iss) }),
  },
  {
    reason: 'request_object_audience_wrong',
    broken: ({ claims, issuer }) => claims.aud !== undefined && ![claims.aud].flat().includes(issuer),
    seen: ({ claims, issuer }) => ({ expected: clear(issuer), got: shown(claims.aud) }),
  },
  {
    reason: 'request_object_expired',
    broken: ({ claims: { exp, nbf, iat }, now }) =>
      (exp !== undefined && !(isTime(exp) && exp > now)) ||
      (nbf !== undefined && !(isTime(nbf) && nbf <= now + skew)) ||
      (iat !== undefined && !(isTime(iat) && iat <= now + skew)),
    seen: ({ claims: { exp, nbf, iat }, now }) => ({
      expected: clear(`good at ${now}`),
      got: shown({ iat, nbf, exp }),
    }),
  },
  {
    reason: 'request_object_malformed',
    broken: ({ claims }) => 'request' in claims || 'request_uri' in claims || parametersOf(claims) === undefined,
  },
  {
    reason: 'request_object_differs',
    broken: ({ claims, outside }) =>
      isRepeated(outside, 'response_type') || !isAbsentOr(one(outside, 'response_type'), asText(claims.response_type)),
    seen: ({ claims, outside }) => ({
      expected: shown(claims.response_type),
      got: clear(one(outside, 'response_type')),
    }),
  },
]

const isRepeated = (params: URLSearchParams, name: string) => params.getAll(name).length > 1

/** The members that say something of the JWT, and nothing of the request (RFC 7519 §4.1). */
const aboutItself: readonly string[] = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'client_id']

function parametersOf(claims: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] | undefined {
  const params: (readonly [string, string])[] = []
  for (const [name, value] of Object.entries(claims)) {
    if (aboutItself.includes(name) || value === null) continue
    for (const each of name === 'resource' ? [value].flat() : [value]) {
      const text = asText(each)
      if (text === undefined) return undefined
      params.push([name, text])
    }
  }
  return params
}

/** Numbers and JSON, such as `claims`, keep the form that they have in a query (RFC 9101 §4). */
function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? value : undefined
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : undefined
}

/** The request that an object is, as if it had been sent by itself. */
export function requestIn({ claims, client }: Pick<Verified, 'claims' | 'client'>): URLSearchParams {
  const params = new URLSearchParams([['client_id', client.id]])
  for (const [name, value] of parametersOf(claims) ?? []) params.append(name, value)
  return params
}

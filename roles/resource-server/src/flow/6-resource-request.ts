/**
 * Step 6, resource request: what decides whether a request may have the resource.
 *
 * Four tables, applied one after the other: how the token was sent, what its header says, whether the signature
 * holds, what the claims allow. Between them the guard loads keys or asks the issuer; nothing here does.
 *
 * @see RFC 6750 §2 and §3.1, RFC 9068 §4, RFC 7662 §2.2, RFC 8725 §3, RFC 9700 §4.10.2
 */
import { firstBroken, type Refused, type Rule } from '@symbolon/protocol/decision'
import { clear, type Evidence } from '@symbolon/protocol/evidence'
import { missing } from '@symbolon/protocol/scope'
import type { Check } from '@symbolon/protocol/trace'
import type { Presentation, UnverifiedToken } from '../request.ts'

type Claims = Readonly<Record<string, unknown>>

export const presentationRules: readonly Rule<Presentation>[] = [
  { reason: 'token_in_query', broken: ({ tokenInQuery }) => tokenInQuery },
  {
    reason: 'token_several',
    // Fetch's Headers joins repeated headers with a comma, which no bearer token holds.
    broken: ({ authorization, bearer }) =>
      authorization.length > 1 || bearer?.includes(',') === true || /,\s*bearer\s/i.test(authorization[0] ?? ''),
  },
  { reason: 'token_missing', broken: ({ bearer }) => bearer === undefined },
  {
    reason: 'token_malformed',
    broken: ({ bearer = '' }) => bearer.length > 16_384 || !/^[\w.~+/-]+=*$/.test(bearer),
  },
]

export interface HeaderFacts {
  readonly token: UnverifiedToken | undefined
  readonly algorithms: readonly string[]
  readonly issuer: string
}

export const headerRules: readonly Rule<HeaderFacts>[] = [
  { reason: 'token_malformed', broken: ({ token }) => token?.claims === undefined },
  {
    reason: 'token_type_wrong',
    broken: ({ token }) => !/^(application\/)?at\+jwt$/i.test(String(token?.header.typ)),
    seen: ({ token }) => ({ expected: clear('at+jwt'), got: shown(token?.header.typ) }),
  },
  {
    reason: 'token_algorithm_refused',
    broken: ({ token, algorithms }) => !algorithms.some((algorithm) => algorithm === token?.header.alg),
    seen: ({ token, algorithms }) => ({ expected: clear(algorithms), got: shown(token?.header.alg) }),
  },
  {
    reason: 'token_extension_unknown',
    broken: ({ token }) => token?.header.crit !== undefined,
    seen: ({ token }) => ({ expected: clear(undefined), got: shown(token?.header.crit) }),
  },
  {
    reason: 'token_malformed',
    broken: ({ token }) => token?.header.kid !== undefined && typeof token.header.kid !== 'string',
    seen: ({ token }) => ({ expected: clear('kid as text'), got: shown(token?.header.kid) }),
  },
  {
    // Not yet proven, but a token that doesn't even claim to come from here is not worth a look at the keys.
    reason: 'token_issuer_wrong',
    broken: ({ token, issuer }) => token?.claims?.iss !== issuer,
    seen: ({ token, issuer }) => ({ expected: clear(issuer), got: shown(token?.claims?.iss) }),
  },
]

export interface SignatureFacts {
  readonly kid: unknown
  readonly candidates: number
  readonly verified: boolean
}

export const signatureRules: readonly Rule<SignatureFacts>[] = [
  {
    reason: 'token_key_unknown',
    broken: ({ candidates }) => candidates === 0,
    seen: ({ kid }) => ({ got: shown(kid) }),
  },
  { reason: 'token_signature_wrong', broken: ({ verified }) => !verified },
]

export interface ClaimFacts {
  readonly claims: Claims
  readonly issuer: string
  readonly audience: string
  readonly needed: readonly string[]
  /** Epoch seconds. */
  readonly now: number
  readonly clockTolerance: number
}

const claimRules: readonly Rule<ClaimFacts>[] = [
  {
    reason: 'token_audience_wrong',
    broken: ({ claims, audience }) => !audiences(claims).includes(audience),
    seen: ({ claims, audience }) => ({ expected: clear(audience), got: shown(claims.aud) }),
  },
  {
    reason: 'token_expired',
    broken: ({ claims, now, clockTolerance }) => isTime(claims.exp) && now >= claims.exp + clockTolerance,
    seen: ({ claims, now }) => ({ expected: clear(`exp after ${now}`), got: shown(claims.exp) }),
  },
  {
    reason: 'token_not_yet_valid',
    broken: ({ claims: { iat, nbf }, now, clockTolerance }) =>
      [iat, nbf].some((time) => isTime(time) && time > now + clockTolerance),
    seen: ({ claims, now }) => ({ expected: clear(`nbf and iat before ${now}`), got: shown(claims.nbf ?? claims.iat) }),
  },
  {
    reason: 'token_bound_to_key',
    broken: ({ claims }) => claims.cnf !== undefined || /^dpop$/i.test(String(claims.token_type)),
  },
  {
    reason: 'scope_insufficient',
    broken: ({ claims, needed }) => missing(needed, scopesOf(claims)).length > 0,
    seen: ({ claims, needed }) => ({ expected: clear(needed), got: clear(scopesOf(claims)) }),
  },
]

/** What a JWT access token must hold (RFC 9068 §2.2), then what every token must. */
export const jwtRules: readonly Rule<ClaimFacts>[] = [
  {
    reason: 'token_malformed',
    broken: ({ claims }) => unreadable(claims, ['sub', 'client_id', 'exp', 'iat']).length > 0,
    seen: ({ claims }) => ({ expected: clear(unreadable(claims, ['sub', 'client_id', 'exp', 'iat'])) }),
  },
  ...claimRules,
]

/** What the issuer must say of an opaque token; it need not repeat what it knows, but what it says must fit. */
export const introspectionRules: readonly Rule<ClaimFacts>[] = [
  { reason: 'token_inactive', broken: ({ claims }) => claims.active !== true },
  {
    reason: 'token_type_wrong',
    // A refresh token is active too; only the type tells it from an access token.
    broken: ({ claims: { token_type: type, token_use: use } }) =>
      (type === undefined && use === undefined) ||
      (type !== undefined && !/^(bearer|dpop)$/i.test(String(type))) ||
      (use !== undefined && use !== 'access_token'),
    seen: ({ claims }) => ({ expected: clear('Bearer'), got: shown(claims.token_use ?? claims.token_type) }),
  },
  {
    reason: 'token_issuer_wrong',
    broken: ({ claims, issuer }) => claims.iss !== undefined && claims.iss !== issuer,
    seen: ({ claims, issuer }) => ({ expected: clear(issuer), got: shown(claims.iss) }),
  },
  {
    reason: 'token_malformed',
    broken: ({ claims }) => unreadable(claims, ['sub', 'client_id']).length > 0,
    seen: ({ claims }) => ({ expected: clear(unreadable(claims, ['sub', 'client_id'])) }),
  },
  ...claimRules,
]

/** A token that passed every rule. Only `verifiedToken` makes one. */
export interface VerifiedToken {
  readonly sub: string
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly audience: readonly string[]
  readonly issuer: string
  /** Epoch seconds; an issuer need not say it of an opaque token. */
  readonly expiresAt: number | undefined
  /** Everything that the token, or the issuer about it, says. */
  readonly claims: Claims
}

export const verifiedToken = ({ claims, issuer }: ClaimFacts): VerifiedToken => ({
  sub: String(claims.sub),
  clientId: String(claims.client_id),
  scopes: scopesOf(claims),
  audience: audiences(claims),
  issuer,
  expiresAt: isTime(claims.exp) ? claims.exp : undefined,
  claims,
})

/** Applies a table and says which rules were passed before one refused. */
export function applyRules<Input>(
  rules: readonly Rule<Input>[],
  input: Input,
): { readonly refused: Refused | undefined; readonly checks: readonly Check[] } {
  const refused = firstBroken(rules, input)
  const last = rules.findIndex(({ broken }) => broken(input))
  const applied = last === -1 ? rules : rules.slice(0, last + 1)
  return { refused, checks: applied.map(({ reason }, at) => ({ rule: reason, ok: at !== last })) }
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0

const scopesOf = ({ scope }: Claims): readonly string[] =>
  typeof scope === 'string' ? [...new Set(scope.split(' ').filter(Boolean))] : []

const audiences = ({ aud }: Claims): readonly string[] =>
  (Array.isArray(aud) ? aud : [aud]).filter((one) => typeof one === 'string')

/** Claims that must be there and aren't, and claims that are there in a form they can't have. */
const unreadable = (claims: Claims, required: readonly string[]): readonly string[] =>
  Object.entries(readable)
    .filter(([name, isReadable]) => (claims[name] === undefined ? required.includes(name) : !isReadable(claims[name])))
    .map(([name]) => name)

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

const readable: Readonly<Record<string, (value: unknown) => boolean>> = {
  sub: isText,
  client_id: isText,
  exp: isTime,
  iat: isTime,
  nbf: isTime,
  scope: (value) => typeof value === 'string',
}

/** Text a stranger wrote, cut to what a record can bear. */
const shown = (value: unknown): Evidence =>
  clear(value === undefined ? undefined : (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 200))

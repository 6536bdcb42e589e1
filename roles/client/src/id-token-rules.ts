/**
 * The ID token: every rule for it in one table, the same for one that the browser brought, one from the token
 * endpoint and one that came with a refresh.
 *
 * @see OpenID Connect Core §2, §3.1.3.6, §3.1.3.7, §3.2.2.11, §3.3.2.11, §12.2
 */
import { hash } from 'node:crypto'
import type { Rule } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import type { JWTPayload } from 'jose'
import type { Asked } from './asked.ts'
import { askedRules } from './asked-rules.ts'
import { clockDifference } from './clock.ts'
import { isHashOf } from './jwt/hashes.ts'
import { shown } from './shown.ts'

/** A value whose digest stands in the ID token. */
export interface Hashed {
  readonly value: string
  /** Whether the token must name it, and not only may (OpenID Connect Core §3.3.2.11). */
  readonly needed: boolean
}

export interface ExpectedIdToken {
  /** Seconds. */
  readonly now: number
  /** `undefined` at a refresh, where the token need have none. */
  readonly nonce: string | undefined
  /** Digest of the sign-in's nonce: at a refresh the token has this one or none (OpenID Connect Core §12.2). */
  readonly nonceBefore?: string | undefined
  readonly hashes: {
    readonly at_hash?: Hashed | undefined
    readonly c_hash?: Hashed | undefined
    readonly s_hash?: Hashed | undefined
  }
  /** What was asked of this sign-in; `undefined` at a refresh. */
  readonly asked: Asked | undefined
  /** Claims that another ID token for the same person has already: a front channel's, or that of the sign-in. */
  readonly before: { readonly sub?: unknown; readonly auth_time?: unknown } | undefined
}

export interface IdTokenCheck extends ExpectedIdToken {
  readonly claims: JWTPayload
  readonly alg: string
  readonly typ?: string | undefined
  readonly issuer: string
  readonly clientId: string
  readonly trustedAudiences: readonly string[]
}

/** What a session keeps of its sign-in's nonce. */
export const digestOfNonce = (nonce: string): string => hash('sha256', nonce, 'base64url').slice(0, 22)

const audiences = ({ aud }: JWTPayload): readonly unknown[] => [aud ?? []].flat()

/** A rule about one claim; the record tells what was expected of it and what stood there. */
const about = (
  claim: string,
  expected: string | ((check: IdTokenCheck) => string),
  broken: (check: IdTokenCheck) => boolean,
): Rule<IdTokenCheck> => ({
  reason: 'id_token_invalid',
  broken,
  seen: (check) => ({
    expected: clear(`${claim}: ${typeof expected === 'string' ? expected : expected(check)}`),
    got: clear(shown(check.claims[claim])),
  }),
})

const hashRule = (claim: 'at_hash' | 'c_hash' | 's_hash', of: string): Rule<IdTokenCheck> => ({
  reason: 'id_token_invalid',
  broken: ({ hashes: { [claim]: hashed }, claims: { [claim]: digest }, alg }) =>
    hashed !== undefined && (digest === undefined ? hashed.needed : !isHashOf(hashed.value, digest, alg)),
  seen: ({ claims: { [claim]: digest } }) => ({
    expected: clear(`${claim} of the ${of}`),
    got: clear(digest === undefined ? 'none' : 'another value'),
  }),
})

export const idTokenRules: readonly Rule<IdTokenCheck>[] = [
  {
    reason: 'id_token_invalid',
    // whatever says that it is something else is no ID token (RFC 8725 §3.11, §3.12)
    broken: ({ typ }) => typ !== undefined && /\+jwt$/i.test(typ),
    seen: ({ typ }) => ({ expected: clear('typ: JWT'), got: clear(shown(typ)) }),
  },
  about(
    'iss',
    ({ issuer }) => issuer,
    ({ claims, issuer }) => claims.iss !== issuer,
  ),
  about(
    'sub',
    'up to 255 characters',
    ({ claims: { sub } }) => typeof sub !== 'string' || sub === '' || sub.length > 255,
  ),
  about(
    'aud',
    ({ clientId }) => clientId,
    ({ claims, clientId }) => !audiences(claims).includes(clientId),
  ),
  about(
    'aud',
    ({ clientId, trustedAudiences }) => `nobody but ${[clientId, ...trustedAudiences].join(', ')}`,
    ({ claims, clientId, trustedAudiences }) =>
      audiences(claims).some((each) => each !== clientId && !trustedAudiences.some((trusted) => trusted === each)),
  ),
  about(
    'azp',
    ({ clientId }) => clientId,
    ({ claims, clientId }) =>
      (claims.azp !== undefined && claims.azp !== clientId) ||
      (claims.azp === undefined && audiences(claims).length > 1),
  ),
  about('exp', 'a time to come', ({ claims: { exp }, now }) => typeof exp !== 'number' || exp <= now - clockDifference),
  about(
    'iat',
    'a time in the past',
    ({ claims: { iat }, now }) => typeof iat !== 'number' || iat > now + clockDifference,
  ),
  about(
    'nbf',
    'a time in the past',
    ({ claims: { nbf }, now }) => nbf !== undefined && (typeof nbf !== 'number' || nbf > now + clockDifference),
  ),
  {
    reason: 'id_token_invalid',
    broken: ({ claims, nonce }) => nonce !== undefined && claims.nonce !== nonce,
    seen: ({ claims }) => ({
      expected: clear('nonce of this sign-in'),
      got: clear(claims.nonce === undefined ? 'none' : 'another value'),
    }),
  },
  {
    reason: 'id_token_invalid',
    broken: ({ claims: { nonce }, nonceBefore }) =>
      nonceBefore !== undefined &&
      nonce !== undefined &&
      (typeof nonce !== 'string' || digestOfNonce(nonce) !== nonceBefore),
    seen: () => ({ expected: clear('nonce of the sign-in, or none'), got: clear('another value') }),
  },
  {
    reason: 'id_token_invalid',
    broken: ({ claims, before }) => before?.sub !== undefined && claims.sub !== before.sub,
    seen: () => ({ expected: clear('sub: the person of before'), got: clear('another person') }),
  },
  about(
    'auth_time',
    ({ before }) => shown(before?.auth_time),
    ({ claims: { auth_time }, before }) =>
      before?.auth_time !== undefined && auth_time !== undefined && auth_time !== before.auth_time,
  ),
  hashRule('at_hash', 'access token'),
  hashRule('c_hash', 'code'),
  hashRule('s_hash', 'state'),
  ...askedRules,
]

/**
 * Assertions: the client states that it is itself, for this issuer alone, once, and proves the statement with its key
 * (`private_key_jwt`) or with its secret (`client_secret_jwt`). Which of the two is its registration's to say.
 *
 * @see RFC 7523 §2.2, §3, OpenID Connect Core §9
 * @see RFC 10070 §4, the issuer is the only audience, unless the profile is the compatible one
 * @see RFC 8725 §3.1, method and algorithm come from the registration, never from the statement
 */
import { macAlgorithms } from '@symbolon/protocol/algorithms'
import { allow, type Refused, type Rule, refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import { one } from '@symbolon/protocol/parameters'
import type { Reason } from '@symbolon/protocol/refusals'
import { hashOf } from '../handles.ts'
import { type CompactJws, readObject, takeApart } from '../keys/compact.ts'
import type { Seconds } from '../ports/records.ts'
import { verifyMac } from './client-secret-jwt.ts'
import type { Attempt, Method } from './method.ts'
import { verifySignature } from './private-key-jwt.ts'

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const longestAssertion = 8_192
const longestLife: Seconds = 600
/** Clocks differ a little; only for what must not lie in the future. */
const skew: Seconds = 10
/** A server whose clock is behind still takes what another has forgotten. */
const rememberedLonger: Seconds = 60

interface Assertion {
  readonly clientId: string
  readonly jws: CompactJws
  /** Not verified yet. */
  readonly claims: Readonly<Record<string, unknown>>
}

export interface AssertionCheck {
  readonly clientId: string
  readonly claims: Readonly<Record<string, unknown>>
  /** Any one of them, alone; the issuer first. */
  readonly audiences: readonly [issuer: string, ...endpoints: string[]]
  readonly now: Seconds
}

const shown = (value: unknown) => clear(typeof value === 'string' ? value : JSON.stringify(value))

/** What a verified assertion must say. */
export const assertionRules: readonly Rule<AssertionCheck>[] = [
  {
    reason: 'assertion_issuer_wrong',
    broken: ({ claims, clientId }) => claims.iss !== clientId || claims.sub !== clientId,
    seen: ({ claims, clientId }) => ({ expected: clear(clientId), got: shown(claims.iss) }),
  },
  {
    reason: 'assertion_audience_wrong',
    broken: ({ claims, audiences }) => {
      const [audience, ...more] = Array.isArray(claims.aud) ? claims.aud : [claims.aud]
      return !audiences.some((known) => known === audience) || more.length > 0
    },
    seen: ({ claims, audiences: [issuer] }) => ({ expected: clear(issuer), got: shown(claims.aud) }),
  },
  {
    reason: 'assertion_expired',
    broken: ({ claims, now }) =>
      !isTime(claims.exp) ||
      claims.exp <= now ||
      claims.exp > now + longestLife ||
      (claims.nbf !== undefined && !(isTime(claims.nbf) && claims.nbf <= now + skew)) ||
      (claims.iat !== undefined && !(isTime(claims.iat) && claims.iat <= now + skew)),
    seen: ({ claims, now }) => ({
      expected: clear(`exp after ${now}, at most ${now + longestLife}`),
      got: shown({ iat: claims.iat, nbf: claims.nbf, exp: claims.exp }),
    }),
  },
  {
    // Without a jti it could be used again and nobody would know.
    reason: 'assertion_replayed',
    broken: ({ claims }) => typeof claims.jti !== 'string' || claims.jti === '',
    seen: () => ({ expected: clear('a jti'), got: clear(undefined) }),
  },
]

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

/** What is said of an assertion only when it was proven: it was no guess. */
export const isAboutProven = (reason: Reason): boolean => assertionRules.some((rule) => rule.reason === reason)

export const assertion: Method = {
  names: ['private_key_jwt', 'client_secret_jwt'],
  used: ({ form }) => form.has('client_assertion') || form.has('client_assertion_type'),
  read({ form }) {
    const jwt = one(form, 'client_assertion')
    const malformed = refuse('assertion_malformed')
    if (jwt === undefined || jwt.length > longestAssertion) return malformed
    if (one(form, 'client_assertion_type') !== assertionType) return malformed
    const jws = takeApart(jwt)
    const claims = jws && readObject(jws.payload)
    // An extension that we do not know must be refused (RFC 7515 §4.1.11), and we know none.
    if (jws === undefined || claims === undefined || 'crit' in jws.header) return malformed
    const { sub: clientId } = claims
    if (typeof clientId !== 'string' || !isType(jws.header.typ)) return malformed
    const named = one(form, 'client_id')
    if (named !== undefined && named !== clientId) return refuse('assertion_issuer_wrong')
    return allow({
      clientId,
      // Whoever knows neither the client nor its secret tries codes as others try secrets.
      secret: isMac(jws) ? Buffer.from(jws.signature).toString('base64url') : undefined,
      prove: (attempt) => prove({ clientId, jws, claims }, attempt),
    })
  },
}

/** Untyped assertions are still in use (RFC 10070 §4); one typed as something else is something else. */
const isType = (typ: unknown): boolean =>
  typ === undefined || (typeof typ === 'string' && ['jwt', 'client-authentication+jwt'].includes(typ.toLowerCase()))

async function prove(
  assertion: Assertion,
  { client, issuer, now, trail, spend }: Attempt,
): Promise<Refused | undefined> {
  const { jws, clientId, claims } = assertion
  const unverified = await verify(jws, { client, issuer, now })
  if (unverified !== undefined) return trail.refused(unverified)
  if (client === undefined) return undefined
  const broken = trail.apply(assertionRules, { clientId, claims, audiences: audiencesOf(issuer), now })
  if (broken !== undefined) return broken
  // Whatever becomes of the request, this assertion never authenticates another.
  const jtiHash = hashOf(String(claims.jti))
  const expiresAt = Math.ceil(Number(claims.exp)) + rememberedLonger
  const spent = await spend({ do: 'use-assertion', clientId, jtiHash, expiresAt })
  return spent ? undefined : trail.refused(refuse('assertion_replayed'))
}

/** OpenID Connect Core §9 still asks clients to name the token endpoint, and older ones do. */
const audiencesOf = ({ url, settings }: Attempt['issuer']): AssertionCheck['audiences'] =>
  settings.compatibleProfile ? [url, `${url}/token`] : [url]

const isMac = ({ header }: CompactJws): boolean => macAlgorithms.some((name) => name === header.alg)

function verify(jws: CompactJws, { client, issuer, now }: Pick<Attempt, 'client' | 'issuer' | 'now'>) {
  if (client?.authenticationMethod === 'private_key_jwt') return verifySignature(jws, { client, issuer })
  // An unknown client's code is calculated, too.
  return client !== undefined || isMac(jws) ? verifyMac(jws, { client, issuer, now }) : undefined
}

/**
 * Step 4, the token request: may this client have tokens for this code?
 *
 * @see RFC 6749 §4.1.3, redeeming the code
 * @see RFC 7636 §4.6, proving that it is the client that started the flow
 * @see RFC 9700 §4.8.2, no downgrade of that proof
 */
import { hash } from 'node:crypto'
import { allow, type Decision, type Refused, type Rule, refuse } from '@symbolon/protocol/decision'
import { clear, hidden } from '@symbolon/protocol/evidence'
import { challengeOf, verifierMatches } from '@symbolon/protocol/pkce'
import { isPublic, stillRegistered } from '../client.ts'
import type { GrantInput, Issuance } from '../grants/grant.ts'
import { announcedAgain } from '../logout/announce.ts'
import type { CodeRecord, GrantRecord, PersonStatus } from '../ports/records.ts'
import { audienceOf } from '../resource.ts'
import { grantExpiry, refreshTokenExpiry } from '../tokens/lifetimes.ts'
import type { Trail } from '../trace/trail.ts'

export interface CodeRequest {
  readonly codeHash: string
  readonly redirectUri: string | undefined
  readonly codeVerifier: string | undefined
  readonly resources: readonly string[]
}

export interface FoundCode {
  readonly code: CodeRecord
  readonly person: PersonStatus | undefined
}

export type Redemption = GrantInput<CodeRequest, FoundCode | undefined>

type Case = Redemption & { readonly found: FoundCode }

export const existenceRules: readonly Rule<Redemption>[] = [
  { reason: 'code_unknown', broken: ({ found }) => found === undefined },
]

/** In this order: what belongs to another client is left alone, and what is used twice is revoked before all else. */
export const redemptionRules: readonly Rule<Case>[] = [
  {
    reason: 'code_of_another_client',
    broken: ({ found, client }) => found.code.clientId !== client.id,
    seen: ({ found, client }) => ({ expected: clear(found.code.clientId), got: clear(client.id) }),
  },
  {
    reason: 'code_replayed',
    broken: ({ found }) => found.code.redeemedAt !== null,
    seen: ({ found, now }) => ({
      revokeGrant: found.code.grantId,
      expected: clear('a code that is used once'),
      got: clear(`first used ${now - (found.code.redeemedAt ?? now)} s ago`),
    }),
  },
  {
    reason: 'code_expired',
    broken: ({ found, now }) => found.code.expiresAt <= now,
    seen: ({ found: { code }, now }) => ({
      expected: clear(`at most ${code.expiresAt - code.createdAt} s old`),
      got: clear(`${now - code.createdAt} s old`),
    }),
  },
  {
    reason: 'redirect_uri_missing',
    broken: ({ found, request }) => found.code.redirectUriSent && request.redirectUri === undefined,
    seen: ({ found }) => ({ expected: clear(found.code.redirectUri), got: clear(undefined) }),
  },
  {
    reason: 'redirect_uri_changed',
    broken: ({ found, request }) => request.redirectUri !== undefined && request.redirectUri !== found.code.redirectUri,
    seen: ({ found, request }) => ({ expected: clear(found.code.redirectUri), got: clear(request.redirectUri) }),
  },
  {
    // A client that must use PKCE gets nothing for a code that was issued without, whoever left the challenge out.
    reason: 'code_verifier_missing',
    broken: ({ found, request, client }) =>
      request.codeVerifier === undefined &&
      (found.code.codeChallenge !== null || client.requirePkce || isPublic(client)),
  },
  {
    reason: 'code_verifier_unexpected',
    broken: ({ found, request }) => found.code.codeChallenge === null && request.codeVerifier !== undefined,
  },
  {
    reason: 'code_verifier_wrong',
    broken: ({ found, request }) =>
      found.code.codeChallenge !== null && !verifierMatches(request.codeVerifier ?? '', found.code.codeChallenge),
    seen: ({ found, request }) => pkceEvidence(request.codeVerifier ?? '', found.code.codeChallenge ?? ''),
  },
  { reason: 'person_unavailable', broken: ({ found }) => found.person === undefined || found.person.disabled },
  {
    // The registration lost all of it.
    reason: 'grant_revoked',
    broken: ({ found: { code }, client }) => code.scope.length > 0 && stillRegistered(code.scope, client).length === 0,
    seen: ({ found: { code }, client }) => ({ expected: clear(code.scope), got: clear(client.scopes) }),
  },
]

/**
 * Both sides as challenges, so that the record shows which of them changed. Well-known mistakes give nothing away and
 * are said in words.
 */
function pkceEvidence(verifier: string, challenge: string): Omit<Refused, 'ok' | 'reason'> {
  const expected = challenge === challengeOf('') ? clear('the hash of an empty text') : hidden(challenge)
  if (verifier === challenge) return { expected, got: clear('the code_challenge itself') }
  const ofBytes = hash('sha256', Buffer.from(verifier, 'base64url'), 'base64url')
  if (ofBytes === challenge) return { expected, got: clear('a verifier that was decoded before it was hashed') }
  return { expected, got: hidden(challengeOf(verifier)) }
}

export function decideRedemption(input: Redemption, trail: Trail): Decision<Issuance> {
  const { found, request, client, resources, settings, now } = input
  const unknown = trail.apply(existenceRules, input)
  if (unknown !== undefined || found === undefined) return unknown ?? refuse('code_unknown')
  const refused = trail.apply<Case>(redemptionRules, { ...input, found })
  if (refused !== undefined) return refused

  const { code } = found
  const scope = stillRegistered(code.scope, client)
  const audience = audienceOf({
    granted: { scope, resources: code.resources },
    asked: request.resources,
    known: resources,
  })
  if (!audience.ok) return trail.refused(audience)

  const openid = scope.includes('openid')
  // An OpenID client asks for lasting access by name (OpenID Connect Core §11); a plain OAuth client has no name for it.
  // Which of them it is was shown to the person: neither giving up `openid` since nor coming to refresh makes it last.
  const isPlain = !code.scope.includes('openid')
  const mayLast = isPlain ? (client.changedAt ?? 0) < code.createdAt : scope.includes('offline_access')
  const lasting = client.grantTypes.includes('refresh_token') && mayLast
  const refreshExpiresAt = refreshTokenExpiry({ createdAt: now }, settings, now)
  const granted = resources.filter(({ resource }) => code.resources.includes(resource))
  const grant: GrantRecord = {
    grantId: code.grantId,
    flow: code.flow,
    clientId: code.clientId,
    personId: code.personId,
    sessionId: code.sessionId,
    scope,
    resources: code.resources,
    nonce: code.nonce,
    claims: code.claims,
    authTime: code.authTime,
    amr: code.amr,
    createdAt: now,
    lastUsedAt: now,
    expiresAt: grantExpiry(lasting ? refreshExpiresAt : now, granted, settings),
    revokedAt: null,
  }
  return allow({
    client,
    grant,
    audience: audience.value,
    idToken: openid ? { nonce: code.nonce } : undefined,
    refreshToken: lasting ? { do: 'issue', expiresAt: refreshExpiresAt } : { do: 'nothing' },
    writes: [
      { do: 'redeem-code', codeHash: code.codeHash, now },
      { do: 'insert-grant', grant },
      ...announcedAgain(client, code, now),
    ],
  })
}

/**
 * Step 5, the token response: mints what step 4 decided. Nothing of it counts until its writes are committed.
 *
 * @see RFC 6749 §5.1
 * @see OpenID Connect Core §3.1.3.3
 */
import type { Claims } from '@symbolon/protocol/claims'
import type { Client } from '../client.ts'
import type { Issuance } from '../grants/grant.ts'
import { hashOf, newHandle } from '../handles.ts'
import { claimsFor } from '../people/claims.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { GrantRecord, Seconds } from '../ports/records.ts'
import type { Write } from '../ports/store.ts'
import { mintAccessToken } from '../tokens/access-token.ts'
import { mintIdToken } from '../tokens/id-token.ts'
import { claimsStillOpen } from './claims-request.ts'

export interface TokenResponse {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: Seconds
  readonly scope?: string
  readonly refresh_token?: string
  readonly id_token?: string
}

export interface Minted {
  readonly body: TokenResponse
  /** In the order in which they are to happen. */
  readonly writes: readonly Write[]
}

export async function mintTokenResponse(issuance: Issuance, issuer: Issuer, now: Seconds): Promise<Minted> {
  const { client, grant, audience } = issuance
  const access = await mintAccessToken(issuer, { client, grant, audience, now })
  const idToken =
    issuance.idToken && grant
      ? await mintIdToken(issuer, {
          ...{ client, grant, accessToken: access.token, now },
          nonce: issuance.idToken.nonce,
          claims: await claimsNamed(grant, client, issuer),
        })
      : undefined
  const refresh = mintRefreshToken(issuance, issuer, now)
  return {
    body: {
      access_token: access.token,
      token_type: 'Bearer',
      expires_in: access.lifetime,
      ...(audience.scope.length > 0 && { scope: audience.scope.join(' ') }),
      ...(refresh.token !== undefined && { refresh_token: refresh.token }),
      ...(idToken !== undefined && { id_token: idToken }),
    },
    writes: [...issuance.writes, ...access.writes, ...refresh.writes],
  }
}

/** Only who names claims for the ID token has the person read for it. */
async function claimsNamed(
  { claims, personId }: GrantRecord,
  { scopes }: Client,
  { store }: Issuer,
): Promise<Claims | undefined> {
  const named = claimsStillOpen(claims, scopes)?.idToken
  if (named === undefined || Object.keys(named).length === 0) return undefined
  const person = await store.people.find(personId)
  return person && claimsFor(person, [], named)
}

interface MintedRefreshToken {
  readonly token: string | undefined
  readonly writes: readonly Write[]
}

function mintRefreshToken(
  { refreshToken: plan, grant, client }: Issuance,
  issuer: Issuer,
  now: Seconds,
): MintedRefreshToken {
  if (plan.do === 'nothing' || grant === undefined) return { token: undefined, writes: [] }
  if (plan.do === 'repeat') return { token: plan.token, writes: [] }
  const token = newHandle(issuer.random)
  const record = {
    tokenHash: hashOf(token),
    grantId: grant.grantId,
    clientId: client.id,
    createdAt: now,
    expiresAt: plan.expiresAt,
    rotatedAt: null,
    successor: null,
  }
  const insert: Write = { do: 'insert-refresh-token', token: record }
  if (plan.do === 'issue') return { token, writes: [insert] }
  const successor = plan.seal.seal(token)
  return { token, writes: [{ do: 'rotate-refresh-token', tokenHash: plan.tokenHash, successor, now }, insert] }
}

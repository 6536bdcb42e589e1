/**
 * ID tokens: who signed in, when and how, for one client. What else is known of the person comes from userinfo, or stands
 * here when the client gets nothing to ask there with.
 *
 * @see OpenID Connect Core §2, §3.1.3.6 and §3.2.2.10 (at_hash), §3.3.2.11 (c_hash), §5.4; FAPI 1.0 Part 2 §5.1 (s_hash)
 */
import { hash } from 'node:crypto'
import { hashFor } from '@symbolon/protocol/algorithms'
import type { Claims } from '@symbolon/protocol/claims'
import type { Client } from '../client.ts'
import { acrOf } from '../flow/acr.ts'
import { sidFor } from '../people/sid.ts'
import { subjectFor } from '../people/subject.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { GrantRecord, Seconds } from '../ports/records.ts'
import { encryptSigned } from './encrypted.ts'

export const idTokenType = 'JWT'

export const mintIdToken = (
  issuer: Issuer,
  facts: {
    readonly client: Client
    readonly grant: Pick<GrantRecord, 'personId' | 'sessionId' | 'authTime' | 'amr'>
    readonly nonce: string | null
    /** What comes with it, and may not be exchanged on the way. */
    readonly accessToken?: string | undefined
    readonly code?: string | undefined
    readonly state?: string | undefined
    readonly claims?: Claims | undefined
    readonly now: Seconds
  },
): Promise<string> => {
  const { client, grant, nonce, accessToken, code, state, now } = facts
  const algorithm = client.idTokenSigningAlgorithm
  const half = (text: string | undefined) => (text === undefined ? undefined : leftHalf(text, algorithm))
  const signed = issuer.keys.sign(
    {
      ...facts.claims,
      iss: issuer.url,
      sub: subjectFor(issuer, client, grant.personId),
      aud: client.id,
      iat: now,
      exp: now + issuer.settings.idTokenLifetime,
      auth_time: grant.authTime,
      nonce: nonce ?? undefined,
      acr: acrOf(grant.amr),
      amr: grant.amr.length > 0 ? grant.amr : undefined,
      sid: sidFor(issuer, grant.sessionId, client.id),
      at_hash: half(accessToken),
      c_hash: half(code),
      s_hash: half(state),
    },
    { algorithm, typ: idTokenType },
  )
  return encryptSigned({ client, issuer }, client.idTokenEncryption, signed)
}

/** Half of the digest that the token's own signature is made over. */
function leftHalf(text: string, algorithm: string): string {
  const digest = hash(hashFor(algorithm), text, 'buffer')
  return digest.subarray(0, digest.length / 2).toString('base64url')
}

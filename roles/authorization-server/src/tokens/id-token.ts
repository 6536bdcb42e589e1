/**
 * ID tokens: who signed in, when and how, for one client. What else is known of the person comes from userinfo.
 *
 * @see OpenID Connect Core §2, §3.1.3.6 (at_hash), §5.4
 */
import { hash } from 'node:crypto'
import type { Client } from '../client.ts'
import { subjectFor } from '../people/subject.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { GrantRecord, Seconds } from '../ports/records.ts'

export const idTokenType = 'JWT'

export const mintIdToken = (
  issuer: Issuer,
  facts: {
    readonly client: Client
    readonly grant: GrantRecord
    readonly nonce: string | null
    readonly accessToken: string
    readonly now: Seconds
  },
): Promise<string> => {
  const { client, grant, nonce, accessToken, now } = facts
  return issuer.keys.sign(
    {
      iss: issuer.url,
      sub: subjectFor(issuer, client, grant.personId),
      aud: client.id,
      iat: now,
      exp: now + issuer.settings.idTokenLifetime,
      auth_time: grant.authTime,
      nonce: nonce ?? undefined,
      amr: grant.amr.length > 0 ? grant.amr : undefined,
      at_hash: leftHalf(accessToken),
    },
    { algorithm: client.idTokenSigningAlgorithm, typ: idTokenType },
  )
}

/** Both algorithms that are served sign a SHA-256 digest, so that at_hash is half of one. */
const leftHalf = (token: string): string => hash('sha256', token, 'buffer').subarray(0, 16).toString('base64url')

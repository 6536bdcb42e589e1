/**
 * The ID token, opened and held to its rules.
 *
 * @see OpenID Connect Core §3.1.3.7, §10
 */
import { firstBroken } from '@symbolon/protocol/decision'
import { toError } from './errors.ts'
import { type ExpectedIdToken, idTokenRules } from './id-token-rules.ts'
import { encryption, type Opened, openJwt, signatureAlgorithms } from './jwt/open.ts'
import type { Connection } from './providers/provider.ts'

/** Opened, and proven to be from this provider, for this client and about what is expected. */
export async function validateIdToken(
  connection: Connection,
  token: string,
  expected: ExpectedIdToken,
): Promise<Opened> {
  const { client, metadata, provider } = connection
  const opened = await openJwt(connection, token, {
    reason: 'id_token_invalid',
    signed: signatureAlgorithms(client.id_token_signed_response_alg, metadata.id_token_signing_alg_values_supported),
    encrypted: encryption(client.id_token_encrypted_response_alg, client.id_token_encrypted_response_enc),
  })
  const broken = firstBroken(idTokenRules, {
    ...expected,
    ...opened,
    issuer: provider.issuer,
    clientId: client.client_id,
    trustedAudiences: provider.openid?.trustedAudiences ?? [],
  })
  if (broken) throw toError(broken)
  return opened
}

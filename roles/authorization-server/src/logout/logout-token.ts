/**
 * The logout token: says to one client that a session of its person has ended. It can't be taken for an ID token, for it
 * has a type of its own, an event and never a nonce.
 *
 * @see OpenID Connect Back-Channel Logout §2.4
 */
import type { Client } from '../client.ts'
import { newHandle } from '../handles.ts'
import { sidFor } from '../people/sid.ts'
import { subjectFor } from '../people/subject.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { LogoutDeliveryRecord, Seconds } from '../ports/records.ts'
import { encryptSigned } from '../tokens/encrypted.ts'

export const logoutTokenType = 'logout+jwt'

/** Clocks may differ, and nobody uses one later than it comes. */
const lifetime: Seconds = 120

const event = 'http://schemas.openid.net/event/backchannel-logout'

/** Each attempt has one of its own: a client that knows a `jti` again refuses it. */
export const mintLogoutToken = (
  issuer: Issuer,
  client: Client,
  { personId, sessionId }: Pick<LogoutDeliveryRecord, 'personId' | 'sessionId'>,
): Promise<string> => {
  const now = issuer.now()
  const signed = issuer.keys.sign(
    {
      iss: issuer.url,
      sub: subjectFor(issuer, client, personId),
      aud: client.id,
      iat: now,
      exp: now + lifetime,
      jti: newHandle(issuer.random),
      events: { [event]: {} },
      sid: sidFor(issuer, sessionId, client.id),
    },
    { algorithm: client.idTokenSigningAlgorithm, typ: logoutTokenType },
  )
  return encryptSigned({ client, issuer }, client.idTokenEncryption, signed)
}

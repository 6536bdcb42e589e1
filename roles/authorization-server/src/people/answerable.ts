/**
 * Whether the client can be answered as it asked to be: one that wants what it gets encrypted and has no key for it hears of
 * that before anybody signs in; if even that would have to be encrypted, the person does.
 *
 * Only clients that are registered for encryption cost anything here.
 *
 * @see OpenID Connect Core §10.2, JARM §2.2
 */
import { refuse } from '@symbolon/protocol/decision'
import { contentsOf, isSigned } from '@symbolon/protocol/response-types'
import type { AuthorizationDecision } from '../flow/1-authorization-request.ts'
import type { Issuer } from '../ports/issuer.ts'
import { lacksKey } from '../tokens/encrypted.ts'

/** The decision, or what it comes to without a key. */
export function answerable(
  issuer: Issuer,
  decision: AuthorizationDecision,
): AuthorizationDecision | Promise<AuthorizationDecision> {
  if (decision.outcome === 'tell-the-person') return decision
  const { replyTo, checks } = decision
  const { client, responseMode } = replyTo
  const refused = refuse('client_encryption_key_missing')
  const whole = isSigned(responseMode) ? client.authorizationEncryption : undefined
  const givesIdToken = decision.outcome === 'proceed' && contentsOf(decision.request.responseType).idToken
  const part = givesIdToken ? client.idTokenEncryption : undefined
  if (whole === undefined && part === undefined) return decision
  const missing = async (encryption: typeof whole) => encryption && (await lacksKey({ client, issuer }, encryption))
  return Promise.all([missing(whole), missing(part)]).then(([page, answer]) => {
    if (page === true) return { outcome: 'tell-the-person', refused, checks }
    return answer === true ? { outcome: 'tell-the-client', refused, replyTo, checks } : decision
  })
}

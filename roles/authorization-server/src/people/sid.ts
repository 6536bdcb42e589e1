/**
 * Under which name a client knows a session: `sid`, in its ID tokens and when it is told of a sign-out. It differs from
 * client to client, so that two of them can't find out that they serve the same browser.
 *
 * @see OpenID Connect Front-Channel Logout §3, Back-Channel Logout §2.1
 */
import type { Issuer } from '../ports/issuer.ts'

export const sidFor = ({ sealing }: Pick<Issuer, 'sealing'>, sessionId: string, clientId: string): string =>
  sealing.digest('sid', `${sessionId} ${clientId}`)

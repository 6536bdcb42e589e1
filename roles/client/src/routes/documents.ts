/**
 * `/keys/:provider` and `/request/:id`: what providers fetch from us.
 *
 * @see OpenID Connect Core §6.2, §10.1; RFC 9101 §5.2; RFC 7517 §5
 */

import type { ConfiguredProvider } from '../configured-providers.ts'
import { AuthError } from '../errors.ts'
import { json, plain } from '../responses.ts'
import type { Core } from '../settings.ts'

/** For whoever registers this client with `jwks_uri`. */
export const keys = ({ provider }: ConfiguredProvider): Response =>
  json({ keys: provider.openid?.publicKeys ?? [] }, { status: 200 })

/** A request object, for as long as the sign-in can take; its address can't be guessed. */
export async function requestObject({ requestObjects }: Core, id: string): Promise<Response> {
  const object = await requestObjects?.find(id)
  if (object === undefined) throw new AuthError('not_found')
  return plain(object, 'application/oauth-authz-req+jwt')
}

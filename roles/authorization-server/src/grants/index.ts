/**
 * The grant types that the token endpoint serves. To add one: a file beside this one, and a line here.
 *
 * @see RFC 6749 §4.1.3, §4.4, §6, and §4.5 for those to come
 */
import { authorizationCode } from './authorization-code.ts'
import { clientCredentials } from './client-credentials.ts'
import type { Grant } from './grant.ts'
import { refreshToken } from './refresh-token.ts'

const served: readonly Grant<unknown, unknown>[] = [
  authorizationCode as Grant<unknown, unknown>,
  refreshToken as Grant<unknown, unknown>,
  clientCredentials as Grant<unknown, unknown>,
]

export const grants: ReadonlyMap<string, Grant<unknown, unknown>> = new Map(
  served.map((grant) => [grant.grantType, grant]),
)

/**
 * The public signing keys. Cached for half as long as a new key is published before it signs, so that no verifier
 * meets a signature by a key that it could not have seen.
 *
 * @see RFC 7517 §5, OpenID Connect Core §10.1.1
 */
import type { Endpoint } from './endpoint.ts'

export const jwks: Endpoint = async (_request, { keys, settings }) => ({
  kind: 'json',
  status: 200,
  body: await keys.published(),
  headers: { 'cache-control': `public, max-age=${Math.floor(settings.jwksCache / 2)}` },
})

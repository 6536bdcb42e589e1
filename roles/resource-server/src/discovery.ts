/**
 * The issuer's metadata: found once, believed only if it names the issuer that was configured.
 *
 * @see RFC 8414 §3 (where it is, and that `issuer` must be equal), OpenID Connect Discovery §4, RFC 9728 §1
 */
import { clear } from '@symbolon/protocol/evidence'
import { GuardError } from './errors.ts'
import { type Fetch, fetchJson } from './fetch-json.ts'

export interface IssuerMetadata {
  readonly jwksUri: string | undefined
  readonly introspectionEndpoint: string | undefined
}

/** OpenID Connect writes the well-known path after the issuer's own, RFC 8414 before it. */
export function metadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  return [
    `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
    ...(path === '' ? [] : [`${origin}/.well-known/openid-configuration${path}`]),
  ]
}

/** @throws GuardError `discovery_failed` for a document of another issuer, `issuer_unavailable` when there is none. */
export async function discover(fetch: Fetch, issuer: string): Promise<IssuerMetadata> {
  let failure: unknown
  for (const url of metadataUrls(issuer)) {
    let document: Readonly<Record<string, unknown>>
    try {
      document = await fetchJson(fetch, url)
    } catch (error) {
      failure ??= error
      // A server that doesn't answer at all has no other place either.
      if (!(error instanceof GuardError) || error.cause !== undefined) throw error
      continue
    }
    if (document.issuer !== issuer)
      throw new GuardError('discovery_failed', { expected: clear(issuer), got: clear(String(document.issuer)) })
    return { jwksUri: text(document.jwks_uri), introspectionEndpoint: text(document.introspection_endpoint) }
  }
  throw failure
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

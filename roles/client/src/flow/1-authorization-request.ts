/**
 * Step 1, the client's part: the address to which the browser is sent.
 *
 * @see RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2, OpenID Connect Core §3.1.2.1, §3.2.2.1, §3.3.2.1
 */
import { openidScopes } from '@symbolon/protocol/claims'
import { challengeOf } from '@symbolon/protocol/pkce'
import { union } from '@symbolon/protocol/scope'
import { together } from '../asked.ts'
import type { Attempt } from '../attempts.ts'
import type { Connection } from '../providers/provider.ts'

/** What was chosen for one sign-in and needs not be remembered. */
export type Hints = Readonly<Record<string, string>>

/** The request holds no secret: of the verifier only its digest leaves, and state and nonce are random. */
export function buildAuthorizationRequest(
  { metadata, provider, client }: Pick<Connection, 'metadata' | 'provider' | 'client'>,
  attempt: Attempt,
  hints: Hints = {},
): URL {
  const url = new URL(metadata.authorization_endpoint ?? '')
  const hasCode = provider.responseType.includes('code')
  const parameters: Readonly<Record<string, string | undefined>> = {
    ...together(provider.parameters, { ...attempt.asked, ...hints }),
    // a frame that nobody sees can ask nobody, whatever settings want; it keeps in only who is in
    ...(attempt.silent && { prompt: 'none' }),
    response_type: provider.responseType,
    client_id: client.client_id,
    redirect_uri: attempt.redirectUri,
    scope: attempt.scopes.join(' ') || undefined,
    state: attempt.state,
    nonce: provider.openid ? attempt.nonce : undefined,
    code_challenge: hasCode ? challengeOf(attempt.verifier) : undefined,
    code_challenge_method: hasCode ? 'S256' : undefined,
    resource: provider.resource,
    // the others are what a provider does unasked (OAuth 2.0 Multiple Response Types §2.1, §3)
    response_mode: provider.responseMode === 'form_post' ? 'form_post' : undefined,
  }
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value)
  return url
}

/** What this package sets itself, and settings may therefore not. */
export const ownParameters: readonly string[] = [
  'response_type',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'resource',
  'response_mode',
  'request',
  'request_uri',
]

/**
 * The scopes to ask for. Asking for more asks for what is held already as well, since the new access token replaces
 * the old one; what the person left unticked before is not asked for again by the way.
 */
export function scopesToAsk(
  configured: readonly string[],
  { more, held }: { readonly more: readonly string[]; readonly held: readonly string[] | undefined },
): readonly string[] {
  if (more.length === 0) return configured
  if (held === undefined) return union(configured, more)
  const ofTheProtocol = configured.filter((scope) => openidScopes.includes(scope))
  return union(union(ofTheProtocol, held), more)
}

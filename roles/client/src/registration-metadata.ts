/**
 * What a client says of itself to a provider that it registers at, and what the answer makes of it.
 *
 * @see RFC 7591 §2, §3.2.1; OpenID Connect Dynamic Client Registration §2, §3.2
 */
import { verificationAlgorithms } from '@symbolon/protocol/algorithms'
import type { AuthorizationServer, Client } from 'oauth4webapi'
import { AuthError } from './errors.ts'
import { isClientAuthentication, usualAuthentication } from './providers/client-authentication.ts'
import { type OpenIdSettings, registeredForms, rulesOf } from './providers/openid-settings.ts'
import type { Addresses } from './providers/provider.ts'
import { shown } from './shown.ts'

export type Metadata = Readonly<Record<string, unknown>>

/** Everything is said, also what is usual, so that nothing rests on what a provider takes for usual. */
export function metadataToAsk(settings: OpenIdSettings, server: AuthorizationServer, addresses: Addresses): Metadata {
  const { responseType = 'code', clientAuthentication, privateKey, register, postLogoutRedirectUri } = settings
  const { publicKeys, requestObject, logoutNotices } = rulesOf(settings)
  const implicit = responseType.includes('token')
  const listed = server.id_token_signing_alg_values_supported ?? ['RS256']
  const best = listed.includes('RS256') ? 'RS256' : verificationAlgorithms.find((alg) => listed.includes(alg))
  return {
    client_name: register?.name,
    ...register?.metadata,
    application_type: 'web',
    redirect_uris: [addresses.redirect],
    response_types: [responseType],
    grant_types: [
      ...(responseType.includes('code') ? ['authorization_code', 'refresh_token'] : []),
      ...(implicit ? ['implicit'] : []),
    ],
    token_endpoint_auth_method: clientAuthentication ?? usualAuthentication('given by the provider', privateKey),
    id_token_signed_response_alg: best,
    ...registeredForms(settings),
    jwks: publicKeys.length > 0 ? { keys: publicKeys } : undefined,
    initiate_login_uri: addresses.initiate.startsWith('https:') ? addresses.initiate : undefined,
    post_logout_redirect_uris: [postLogoutRedirectUri ?? addresses.signedOut],
    request_uris: requestObject?.by === 'reference' ? [addresses.requests] : undefined,
    ...(logoutNotices && {
      backchannel_logout_uri: addresses.backChannelLogout,
      backchannel_logout_session_required: true,
      frontchannel_logout_uri: addresses.frontChannelLogout,
      frontchannel_logout_session_required: true,
    }),
  }
}

const forms =
  /^(id_token|userinfo)_(signed|encrypted)_response_(alg|enc)$|^request_object_(signing_alg|encryption_(alg|enc))$/

/** What is registered otherwise than it was asked for. */
export const otherForm = (asked: Metadata, answer: Metadata): string | undefined =>
  Object.keys(answer).find(
    (name) =>
      forms.test(name) && asked[name] !== undefined && answer[name] !== asked[name] && !isUnsigned(name, answer),
  )

/** No ID token is taken without a signature, whatever is registered; it is refused when it comes. */
const isUnsigned = (name: string, answer: Metadata): boolean =>
  name === 'id_token_signed_response_alg' && answer[name] === 'none'

/** What the provider registered, with what it does not mention as it was asked for. */
export function toClient(asked: Metadata, answer: Metadata): Client {
  const signed = 'id_token_signed_response_alg'
  const client: Metadata = { ...asked, ...answer, ...(isUnsigned(signed, answer) ? { [signed]: asked[signed] } : {}) }
  const other = otherForm(asked, answer)
  if (other !== undefined) {
    throw new AuthError('registration_failed', {
      expected: `${other} ${shown(asked[other])}`,
      got: shown(client[other]).slice(0, 50),
    })
  }
  const { client_id, token_endpoint_auth_method: method } = client
  if (typeof client_id !== 'string' || !isClientAuthentication(method)) {
    throw new AuthError('registration_failed', {
      expected: 'a client_id and a way to authenticate that we know',
      got: shown(method).slice(0, 50),
    })
  }
  return client as unknown as Client
}

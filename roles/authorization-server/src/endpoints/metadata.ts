/**
 * What this issuer can do, for clients and resource servers to read: one document, served at every place where
 * somebody looks for it. It lists only what is on.
 *
 * @see RFC 8414 §2, §3
 * @see OpenID Connect Discovery §3, §4
 */
import {
  contentEncryptionAlgorithms,
  keyManagementAlgorithms,
  macAlgorithms,
  signingAlgorithms,
  verificationAlgorithms,
} from '@symbolon/protocol/algorithms'
import { claimsOfScope, openidScopes } from '@symbolon/protocol/claims'
import { responseModesAsked } from '@symbolon/protocol/response-types'
import { union } from '@symbolon/protocol/scope'
import { servedMethods } from '../client-authentication/index.ts'
import { acrValuesSupported } from '../flow/acr.ts'
import { promptsSupported } from '../flow/authorization-rules.ts'
import { responseTypesServed } from '../flow/response-rules.ts'
import { grants } from '../grants/index.ts'
import { once } from '../once.ts'
import type { Issuer } from '../ports/issuer.ts'
import type { Seconds } from '../ports/records.ts'
import { type Resource, scopesOf } from '../resource.ts'
import type { Endpoint } from './endpoint.ts'

export function buildMetadata({
  url,
  resources,
  settings,
}: Pick<Issuer, 'url' | 'settings'> & { readonly resources: readonly Resource[] }): Readonly<Record<string, unknown>> {
  const methods = servedMethods(settings)
  const confidential = methods.filter((method) => method !== 'none')
  const assertions = [...verificationAlgorithms, ...(settings.clientSecretJwt ? macAlgorithms : [])]
  return {
    issuer: url,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    userinfo_endpoint: `${url}/userinfo`,
    jwks_uri: `${url}/jwks`,
    introspection_endpoint: `${url}/introspect`,
    revocation_endpoint: `${url}/revoke`,
    end_session_endpoint: `${url}/logout`,
    frontchannel_logout_supported: true,
    frontchannel_logout_session_supported: true,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    ...(settings.sessionManagement && { check_session_iframe: `${url}/check-session` }),
    scopes_supported: union(openidScopes, resources.flatMap(scopesOf)),
    response_types_supported: responseTypesServed(settings),
    response_modes_supported: responseModesAsked,
    authorization_signing_alg_values_supported: signingAlgorithms,
    authorization_encryption_alg_values_supported: keyManagementAlgorithms,
    authorization_encryption_enc_values_supported: contentEncryptionAlgorithms,
    // Without access tokens through the browser nothing is left of that grant but its name in registrations.
    grant_types_supported: [...grants.keys(), ...(settings.compatibleProfile ? ['implicit'] : [])],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    prompt_values_supported: promptsSupported(settings),
    acr_values_supported: acrValuesSupported,
    display_values_supported: ['page', 'popup', 'touch', 'wap'],
    subject_types_supported: ['public', 'pairwise'],
    id_token_signing_alg_values_supported: signingAlgorithms,
    id_token_encryption_alg_values_supported: keyManagementAlgorithms,
    id_token_encryption_enc_values_supported: contentEncryptionAlgorithms,
    userinfo_signing_alg_values_supported: signingAlgorithms,
    userinfo_encryption_alg_values_supported: keyManagementAlgorithms,
    userinfo_encryption_enc_values_supported: contentEncryptionAlgorithms,
    claim_types_supported: ['normal'],
    claims_supported: ['sub', 'iss', 'auth_time', 'acr', 'amr', 'sid', ...Object.values(claimsOfScope).flat()],
    claims_parameter_supported: true,
    request_parameter_supported: true,
    request_uri_parameter_supported: true,
    require_request_uri_registration: true,
    request_object_signing_alg_values_supported: [
      ...verificationAlgorithms,
      ...(settings.unsignedRequestObjects ? ['none'] : []),
    ],
    ...(settings.decryptionAlgorithms.length > 0 && {
      request_object_encryption_alg_values_supported: settings.decryptionAlgorithms,
      request_object_encryption_enc_values_supported: contentEncryptionAlgorithms,
    }),
    token_endpoint_auth_methods_supported: methods,
    token_endpoint_auth_signing_alg_values_supported: assertions,
    introspection_endpoint_auth_methods_supported: confidential,
    introspection_endpoint_auth_signing_alg_values_supported: assertions,
    revocation_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_signing_alg_values_supported: assertions,
    ...(settings.registration !== 'off' && { registration_endpoint: `${url}/register` }),
    ...(resources.length > 0 && { protected_resources: resources.map(({ resource }) => resource) }),
  }
}

/** Storage gives the same list as long as nothing in it changes. */
const metadataOf = once((issuer: Issuer) =>
  once((resources: readonly Resource[]) => buildMetadata({ ...issuer, resources })),
)

/**
 * Anybody may keep the document for minutes, so this server may for the second in which it was read: at a public place
 * that strangers ask, most requests then cost the database nothing.
 */
const currentOf = once((issuer: Issuer) => {
  let read: { readonly body: Readonly<Record<string, unknown>>; readonly at: Seconds } | undefined
  return async () => {
    const at = issuer.now()
    if (read?.at !== at) read = { body: metadataOf(issuer)((await issuer.store.registry()).resources), at }
    return read.body
  }
})

export const metadata: Endpoint = async (_request, issuer) => ({
  kind: 'json',
  status: 200,
  body: await currentOf(issuer)(),
  headers: { 'cache-control': `public, max-age=${Math.floor(issuer.settings.jwksCache / 2)}` },
})

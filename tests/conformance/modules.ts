/**
 * Every module of the plans for OpenID providers, in the order of the suite's lists, with the file of its test.
 *
 * Plans: Basic, Implicit, Hybrid, Config, Dynamic, 3rd-party-initiated login, RP-initiated Logout, Session management,
 * Front-channel, bacK-channel. A number says how many response types it runs with. The three form_post plans run what
 * Basic, Implicit and Hybrid do.
 */
export interface Module {
  readonly name: string
  readonly plans: string
  /** In `modules/`, without `.test.ts`. */
  readonly file: string
}

const of = (file: string, plans: string, ...names: readonly string[]): readonly Module[] =>
  names.map((name) => ({ name: `oidcc-${name}`, plans, file }))

export const modules: readonly Module[] = [
  ...of('happy', 'B I2 H3 D', 'server'),
  ...of('refusals', 'B I H', 'response-type-missing'),
  ...of('dynamic', 'B I2 H3', 'idtoken-signature'),
  ...of('dynamic', 'B D', 'idtoken-unsigned'),
  ...of('userinfo', 'B I H3', 'userinfo-get', 'userinfo-post-header', 'userinfo-post-body'),
  ...of('parameters', 'B H', 'ensure-request-without-nonce-succeeds-for-code-flow'),
  ...of('userinfo', 'B I2 H3', 'scope-profile', 'scope-email', 'scope-address', 'scope-phone', 'scope-all'),
  ...of('happy', 'B I2 H', 'alternate-happy-flow'),
  ...of('parameters', 'B I2 H3', 'display-page', 'display-popup'),
  ...of('sessions', 'B I2 H3', 'prompt-login', 'prompt-none-not-logged-in', 'prompt-none-logged-in'),
  ...of('sessions', 'B I2 H3', 'max-age-1', 'max-age-10000'),
  ...of('parameters', 'B I2 H3', 'ensure-request-with-unknown-parameter-succeeds'),
  ...of('sessions', 'B I2 H3', 'id-token-hint'),
  ...of('parameters', 'B I2 H3', 'login-hint', 'ui-locales', 'claims-locales'),
  ...of('parameters', 'B I2 H3', 'ensure-request-with-acr-values-succeeds'),
  ...of('codes', 'B H3', 'codereuse', 'codereuse-30seconds'),
  ...of('refusals', 'B I2 H3', 'ensure-registered-redirect-uri'),
  ...of('parameters', 'B', 'ensure-post-request-succeeds'),
  ...of('happy', 'B H3', 'server-client-secret-post'),
  ...of('request-objects', 'B I2 H3', 'request-uri-unsigned-supported-correctly-or-rejected-as-unsupported'),
  ...of('request-objects', 'B I2 H3', 'unsigned-request-object-supported-correctly-or-rejected-as-unsupported'),
  ...of('userinfo', 'B I2 H3', 'claims-essential'),
  ...of('request-objects', 'B I2 H3 D', 'ensure-request-object-with-redirect-uri'),
  ...of('codes', 'B H3 D', 'refresh-token'),
  ...of('codes', 'B H', 'ensure-request-with-valid-pkce-succeeds'),
  ...of('refusals', 'I2 H2', 'ensure-request-without-nonce-fails'),
  ...of('discovery', 'C D', 'discovery-endpoint-verification'),
  ...of('dynamic', 'D', 'idtoken-rs256'),
  ...of('keys', 'D', 'userinfo-rs256'),
  ...of('dynamic', 'D', 'ensure-redirect-uri-in-authorization-request'),
  ...of('dynamic', 'D', 'redirect-uri-query-OK', 'redirect-uri-query-mismatch', 'redirect-uri-query-added'),
  ...of('dynamic', 'D', 'redirect-uri-regfrag', 'registration-logo-uri', 'registration-policy-uri'),
  ...of('dynamic', 'D', 'registration-tos-uri'),
  ...of('keys', 'D', 'registration-jwks-uri'),
  ...of('dynamic', 'D', 'registration-sector-uri', 'registration-sector-bad'),
  ...of('keys', 'D', 'server-rotate-keys'),
  ...of('keys', 'D', 'refresh-token-rp-key-rotation'),
  ...of('request-objects', 'D', 'request-uri-unsigned', 'request-uri-signed-rs256'),
  ...of('keys', 'D', 'ensure-client-assertion-with-iss-aud-succeeds'),
  ...of('dynamic', '3', '3rd_party-init-login', '3rd_party-init-login-nohttps'),
  ...of('logout', 'RL', 'rp-initiated-logout-discovery-endpoint-verification', 'rp-initiated-logout'),
  ...of(
    'logout',
    'RL',
    'rp-initiated-logout-bad-post-logout-redirect-uri',
    'rp-initiated-logout-modified-id-token-hint',
  ),
  ...of('logout', 'RL', 'rp-initiated-logout-no-id-token-hint', 'rp-initiated-logout-no-params'),
  ...of('logout', 'RL', 'rp-initiated-logout-no-post-logout-redirect-uri', 'rp-initiated-logout-no-state'),
  ...of('logout', 'RL', 'rp-initiated-logout-only-state'),
  ...of('logout', 'RL', 'rp-initiated-logout-query-added-to-post-logout-redirect-uri'),
  ...of('logout', 'RL', 'rp-initiated-logout-bad-id-token-hint'),
  ...of('logout', 'S', 'session-management-discovery-endpoint-verification', 'session-management-rp-initiated-logout'),
  ...of('logout', 'F', 'frontchannel-logout-discovery-endpoint-verification', 'frontchannel-rp-initiated-logout'),
  ...of('logout', 'K', 'backchannel-logout-discovery-endpoint-verification', 'backchannel-rp-initiated-logout'),
]

/**
 * Every module of the plans for OpenID providers, in the order of the suite's lists, with the file of its test.
 *
 * Plans: Basic, Implicit, Hybrid, Config, Dynamic, Third-party-initiated login, RP-initiated logout, Session management,
 * Front-channel, bacK-channel. The number says how many response types it runs with. Basic, Implicit, Hybrid and the
 * logout plans run with static and with registered clients; the three form_post plans run what Basic, Implicit and
 * Hybrid do.
 */
export interface Module {
  readonly name: string
  readonly plans: string
  /** In `modules/`, without `.test.ts`. */
  readonly file: string
  /** Whether only clients run it that register themselves. */
  readonly registered?: true
}

const of = (file: string, plans: string, ...names: readonly string[]): readonly Module[] =>
  names.map((name) => ({ name: `oidcc-${name}`, plans, file }))

const registered = (all: readonly Module[]) => all.map((one) => ({ ...one, registered: true }) as const)

export const modules: readonly Module[] = [
  ...of('happy', 'B1 I2 H3 D6', 'server'),
  ...of('refusals', 'B1 I1 H1', 'response-type-missing'),
  ...registered(of('dynamic', 'B1 I2 H3', 'idtoken-signature')),
  ...registered(of('dynamic', 'B1 D2', 'idtoken-unsigned')),
  ...of('userinfo', 'B1 I1 H3', 'userinfo-get', 'userinfo-post-header', 'userinfo-post-body'),
  ...of('parameters', 'B1 H1', 'ensure-request-without-nonce-succeeds-for-code-flow'),
  ...of('userinfo', 'B1 I2 H3', 'scope-profile', 'scope-email', 'scope-address', 'scope-phone', 'scope-all'),
  ...of('happy', 'B1 I2 H1', 'alternate-happy-flow'),
  ...of('parameters', 'B1 I2 H3', 'display-page', 'display-popup'),
  ...of('sessions', 'B1 I2 H3', 'prompt-login', 'prompt-none-not-logged-in', 'prompt-none-logged-in'),
  ...of('sessions', 'B1 I2 H3', 'max-age-1', 'max-age-10000'),
  ...of('parameters', 'B1 I2 H3', 'ensure-request-with-unknown-parameter-succeeds'),
  ...of('sessions', 'B1 I2 H3', 'id-token-hint'),
  ...of('parameters', 'B1 I2 H3', 'login-hint', 'ui-locales', 'claims-locales'),
  ...of('parameters', 'B1 I2 H3', 'ensure-request-with-acr-values-succeeds'),
  ...of('codes', 'B1 H3', 'codereuse', 'codereuse-30seconds'),
  ...of('refusals', 'B1 I2 H3', 'ensure-registered-redirect-uri'),
  ...of('parameters', 'B1', 'ensure-post-request-succeeds'),
  ...of('happy', 'B1 H3', 'server-client-secret-post'),
  ...registered(
    of('request-objects', 'B1 I2 H3', 'request-uri-unsigned-supported-correctly-or-rejected-as-unsupported'),
  ),
  ...of('request-objects', 'B1 I2 H3', 'unsigned-request-object-supported-correctly-or-rejected-as-unsupported'),
  ...of('userinfo', 'B1 I2 H3', 'claims-essential'),
  ...of('request-objects', 'B1 I2 H3 D6', 'ensure-request-object-with-redirect-uri'),
  ...of('codes', 'B1 H3 D4', 'refresh-token'),
  ...of('codes', 'B1 H1', 'ensure-request-with-valid-pkce-succeeds'),
  ...of('refusals', 'I2 H2', 'ensure-request-without-nonce-fails'),
  ...of('discovery', 'C1 D6', 'discovery-endpoint-verification'),
  ...of('dynamic', 'D6', 'idtoken-rs256'),
  ...of('keys', 'D5', 'userinfo-rs256'),
  ...of('dynamic', 'D6', 'ensure-redirect-uri-in-authorization-request'),
  ...of('dynamic', 'D6', 'redirect-uri-query-OK', 'redirect-uri-query-mismatch', 'redirect-uri-query-added'),
  ...of('dynamic', 'D6', 'redirect-uri-regfrag', 'registration-logo-uri', 'registration-policy-uri'),
  ...of('dynamic', 'D6', 'registration-tos-uri'),
  ...of('keys', 'D4', 'registration-jwks-uri'),
  ...of('dynamic', 'D6', 'registration-sector-uri', 'registration-sector-bad'),
  ...of('keys', 'D6', 'server-rotate-keys'),
  ...of('keys', 'D4', 'refresh-token-rp-key-rotation'),
  ...of('request-objects', 'D6', 'request-uri-unsigned', 'request-uri-signed-rs256'),
  ...of('keys', 'D6', 'ensure-client-assertion-with-iss-aud-succeeds'),
  ...of('dynamic', 'T6', '3rd_party-init-login', '3rd_party-init-login-nohttps'),
  ...of('logout', 'R6', 'rp-initiated-logout-discovery-endpoint-verification', 'rp-initiated-logout'),
  ...of(
    'logout',
    'R6',
    'rp-initiated-logout-bad-post-logout-redirect-uri',
    'rp-initiated-logout-modified-id-token-hint',
  ),
  ...of('logout', 'R6', 'rp-initiated-logout-no-id-token-hint', 'rp-initiated-logout-no-params'),
  ...of('logout', 'R6', 'rp-initiated-logout-no-post-logout-redirect-uri', 'rp-initiated-logout-no-state'),
  ...of('logout', 'R6', 'rp-initiated-logout-only-state'),
  ...of('logout', 'R6', 'rp-initiated-logout-query-added-to-post-logout-redirect-uri'),
  ...of('logout', 'R6', 'rp-initiated-logout-bad-id-token-hint'),
  ...of('logout', 'S6', 'session-management-discovery-endpoint-verification', 'session-management-rp-initiated-logout'),
  ...of('logout', 'F6', 'frontchannel-logout-discovery-endpoint-verification', 'frontchannel-rp-initiated-logout'),
  ...of('logout', 'K6', 'backchannel-logout-discovery-endpoint-verification', 'backchannel-rp-initiated-logout'),
]

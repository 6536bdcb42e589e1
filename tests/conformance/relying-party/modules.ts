/**
 * Every module of the suite's plans for relying parties, in the order of its lists, with the file of its test.
 *
 * Plans: Basic, Implicit, Hybrid, Config, Dynamic, 3rd-party-initiated login, rEfresh token, RP-initiated Logout,
 * bacK-channel, Front-channel, Session management. A number says how many response types it runs with. The three
 * form_post plans run what Basic, Implicit and Hybrid do.
 */
import type { Module } from '../modules.ts'

const of = (file: string, plans: string, ...names: readonly string[]): readonly Module[] =>
  names.map((name) => ({ name: `oidcc-client-test${name}`, plans, file }))

const notice = '-rp-backchannel-rpinitlogout'

export const modules: readonly Module[] = [
  ...of('id-tokens', 'B I2 H3', '', '-invalid-iss', '-missing-sub', '-invalid-aud', '-missing-iat'),
  ...of('id-tokens', 'B I2 H3', '-kid-absent-single-jwks', '-kid-absent-multiple-jwks', '-idtoken-sig-rs256'),
  ...of('id-tokens', 'B C D', '-idtoken-sig-none'),
  ...of('id-tokens', 'B I2 H3', '-invalid-sig-rs256'),
  ...of('userinfo', 'B I H3', '-userinfo-invalid-sub'),
  ...of('id-tokens', 'B I2 H3', '-nonce-invalid'),
  ...of('userinfo', 'B I2 H3', '-scope-userinfo-claims'),
  ...of('userinfo', 'B H3', '-client-secret-basic'),
  ...of('id-tokens', 'I2 H3', '-nonce-unless-code-flow'),
  ...of('id-tokens', 'I H', '-invalid-athash', '-missing-athash'),
  ...of('id-tokens', 'H2', '-invalid-chash', '-missing-chash'),
  ...of('discovery', 'C D', '-discovery-openid-config', '-discovery-jwks-uri-keys', '-discovery-issuer-mismatch'),
  ...of('discovery', 'C D', '-signing-key-rotation-just-before-signing', '-signing-key-rotation'),
  ...of('discovery', 'D', '-discovery-webfinger-acct', '-discovery-webfinger-url'),
  ...of('dynamic', 'D', '-dynamic-registration', '-request-uri-signed-rs256', '-request-uri-signed-none'),
  ...of('userinfo', 'D', '-userinfo-signed'),
  ...of('dynamic', '3', '-3rd-party-init-login'),
  ...of('refresh', 'E', '-refresh-token', '-refresh-token-invalid-issuer', '-refresh-token-invalid-sub'),
  ...of('logout', 'RL', '-rp-init-logout', '-rp-init-logout-other-state', '-rp-init-logout-no-state'),
  ...of('logout', 'K', notice, `${notice}-alg-none`, `${notice}-no-event`, `${notice}-with-nonce`),
  ...of('logout', 'K', `${notice}-wrong-alg`, `${notice}-wrong-aud`, `${notice}-wrong-event`, `${notice}-wrong-iss`),
  ...of('logout', 'F', '-rp-frontchannel-rpinitlogout'),
  ...of('logout', 'S', '-session-management'),
]

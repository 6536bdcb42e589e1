/**
 * Sign in with any OAuth or OpenID provider, and call APIs as the person who did.
 *
 * ```ts
 * const auth = createAuth({
 *   baseUrl: 'http://localhost:4200',
 *   secret: process.env.AUTH_SECRET,
 *   providers: { symbolon: openid({ issuer: 'http://localhost:4000', clientId: 'print-shop' }) },
 * })
 * ```
 */
export type { ApiAnswer } from './api.ts'
export type { ClaimsRequest, SignInRequest, WantedClaim } from './asked.ts'
export { type Auth, createAuth, type SignInOptions } from './auth.ts'
export { AuthError } from './errors.ts'
export type { Understood } from './flow/7-resource-response.ts'
export type { WithCookies } from './found-session.ts'
export type { ClientAuthentication } from './providers/client-authentication.ts'
export { type GitHubSettings, github } from './providers/github.ts'
export { openid } from './providers/openid.ts'
export type { OpenIdSettings, TokenForm } from './providers/openid-settings.ts'
export type { Provider, ResponseType, User } from './providers/provider.ts'
export type { Registering, Registration } from './registration.ts'
export type { ManagedRegistration } from './registration-management.ts'
export type { Renewed } from './renewal.ts'
export type { SignedOut } from './routes/sign-out.ts'
export { memoryStore } from './sessions/memory-store.ts'
export type { Authentication, Session } from './sessions/session.ts'
export type { AuthSettings, SessionSettings } from './settings.ts'
export type { Lease, SessionStore, StoredEntry } from './store.ts'
export { type FindIssuerOptions, findIssuer } from './webfinger.ts'

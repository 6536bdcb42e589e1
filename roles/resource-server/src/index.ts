/**
 * A guard for APIs: checks the access token, delivers it or says what is missing. Works with any issuer that signs
 * access tokens as RFC 9068 says or answers introspection as RFC 7662 says.
 *
 * Read `guard.ts` first, then `flow/6-resource-request.ts` for the rules and `flow/7-resource-response.ts` for the
 * answers. For node:http, Express and Fastify there are adapters in `@symbolon/frameworks/guard`.
 */
export { GuardError } from './errors.ts'
export type { GuardEvent } from './event.ts'
export type { VerifiedToken } from './flow/6-resource-request.ts'
export { type RefusedRequest, toResponse } from './flow/7-resource-response.ts'
export { type Checked, createGuard, type Guard, type Requirement, type Surroundings } from './guard.ts'
export type { PlainRequest } from './request.ts'
export type { GuardSettings, IntrospectionSettings } from './settings.ts'

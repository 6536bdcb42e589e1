/** The routes that programs call; the front channel's stand beside them. */
import type { Route } from './endpoint.ts'
import { introspection } from './introspection.ts'
import { jwks } from './jwks.ts'
import { metadata } from './metadata.ts'
import { revocation } from './revocation.ts'
import { token } from './token.ts'
import { userinfo } from './userinfo.ts'

const program = { cors: true, audience: 'program' } as const

export const backChannelRoutes: readonly Route[] = [
  { path: '/token', methods: { POST: token }, ...program },
  // A resource server is no browser (RFC 7662 §4).
  { path: '/introspect', methods: { POST: introspection }, ...program, cors: false },
  { path: '/revoke', methods: { POST: revocation }, ...program },
  { path: '/userinfo', methods: { GET: userinfo, POST: userinfo }, ...program },
  { path: '/jwks', methods: { GET: jwks }, ...program },
  { path: '/.well-known/openid-configuration', methods: { GET: metadata }, ...program },
  { path: '/.well-known/oauth-authorization-server', methods: { GET: metadata }, ...program },
  // Before the issuer's path, where RFC 8414 §3.1 puts it and many look for OpenID's, too.
  { path: '/.well-known/oauth-authorization-server', methods: { GET: metadata }, ...program, atOrigin: true },
  { path: '/.well-known/openid-configuration', methods: { GET: metadata }, ...program, atOrigin: true },
]

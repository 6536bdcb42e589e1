/** Every endpoint of the authorization server: where it is, what it takes, who may call it. */
import { account, app, apps, sessions } from './account.ts'
import { authorization } from './authorization.ts'
import type { Route } from './endpoint.ts'
import { home } from './home.ts'
import { interaction } from './interaction.ts'
import { introspection } from './introspection.ts'
import { jwks } from './jwks.ts'
import { metadata } from './metadata.ts'
import { revocation } from './revocation.ts'
import { signOut } from './sign-out.ts'
import { token } from './token.ts'
import { userinfo } from './userinfo.ts'

const page = { cors: false, audience: 'person' } as const
const open = { cors: true, audience: 'program' } as const
const closed = { cors: false, audience: 'program' } as const

export const routes: readonly Route[] = [
  { path: '/authorize', methods: { GET: authorization, POST: authorization }, ...page },
  { path: '/i/:id/:step', methods: { GET: interaction, POST: interaction }, ...page },

  { path: '/token', methods: { POST: token }, ...open },
  { path: '/revoke', methods: { POST: revocation }, ...open },
  { path: '/introspect', methods: { POST: introspection }, ...closed },
  { path: '/userinfo', methods: { GET: userinfo, POST: userinfo }, ...open },
  { path: '/jwks', methods: { GET: jwks }, ...open },

  // The places of OpenID Connect Discovery §4 and of RFC 8414 §3.1: below the issuer, and before its path.
  { path: '/.well-known/openid-configuration', methods: { GET: metadata }, ...open },
  { path: '/.well-known/oauth-authorization-server', methods: { GET: metadata }, ...open },
  { path: '/.well-known/openid-configuration', methods: { GET: metadata }, ...open, atOrigin: true },
  { path: '/.well-known/oauth-authorization-server', methods: { GET: metadata }, ...open, atOrigin: true },

  { path: '/', methods: { GET: home }, ...page },
  { path: '/account', methods: { GET: account }, ...page },
  { path: '/account/sessions', methods: { GET: sessions, POST: sessions }, ...page },
  { path: '/account/apps', methods: { GET: apps }, ...page },
  { path: '/account/apps/:client', methods: { GET: app, POST: app }, ...page },
  { path: '/logout', methods: { GET: signOut, POST: signOut }, ...page },
]

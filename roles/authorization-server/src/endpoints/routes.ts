/** Every endpoint of the authorization server: where it is, what it takes, who may call it. */

import type { Band } from '@symbolon/protocol/trace'
import { account } from './account.ts'
import { app, apps } from './account-apps.ts'
import { sessions } from './account-sessions.ts'
import { authorization } from './authorization.ts'
import { checkSession } from './check-session.ts'
import type { Endpoint, Route } from './endpoint.ts'
import { home } from './home.ts'
import { interaction } from './interaction.ts'
import { introspection } from './introspection.ts'
import { jwks } from './jwks.ts'
import { metadata } from './metadata.ts'
import { recorded } from './page.ts'
import { registration } from './registration.ts'
import { endRegistered, readRegistered, replaceRegistered } from './registration-management.ts'
import { revocation } from './revocation.ts'
import { signOut } from './sign-out.ts'
import { token } from './token.ts'
import { userinfo } from './userinfo.ts'

/** The pages people come to; a form is sent to the address that showed it. */
const page = (band: Band, endpoint: Endpoint, takes: 'looking' | 'forms'): Omit<Route, 'path'> => {
  const serve = recorded(band, endpoint)
  return { methods: takes === 'forms' ? { GET: serve, POST: serve } : { GET: serve }, cors: false, audience: 'person' }
}

const open = { cors: true, audience: 'program' } as const
const closed = { cors: false, audience: 'program' } as const

export const routes: readonly Route[] = [
  { path: '/authorize', ...page('request', authorization, 'forms') },
  { path: '/i/:id/:step', ...page('sign-in', interaction, 'forms') },

  { path: '/token', methods: { POST: token }, ...open },
  { path: '/revoke', methods: { POST: revocation }, ...open },
  { path: '/introspect', methods: { POST: introspection }, ...closed },
  { path: '/userinfo', methods: { GET: userinfo, POST: userinfo }, ...open },
  { path: '/register', methods: { POST: registration }, takes: 'json', ...open },
  {
    path: '/register/:client',
    methods: { GET: readRegistered, PUT: replaceRegistered, DELETE: endRegistered },
    takes: 'json',
    ...open,
  },
  { path: '/jwks', methods: { GET: jwks }, ...open },

  // The places of OpenID Connect Discovery §4 and of RFC 8414 §3.1: below the issuer, and before its path.
  { path: '/.well-known/openid-configuration', methods: { GET: metadata }, ...open },
  { path: '/.well-known/oauth-authorization-server', methods: { GET: metadata }, ...open },
  { path: '/.well-known/openid-configuration', methods: { GET: metadata }, ...open, atOrigin: true },
  { path: '/.well-known/oauth-authorization-server', methods: { GET: metadata }, ...open, atOrigin: true },

  { path: '/', ...page('sign-in', home, 'looking') },
  { path: '/account', ...page('sign-in', account, 'looking') },
  { path: '/account/sessions', ...page('sign-out', sessions, 'forms') },
  { path: '/account/apps', ...page('revoke', apps, 'looking') },
  { path: '/account/apps/:client', ...page('revoke', app, 'forms') },
  { path: '/logout', ...page('sign-out', signOut, 'forms') },
  { path: '/check-session', methods: { GET: checkSession }, ...closed },
]

/** One good attempt and the metadata it belongs to; each test changes one thing. */
import { type OpenIdSettings, openid } from '@symbolon/client'
import type { Attempt } from '@symbolon/client/attempts'
import type { Connection } from '@symbolon/client/providers/provider'
import type { AuthorizationServer } from 'oauth4webapi'

export const issuer = 'https://id.example.com'

export const metadata: AuthorizationServer = {
  issuer,
  authorization_endpoint: 'https://id.example.com/authorize?tenant=1',
  token_endpoint: 'https://id.example.com/token',
  jwks_uri: 'https://id.example.com/jwks',
  authorization_response_iss_parameter_supported: true,
}

export const settings: OpenIdSettings = { issuer, clientId: 'print-shop', scopes: ['openid', 'profile'] }

export const connection = (
  change: Partial<OpenIdSettings> = {},
): Pick<Connection, 'metadata' | 'provider' | 'client'> => ({
  metadata,
  provider: openid({ ...settings, ...change }),
  client: { client_id: 'print-shop' },
})

/** 43 characters of base64url, told apart by their first. */
const random = (first: string): string => `${first}${'x'.repeat(42)}`

export const attempt: Attempt = {
  flow: '0000-0000',
  provider: 'symbolon',
  issuer,
  state: random('s'),
  nonce: random('n'),
  verifier: random('v'),
  redirectUri: 'https://shop.example.com/api/auth/callback/symbolon',
  scopes: ['openid', 'profile'],
  returnTo: '/photos',
  startedAt: 1_800_000_000,
}

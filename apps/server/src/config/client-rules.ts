/** What must fit together in a client: its method and its credentials, its grants and its addresses. */
import type { clientFields } from './client-fields.ts'
import type { ReadRecord, RecordRule } from './record.ts'

type ReadClient = ReadRecord<typeof clientFields>

const methodOf = ({ token_endpoint_auth_method, client_secret }: ReadClient): string =>
  token_endpoint_auth_method ?? (client_secret === undefined ? 'none' : 'client_secret_basic')

const grantsOf = ({ grant_types }: ReadClient): readonly string[] => grant_types ?? ['authorization_code']

const isPublic = (client: ReadClient) => methodOf(client) === 'none'

const usesSecret = (client: ReadClient) => methodOf(client).startsWith('client_secret_')

export const clientRules: readonly RecordRule<ReadClient>[] = [
  {
    key: 'client_secret',
    broken: (client) => usesSecret(client) && client.client_secret === undefined,
    expected: 'a client_secret, which its token_endpoint_auth_method needs',
    got: 'a client without one',
  },
  {
    key: 'client_secret',
    broken: (client) => !usesSecret(client) && client.client_secret !== undefined,
    expected: 'no client_secret, as its token_endpoint_auth_method uses none',
    got: 'a client with one',
  },
  {
    key: 'jwks',
    broken: (client) => methodOf(client) === 'private_key_jwt' && client.jwks === undefined,
    expected: 'jwks, which private_key_jwt needs',
    got: 'a client without keys',
  },
  {
    key: 'redirect_uris',
    broken: (client) => grantsOf(client).includes('authorization_code') && client.redirect_uris === undefined,
    expected: 'redirect_uris, which the authorization_code grant needs (RFC 7591 §2)',
    got: 'a client without them',
  },
  {
    key: 'response_types',
    broken: (client) =>
      client.response_types?.includes('code') === true && !grantsOf(client).includes('authorization_code'),
    expected: 'grant_types with authorization_code for the response type code (RFC 7591 §2.1)',
    got: 'grant_types without it',
  },
  {
    key: 'grant_types',
    broken: (client) => grantsOf(client).includes('refresh_token') && !grantsOf(client).includes('authorization_code'),
    expected: 'authorization_code beside refresh_token: nothing else gives a refresh token',
    got: 'grant_types without it',
  },
  {
    key: 'grant_types',
    broken: (client) => grantsOf(client).includes('client_credentials') && isPublic(client),
    expected: 'a client with credentials for client_credentials (RFC 6749 §4.4)',
    got: 'a public client',
  },
  {
    key: 'introspects',
    broken: (client) => client.introspects !== undefined && isPublic(client),
    expected: 'a client with credentials for introspection (RFC 7662 §2.1)',
    got: 'a public client',
  },
  {
    key: 'require_pkce',
    broken: (client) => client.require_pkce === false && isPublic(client),
    expected: 'PKCE for a public client (RFC 9700 §2.1.1)',
    got: 'false',
  },
  {
    key: 'rotate_refresh_tokens',
    broken: (client) => client.rotate_refresh_tokens === false && isPublic(client),
    expected: 'rotation for a public client (RFC 9700 §2.2.2)',
    got: 'false',
  },
]

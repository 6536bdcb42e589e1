/** What must fit together in a client of the configuration: what is asked of any client, and its secret and our own keys. */
import { octetsFor } from '@symbolon/authorization-server/client-authentication/kept-secret'
import { metadataRules } from '@symbolon/authorization-server/registration/rules'
import { macAlgorithms } from '@symbolon/protocol/algorithms'
import type { clientFields } from './client-fields.ts'
import type { ReadRecord, RecordRule } from './record.ts'

type ReadClient = ReadRecord<typeof clientFields>

const methodOf = ({ token_endpoint_auth_method, client_secret }: ReadClient) =>
  token_endpoint_auth_method ?? (client_secret === undefined ? 'none' : 'client_secret_basic')

const isPublic = (client: ReadClient) => methodOf(client) === 'none'

const usesSecret = (client: ReadClient) => methodOf(client).startsWith('client_secret_')

/** Where the secret is a key. Without an algorithm the client may use those that its secret is long enough for. */
function octetsNeeded(client: ReadClient): number {
  const { token_endpoint_auth_signing_alg: named = 'HS256' } = client
  const algorithm = macAlgorithms.find((name) => name === named)
  return algorithm !== undefined && methodOf(client) === 'client_secret_jwt' ? octetsFor[algorithm] : 0
}

const shared: readonly RecordRule<ReadClient>[] = metadataRules.map(({ broken, ...rule }) => ({
  ...rule,
  broken: (client) => broken({ ...client, token_endpoint_auth_method: methodOf(client) }),
}))

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
    key: 'client_secret',
    broken: (client) => client.client_secret?.some((secret) => secret.length < octetsNeeded(client)) === true,
    expected:
      'a client_secret as long as the algorithm needs: 32 for HS256, 48 for HS384, 64 for HS512 (RFC 7518 §3.2)',
    got: 'a shorter one',
  },
  ...shared,
  {
    key: 'introspects',
    broken: (client) => client.introspects !== undefined && isPublic(client),
    expected: 'a client with credentials for introspection (RFC 7662 §2.1)',
    got: 'a public client',
  },
  {
    key: 'backchannel_logout_at_expiry',
    broken: (client) => client.backchannel_logout_at_expiry === true && client.backchannel_logout_uri === undefined,
    expected: 'a backchannel_logout_uri at which it hears of it',
    got: 'a client without one',
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

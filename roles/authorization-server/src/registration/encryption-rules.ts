/**
 * What a client needs that wants its answers encrypted: a key of its own that fits, where its keys are at hand.
 *
 * @see OpenID Connect Dynamic Client Registration §2, OpenID Connect Core §10.2, JARM §3
 */
import { type KeyManagementAlgorithm, keyManagementAlgorithms } from '@symbolon/protocol/algorithms'
import { canEncryptTo } from '../keys/client-keys.ts'
import type { Described, MetadataRule } from './rules.ts'

const kinds = ['id_token', 'userinfo', 'authorization'] as const

const agreeing = 'a key on P-256, P-384, P-521 or X25519'

/** The kind of key that each needs (RFC 7518 §4.1, RFC 8037 §3.2). */
const fitting: Readonly<Record<KeyManagementAlgorithm, string>> = {
  'RSA-OAEP-256': 'an RSA key of 2048 to 8192 bits',
  'ECDH-ES': agreeing,
  'ECDH-ES+A128KW': agreeing,
  'ECDH-ES+A256KW': agreeing,
}

/** Content can be encrypted only under a key of the client. */
export const encryptionRules: readonly MetadataRule[] = kinds.flatMap((kind) => {
  const alg = `${kind}_encrypted_response_alg` as const
  const enc = `${kind}_encrypted_response_enc` as const
  return [
    {
      key: enc,
      broken: (client) => client[enc] !== undefined && client[alg] === undefined,
      expected: `${alg} beside it`,
      got: 'a client without it',
    },
    {
      key: alg,
      broken: (client) => client[alg] !== undefined && client.jwks === undefined && client.jwks_uri === undefined,
      expected: 'jwks or jwks_uri, with a key to encrypt to',
      got: 'a client without keys',
    },
    ...keyManagementAlgorithms.map((algorithm) => ({
      key: alg,
      broken: (client: Described) =>
        client[alg] === algorithm && client.jwks !== undefined && !canEncryptTo(client.jwks, algorithm),
      expected: `${fitting[algorithm]} in jwks, with use enc or none, for ${algorithm}`,
      got: 'no such key',
    })),
  ]
})

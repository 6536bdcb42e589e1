/**
 * `private_key_jwt`: the statement is signed with a key of which only the public half is registered.
 *
 * @see RFC 7523 §3, OpenID Connect Core §9
 */
import { verificationAlgorithms } from '@symbolon/protocol/algorithms'
import { type Refused, refuse } from '@symbolon/protocol/decision'
import { clear } from '@symbolon/protocol/evidence'
import type { Client } from '../client.ts'
import { verifySigned } from '../keys/client-keys.ts'
import type { CompactJws } from '../keys/compact.ts'
import type { Keyholder } from '../keys/key-sets.ts'
import type { VerificationAlgorithm } from '../keys/schemes.ts'

/** Only registered public keys and only asymmetric algorithms: neither is chosen by what the assertion says of itself. */
export async function verifySignature(jws: CompactJws, { client, issuer }: Keyholder): Promise<Refused | undefined> {
  const { alg, kid } = jws.header
  const algorithm = algorithmsOf(client).find((name) => name === alg)
  if (algorithm === undefined) {
    return refuse('assertion_algorithm_refused', { expected: clear(algorithmsOf(client)), got: clear(texted(alg)) })
  }
  const verification = await verifySigned(jws, { client, issuer, algorithm })
  switch (verification.result) {
    case 'verified':
      return undefined
    case 'signature_wrong':
      return refuse('assertion_signature_wrong')
    case 'key_unknown':
      return refuse('assertion_key_unknown', { got: clear(texted(kid)) })
    case 'keys_unavailable':
      return refuse('client_keys_unavailable', { got: clear(verification.problem) })
  }
}

/** All that this server verifies, or the one that is registered. */
const algorithmsOf = ({ authenticationSigningAlgorithm: registered }: Client): readonly VerificationAlgorithm[] =>
  verificationAlgorithms.filter((name) => registered === undefined || name === registered)

const texted = (value: unknown) => (typeof value === 'string' ? value : undefined)

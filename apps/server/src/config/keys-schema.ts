/** The keys of this server: what it signs with, and what clients encrypt to. */
import { decryptionAlgorithms, signingAlgorithms } from '@symbolon/protocol/algorithms'
import { choice, listOf } from './kinds.ts'
import { defaulted, record } from './record.ts'

export const keysFields = {
  algorithms: defaulted(
    listOf(choice(signingAlgorithms), 1),
    ['ES256', 'RS256'],
    'The algorithms for which there is always a key; for any other one is made when it is first asked for.',
    '`[ES256, RS256]`',
  ),
  encryption: defaulted(
    listOf(choice(decryptionAlgorithms)),
    [],
    'The algorithms for which a key is published that clients can encrypt their request objects to.',
    'none',
  ),
}

export const keysKind = record(keysFields, { what: 'keys' })

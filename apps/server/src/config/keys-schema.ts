/** The keys that this server signs with. */
import { signingAlgorithms } from '@symbolon/protocol/algorithms'
import { choice, listOf } from './kinds.ts'
import { defaulted, record } from './record.ts'

export const keysFields = {
  algorithms: defaulted(
    listOf(choice(signingAlgorithms), 1),
    ['ES256', 'RS256'],
    'The algorithms for which there is always a key; for any other one is made when it is first asked for.',
    '`[ES256, RS256]`',
  ),
}

export const keysKind = record(keysFields, { what: 'keys' })

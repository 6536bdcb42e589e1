/** What requests to addresses that clients gave may reach beside the public internet, and whom they trust. */
import { listOf, text } from './kinds.ts'
import { certificateFrom, isHostOrNetwork } from './network.ts'
import { defaulted, optional, type ReadRecord, type RecordRule, record } from './record.ts'
import { reference } from './reference.ts'

const place = text('a host, address or network', {
  rules: [
    {
      broken: (value) => !isHostOrNetwork(value),
      expected: 'a host, an address or a network, as app.internal, 10.0.0.1 or 10.0.0.0/8',
    },
  ],
})

export const outgoingFields = {
  allow: defaulted(
    listOf(place),
    [],
    'Hosts, addresses and networks of your own that may be reached. Nothing private is unless it stands here.',
    'none',
  ),
  ca: optional(reference, 'A certificate in PEM that is trusted beside those of the system.'),
}

const outgoingRules: readonly RecordRule<ReadRecord<typeof outgoingFields>>[] = [
  {
    key: 'ca',
    broken: ({ ca }) => ca !== undefined && certificateFrom(ca) === undefined,
    expected: 'a certificate in PEM',
    got: 'something else',
  },
]

export const outgoingKind = record(outgoingFields, { what: 'outgoing', rules: outgoingRules })

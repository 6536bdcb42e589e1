/** Where the server listens, and whom it believes about who is calling. */
import { type Kind, listOf, text, whole, wrong } from './kinds.ts'
import { certificateFrom, isKeyOf, isNetwork } from './network.ts'
import { defaulted, optional, type ReadRecord, type RecordRule, record, required } from './record.ts'
import { reference } from './reference.ts'

export const tlsFields = {
  cert: required(reference, 'The certificate chain, PEM.'),
  key: required(reference, 'Its private key, PEM.'),
}

const tlsRules: readonly RecordRule<ReadRecord<typeof tlsFields>>[] = [
  {
    key: 'cert',
    broken: ({ cert }) => certificateFrom(cert) === undefined,
    expected: 'a certificate in PEM',
    got: 'something else',
  },
  {
    key: 'key',
    broken: ({ cert, key }) => !isKeyOf(certificateFrom(cert), key),
    expected: "the certificate's private key in PEM",
    got: 'something else',
  },
]

const network = text('an address or network', {
  rules: [{ broken: (value) => !isNetwork(value), expected: 'an address or network, as 10.0.0.1 or 10.0.0.0/8' }],
})

export const mostWorkers = 64

const someWorkers = whole(1, mostWorkers)

/** A number of processes, or `auto`. */
const workers: Kind<number | 'auto', number | 'auto'> = {
  expected: `${someWorkers.expected}, or auto`,
  schema: { anyOf: [someWorkers.schema, { const: 'auto' }] },
  read: (value, path, reading) =>
    value === 'auto'
      ? value
      : typeof value === 'number'
        ? someWorkers.read(value, path, reading)
        : wrong(value, path, reading, workers.expected),
}

export const listenFields = {
  host: defaulted(text('a host or address'), '127.0.0.1', 'The address to listen on; `0.0.0.0` or `::` for all.'),
  port: defaulted(whole(0, 65_535), 4000, 'The port; 0 takes a free one.'),
  workers: defaulted(
    workers,
    1,
    'How many processes `symbolon serve` runs behind this port; `auto` for one on each processor core.',
  ),
  tls: optional(
    record(tlsFields, { what: 'tls', rules: tlsRules }),
    'Serves https itself. Without it, put a proxy that does in front.',
  ),
}

export const listenKind = record(listenFields, { what: 'listen' })

export const networks = listOf(network)

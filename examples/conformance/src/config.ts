/** The configuration of the server under test, as its file holds it. */
import { staticClients } from './clients.ts'
import { people } from './people.ts'
import type { Suite } from './suite.ts'

export interface ConformanceAddresses {
  readonly issuer: string
  readonly host: string
  readonly port: number
  readonly suite: Suite
}

/** Paths of files in it are relative to the data folder, where it lies. */
export interface ConformanceFiles {
  readonly cert: string
  readonly key: string
  /** What the suite's own addresses are trusted by. */
  readonly suiteCertificate: string
}

export const conformanceConfig = (at: ConformanceAddresses, { cert, key, suiteCertificate }: ConformanceFiles) => ({
  issuer: at.issuer,
  name: 'Symbolon conformance',
  profile: 'compatible',
  sessionManagement: true,
  unsignedRequestObjects: true,
  registration: { mode: 'open', perHour: 10_000 },
  secret: { file: './secret' },
  storage: 'sqlite:conformance.db',
  listen: { host: at.host, port: at.port, tls: { cert: { file: cert }, key: { file: key } } },
  // A rotated key signs soon, and what signs with it lives longer than any module waits.
  lifetimes: { jwksCache: '10s' },
  outgoing: { allow: [new URL(at.suite.base).hostname], ca: { file: suiteCertificate } },
  clients: staticClients(at.suite),
  people,
})

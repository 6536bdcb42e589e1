/**
 * The conformance example, started once over TLS for a file of modules, and the suite that it is pointed at.
 *
 * The clock of the server is the clock of the test: `later(30)` lets half a minute pass at once.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { certificateIn } from 'conformance/certificates'
import { type Conformance, startConformance } from 'conformance/start'
import { addressesOf, type Suite, type SuiteAddresses } from 'conformance/suite'
import { createLocalJWKSet, type JSONWebKeySet } from 'jose'
import { freePorts } from '../support/ports.ts'
import { type SuiteServer, startSuite } from './suite.ts'

export interface Harness {
  readonly issuer: string
  readonly conformance: Conformance
  readonly suite: SuiteServer
  /** The addresses that the static clients are registered with. */
  readonly at: SuiteAddresses
  /** What discovery says; read once. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** An endpoint that the metadata names. */
  endpoint(name: string): string
  keys(): Promise<JSONWebKeySet>
  /** Lets the clocks of server and test go forward. */
  later(seconds: number): void
}

const alias = 'symbolon'
let ahead = 0
const real = Date.now
Date.now = () => real() + ahead * 1_000

/** Ends with the test file. */
export async function startHarness(): Promise<Harness> {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-conformance-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const [port = 0, suitePort = 0] = await freePorts(2)
  const issuer = `https://localhost:${port}`
  const played: Suite = { base: `https://127.0.0.1:${suitePort}`, alias }
  const tls = await certificateIn(folder, 'suite', '127.0.0.1')
  const suite = await startSuite(suitePort, tls)
  after(() => suite.close())
  const conformance = await startConformance({
    folder,
    issuer,
    host: '127.0.0.1',
    port,
    controlPort: 0,
    suite: played,
  })
  after(() => conformance.close())
  const trusted = [conformance.certificate, tls.cert].map((file) => readFileSync(file, 'utf8'))
  setDefaultCACertificates([...getCACertificates('default'), ...trusted])
  const metadata = await jsonFrom(`${issuer}/.well-known/openid-configuration`)
  const endpoint = (name: string): string => {
    const url = metadata[name]
    assert.ok(typeof url === 'string' && url.startsWith('https://'), `discovery names ${name}`)
    return url
  }
  return {
    issuer,
    conformance,
    suite,
    at: addressesOf(played),
    metadata,
    endpoint,
    async keys() {
      const set = (await jsonFrom(endpoint('jwks_uri'))) as unknown as JSONWebKeySet
      createLocalJWKSet(set)
      return set
    },
    later(seconds) {
      ahead += seconds
    },
  }
}

export async function jsonFrom(url: string, init: RequestInit = {}): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url, init)
  assert.equal(response.status, 200, url)
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
  return (await response.json()) as Readonly<Record<string, unknown>>
}

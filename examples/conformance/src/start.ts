/** The server under test, started with everything that the suite needs beside it. */
import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { generateSecret } from '@symbolon/authorization-server/keys/sealing'
import { openDataFolder } from '@symbolon/server/config/data-folder'
import { loadConfig } from '@symbolon/server/config/load'
import type { Log } from '@symbolon/server/log'
import { type RunningServer, startServer } from '@symbolon/server/server'
import { type CertificateFiles, certificateIn } from './certificates.ts'
import { suiteCompose } from './compose.ts'
import { type ConformanceAddresses, conformanceConfig } from './config.ts'
import { startControl } from './control.ts'
import type { Suite } from './suite.ts'
import { writePlans } from './write-plans.ts'

export interface ConformanceSettings extends ConformanceAddresses {
  readonly folder: string
  /** 0 takes a free one. */
  readonly controlPort: number
  /** Of one's own, instead of one made here. */
  readonly tls?: CertificateFiles
  /** Read instead of the certificate that is made here for the suite. */
  readonly suiteCertificate?: string
  readonly log?: Log
}

export interface Conformance {
  readonly issuer: string
  readonly suite: Suite
  /** Where everything is kept. */
  readonly folder: string
  /** Where keys are rotated. */
  readonly control: string
  readonly configFile: string
  readonly composeFile: string
  /** What to paste into the suite, a file for each plan. */
  readonly plansFolder: string
  readonly certificate: string
  /** What the suite is trusted by. */
  readonly suiteCertificate: string
  readonly server: RunningServer
  close(): Promise<void>
}

export async function startConformance(settings: ConformanceSettings): Promise<Conformance> {
  const { issuer, suite } = settings
  const folder = resolve(settings.folder)
  openDataFolder(folder)
  const secret = join(folder, 'secret')
  if (!existsSync(secret)) writeFileSync(secret, `${generateSecret()}\n`, { mode: 0o600 })
  const [own, theirs] = await Promise.all([
    settings.tls ?? certificateIn(folder, 'server', new URL(issuer).hostname),
    certificateIn(folder, 'suite', new URL(suite.base).hostname),
  ])
  const composeFile = join(folder, 'suite-compose.yml')
  writeFileSync(composeFile, suiteCompose(issuer, theirs))
  const plansFolder = join(folder, 'plans')
  writePlans(plansFolder, issuer, suite)
  const configFile = join(folder, 'symbolon.json')
  const suiteCertificate = resolve(settings.suiteCertificate ?? theirs.cert)
  const config = conformanceConfig(settings, { cert: resolve(own.cert), key: resolve(own.key), suiteCertificate })
  writeFileSync(configFile, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 })

  const server = await startServer(await loadConfig(configFile), settings.log && { log: settings.log })
  try {
    const control = await startControl(server.issuer, settings.controlPort)
    return {
      issuer,
      suite,
      folder,
      control: control.url,
      configFile,
      composeFile,
      plansFolder,
      certificate: own.cert,
      suiteCertificate,
      server,
      async close() {
        await control.close()
        await server.close()
      },
    }
  } catch (error) {
    await server.close()
    throw error
  }
}

/** The three parts of the demo, started in the order in which they need each other, and ended in the other. */
import { relative } from 'node:path'
import { loadConfig } from '@symbolon/server/config/load'
import { startServer } from '@symbolon/server/server'
import { startPhotoLibrary } from 'photo-library/server'
import { startPrintShop } from 'print-shop/server'
import { paintFor } from '../flow-text.ts'
import { demoPassword, demoPeople } from './config.ts'
import { type DemoData, openDemoData } from './data.ts'
import { createFlowLines } from './flow-lines.ts'
import { requireFree } from './ports.ts'

export interface DemoSettings {
  readonly folder: string
  readonly ports: readonly [server: number, photoLibrary: number, printShop: number]
}

interface Part {
  close(): Promise<void>
}

export async function startDemo({ folder, ports }: DemoSettings): Promise<Part> {
  const started: Part[] = []
  const close = async () => {
    for (const part of started.toReversed()) await part.close()
  }
  await requireFree(ports)
  try {
    await start({ folder, ports }, (part) => started.push(part))
  } catch (error) {
    await close()
    throw error
  }
  return { close }
}

async function start({ folder, ports }: DemoSettings, keep: (part: Part) => void): Promise<void> {
  const [port, photoLibraryPort, printShopPort] = ports
  const issuer = `http://localhost:${port}`
  const photoLibrary = `http://localhost:${photoLibraryPort}`
  const printShop = `http://localhost:${printShopPort}`
  const data = openDemoData(folder, { issuer, port, photoLibrary, printShop })

  const print = (line: string) => process.stdout.write(`${line}\n`)
  const linesOf = createFlowLines(paintFor(process.stdout))
  const config = await loadConfig(data.configFile)
  keep(
    await startServer(config, {
      onEvent: (event) => {
        for (const line of linesOf(event)) print(line)
      },
      log: (entry) => {
        if (entry.level === 'error') print(fault('The server', 'cause' in entry ? entry.cause : entry))
      },
    }),
  )
  keep(
    await startPhotoLibrary({
      port: photoLibraryPort,
      issuer,
      audience: photoLibrary,
      dataFolder: data.photos,
      people: demoPeople,
      log: (error: Error) => print(fault('The photo library', error)),
    }),
  )
  keep(
    await startPrintShop({
      port: printShopPort,
      baseUrl: printShop,
      issuer,
      clientId: 'print-shop',
      clientSecret: data.printShopSecret,
      secret: data.printShopCookieSecret,
      photoLibrary,
      log: (error) => print(fault('The print shop', error)),
    }),
  )
  print(welcome({ printShop, photoLibrary, issuer, data }))
}

const fault = (who: string, cause: unknown) => `${who} failed: ${cause instanceof Error ? cause.stack : String(cause)}`

interface Welcome {
  readonly printShop: string
  readonly photoLibrary: string
  readonly issuer: string
  readonly data: DemoData
}

function welcome({ printShop, photoLibrary, issuer, data }: Welcome): string {
  const paint = paintFor(process.stdout)
  const folder = relative(process.cwd(), data.folder) || '.'
  const [alice, bob] = demoPeople
  return [
    '',
    `  ${paint('bold', 'Open')}     ${paint('bold', printShop)}   the print shop (a client)`,
    `  Sign in  as ${alice.email} or ${bob.email}, password: ${demoPassword}`,
    '',
    `  Server   ${issuer}   the authorization server; its provider name is symbolon`,
    `  Photos   ${photoLibrary}   the photo library (a resource server)`,
    `  Kept in  ${folder}/   data, keys (sealed under ${folder}/secret) and configuration (symbolon.yaml)`,
    '',
    `  ${paint('dim', 'One line for each flow follows. Stop with Ctrl-C.')}`,
    '',
  ].join('\n')
}

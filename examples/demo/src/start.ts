/** The three parts of the demo, started in the order in which they need each other, and ended in the other. */
import { relative } from 'node:path'
import { paintFor } from '@symbolon/cli/flow-text'
import { defaultDataFolder } from '@symbolon/cli/installed'
import { loadConfig } from '@symbolon/server/config/load'
import { type RunningServer, startServer } from '@symbolon/server/server'
import { demoPassword, demoPeople } from './config.ts'
import { type DemoData, openDemoData } from './data.ts'
import { createFlowLines, faultLines, guardLines } from './flow-lines.ts'
import { joinToFlow } from './join.ts'
import { requireFree } from './ports.ts'

export interface DemoSettings {
  readonly folder: string
  readonly ports: readonly [server: number, photoLibrary: number, printShop: number]
  /** Lifetimes as the configuration names them, instead of its defaults. */
  readonly lifetimes?: Readonly<Record<string, number>>
  /** Takes each line that is printed. */
  readonly say?: (line: string) => void
}

export interface Demo {
  readonly urls: { readonly server: string; readonly photoLibrary: string; readonly printShop: string }
  readonly server: RunningServer
  close(): Promise<void>
}

interface Part {
  close(): Promise<void>
}

export async function startDemo(settings: DemoSettings): Promise<Demo> {
  const started: Part[] = []
  const close = async () => {
    for (const part of started.toReversed()) await part.close()
  }
  await requireFree(settings.ports)
  try {
    return { ...(await start(settings, (part) => started.push(part))), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function start(
  { folder, ports, lifetimes, say = (line) => process.stdout.write(`${line}\n`) }: DemoSettings,
  keep: (part: Part) => void,
): Promise<Omit<Demo, 'close'>> {
  // Read while the server makes its first keys and hashes its first passwords, off the main thread.
  const examples = Promise.all([import('photo-library/server'), import('print-shop/server')])
  examples.catch(() => undefined)
  const [port, photoLibraryPort, printShopPort] = ports
  const issuer = `http://localhost:${port}`
  const photoLibrary = `http://localhost:${photoLibraryPort}`
  const printShop = `http://localhost:${printShopPort}`
  const data = openDemoData(folder, { issuer, port, photoLibrary, printShop })

  const paint = paintFor(process.stdout)
  const print = (...lines: readonly string[]) => {
    for (const line of lines) say(line)
  }
  const where = relative(process.cwd(), folder)
  const linesOf = createFlowLines(paint, where === defaultDataFolder ? undefined : where || '.')
  const config = await loadConfig(data.configFile)
  const server = await startServer(
    { ...config, lifetimes: { ...config.lifetimes, ...lifetimes } },
    {
      onEvent: (event) => print(...linesOf(event)),
      log: ({ level, ...entry }) => {
        const cause = 'cause' in entry ? entry.cause : undefined
        if (level === 'error' && cause instanceof Error) print(...faultLines('server', cause, paint))
      },
    },
  )
  keep(server)
  const [{ startPhotoLibrary }, { startPrintShop }] = await examples
  keep(
    await startPhotoLibrary({
      port: photoLibraryPort,
      issuer,
      audience: photoLibrary,
      dataFolder: data.photos,
      people: demoPeople,
      log: (error) => print(...faultLines('photos', error, paint)),
      record: (event) => {
        print(...guardLines(event, paint))
        void joinToFlow(event, server.issuer)
      },
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
      log: (error, reference) => print(...faultLines('print shop', error, paint, reference)),
    }),
  )
  print(welcome({ printShop, photoLibrary, issuer, data }))
  return { urls: { server: issuer, photoLibrary, printShop }, server }
}

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

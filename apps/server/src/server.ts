/**
 * The authorization server, composed: configuration, storage, keys, recorder and pages become one that listens.
 *
 * Everything that can fail for the person who starts it (folder, database, secret, port) fails here, before the first
 * request, and leaves nothing open behind it.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { createKeyRing } from '@symbolon/authorization-server/keys/ring'
import { createPasswords } from '@symbolon/authorization-server/people/passwords'
import type { Issuer } from '@symbolon/authorization-server/ports/issuer'
import type { Storage } from '@symbolon/authorization-server/ports/store'
import { createRecorder } from '@symbolon/authorization-server/trace/recorder'
import { createOutgoing } from '@symbolon/http/outgoing'
import type { FlowEvent } from '@symbolon/protocol/trace'
import type { Config } from './config/load.ts'
import { type Installation, openInstallation } from './installation.ts'
import type { Log } from './log.ts'
import { startLogouts } from './logouts.ts'
import { startMaintenance } from './maintenance.ts'
import { prepare } from './prepare.ts'

export interface ServerOptions {
  readonly log?: Log | undefined
  /** Told of every recorded event, already redacted. */
  readonly onEvent?: ((event: FlowEvent) => void) | undefined
  /** One of several processes behind one port, counted from 1, for all of which `prepareServer` was called. */
  readonly worker?: number | undefined
}

export interface RunningServer {
  /** Where it listens; `issuer.url` is where clients find it. */
  readonly url: string
  readonly issuer: Issuer
  readonly storage: Storage
  /**
   * Says at `/ready` that it is leaving and goes on answering for so many milliseconds: time for a balancer to send its
   * requests elsewhere. A listener that closes at once resets connections that nobody has looked at yet.
   */
  drain(milliseconds: number): Promise<void>
  /** Takes no more requests, finishes those in flight, writes the record, closes the database. */
  close(): Promise<void>
}

/** Milliseconds. */
const untilKeysAreBegun = 10

export async function startServer(config: Config, options: ServerOptions = {}): Promise<RunningServer> {
  const installation = await openInstallation(config)
  try {
    return await serve(config, installation, options)
  } catch (error) {
    await installation.storage.close()
    throw error
  }
}

async function serve(
  config: Config,
  installation: Installation,
  { log = () => undefined, onEvent, worker }: ServerOptions,
): Promise<RunningServer> {
  const { storage, store, sealing, random } = installation
  const preparing = worker === undefined ? prepare(config, installation) : Promise.resolve(0)
  // Loading what answers takes this thread for itself: on an empty database another one makes the first keys by then.
  await Promise.race([preparing, wait(untilKeysAreBegun)])
  const [{ listen }, { routes }, applied] = await Promise.all([
    import('@symbolon/http/fastify'),
    import('@symbolon/authorization-server/endpoints/routes'),
    preparing,
  ])
  const passwords = createPasswords(random)
  const keys = createKeyRing(installation)
  await keys.reload()
  const everything = installation.settings.development
  const recorder = createRecorder({ store, sealing, random, everything, ...(onEvent && { onEvent }) })
  const outgoing = createOutgoing({ ...config.outgoing, development: everything })
  const issuer: Issuer = { ...installation, keys, passwords, recorder, outgoing }

  const { host, port, tls } = config.listen
  const listener = await listen({
    issuers: [issuer],
    routes,
    host,
    port,
    tls,
    trustProxy: config.trustProxy,
    ready: () => storage.ping(),
    log,
  })
  // Of several processes one is enough; the others read its keys in time, as those of any other server.
  const looksAfter = worker === undefined || worker === 1
  const endMaintenance = looksAfter ? startMaintenance(installation, { keys, log }) : undefined
  const endLogouts = looksAfter ? startLogouts(issuer, { log }) : undefined
  if (worker === undefined) log({ level: 'info', message: 'listening', url: listener.url, issuer: issuer.url, applied })
  return {
    url: listener.url,
    issuer,
    storage,
    drain: (milliseconds) => {
      listener.retire()
      return wait(milliseconds)
    },
    close: async () => {
      await listener.close()
      endLogouts?.()
      await endMaintenance?.()
      await recorder.close()
      await storage.close()
    },
  }
}

/** What a configuration describes, opened: its database and its one issuer's store, for the server and for commands. */
import { dirname } from 'node:path'
import { createSealing } from '@symbolon/authorization-server/keys/sealing'
import type { Sealing, Settings } from '@symbolon/authorization-server/ports/issuer'
import type { Seconds } from '@symbolon/authorization-server/ports/records'
import type { Storage, Store } from '@symbolon/authorization-server/ports/store'
import { openStorage } from '@symbolon/storage/open'
import { openDataFolder } from './config/data-folder.ts'
import { type Config, settingsOf } from './config/load.ts'
import { createRandom } from './random.ts'

export interface Installation {
  readonly url: string
  readonly settings: Settings
  readonly storage: Storage
  readonly store: Store
  readonly sealing: Sealing
  readonly now: () => Seconds
  readonly random: (bytes: number) => Uint8Array
}

export async function openInstallation(config: Config): Promise<Installation> {
  const [, database] = /^sqlite:(.+)$/s.exec(config.storage) ?? []
  if (database !== undefined && database !== ':memory:') openDataFolder(dirname(database))
  const storage = await openStorage(config.storage)
  try {
    return {
      url: config.issuer,
      settings: settingsOf(config),
      storage,
      store: await storage.issuer(config.issuer),
      sealing: createSealing(config.secret),
      now: () => Math.floor(Date.now() / 1_000),
      random: createRandom(),
    }
  } catch (error) {
    await storage.close()
    throw error
  }
}

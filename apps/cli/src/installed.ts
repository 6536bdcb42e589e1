/** Which installation a command looks at: a configuration file, or the demo's data folder, which holds one. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '@symbolon/server/config/load'
import type { Installation } from '@symbolon/server/installation'
import { CommandFailure, exitCodes, type Given, type Option } from './command.ts'

export const defaultDataFolder = '.symbolon'

/** The configuration that the demo writes into its data folder. */
export const demoConfigName = 'symbolon.yaml'

export const installedOptions = {
  config: { type: 'string', value: 'FILE', about: 'The configuration that the server runs from.' },
  data: { type: 'string', value: 'FOLDER', about: `The demo's data folder; ${defaultDataFolder} unless given.` },
} as const satisfies Readonly<Record<string, Option>>

export async function installed({ text }: Given): Promise<Config> {
  const data = text('data') ?? defaultDataFolder
  const file = text('config') ?? join(data, demoConfigName)
  if (text('config') === undefined && !existsSync(file)) {
    const message = `There is no demo in ${data}. Start it with npm start, or name a configuration with --config FILE.`
    throw new CommandFailure(message, exitCodes.notFound)
  }
  const { loadConfig } = await import('@symbolon/server/config/load')
  return await loadConfig(file)
}

/** Opens what `given` names, hands it to `use` and closes it, however that ends. */
export async function withInstallation<T>(given: Given, use: (installation: Installation) => Promise<T>): Promise<T> {
  const config = await installed(given)
  const { openInstallation } = await import('@symbolon/server/installation')
  const installation = await openInstallation(config)
  try {
    return await use(installation)
  } finally {
    await installation.storage.close()
  }
}

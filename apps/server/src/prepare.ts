/** What is put in order before anybody is served, once for however many processes: folder, tables, configuration, keys. */
import { maintainKeys } from '@symbolon/authorization-server/keys/lifecycle'
import { createPasswords } from '@symbolon/authorization-server/people/passwords'
import { applyConfig } from './config/apply.ts'
import type { Config } from './config/load.ts'
import { type Installation, openInstallation } from './installation.ts'

/** Returns how many rows of the configuration were written; 0 when the database agreed already. */
export async function prepareServer(config: Config): Promise<number> {
  const installation = await openInstallation(config)
  try {
    return await prepare(config, installation)
  } finally {
    await installation.storage.close()
  }
}

export async function prepare(config: Config, installation: Installation): Promise<number> {
  const passwords = createPasswords(installation.random)
  const applied = await applyConfig({ config, passwords, ...installation })
  await maintainKeys(installation)
  return applied
}

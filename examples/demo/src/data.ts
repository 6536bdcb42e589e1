/** What the demo keeps: its folder, its secrets made once, and the configuration that it writes for all to read. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateSecret } from '@symbolon/authorization-server/keys/sealing'
import { demoConfigName } from '@symbolon/cli/installed'
import { openDataFolder } from '@symbolon/server/config/data-folder'
import { type DemoAddresses, demoConfig } from './config.ts'

export interface DemoData {
  readonly folder: string
  readonly configFile: string
  readonly photos: string
  readonly printShopSecret: string
  readonly printShopCookieSecret: string
}

export function openDemoData(folder: string, addresses: DemoAddresses): DemoData {
  openDataFolder(folder)
  secretIn(folder, 'secret')
  const configFile = join(folder, demoConfigName)
  writeWhole(configFile, demoConfig(addresses))
  const photos = join(folder, 'photos')
  mkdirSync(photos, { recursive: true, mode: 0o700 })
  return {
    folder,
    configFile,
    photos,
    printShopSecret: secretIn(folder, 'print-shop-secret'),
    printShopCookieSecret: secretIn(folder, 'print-shop-cookie-secret'),
  }
}

/** The secret of this name, made at the first start; two starts at once agree on one. */
function secretIn(folder: string, name: string): string {
  const file = join(folder, name)
  try {
    writeFileSync(file, `${generateSecret()}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return readFileSync(file, 'utf8').trim()
}

/** Whole or not at all, whenever the process ends. */
function writeWhole(file: string, text: string): void {
  const draft = `${file}.${process.pid}.draft`
  writeFileSync(draft, text, { mode: 0o600 })
  renameSync(draft, file)
}

/** What a configuration in TypeScript is written with. */
import type { ConfigFile } from './schema.ts'

export { env, file } from './reference.ts'
export type { ConfigFile } from './schema.ts'

/** `export const config = defineConfig({ … })`: gives the file its types, nothing more. */
export const defineConfig = (config: ConfigFile): ConfigFile => config

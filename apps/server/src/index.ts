/**
 * The authorization server as a library: write a configuration, load it, start it.
 *
 * In reading order: `config/schema.ts` (what can be said), `config/load.ts` (how it is checked), `config/apply.ts`
 * (how the database comes to agree), `server.ts` (how it all becomes one listener).
 */

export type { ConfigFile } from './config/define.ts'
export { defineConfig, env, file } from './config/define.ts'
export { type Config, loadConfig, readConfig } from './config/load.ts'
export { ConfigurationError } from './config/problem.ts'
export { jsonLog, type Log } from './log.ts'
export { prepareServer } from './prepare.ts'
export { type RunningServer, type ServerOptions, startServer } from './server.ts'

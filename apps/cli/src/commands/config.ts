/** `symbolon config check FILE` and `symbolon config schema`. */
import { type Command, CommandFailure, exitCodes } from '../command.ts'

export const command: Command = {
  takes: 'check FILE | schema',
  about: 'Says everything that is wrong with a configuration file and changes nothing, or prints the JSON schema.',
  most: 2,
  options: { json: { type: 'boolean', about: 'Print the problems as one JSON object.' } },
  run: async ({ positionals: [action, file, ...more], flag }) => {
    if (action === 'schema' && file === undefined) {
      const { writtenSchema } = await import('@symbolon/server/config/publish')
      process.stdout.write(writtenSchema())
      return exitCodes.ok
    }
    if (action === 'check' && file !== undefined && more.length === 0) return await check(file, flag('json'))
    throw new CommandFailure('Usage: symbolon config check FILE, or symbolon config schema.', exitCodes.usage)
  },
}

async function check(file: string, json: boolean): Promise<number> {
  const [{ loadConfig }, { ConfigurationError }] = await Promise.all([
    import('@symbolon/server/config/load'),
    import('@symbolon/server/config/problem'),
  ])
  try {
    const { issuer, clients, resources, people } = await loadConfig(file)
    const count = { clients: clients.length, resources: resources.length, people: people.length }
    if (json) process.stdout.write(`${JSON.stringify({ v: 1, data: { ok: true, issuer, ...count } })}\n`)
    else process.stdout.write(`✓ ${file} is right: ${issuer}, ${Object.entries(count).map(said).join(', ')}\n`)
    return exitCodes.ok
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    if (json) process.stdout.write(`${JSON.stringify({ v: 1, data: { ok: false, problems: error.problems } })}\n`)
    else process.stdout.write(`${error.message}\n✗ ${said(['problems', error.problems.length])}\n`)
    return exitCodes.problemsFound
  }
}

/** `1 person`, `2 people`. */
function said([name, count]: readonly [string, number]): string {
  const one: Readonly<Record<string, string>> = { people: 'person' }
  return `${count} ${count === 1 ? (one[name] ?? name.replace(/s$/, '')) : name}`
}

/** The `symbolon` command: finds the command that is asked for, runs it, and says in one sentence why it can't. */
import { nearest } from '@symbolon/server/nearest'
import { type Command, CommandFailure, exitCodes, given } from './command.ts'
import { explain } from './failures.ts'
import { commandHelp, programHelp } from './help.ts'

interface Entry {
  readonly about: string
  readonly load: () => Promise<{ readonly command: Command }>
}

const entries: Readonly<Record<string, Entry>> = {
  serve: { about: 'Run the server from a configuration file.', load: () => import('./commands/serve.ts') },
  flow: { about: 'Show the last flows, or one of them step by step.', load: () => import('./commands/flow.ts') },
  keys: { about: 'List or rotate the signing keys.', load: () => import('./commands/keys.ts') },
  invitations: {
    about: 'Make, list or take back tokens with which apps register themselves.',
    load: () => import('./commands/invitations.ts'),
  },
  logouts: {
    about: 'List which apps were told that a session has ended.',
    load: () => import('./commands/logouts.ts'),
  },
  config: { about: 'Check a configuration file, or print its schema.', load: () => import('./commands/config.ts') },
  'hash-password': {
    about: 'Hash the password on standard input for a configuration file.',
    load: () => import('./commands/hash-password.ts'),
  },
  version: { about: 'Print the version.', load: () => import('./commands/version.ts') },
}

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  const asked = name === 'help' ? rest[0] : name
  if (asked === undefined || asked === '--help' || asked === '-h') {
    process.stdout.write(programHelp(entries))
    return exitCodes.ok
  }
  const known = asked === '--version' ? 'version' : asked
  const entry = Object.hasOwn(entries, known) ? entries[known] : undefined
  if (entry === undefined) {
    const close = nearest(asked, [...Object.keys(entries), 'help'])
    const hint = close === undefined ? 'symbolon help lists them.' : `Did you mean ${close}?`
    throw new CommandFailure(`There is no command ${asked}. ${hint}`, exitCodes.usage)
  }
  const { command } = await entry.load()
  if (name === 'help' || rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(commandHelp(`symbolon ${known}`, command))
    return exitCodes.ok
  }
  return await command.run(given(command, rest))
}

// Whoever reads may stop reading: `symbolon flow | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const { message, code } = explain(error)
  process.stderr.write(`${message}\n`)
  process.exitCode = code
}

/** `symbolon version`. */
import { readFileSync } from 'node:fs'
import { type Command, exitCodes } from '../command.ts'

export const command: Command = {
  takes: '',
  about: 'Prints the version of symbolon and of Node.',
  most: 0,
  options: {},
  run: async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    process.stdout.write(`symbolon ${version} (Node ${process.versions.node})\n`)
    return exitCodes.ok
  },
}

/** `symbolon hash-password`: a password never stands in a command line, where every process can read it. */
import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { type Command, CommandFailure, exitCodes } from '../command.ts'

export const command: Command = {
  takes: '',
  about:
    'Reads a password from standard input and prints its argon2id hash. The line break at its end is no part of it.',
  most: 0,
  options: {},
  run: async () => {
    if (process.stdin.isTTY) process.stderr.write('Type the password, Enter, then Ctrl-D:\n')
    const password = (await text(process.stdin)).replace(/\r?\n$/, '')
    if (password === '') throw new CommandFailure('There was no password on standard input.', exitCodes.usage)
    const { createPasswords, isTooLong, longestPassword } = await import(
      '@symbolon/authorization-server/people/passwords'
    )
    if (isTooLong(password)) throw new CommandFailure(`A password has at most ${longestPassword} bytes.`)
    process.stdout.write(`${await createPasswords(randomBytes).hash(password)}\n`)
    return exitCodes.ok
  },
}

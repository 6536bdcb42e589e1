/** A program that is one command: its help, its run, and what is said when it fails. */
import { type Command, given } from './command.ts'
import { explain } from './failures.ts'
import { commandHelp } from './help.ts'

export async function runProgram(name: string, command: Command): Promise<void> {
  const args = process.argv.slice(2)
  try {
    if (args.includes('--help') || args.includes('-h')) process.stdout.write(commandHelp(name, command))
    else process.exitCode = await command.run(given(command, args))
  } catch (error) {
    const { message, code } = explain(error)
    process.stderr.write(`${message}\n`)
    process.exitCode = code
  }
}

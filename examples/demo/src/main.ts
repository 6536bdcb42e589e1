/** `npm start`: the main job on one machine. Authorization server, photo library and print shop in one process. */
import { resolve } from 'node:path'
import { type Command, exitCodes, portFrom } from '@symbolon/cli/command'
import { defaultDataFolder } from '@symbolon/cli/installed'
import { runProgram } from '@symbolon/cli/program'
import { untilSignal } from '@symbolon/cli/signals'

const betweenPorts = 100

const command: Command = {
  takes: '',
  about: 'Runs the server, a photo library and a print shop, and prints one line for each flow.',
  most: 0,
  options: {
    port: { type: 'string', value: 'PORT', about: "The server's; the others listen 100 and 200 above it. 4000." },
    data: {
      type: 'string',
      value: 'FOLDER',
      about: `Where data and keys are kept; ${defaultDataFolder} unless given.`,
    },
  },
  run: async ({ text }) => {
    const port = portFrom(text('port'), 65_535 - 2 * betweenPorts) ?? 4_000
    const folder = resolve(text('data') ?? defaultDataFolder)
    const { startDemo } = await import('./start.ts')
    const demo = await startDemo({ folder, ports: [port, port + betweenPorts, port + 2 * betweenPorts] })
    await untilSignal()
    await demo.close()
    return exitCodes.ok
  },
}

await runProgram('npm start --', command)

/** `symbolon serve`: the production server. Standard output is its log, one JSON object for each line. */
import { type Command, CommandFailure, exitCodes, portFrom } from '../command.ts'
import { untilSignal } from '../signals.ts'

/** Milliseconds in which a balancer that asks `/ready` has noticed. */
const draining = 1_000

export const command: Command = {
  takes: '',
  about: 'Runs the server. SIGTERM and SIGINT let it finish what is in flight; a second one ends it at once.',
  most: 0,
  options: {
    config: { type: 'string', value: 'FILE', about: 'The configuration, in YAML, JSON or TypeScript.' },
    port: { type: 'string', value: 'PORT', about: 'Listen here instead of where the configuration says.' },
  },
  run: async ({ text }) => {
    const file = text('config')
    if (file === undefined) throw new CommandFailure('serve needs --config FILE.', exitCodes.usage)
    const port = portFrom(text('port'))
    const [{ loadConfig, startServer }, { jsonLog }] = await Promise.all([
      import('@symbolon/server'),
      import('@symbolon/server/log'),
    ])
    const config = await loadConfig(file)
    const log = jsonLog((line) => process.stdout.write(line))
    const listen = { ...config.listen, ...(port !== undefined && { port }) }
    const server = await startServer({ ...config, listen }, { log })
    const signal = await untilSignal()
    log({ level: 'info', message: 'stopping', signal })
    // Who sends SIGTERM is a machine, with other servers that take over; at a terminal nobody wants to wait.
    if (signal === 'SIGTERM') await server.drain(draining)
    await server.close()
    log({ level: 'info', message: 'stopped' })
    return exitCodes.ok
  },
}

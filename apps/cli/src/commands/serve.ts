/** `symbolon serve`: the production server. Standard output is its log, one JSON object for each line. */
import cluster from 'node:cluster'
import { availableParallelism } from 'node:os'
import { type Command, CommandFailure, exitCodes, portFrom } from '../command.ts'
import { untilSignal } from '../signals.ts'
import { serveAlone, serveTogether } from '../workers/serving.ts'

/** Milliseconds in which a balancer that asks `/ready` has noticed. */
const draining = 1_000

export const command: Command = {
  takes: '',
  about: 'Runs the server. SIGTERM and SIGINT let it finish what is in flight; a second one ends it at once.',
  most: 0,
  options: {
    config: { type: 'string', value: 'FILE', about: 'The configuration, in YAML, JSON or TypeScript.' },
    port: { type: 'string', value: 'PORT', about: 'Listen here instead of where the configuration says.' },
    workers: { type: 'string', value: 'N', about: 'Run so many processes behind the port; auto for one on each core.' },
  },
  run: async ({ text }) => {
    const { jsonLog, linesTo } = await import('@symbolon/server/log')
    const write = linesTo(process.stdout)
    const log = jsonLog(write)
    if (cluster.isWorker) return await (await import('../workers/worker.ts')).work(log)
    const file = text('config')
    if (file === undefined) throw new CommandFailure('serve needs --config FILE.', exitCodes.usage)
    const [{ loadConfig }, { mostWorkers }] = await Promise.all([
      import('@symbolon/server/config/load'),
      import('@symbolon/server/config/listen-schema'),
    ])
    const [port, workers] = [portFrom(text('port')), workersFrom(text('workers'), mostWorkers)]
    const read = await loadConfig(file)
    const listen = { ...read.listen, ...(port !== undefined && { port }), ...(workers !== undefined && { workers }) }
    const config = { ...read, listen }
    const count = listen.workers === 'auto' ? availableParallelism() : listen.workers
    const server = count === 1 ? await serveAlone(config, log) : await serveTogether(config, count, { log, write })
    const signal = await Promise.race([untilSignal(), server.broken])
    log({ level: 'info', message: 'stopping', signal })
    // Who sends SIGTERM is a machine, with other servers that take over; at a terminal nobody wants to wait.
    await server.leave(signal === 'SIGTERM' ? draining : 0)
    log({ level: 'info', message: 'stopped' })
    return exitCodes.ok
  },
}

function workersFrom(given: string | undefined, most: number): number | 'auto' | undefined {
  if (given === undefined || given === 'auto') return given
  if (/^[1-9]\d?$/.test(given) && Number(given) <= most) return Number(given)
  const message = `Workers are a number from 1 to ${most}, or auto, not "${given}".`
  throw new CommandFailure(message, exitCodes.usage)
}

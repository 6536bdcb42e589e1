/** One of several server processes behind one port. It ends when it is told to, or at once when nobody watches it. */
import cluster from 'node:cluster'
import type { Log } from '@symbolon/server/log'
import { exitCodes } from '../command.ts'
import { explain } from '../failures.ts'
import type { FromWorker, ToWorker } from './messages.ts'

export async function work(log: Log): Promise<number> {
  // A terminal and a service manager send these to every process; the one that watches says when to go.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => undefined)
  const ordered = order('serve')
  const sentAway = order('leave')
  try {
    const { startServer } = await import('@symbolon/server/server')
    tell({ say: 'loaded' })
    const { config, worker } = await ordered
    const server = await startServer(config, { worker, log: (entry) => log({ ...entry, worker }) })
    tell({ say: 'serving', url: server.url })
    const { draining } = await sentAway
    if (draining > 0) await server.drain(draining)
    await server.close()
    return exitCodes.ok
  } catch (error) {
    tell({ say: 'failed', why: explain(error) })
    return exitCodes.failed
  } finally {
    cluster.worker?.disconnect()
  }
}

function tell(message: FromWorker): void {
  process.send?.(message)
}

type Order<Say> = Extract<ToWorker, { readonly say: Say }>

const order = <Say extends ToWorker['say']>(say: Say): Promise<Order<Say>> =>
  new Promise((resolve) => {
    process.on('message', (message: ToWorker) => {
      if (message.say === say) resolve(message as Order<Say>)
    })
  })

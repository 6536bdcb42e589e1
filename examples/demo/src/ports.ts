/** Whether the demo's ports are free, asked before anything is made or started. */
import { connect } from 'node:net'
import { CommandFailure } from '@symbolon/cli/command'
import { portInUse } from '@symbolon/cli/failures'

export async function requireFree(ports: readonly number[]): Promise<void> {
  const busy = await Promise.all(ports.map(async (port) => ((await answers(port)) ? [port] : [])))
  const [first] = busy.flat()
  if (first !== undefined) throw new CommandFailure(portInUse(first))
}

/**
 * Whoever answers at `localhost`, on either family of addresses, would get what a browser sends to us.
 */
const answers = async (port: number): Promise<boolean> =>
  (await Promise.all(['127.0.0.1', '::1'].map((host) => accepts(host, port)))).includes(true)

function accepts(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ host, port })
  socket.setTimeout(1_000)
  socket.once('connect', () => resolve(true))
  socket.once('error', () => resolve(false))
  socket.once('timeout', () => resolve(true))
  return promise.finally(() => socket.destroy())
}

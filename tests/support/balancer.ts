/**
 * A load balancer without affinity: each request goes to the next server that says it is ready, by a connection of its
 * own. A server that takes no connection has had no request: then, and only then, the next one is asked.
 */
import { createServer, type IncomingMessage, request as send } from 'node:http'

export interface Balancer {
  close(): Promise<void>
}

const betweenChecks = 50

export async function startBalancer(port: number, targets: readonly number[]): Promise<Balancer> {
  let turn = 0
  const away = new Set<number>()
  const look = async (target: number) => {
    const isReady = await fetch(`http://127.0.0.1:${target}/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) away.delete(target)
    else away.add(target)
  }
  const checks = setInterval(() => void targets.map(look), betweenChecks)
  const next = () => {
    const ready = targets.filter((target) => !away.has(target))
    const known = ready.length === 0 ? targets : ready
    return known[turn++ % known.length]
  }

  const server = createServer(async (incoming, outgoing) => {
    const { method, url, headers } = incoming
    const body = Buffer.concat(await Array.fromAsync<Buffer>(incoming))
    const ask = (target: number | undefined) =>
      new Promise<IncomingMessage>((resolve, reject) => {
        const onward = { host: '127.0.0.1', port: target, method, path: url, headers, agent: false as const }
        send(onward, resolve).on('error', reject).end(body)
      })
    for (let tried = 0; tried < targets.length; tried++) {
      try {
        const answer = await ask(next())
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.on('error', () => outgoing.destroy())
        return answer.pipe(outgoing)
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED')) break
      }
    }
    return outgoing.writeHead(502).end()
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    close() {
      clearInterval(checks)
      return new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

/** An app's address for logout tokens, on loopback: keeps what it was told, and answers as it is told to. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt, type JWTPayload } from 'jose'

export interface LogoutReceiver extends AsyncDisposable {
  readonly uri: string
  readonly received: readonly JWTPayload[]
  /** How it answers from now on; `hang` never does. */
  answers(how: number | 'hang'): void
  /** Resolves when so many have come in all. */
  upTo(count: number): Promise<readonly JWTPayload[]>
}

export async function startLogoutReceiver(): Promise<LogoutReceiver> {
  const received: JWTPayload[] = []
  const waiting = new Set<() => void>()
  let how: number | 'hang' = 200
  const answer = (response: ServerResponse) => how !== 'hang' && response.writeHead(how).end()
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const form = new URLSearchParams(Buffer.concat(parts).toString())
    received.push(decodeJwt(form.get('logout_token') ?? ''))
    answer(response)
    for (const wake of waiting) wake()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    uri: `http://127.0.0.1:${port}/logout`,
    received,
    answers(next) {
      how = next
    },
    async upTo(count) {
      while (received.length < count) {
        const { promise, resolve } = Promise.withResolvers<void>()
        waiting.add(resolve)
        await promise
        waiting.delete(resolve)
      }
      return received
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

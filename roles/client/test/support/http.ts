/** What stand-ins have in common: a server on loopback that reads what it is sent, and short answers. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly form: URLSearchParams
  readonly body: string
}

export interface Listening {
  readonly url: string
  readonly stop: () => Promise<void>
}

export async function listenTo(answer: (asked: Asked, response: ServerResponse) => unknown): Promise<Listening> {
  const server = createServer(async (message, response) => {
    const body = await text(message)
    const { method = '', url = '', headers } = message
    await answer({ method, path: url, headers, form: new URLSearchParams(body), body }, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

export function sendHtml(response: ServerResponse, html: string): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html>${html}`)
}

/** Where an address sends whoever opens it. */
export async function sentBack(url: string): Promise<URL> {
  const response = await fetch(url, { redirect: 'manual' })
  return new URL(response.headers.get('location') ?? '')
}

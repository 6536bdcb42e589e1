/**
 * The suite's own address, played: over TLS it takes callbacks and logout notices and keeps what came, and serves the
 * documents that a server fetches from it (keys, request objects, sectors).
 */
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import type { CertificateFiles } from 'conformance/certificates'

export interface Received {
  readonly method: string
  readonly path: string
  /** As it came, without the question mark. */
  readonly query: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface SuiteServer {
  readonly base: string
  /** In the order in which they came. */
  readonly received: readonly Received[]
  /** The first request to this path after the `after`th of all; waits until it comes. */
  next(path: string, after?: number): Promise<Received>
  /** Serves a document from now on, and gives its address. */
  serve(path: string, document: { readonly body: string; readonly type?: string }): string
  close(): Promise<void>
}

export async function startSuite(port: number, tls: CertificateFiles): Promise<SuiteServer> {
  const received: Received[] = []
  const documents = new Map<string, { readonly body: string; readonly type?: string }>()
  const waiting = new Set<() => void>()
  const base = `https://127.0.0.1:${port}`
  const server = createServer(
    { cert: readFileSync(tls.cert), key: readFileSync(tls.key) },
    async (request, response) => {
      const { pathname, search } = new URL(request.url ?? '/', base)
      const body = await textOf(request)
      const { method = 'GET', headers } = request
      received.push({ method, path: pathname, query: search.slice(1), headers, body })
      for (const wake of [...waiting]) wake()
      const document = documents.get(pathname)
      if (document !== undefined)
        return response.writeHead(200, { 'content-type': document.type ?? 'application/json' }).end(document.body)
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><title>Suite</title><p>Received.</p>')
    },
  )
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const found = (path: string, after: number) => received.slice(after).find((one) => one.path === path)
  return {
    base,
    received,
    next(path, after = 0) {
      const { promise, resolve } = Promise.withResolvers<Received>()
      const look = () => {
        const one = found(path, after)
        if (one === undefined) return
        waiting.delete(look)
        resolve(one)
      }
      waiting.add(look)
      look()
      return promise
    },
    serve(path, document) {
      documents.set(path, document)
      return `${base}${path}`
    },
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts).toString()
}

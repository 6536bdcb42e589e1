/**
 * The endpoints on Fastify: one listener with its limits, TLS, health and an orderly end.
 *
 * `GET /health` answers while the process lives; `GET /ready` while it also reaches its storage and is not closing.
 */
import type { Route } from '@symbolon/authorization-server/endpoints/endpoint'
import type { Issuer } from '@symbolon/authorization-server/ports/issuer'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { createHandler } from './handle.ts'
import type { HttpResponse, LogEntry } from './message.ts'

export interface ListenOptions {
  readonly issuers: readonly Issuer[]
  readonly routes: readonly Route[]
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer } | undefined
  /** Addresses or networks of proxies whose X-Forwarded-For is believed. */
  readonly trustProxy?: readonly string[] | undefined
  /** Rejects while requests can't be served. */
  readonly ready: () => Promise<void>
  readonly log?: ((entry: LogEntry) => void) | undefined
}

export interface Listener {
  readonly url: string
  readonly port: number
  /** Says that it is not ready, and lets go of every connection with its next answer; goes on answering. */
  retire(): void
  /** Takes no more requests, finishes those in flight, then resolves. */
  close(): Promise<void>
}

const limits = {
  bodyLimit: 65_536,
  /** A client that dribbles is cut off, so that others are served. */
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionTimeout: 60_000,
}

export async function listen({ host, port, tls, trustProxy, ...rest }: ListenOptions): Promise<Listener> {
  const { server, retire } = createServer({ tls, trustProxy, ...rest })
  await server.listen({ host, port })
  const bound = server.server.address()
  const at = bound !== null && typeof bound === 'object' ? bound.port : port
  const name = host.includes(':') ? `[${host}]` : host
  return { url: `${tls ? 'https' : 'http'}://${name}:${at}`, port: at, retire, close: () => server.close() }
}

function createServer(options: Omit<ListenOptions, 'host' | 'port'>): {
  readonly server: FastifyInstance
  readonly retire: () => void
} {
  const { issuers, routes, tls, trustProxy = [], ready, log } = options
  const handle = createHandler({ issuers, routes, log })
  const server = Fastify({
    ...limits,
    logger: false,
    trustProxy: trustProxy.length === 0 ? false : [...trustProxy],
    forceCloseConnections: 'idle',
    // What has reached us is answered, to the end.
    return503OnClosing: false,
    http: { maxHeaderSize: 32_768, headersTimeout: 15_000 },
    ...(tls === undefined ? {} : { https: { ...tls, minVersion: 'TLSv1.2' as const, maxHeaderSize: 32_768 } }),
  }) as FastifyInstance
  let closing = false
  const retire = () => {
    closing = true
  }
  server.addHook('preClose', async () => retire())
  server.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close')
  })

  // The raw bytes: endpoints read the body by one strict parser, whatever type it claims to be.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  server.setErrorHandler((error: Error & { readonly statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) log?.({ ...blank(request, status), level: 'error', cause: error })
    return reply.code(status).send({ error: status >= 500 ? 'server_error' : 'invalid_request' })
  })

  server.get('/health', async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }))
  server.get('/ready', async (_request, reply) => {
    const reason = closing
      ? 'closing'
      : await ready().then(
          () => undefined,
          () => 'storage',
        )
    reply.header('cache-control', 'no-store')
    if (reason === undefined) return reply.send({ status: 'ready' })
    return reply.code(503).header('retry-after', '2').send({ status: 'unavailable', reason })
  })
  server.all('/*', async (request, reply) =>
    send(
      reply,
      await handle({
        method: request.method,
        target: request.raw.url ?? '/',
        headers: joined(request.headers),
        body: Buffer.isBuffer(request.body) ? request.body : new Uint8Array(),
        remoteAddress: request.ip,
      }),
    ),
  )
  return { server, retire }
}

const blank = (request: FastifyRequest, status: number) => ({
  flow: '',
  method: request.method,
  route: '(none)',
  status,
  took: 0,
})

function send(reply: FastifyReply, { status, headers, body }: HttpResponse): FastifyReply {
  reply.code(status)
  for (const [name, value] of Object.entries(headers)) reply.header(name, value)
  // Bytes: for a text Fastify would change the content type.
  return reply.send(body === '' ? undefined : Buffer.from(body))
}

function joined(headers: FastifyRequest['headers']): Record<string, string | undefined> {
  const result: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(headers)) result[name] = Array.isArray(value) ? value.join(', ') : value
  return result
}

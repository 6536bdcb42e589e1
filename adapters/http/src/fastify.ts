/**
 * The endpoints on Fastify: one listener with its limits, TLS, health and an orderly end.
 *
 * `GET /health` answers while the process lives; `GET /ready` while it also reaches its storage and is not closing.
 */
import type { Route } from '@symbolon/authorization-server/endpoints/endpoint'
import type { Issuer } from '@symbolon/authorization-server/ports/issuer'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { createEndpoints } from './handle.ts'
import { type Crowded, defaultLimits, type Limits, tellOfDrops } from './limits.ts'
import type { HttpResponse, LogEntry } from './message.ts'
import { maxParamLength, type Parts } from './routing.ts'
import { hasClearEnd, read, send } from './socket.ts'

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
  readonly log?: ((entry: LogEntry | Crowded) => void) | undefined
  readonly limits?: Limits | undefined
}

export interface Listener {
  readonly url: string
  readonly port: number
  /** Says that it is not ready, and lets go of every connection with its next answer; goes on answering. */
  retire(): void
  /** Takes no more requests, finishes those in flight, then resolves. */
  close(): Promise<void>
}

const neverAsked = () => () => {
  throw new Error('No route has a schema.')
}

/** Fastify's own compilers of schemas would be a tenth of the time that a start takes. */
const noSchemas = { compilersFactory: { buildValidator: neverAsked, buildSerializer: neverAsked } }

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
  const { issuers, routes, tls, trustProxy = [], ready, log, limits = defaultLimits } = options
  const { places, answer, handle } = createEndpoints({ issuers, routes, log })
  let closing = false
  const respond = async (reply: FastifyReply, response: Promise<HttpResponse>) => send(reply, await response, closing)
  const find = (request: FastifyRequest, reply: FastifyReply) => respond(reply, handle(read(request)))
  const http = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headers,
    connectionsCheckingInterval: limits.lookEvery,
  }
  const server = Fastify({
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.request,
    connectionTimeout: limits.silence,
    keepAliveTimeout: limits.keepAlive,
    logger: false,
    schemaController: noSchemas,
    trustProxy: trustProxy.length === 0 ? false : [...trustProxy],
    forceCloseConnections: 'idle',
    // What has reached us is answered, to the end.
    return503OnClosing: false,
    routerOptions: { maxParamLength, querystringParser: () => ({}) },
    // What the router takes for no path at all.
    frameworkErrors: (_error, request, reply) => find(request, reply).catch((error) => reply.send(error)),
    http,
    ...(tls === undefined ? {} : { https: { ...http, ...tls, minVersion: 'TLSv1.2' as const } }),
  }) as FastifyInstance
  // Who has sent all and closes its own half still waits for the answer. Node has no option for it.
  Object.assign(server.server, { maxConnections: limits.connections, httpAllowHalfOpen: true })
  if (log !== undefined) server.server.on('drop', tellOfDrops(log, limits.connections))
  const retire = () => {
    closing = true
  }
  server.addHook('preClose', async () => retire())
  server.addHook('onRequest', ({ raw }, reply, done) => {
    if (hasClearEnd(raw)) return done()
    // As with what the parser refuses, the connection ends, and nothing more on it is heard.
    reply.hijack()
    server.server.emit('clientError', new Error('It is not clear where this request ends.'), raw.socket)
  })
  server.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close')
  })

  // The raw bytes: endpoints read the body by one strict parser, whatever type it claims to be.
  server.removeAllContentTypeParsers()
  // Fastify remembers the parser of a type that it knows by name.
  const types = ['application/x-www-form-urlencoded', '*']
  server.addContentTypeParser(types, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
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
  for (const place of places) {
    server.all<{ Params: Parts }>(place.pattern, (request, reply) =>
      respond(reply, answer(read(request), { place, parts: request.params })),
    )
  }
  server.all('/*', find)
  return { server, retire }
}

const blank = (request: FastifyRequest, status: number) => ({
  flow: '',
  method: request.method,
  route: '(none)',
  status,
  took: 0,
})

/** Between Fastify and plain messages: a request as it was read, an answer written straight to the socket. */
import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Headers, HttpRequest, HttpResponse } from './message.ts'

const empty = new Uint8Array()

export const read = ({ method, raw, headers, body, ip }: FastifyRequest): HttpRequest => ({
  method,
  target: raw.url ?? '/',
  headers: isFlat(headers) ? headers : joined(headers),
  body: Buffer.isBuffer(body) ? body : empty,
  remoteAddress: ip,
})

/**
 * Whether every proxy before us sees this request end where we do. What has two lengths, or a length and chunks, never
 * comes as far as this; what follows a request without a clear end has come over a connection that is no more.
 *
 * @see RFC 9112 §6.1, §11.2 (request smuggling)
 */
export function hasClearEnd({
  headers: { 'transfer-encoding': coding },
  httpVersion,
  socket,
}: IncomingMessage): boolean {
  if (socket.destroyed) return false
  return coding === undefined || (coding.toLowerCase() === 'chunked' && httpVersion !== '1.0')
}

/** The one header that Node gives as a list is one that no client has to send. */
const isFlat = (headers: FastifyRequest['headers']): headers is HttpRequest['headers'] =>
  headers['set-cookie'] === undefined

function joined(headers: FastifyRequest['headers']): HttpRequest['headers'] {
  const result: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(headers)) result[name] = Array.isArray(value) ? value.join(', ') : value
  return result
}

/** Written to the socket as it is: Fastify would look at each header and at the body once more. */
export function send(reply: FastifyReply, { status, headers, body }: HttpResponse, last: boolean): void {
  const lines = linesOf(headers)
  const hasLength = status !== 204 && status !== 304 && reply.request.method !== 'HEAD'
  if (hasLength) lines.push('content-length', String(Buffer.byteLength(body)))
  if (last) lines.push('connection', 'close')
  reply.raw.writeHead(status, lines).end(body)
  reply.hijack()
}

/** Name, value, name, value. */
function linesOf(headers: Headers): string[] {
  const lines: string[] = []
  for (const name in headers) {
    const value = headers[name] ?? ''
    if (typeof value === 'string') lines.push(name, value)
    else for (const one of value) lines.push(name, one)
  }
  return lines
}

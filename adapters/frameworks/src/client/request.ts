/**
 * From a node:http request to a `Request`. The address is built on the configured origin and never on the Host
 * header, so that nobody who sends a request can choose it.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'

/** A body that a parser before us has already read: Express and Fastify leave an object, some leave the bytes. */
export type ParsedBody = string | Uint8Array | Readonly<Record<string, unknown>> | null | undefined

export interface RequestParts {
  readonly message: IncomingMessage
  readonly baseUrl: string
  /** Path and query as the browser sent them, before any router cut them. */
  readonly path: string
  readonly body: ParsedBody
}

export function toRequest({ message, baseUrl, path, body }: RequestParts): Request {
  const method = message.method ?? 'GET'
  const headers = toHeaders(message.headers)
  const url = `${baseUrl}${onlyPath(path)}`
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers })
  if (body === undefined || body === null) {
    if (message.readableEnded) return new Request(url, { method, headers })
    const stream: unknown = Readable.toWeb(message)
    return new Request(url, { method, headers, body: stream as BodyInit, ...{ duplex: 'half' } })
  }
  headers.delete('content-length')
  return new Request(url, { method, headers, body: written(body) })
}

export function toHeaders(headers: IncomingHttpHeaders): Headers {
  const all = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    // the pseudo headers of HTTP/2 are no headers
    if (value === undefined || name.startsWith(':')) continue
    for (const each of typeof value === 'string' ? [value] : value) all.append(name, each)
  }
  return all
}

/** A request line may hold a whole address; only its path is ours to believe. */
export function onlyPath(target: string): string {
  if (target.startsWith('/')) return target
  if (!URL.canParse(target)) return '/'
  const { pathname, search } = new URL(target)
  return `${pathname}${search}`
}

function written(body: NonNullable<ParsedBody>): BodyInit {
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return new Uint8Array(body)
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(body)) {
    for (const each of Array.isArray(value) ? value : [value]) if (typeof each === 'string') form.append(name, each)
  }
  return form
}

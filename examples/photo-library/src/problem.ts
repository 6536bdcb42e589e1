/** What went wrong, as a problem document (RFC 9457). */
import type { FastifyReply } from 'fastify'

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  500: 'Internal Server Error',
  507: 'Insufficient Storage',
}

export function problem(reply: FastifyReply, status: number, detail: string): FastifyReply {
  const title = titles[status] ?? 'Error'
  const body = JSON.stringify({ type: 'about:blank', title, status, detail })
  return reply
    .code(status)
    .headers({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    .send(Buffer.from(body))
}

/** Turns an endpoint's answer into an HTTP response: headers that no route can forget, and the view as a page. */
import type { Answer, Route } from '@symbolon/authorization-server/endpoints/endpoint'
import type { Frame } from '@symbolon/protocol/views'
import { render } from '@symbolon/resource-owner/flow/2-user-authorization'
import { pageHeaders } from '@symbolon/resource-owner/headers'
import type { Headers, HttpResponse } from './message.ts'
import type { Place, Served } from './routing.ts'

/** What all answers of a route say. */
export const headersOf = ({ cors }: Route, { https }: Served): Readonly<Record<string, string>> => ({
  // Codes and tokens stay out of every cache, Referer and content sniffer (RFC 6749 §5.1, RFC 9700 §4.2.4).
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  ...(https && { 'strict-transport-security': 'max-age=63072000; includeSubDomains' }),
  // Any origin may read, none may use the person's cookies: these endpoints look at none (Fetch §3.2).
  ...(cors && {
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'www-authenticate, symbolon-flow, retry-after',
  }),
})

/** `frameOf`: what only a page needs. */
export function write(
  answer: Answer,
  { served, headers: always }: Place,
  { flow, frameOf }: { readonly flow: string; readonly frameOf: () => Frame },
): HttpResponse {
  const { status, cookies } = answer
  const content = contentOf(answer, { https: served.https, frameOf })
  // One object that grows is much cheaper than one that is put together of several.
  const headers: Record<string, Headers[string]> = { ...always }
  headers['symbolon-flow'] = flow
  Object.assign(headers, content.headers, answer.headers)
  if (cookies?.length) headers['set-cookie'] = cookies.map((cookie) => served.cookies.write(cookie))
  return { status, headers, body: content.body }
}

interface Content {
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

const json = { 'content-type': 'application/json' }

function contentOf(
  answer: Answer,
  { https, frameOf }: { readonly https: boolean; readonly frameOf: () => Frame },
): Content {
  switch (answer.kind) {
    case 'json':
      return { headers: json, body: textOf(answer) }
    case 'text':
      return { body: answer.body }
    case 'empty':
      return { body: '' }
    case 'redirect':
      return { headers: { location: answer.location }, body: '' }
    case 'page': {
      const { html, refresh, ...page } = render(answer.view, frameOf())
      return { headers: { ...pageHeaders({ https, ...page }), ...(refresh !== undefined && { refresh }) }, body: html }
    }
  }
}

const texts = new WeakMap<object, string>()

/** What everybody may keep is kept here too, as text, for as long as the endpoint answers with the same object. */
function textOf({ body, headers }: Answer & { readonly kind: 'json' }): string {
  const shared = typeof body === 'object' && body !== null && headers?.['cache-control']?.startsWith('public')
  if (!shared) return JSON.stringify(body)
  const text = texts.get(body) ?? JSON.stringify(body)
  texts.set(body, text)
  return text
}

/** What a browser asks before it lets a script of another origin send the request (Fetch §4.8). */
export const preflight = (route: Route): Answer => ({
  kind: 'empty',
  status: 204,
  headers: {
    'access-control-allow-methods': Object.keys(route.methods).join(', '),
    'access-control-allow-headers': 'authorization, content-type, dpop',
    'access-control-max-age': '7200',
  },
})

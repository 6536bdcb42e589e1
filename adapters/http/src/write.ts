/** Turns an endpoint's answer into an HTTP response: headers that no route can forget, and the view as a page. */
import type { Answer, Route } from '@symbolon/authorization-server/endpoints/endpoint'
import type { Frame } from '@symbolon/protocol/views'
import { render } from '@symbolon/resource-owner/flow/2-user-authorization'
import { pageHeaders } from '@symbolon/resource-owner/headers'
import type { HttpResponse } from './message.ts'
import type { Found } from './routing.ts'

/** Codes and tokens stay out of every cache, Referer and content sniffer (RFC 6749 §5.1, RFC 9700 §4.2.4). */
const always = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' }

/** `frameOf`: what only a page needs. */
export function write(
  answer: Answer,
  { served, route }: Found,
  { flow, frameOf }: { readonly flow: string; readonly frameOf: () => Frame },
): HttpResponse {
  const shared: Record<string, string | readonly string[]> = { ...always, 'symbolon-flow': flow }
  if (served.https) shared['strict-transport-security'] = 'max-age=63072000; includeSubDomains'
  if (route.cors) Object.assign(shared, corsHeaders)
  if (answer.cookies?.length) shared['set-cookie'] = answer.cookies.map((cookie) => served.cookies.write(cookie))
  const finish = (status: number, headers: Readonly<Record<string, string>>, body: string): HttpResponse => ({
    status,
    headers: { ...shared, ...headers, ...answer.headers },
    body,
  })

  switch (answer.kind) {
    case 'json':
      return finish(answer.status, { 'content-type': 'application/json' }, JSON.stringify(answer.body))
    case 'empty':
      return finish(answer.status, {}, '')
    case 'redirect':
      return finish(answer.status, { location: answer.location }, '')
    case 'page': {
      const page = render(answer.view, frameOf())
      const headers: Record<string, string> = {
        ...pageHeaders({ https: served.https, ...page }),
      }
      if (page.refresh !== undefined) headers.refresh = page.refresh
      return finish(answer.status, headers, page.html)
    }
  }
}

/** Any origin may read, none may use the person's cookies: these endpoints look at none (Fetch §3.2). */
const corsHeaders = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'www-authenticate, symbolon-flow, retry-after',
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

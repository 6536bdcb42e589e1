/**
 * One request, whichever adapter brought it: find the endpoint, read the parameters, call, write, log.
 *
 * Everything that all routes share is done here and nowhere else: methods, CORS, malformed input, unknown throws.
 */
import type { Answer, EndpointRequest, Route } from '@symbolon/authorization-server/endpoints/endpoint'
import type { Issuer } from '@symbolon/authorization-server/ports/issuer'
import { StorageUnavailable } from '@symbolon/authorization-server/ports/store'
import { type Reason, refusals, wireDescriptions } from '@symbolon/protocol/refusals'
import { flowReference } from '@symbolon/protocol/trace'
import type { Frame } from '@symbolon/protocol/views'
import { assets } from '@symbolon/resource-owner/assets'
import { assetHeaders } from '@symbolon/resource-owner/headers'
import { bestLocale, preferredLocales } from './locale.ts'
import type { HttpRequest, HttpResponse, LogEntry } from './message.ts'
import { parseForm, parseParameters } from './parse.ts'
import { createRouting, type Find, type Found } from './routing.ts'
import { preflight, write } from './write.ts'

export interface HandlerOptions {
  readonly issuers: readonly Issuer[]
  readonly routes: readonly Route[]
  readonly log?: ((entry: LogEntry) => void) | undefined
}

export type Handle = (request: HttpRequest) => Promise<HttpResponse>

export function createHandler({ issuers, routes, log = () => undefined }: HandlerOptions): Handle {
  const find = createRouting(issuers, routes)
  const nobodys = nobodysRoute(issuers)

  return async (incoming) => {
    const receivedAt = Date.now()
    const [rawPath = '', ...rest] = incoming.target.split('?')
    const asset = assetOf(rawPath, issuers, incoming)
    if (asset !== undefined) return asset

    const known = lookUp(find, rawPath)
    const found = known ?? nobodys
    const { issuer } = found.served
    const request = read(incoming, { found, rawQuery: rest.join('?'), receivedAt })
    const { answer, cause } = await answerTo(request, incoming, { known, issuer })
    const flow = answer.flow ?? request.flow
    const response = write(answer, found, { flow, frameOf: () => frameFor(request, found, answer) })
    log({
      level: response.status >= 500 ? 'error' : response.status >= 400 ? 'warn' : 'info',
      flow,
      method: incoming.method,
      route: known ? known.route.path : '(none)',
      status: response.status,
      took: Date.now() - receivedAt,
      client: answer.client?.slice(0, 255),
      reason: answer.reason,
      cause,
    })
    return incoming.method === 'HEAD' ? { ...response, body: '' } : response
  }
}

function read(
  incoming: HttpRequest,
  { found, rawQuery, receivedAt }: { readonly found: Found; readonly rawQuery: string; readonly receivedAt: number },
): EndpointRequest {
  const query = parseParameters(rawQuery)
  const form = parseForm(incoming.body, incoming.headers['content-type'])
  const unreadable = 'unreadable' in query ? query.unreadable : 'unreadable' in form ? form.unreadable : undefined
  return {
    method: incoming.method,
    path: found.path,
    parts: found.parts,
    query: 'params' in query ? query.params : new URLSearchParams(),
    form: 'params' in form ? form.params : new URLSearchParams(),
    unreadable,
    headers: incoming.headers,
    cookies: found.served.cookies.read(incoming.headers.cookie),
    remoteAddress: incoming.remoteAddress,
    receivedAt,
    flow: flowReference(found.served.issuer.random(5)),
  }
}

interface Called {
  readonly answer: Answer
  readonly cause?: unknown
}

async function answerTo(
  request: EndpointRequest,
  incoming: HttpRequest,
  { known, issuer }: { readonly known: Found | undefined; readonly issuer: Issuer },
): Promise<Called> {
  if (known === undefined) return { answer: refusal('not_found', request, 'person') }
  const { audience, methods, cors } = known.route
  if (cors && incoming.method === 'OPTIONS') return { answer: preflight(known.route) }
  const method = incoming.method === 'HEAD' ? 'GET' : incoming.method
  const endpoint = Object.hasOwn(methods, method) ? methods[method] : undefined
  if (endpoint === undefined) {
    const allow = { allow: Object.keys(methods).join(', ') }
    return { answer: { ...refusal('method_not_allowed', request, audience), headers: allow } }
  }
  if (request.unreadable !== undefined) return { answer: refusal(request.unreadable, request, audience) }
  try {
    const answer = await endpoint(request, issuer)
    const language = request.query.get('ui_locales')
    if (answer.kind !== 'page' || language === null || audience !== 'person') return { answer }
    return { answer: { ...answer, cookies: [...(answer.cookies ?? []), rememberLanguage(language)] } }
  } catch (cause) {
    if (!(cause instanceof StorageUnavailable)) return { answer: refusal('server_error', request, audience), cause }
    const headers = { 'retry-after': '2' }
    return { answer: { ...refusal('storage_unavailable', request, audience), headers }, cause }
  }
}

const rememberLanguage = (language: string) => ({
  name: 'language',
  value: bestLocale(language.split(' ')),
  maxAge: 365 * 86_400,
})

/** The status of a refusal that belongs to no endpoint. */
const statuses: Partial<Record<Reason, number>> = {
  not_found: 404,
  method_not_allowed: 405,
  body_too_large: 413,
  rate_limited: 429,
  server_error: 500,
  storage_unavailable: 503,
}

export function refusal(reason: Reason, request: EndpointRequest, audience: Route['audience']): Answer {
  const status = statuses[reason] ?? 400
  const retryAfter = reason === 'storage_unavailable' ? 2 : undefined
  if (audience === 'program') {
    const { error } = refusals[reason]
    const description = `${wireDescriptions[error]} Ref ${request.flow}`
    return { kind: 'json', status, body: { error, error_description: description }, reason }
  }
  const at = Math.floor(request.receivedAt / 1_000)
  const nothing = { client: undefined, expected: undefined, got: undefined, next: undefined }
  return { kind: 'page', status, reason, view: { show: 'error', reason, status, at, retryAfter, ...nothing } }
}

function frameFor(request: EndpointRequest, { served }: Found, answer: Answer): Frame {
  const { issuer } = served
  const asked = answer.kind === 'page' ? answer.locales : undefined
  const here = new URLSearchParams(request.query)
  here.delete('ui_locales')
  return {
    issuerName: issuer.settings.name,
    issuerUrl: issuer.url,
    locale: bestLocale([...preferredLocales(request, asked), issuer.settings.defaultLocale]),
    flow: answer.flow ?? request.flow,
    here: `${served.base}${request.path}${here.size === 0 ? '' : `?${here}`}`,
    development: issuer.settings.development,
  }
}

/** A path with broken escapes belongs to nobody. */
function lookUp(find: Find, path: string): Found | undefined {
  try {
    return find(path)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

/** A path that is no route's is answered as a page of the first issuer. */
function nobodysRoute(issuers: readonly Issuer[]): Found {
  const [first] = issuers
  if (first === undefined) throw new Error('A server needs an issuer.')
  const found = createRouting(
    [first],
    [{ path: '/', methods: {}, cors: false, audience: 'person' }],
  )(new URL(first.url).pathname)
  if (found === undefined) throw new Error(`The issuer ${first.url} has no path to serve.`)
  return found
}

function assetOf(path: string, issuers: readonly Issuer[], incoming: HttpRequest): HttpResponse | undefined {
  const at = path.indexOf('/assets/')
  if (at === -1 || !['GET', 'HEAD'].includes(incoming.method)) return undefined
  if (!issuers.some((issuer) => new URL(issuer.url).pathname.replace(/\/$/, '') === path.slice(0, at))) return undefined
  const asset = assets.get(path.slice(at))
  if (asset === undefined) return undefined
  const headers = assetHeaders(
    asset,
    issuers.every(({ url }) => url.startsWith('https:')),
  )
  if (incoming.headers['if-none-match'] === asset.etag) return { status: 304, headers, body: '' }
  return { status: 200, headers, body: incoming.method === 'HEAD' ? '' : asset.body }
}

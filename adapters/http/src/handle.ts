/**
 * One request, whichever adapter brought it: read the parameters, call the endpoint, write, log.
 *
 * Everything that all routes share is done here and nowhere else: methods, CORS, malformed input, unknown throws.
 */
import type { Answer, EndpointRequest, Route } from '@symbolon/authorization-server/endpoints/endpoint'
import type { Issuer } from '@symbolon/authorization-server/ports/issuer'
import { StorageUnavailable } from '@symbolon/authorization-server/ports/store'
import { EncryptionKeyMissing } from '@symbolon/authorization-server/tokens/encrypted'
import { masked } from '@symbolon/protocol/masked'
import { type Reason, refusals, wireDescriptions } from '@symbolon/protocol/refusals'
import { flowReference } from '@symbolon/protocol/trace'
import type { Frame } from '@symbolon/protocol/views'
import { createAssets } from './assets.ts'
import { bestLocale, preferredLocales } from './locale.ts'
import type { HttpRequest, HttpResponse, LogEntry } from './message.ts'
import { nothing, parseForm, parseJson, parseParameters } from './parse.ts'
import { createFind, type Find, type Found, type Place, pathOf, placeOf, placesOf, serve } from './routing.ts'
import { preflight, write } from './write.ts'

export interface HandlerOptions {
  readonly issuers: readonly Issuer[]
  readonly routes: readonly Route[]
  readonly log?: ((entry: LogEntry) => void) | undefined
}

export type Handle = (request: HttpRequest) => Promise<HttpResponse>

export interface Endpoints {
  readonly places: readonly Place[]
  /** Answers at a place that the adapter's own router has found. */
  readonly answer: (request: HttpRequest, found: Found) => Promise<HttpResponse>
  /** Finds the place and answers there; for what is at no place, answers as well. */
  readonly handle: Handle
}

export const createHandler = (options: HandlerOptions): Handle => createEndpoints(options).handle

export function createEndpoints({ issuers, routes, log = () => undefined }: HandlerOptions): Endpoints {
  const places = placesOf(issuers, routes)
  const find = createFind(places)
  const findAsset = createAssets(issuers)
  const nowhere = nobodysPlace(issuers)

  const answer: Endpoints['answer'] = async (incoming, found) => {
    const receivedAt = Date.now()
    const { place } = found
    const request = read(incoming, found, receivedAt)
    const { answer, cause } = found === nowhere ? notFound(request) : await call(request, place)
    const flow = answer.flow ?? request.flow
    const response = write(answer, place, { flow, frameOf: () => frameFor(request, place, answer) })
    log({
      level: response.status >= 500 ? 'error' : response.status >= 400 ? 'warn' : 'info',
      flow,
      method: incoming.method,
      route: found === nowhere ? '(none)' : place.route.path,
      status: response.status,
      took: Date.now() - receivedAt,
      client: answer.client === undefined ? undefined : clientShown(answer.client, answer.reason),
      reason: answer.reason,
      cause,
    })
    return incoming.method === 'HEAD' ? { ...response, body: '' } : response
  }

  const handle: Handle = async (incoming) => {
    const [path = ''] = incoming.target.split('?', 1)
    return findAsset(path, incoming) ?? answer(incoming, lookUp(find, path) ?? nowhere)
  }
  return { places, answer, handle }
}

function read(incoming: HttpRequest, { place, parts }: Found, receivedAt: number): EndpointRequest {
  const { method, target, headers, body, remoteAddress } = incoming
  const { cookies, issuer } = place.served
  const at = target.indexOf('?')
  const query = parseParameters(at === -1 ? '' : target.slice(at + 1))
  const type = headers['content-type']
  const takesJson = place.route.takes === 'json'
  const form = takesJson ? { params: nothing } : parseForm(body, type)
  return {
    method,
    path: pathOf(place, parts),
    parts,
    query: 'params' in query ? query.params : nothing,
    form: 'params' in form ? form.params : nothing,
    ...(takesJson && { json: parseJson(body, type) }),
    unreadable: 'unreadable' in query ? query.unreadable : 'unreadable' in form ? form.unreadable : undefined,
    headers,
    cookies: cookies.read(headers.cookie),
    remoteAddress,
    receivedAt,
    flow: flowReference(issuer.random(5)),
  }
}

/** The name of a client as it was sent; of one that nobody registered without what may be a secret in the wrong place. */
const clientShown = (client: string, reason: Reason | undefined): string =>
  (reason === 'client_unknown' ? masked(client) : client).slice(0, 255)

interface Called {
  readonly answer: Answer
  readonly cause?: unknown
}

const notFound = (request: EndpointRequest): Called => ({ answer: refusal('not_found', request, 'person') })

async function call(request: EndpointRequest, { route, served }: Place): Promise<Called> {
  const { audience, methods, cors } = route
  if (cors && request.method === 'OPTIONS') return { answer: preflight(route) }
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const endpoint = Object.hasOwn(methods, method) ? methods[method] : undefined
  if (endpoint === undefined) {
    const allow = { allow: Object.keys(methods).join(', ') }
    return { answer: { ...refusal('method_not_allowed', request, audience), headers: allow } }
  }
  if (request.unreadable !== undefined) return { answer: refusal(request.unreadable, request, audience) }
  try {
    const answer = await endpoint(request, served.issuer)
    const language = answer.kind === 'page' && audience === 'person' ? request.query.get('ui_locales') : null
    if (language === null) return { answer }
    return { answer: { ...answer, cookies: [...(answer.cookies ?? []), rememberLanguage(language)] } }
  } catch (cause) {
    if (cause instanceof EncryptionKeyMissing) return { answer: refusal(cause.reason, request, audience), cause }
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

function frameFor(request: EndpointRequest, { served }: Place, answer: Answer): Frame {
  const { issuer, base } = served
  const asked = answer.kind === 'page' ? answer.locales : undefined
  const here = new URLSearchParams(request.query)
  here.delete('ui_locales')
  return {
    issuerName: issuer.settings.name,
    issuerUrl: issuer.url,
    locale: bestLocale([...preferredLocales(request, asked), issuer.settings.defaultLocale]),
    flow: answer.flow ?? request.flow,
    here: `${base}${request.path}${here.size === 0 ? '' : `?${here}`}`,
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

/** What is no route's is answered as a page of the first issuer. */
function nobodysPlace([first]: readonly Issuer[]): Found {
  if (first === undefined) throw new Error('A server needs an issuer.')
  const route: Route = { path: '/', methods: {}, cors: false, audience: 'person' }
  return { place: placeOf(route, serve(first)), parts: {} }
}

/**
 * The client for node:http and Express-style servers.
 *
 * ```ts
 * import express from 'express'
 * import { authHandler, authOf, required } from '@symbolon/frameworks/client/node'
 *
 * const app = express()
 * app.use(authHandler(auth))
 * app.get('/photos', required(auth), async (request, response) => {
 *   const { response: photos } = await authOf(auth, request, response).fetch('http://localhost:4100/photos')
 *   response.json(await photos.json())
 * })
 * ```
 *
 * Without a framework: `createServer(authHandler(auth, (request, response) => response.end('the app')))`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { type ApiAnswer, type Auth, AuthError, type Session } from '@symbolon/client'
import { onlyPath, type ParsedBody, toHeaders, toRequest } from './request.ts'

/** What Express adds to a request, when it is there. */
export type NodeMessage = IncomingMessage & { readonly originalUrl?: string; readonly body?: unknown }

export type Next = (error?: unknown) => void

export type Middleware = (request: NodeMessage, response: ServerResponse, next?: Next) => void

const pathOf = (request: NodeMessage): string => onlyPath(request.originalUrl ?? request.url ?? '/')

/** Answers the routes below `basePath` and passes every other request on: to `next`, to `otherwise`, or to a 404. */
export function authHandler(
  auth: Auth,
  otherwise?: (request: IncomingMessage, response: ServerResponse) => void,
): Middleware {
  return (request, response, next) => {
    const path = pathOf(request)
    const goOn = () => {
      if (next) next()
      else if (otherwise) otherwise(request, response)
      else response.writeHead(404).end()
    }
    if (!path.startsWith(`${auth.basePath}/`)) return goOn()
    const body = request.body as ParsedBody
    const run = async () => {
      const answer = await auth.handle(toRequest({ message: request, baseUrl: auth.baseUrl, path, body }))
      if (answer) await writeResponse(answer, response)
      else goOn()
    }
    run().catch((error: unknown) => fail(error, response, next))
  }
}

export interface RequiredOptions {
  /** The provider to sign in with; the first one by default. */
  readonly provider?: string
}

/** Lets only people pass who are signed in: a browser that opens a page is sent to sign in and comes back to it. */
export function required(auth: Auth, { provider = auth.providers[0] ?? '' }: RequiredOptions = {}): Middleware {
  return (request, response, next) => {
    const run = async () => {
      if (await auth.session({ headers: toHeaders(request.headers) })) return next?.()
      const page = request.method === 'GET' && request.headers.accept?.includes('text/html')
      await writeResponse(page ? toSignIn(auth, provider, pathOf(request)) : unauthorized(), response)
    }
    run().catch((error: unknown) => fail(error, response, next))
  }
}

export interface RequestAuth {
  readonly session: () => Promise<Session | undefined>
  /** Calls an API; cookies of a renewed session are put on the answer. */
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<ApiAnswer>
}

/** The client for one request and its answer. Call it before the answer's head is written. */
export function authOf(auth: Auth, request: IncomingMessage, response: ServerResponse): RequestAuth {
  const from = { headers: toHeaders(request.headers) }
  return {
    session: () => auth.session(from),
    async fetch(url, init) {
      const { answer, setCookies } = await withCookies(auth.fetch(from, url, init))
      for (const line of setCookies) response.appendHeader('set-cookie', line)
      if (answer instanceof Error) throw answer
      return answer
    },
  }
}

/** The outcome of a call with the cookies that belong on the answer either way. */
export async function withCookies(call: Promise<ApiAnswer>) {
  try {
    const answer = await call
    return { answer, setCookies: answer.setCookies }
  } catch (error) {
    if (error instanceof AuthError) return { answer: error, setCookies: error.setCookies }
    throw error
  }
}

/** A path that is not safe to return to does not keep anybody from signing in. */
export function toSignIn(auth: Auth, provider: string, path: string): Response {
  const location = URL.canParse(path, auth.baseUrl) ? signInUrl(auth, provider, path) : auth.signInUrl(provider)
  return new Response(null, { status: 302, headers: { location, 'cache-control': 'no-store' } })
}

function signInUrl(auth: Auth, provider: string, returnTo: string): string {
  try {
    return auth.signInUrl(provider, { returnTo })
  } catch (error) {
    if (error instanceof AuthError && error.code === 'return_to_refused') return auth.signInUrl(provider)
    throw error
  }
}

export function unauthorized(): Response {
  const { code, why, fix, status } = new AuthError('session_missing')
  return Response.json({ error: code, why, fix }, { status, headers: { 'cache-control': 'no-store' } })
}

/** Writes a `Response`, each of its cookies as a header of its own. */
export async function writeResponse(answer: Response, response: ServerResponse): Promise<void> {
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value)
  for (const line of answer.headers.getSetCookie()) response.appendHeader('set-cookie', line)
  response.writeHead(answer.status)
  if (answer.body === null) response.end()
  else await pipeline(Readable.fromWeb(answer.body as ReadableStream), response)
}

/** Errors go to the framework where there is one; whoever asked learns nothing of them. */
function fail(error: unknown, response: ServerResponse, next: Next | undefined): void {
  if (next) next(error)
  else if (response.headersSent) response.destroy()
  else response.writeHead(error instanceof AuthError ? error.status : 500).end()
}

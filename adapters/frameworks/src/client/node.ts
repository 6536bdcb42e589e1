/**
 * The client for node:http servers and everything that takes `(request, response, next)`, as Express does.
 *
 *     const { routes, required, authOf } = nodeAuth(auth)
 *     app.use(routes)
 *     app.get('/photos', required(), async (request, response) => {
 *       const { response: photos } = await authOf(request, response).fetch('http://localhost:4100/photos')
 *       response.json(await photos.json())
 *     })
 *
 * Without a framework: `createServer((request, response) => routes(request, response, () => app(request, response)))`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import type { Auth } from '@symbolon/client'
import {
  type AnswerHead,
  answerRoutes,
  answerUnknown,
  type RequestAuth,
  type RequiredOptions,
  requestAuth,
} from './answers.ts'
import { onlyPath, type ParsedBody, toHeaders } from './request.ts'

/** With what Express adds to a request, when it is there. */
export type NodeRequest = IncomingMessage & { readonly originalUrl?: string; readonly body?: unknown }

export type Middleware = (request: NodeRequest, response: ServerResponse, next: (error?: unknown) => void) => void

export interface NodeAuth {
  /** Answers the routes below `basePath` and passes every other request on. */
  readonly routes: Middleware
  /** Lets only people pass who are signed in. */
  readonly required: (options?: RequiredOptions) => Middleware
  /** The client for a request and its answer; to be used before the head of the answer is written. */
  readonly authOf: (request: IncomingMessage, response: ServerResponse) => RequestAuth
}

export function nodeAuth(auth: Auth): NodeAuth {
  const known = new WeakMap<IncomingMessage, RequestAuth>()
  return {
    async routes(message, response, next) {
      const path = pathOf(message)
      let answer: Response | undefined
      if (path.startsWith(`${auth.basePath}/`)) {
        try {
          const body = message.body as ParsedBody
          answer = await answerRoutes(auth, { message, baseUrl: auth.baseUrl, path, body })
          if (answer) await write(answer, response)
        } catch (error) {
          return next(error)
        }
      }
      if (!answer) next()
    },

    required({ provider } = {}) {
      const pass: Middleware = async (request, response, next) => {
        const { method, headers } = request
        let signedIn = false
        try {
          signedIn = (await auth.session({ headers: toHeaders(headers) })) !== undefined
          const { accept } = headers
          if (!signedIn) await write(answerUnknown({ auth, provider, method, accept, path: pathOf(request) }), response)
        } catch (error) {
          return next(error)
        }
        if (signedIn) next()
      }
      return pass
    },

    authOf(request, response) {
      const own = known.get(request) ?? requestAuth(auth, toHeaders(request.headers), headOf(response))
      known.set(request, own)
      return own
    },
  }
}

const headOf = (response: ServerResponse): AnswerHead => ({
  isSent: () => response.headersSent,
  cookies: () => [response.getHeader('set-cookie') ?? []].flat().map(String),
  setCookies: (lines) => void response.setHeader('set-cookie', lines),
})

/** As the browser sent it: Express cuts the place where a middleware is mounted from `url`. */
const pathOf = ({ originalUrl, url }: NodeRequest): string => onlyPath(originalUrl ?? url ?? '/')

async function write(answer: Response, response: ServerResponse): Promise<void> {
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value)
  for (const line of answer.headers.getSetCookie()) response.appendHeader('set-cookie', line)
  response.statusCode = answer.status
  if (answer.body === null) response.end()
  else await pipeline(Readable.fromWeb(answer.body as ReadableStream), response)
}

/**
 * The guard for node:http servers and everything that takes `(request, response, next)`, as Express does.
 *
 *     const { guarded, metadata, tokenOf } = nodeGuard({ issuer, audience, scopes })
 *     app.use(metadata)
 *     app.get('/photos', guarded('photos:read'), (request, response) => response.json(photosOf(tokenOf(request).sub)))
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createGuard, type Guard, type GuardSettings, type VerifiedToken } from '@symbolon/resource-server'
import { answerMetadata } from './metadata.ts'

export type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void

export interface NodeGuard {
  /** Lets only requests pass whose token has all these scopes; sets `request.token`. */
  readonly guarded: (...scopes: readonly string[]) => Middleware
  /** Serves the metadata at its well-known places and passes everything else on. */
  readonly metadata: Middleware
  /** The token that a guarded request came with. @throws TypeError where the request was not guarded. */
  readonly tokenOf: (request: IncomingMessage) => VerifiedToken
}

export function nodeGuard(given: GuardSettings | Guard): NodeGuard {
  const guard = 'check' in given ? given : createGuard(given)
  const tokens = new WeakMap<IncomingMessage, VerifiedToken>()

  return {
    guarded(...scopes) {
      const requirement = guard.need({ scopes })
      const pass: Middleware = async (request, response, next) => {
        let allowed = false
        try {
          const { method = 'GET', headersDistinct, headers } = request
          const checked = await guard.check(
            { method, url: addressOf(request), authorization: headersDistinct?.authorization ?? headers.authorization },
            requirement,
          )
          if (checked.ok) {
            tokens.set(request, checked.token)
            Object.assign(request, { token: checked.token })
            allowed = true
          } else send(request, response, checked)
        } catch (error) {
          return next(error)
        }
        if (allowed) next()
      }
      return pass
    },

    metadata(request, response, next) {
      const path = addressOf(request).split('?', 1)[0] ?? ''
      if (guard.metadataPaths.includes(path)) send(request, response, answerMetadata(guard, request.method))
      else next()
    },

    tokenOf(request) {
      const token = tokens.get(request)
      if (!token) throw new TypeError('no token: put guarded() before this handler')
      return token
    },
  }
}

/** Routers cut their own path off `url`; Express keeps the whole one beside it. */
const addressOf = (request: IncomingMessage): string =>
  'originalUrl' in request && typeof request.originalUrl === 'string' ? request.originalUrl : (request.url ?? '/')

function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  },
): void {
  // A refused upload is not read to its end: the connection can't be used again after it.
  if (!request.complete && hasBody(request)) response.setHeader('connection', 'close')
  response.writeHead(answer.status, { ...answer.headers }).end(answer.body)
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

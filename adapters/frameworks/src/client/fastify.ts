/**
 * The client for Fastify.
 *
 *     await app.register(fastifyAuth, { auth })
 *     app.get('/photos', { onRequest: required(auth) }, async (request) => {
 *       const { response } = await request.auth.fetch('http://localhost:4100/photos')
 *       return response.json()
 *     })
 */
import type { Auth } from '@symbolon/client'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  type AnswerHead,
  answerRoutes,
  answerUnknown,
  type RequestAuth,
  type RequiredOptions,
  requestAuth,
} from './answers.ts'
import { onlyPath, type ParsedBody, toHeaders } from './request.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The client, for this request and its answer. */
    readonly auth: RequestAuth
  }
}

export interface FastifyAuthOptions {
  readonly auth: Auth
}

const form = 'application/x-www-form-urlencoded'

async function plugin(app: FastifyInstance, { auth }: FastifyAuthOptions): Promise<void> {
  const known = new WeakMap<FastifyRequest, RequestAuth>()
  app.addHook('onRequest', async (request, reply) => {
    known.set(request, requestAuth(auth, toHeaders(request.headers), headOf(reply)))
  })
  app.decorateRequest('auth', {
    getter(this: FastifyRequest) {
      const own = known.get(this)
      if (!own) throw new TypeError('request.auth is there from the onRequest hooks on')
      return own
    },
  })
  await app.register(async (routes) => {
    // forms are read here as they are, whatever the app has chosen for its own routes
    if (routes.hasContentTypeParser(form)) routes.removeContentTypeParser(form)
    routes.addContentTypeParser(form, { parseAs: 'string' }, (_request, body, done) => done(null, body))
    routes.all(`${auth.basePath.replaceAll(':', '::')}/*`, async ({ raw, body, originalUrl }, reply) => {
      const read = (body as ParsedBody) ?? ''
      const path = onlyPath(originalUrl)
      const answer = await answerRoutes(auth, { message: raw, baseUrl: auth.baseUrl, path, body: read })
      return answer ? send(answer, reply) : reply.callNotFound()
    })
  })
}

const headOf = (reply: FastifyReply): AnswerHead => ({
  isSent: () => reply.sent || reply.raw.headersSent,
  cookies: () => [reply.getHeader('set-cookie') ?? []].flat().map(String),
  setCookies: (lines) => void reply.removeHeader('set-cookie').header('set-cookie', [...lines]),
})

/** Registered on the whole app rather than on a scope of its own, so that every request has its `auth`. */
export const fastifyAuth = Object.assign(plugin, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'symbolon-auth',
})

/** A hook that lets only people pass who are signed in. */
export const required =
  (auth: Auth, { provider }: RequiredOptions = {}) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { method, headers, originalUrl: path } = request
    if (await auth.session({ headers: toHeaders(headers) })) return undefined
    return send(answerUnknown({ auth, provider, method, accept: headers.accept, path }), reply)
  }

async function send(answer: Response, reply: FastifyReply): Promise<FastifyReply> {
  reply.code(answer.status)
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') reply.header(name, value)
  for (const line of answer.headers.getSetCookie()) reply.header('set-cookie', line)
  // bytes, because Fastify adds a charset to the type of text
  return reply.send(answer.body === null ? null : Buffer.from(await answer.arrayBuffer()))
}

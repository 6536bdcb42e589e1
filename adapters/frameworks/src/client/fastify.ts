/**
 * The client as a Fastify plugin.
 *
 * ```ts
 * import Fastify from 'fastify'
 * import { authPlugin, required } from '@symbolon/frameworks/client/fastify'
 *
 * const app = Fastify()
 * await app.register(authPlugin, { auth })
 * app.get('/photos', { preHandler: required(auth) }, async (request) => {
 *   const { response } = await request.auth.fetch('http://localhost:4100/photos')
 *   return response.json()
 * })
 * ```
 */
import type { Auth } from '@symbolon/client'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type RequestAuth, type RequiredOptions, toSignIn, unauthorized, withCookies } from './node.ts'
import { type ParsedBody, toHeaders, toRequest } from './request.ts'

declare module 'fastify' {
  interface FastifyRequest {
    readonly auth: RequestAuth
  }
}

export interface AuthPluginOptions {
  readonly auth: Auth
}

const form = 'application/x-www-form-urlencoded'

/** Serves the routes below `basePath`, and gives every request its `auth`. */
export async function authPlugin(app: FastifyInstance, { auth }: AuthPluginOptions): Promise<void> {
  app.decorateRequest('auth')
  app.addHook('onRequest', async (request, reply) => {
    Object.defineProperty(request, 'auth', { value: requestAuth(auth, request, reply), configurable: true })
  })
  await app.register(async (routes) => {
    // forms are read here as they are, whatever the app has chosen for its own routes
    if (routes.hasContentTypeParser(form)) routes.removeContentTypeParser(form)
    routes.addContentTypeParser(form, { parseAs: 'string', bodyLimit: 65_536 }, (_request, body, done) =>
      done(null, body),
    )
    routes.all(`${auth.basePath}/*`, async (request, reply) => {
      const body = request.body as ParsedBody
      const answer = await auth.handle(
        toRequest({ message: request.raw, baseUrl: auth.baseUrl, path: request.originalUrl, body: body ?? '' }),
      )
      return answer ? send(answer, reply) : reply.callNotFound()
    })
  })
}

// the app's own routes shall see request.auth too, not only those of this plugin
Object.assign(authPlugin, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'symbolon-auth',
})

/** A `preHandler` that lets only people pass who are signed in. */
export const required =
  (auth: Auth, { provider = auth.providers[0] ?? '' }: RequiredOptions = {}) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    if (await auth.session({ headers: toHeaders(request.headers) })) return undefined
    const page = request.method === 'GET' && request.headers.accept?.includes('text/html')
    return send(page ? toSignIn(auth, provider, request.originalUrl) : unauthorized(), reply)
  }

function requestAuth(auth: Auth, request: FastifyRequest, reply: FastifyReply): RequestAuth {
  const from = { headers: toHeaders(request.headers) }
  return {
    session: () => auth.session(from),
    async fetch(url, init) {
      const { answer, setCookies } = await withCookies(auth.fetch(from, url, init))
      for (const line of setCookies) reply.header('set-cookie', line)
      if (answer instanceof Error) throw answer
      return answer
    },
  }
}

async function send(answer: Response, reply: FastifyReply): Promise<FastifyReply> {
  reply.status(answer.status)
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') reply.header(name, value)
  for (const line of answer.headers.getSetCookie()) reply.header('set-cookie', line)
  return reply.send(answer.body === null ? null : await answer.text())
}

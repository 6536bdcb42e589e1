/**
 * The guard for Fastify.
 *
 *     await app.register(fastifyGuard, { issuer, audience, scopes })
 *     app.get('/photos', { onRequest: app.guarded('photos:read') }, (request) => photosOf(request.token.sub))
 *
 * As `onRequest` it refuses before a body is read; `preHandler` works too.
 */
import { createGuard, type Guard, type GuardSettings, type VerifiedToken } from '@symbolon/resource-server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answerMetadata } from './metadata.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** A hook that lets only requests pass whose token has all these scopes. */
    readonly guarded: (...scopes: readonly string[]) => GuardHook
  }
  interface FastifyRequest {
    /** The token that a guarded request came with; reading it on a route without guard throws. */
    readonly token: VerifiedToken
  }
}

export type GuardHook = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

async function plugin(app: FastifyInstance, options: GuardSettings | { readonly guard: Guard }): Promise<void> {
  const guard = 'guard' in options ? options.guard : createGuard(options)
  const tokens = new WeakMap<FastifyRequest, VerifiedToken>()

  app.decorateRequest('token', {
    getter(this: FastifyRequest) {
      const token = tokens.get(this)
      if (!token) throw new TypeError('no token: put guarded() before this handler')
      return token
    },
  })

  app.decorate('guarded', (...scopes: readonly string[]): GuardHook => {
    const requirement = guard.need({ scopes })
    return async (request, reply) => {
      const { method, url, raw } = request
      const authorization = raw.headersDistinct?.authorization ?? raw.headers.authorization
      const checked = await guard.check({ method, url, authorization }, requirement)
      if (!checked.ok)
        return reply
          .code(checked.status)
          .headers({ ...checked.headers })
          .send(exactly(checked.body))
      tokens.set(request, checked.token)
    }
  })

  for (const path of guard.metadataPaths)
    app.route({
      method: ['GET', 'OPTIONS'],
      url: path.replaceAll(':', '::'),
      handler: async (request, reply) => {
        const { status, headers, body } = answerMetadata(guard, request.method)
        return reply
          .code(status)
          .headers({ ...headers })
          .send(exactly(body))
      },
    })
}

/** Bytes, because Fastify adds a charset to the type of text, and JSON has none (RFC 8259 §11). */
const exactly = (text: string): Buffer => Buffer.from(text)

/** Registered on the whole app rather than on a scope of its own, so that every route can be guarded. */
export const fastifyGuard = Object.assign(plugin, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'symbolon-guard',
})

/**
 * The photo library: a resource server. It keeps people's photos and hands them to whoever brings an access token
 * that the person allowed, for exactly what they allowed.
 *
 * Read `routes.ts` for the API, `library.ts` for what it keeps, `painting/` for where the pictures come from.
 */
import { mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fastifyGuard } from '@symbolon/frameworks/guard/fastify'
import { createGuard, type GuardEvent, type IntrospectionSettings } from '@symbolon/resource-server'
import fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import { albums } from './albums.ts'
import { createLibrary, type Person } from './library.ts'
import { addPage } from './page.ts'
import { problem } from './problem.ts'
import { addRoutes, scopes } from './routes.ts'
import { createStudio } from './studio.ts'

export interface PhotoLibrarySettings {
  readonly port: number
  readonly host?: string
  /** The authorization server that people sign in at. */
  readonly issuer: string
  /** This library's identifier: tokens must name it. */
  readonly audience: string
  readonly dataFolder: string
  /** Who has which pictures from the start; anyone else begins with none. */
  readonly people?: readonly Person[]
  readonly introspection?: IntrospectionSettings
  readonly log?: (error: Error) => void
  readonly record?: (event: GuardEvent) => void
}

export interface PhotoLibrary {
  readonly url: string
  readonly close: () => Promise<void>
}

export async function startPhotoLibrary(settings: PhotoLibrarySettings): Promise<PhotoLibrary> {
  const { port, host = 'localhost', issuer, audience, dataFolder, people = [], introspection, log, record } = settings
  await mkdir(dataFolder, { recursive: true, mode: 0o700 })
  const guard = createGuard({
    issuer,
    audience,
    scopes,
    name: 'Photo library',
    ...(introspection && { introspection }),
    ...(record && { record }),
  })
  const studio = createStudio(join(dataFolder, 'painted'))
  const library = createLibrary({ folder: dataFolder, studio, people })

  const app = fastify({
    forceCloseConnections: 'idle',
    frameworkErrors: (_error, _request, reply) => problem(reply, 400, 'The address is malformed.'),
  })
  app.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff')
  })
  answerErrors(app, log)
  await app.register(fastifyGuard, { guard })
  addPage(app, { issuer, audience })
  addRoutes(app, library)

  const close = async () => {
    await app.close()
    // Only now: a request still being answered may need a picture.
    await studio.close()
  }

  await app.listen({ port, host })
  for (const { username } of people) {
    const album = Object.hasOwn(albums, username) ? albums[username] : undefined
    studio.prepare(
      (album ?? []).map(({ scene }) => scene),
      'thumbnail',
    )
  }
  const { port: taken } = app.server.address() as AddressInfo
  return { url: `http://${host}:${taken}`, close }
}

/** A caller is told what it did wrong; what went wrong here is told to the operator only. */
function answerErrors(app: FastifyInstance, log: PhotoLibrarySettings['log']): void {
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500
    if (status === 413) return problem(reply, 413, 'A picture may have up to 25 MB.')
    if (status === 415) return problem(reply, 415, 'Send a picture or a PDF.')
    if (status >= 400 && status < 500) return problem(reply, 400, 'The request is malformed.')
    log?.(error)
    return problem(reply, 500, 'Something went wrong here. Please try again.')
  })
}

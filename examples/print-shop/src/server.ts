/**
 * The print shop: a client. It signs people in elsewhere, shows the photos that they allowed it to see, and makes a
 * sheet to print; it asks for more only when more is needed.
 */
import { readFileSync } from 'node:fs'
import { createAuth, openid } from '@symbolon/client'
import { fastifyAuth } from '@symbolon/frameworks/client/fastify'
import Fastify, { type FastifyInstance } from 'fastify'
import { answerFailure, answerNothing } from './failure.ts'
import { createLibrary } from './library.ts'
import { addPhotos } from './routes/photos.ts'
import { addSheets } from './routes/sheets.ts'
import { createSheets } from './sheets.ts'
import type { Shop } from './shop.ts'

export interface PrintShopSettings {
  readonly port: number
  /** The shop's public origin; its redirect address is below it. */
  readonly baseUrl: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** Seals the shop's cookies. */
  readonly secret: string
  /** The photo library's origin, which is also its identifier as a resource. */
  readonly photoLibrary: string
  /** With the reference that stands on the page, when there is one. */
  readonly log?: ((error: Error, reference?: string) => void) | undefined
}

export interface PrintShop {
  readonly url: string
  close(): Promise<void>
}

export const scopes = ['openid', 'profile', 'email', 'offline_access', 'photos:read', 'photos:download']

export async function startPrintShop(settings: PrintShopSettings): Promise<PrintShop> {
  const shop = await createPrintShop(settings)
  await shop.listen({ host: '127.0.0.1', port: settings.port })
  return { url: settings.baseUrl, close: () => shop.close() }
}

export async function createPrintShop(settings: PrintShopSettings): Promise<FastifyInstance> {
  const { baseUrl, issuer, clientId, clientSecret, secret, photoLibrary, log } = settings
  const auth = createAuth({
    baseUrl,
    secret,
    session: { kind: 'cookie' },
    errorPage: '/sorry',
    providers: {
      symbolon: openid({
        issuer,
        clientId,
        clientSecret,
        scopes,
        resource: photoLibrary,
        postLogoutRedirectUri: `${baseUrl}/`,
      }),
    },
    ...(log === undefined ? {} : { log }),
  })
  const account = `${issuer}/account/apps/${encodeURIComponent(clientId)}`
  const shop: Shop = { auth, library: createLibrary(photoLibrary), sheets: createSheets(), account }

  const server = Fastify({ forceCloseConnections: 'idle' })
  const headers = { ...pageHeaders, 'content-security-policy': policy(issuer) }
  server.addHook('onSend', async (_request, reply) => {
    // the client's own pages bring stricter ones
    for (const [name, value] of Object.entries(headers)) if (!reply.hasHeader(name)) reply.header(name, value)
  })
  server.setNotFoundHandler((_request, reply) => answerNothing(reply))
  server.setErrorHandler((error, request, reply) => answerFailure(error, { request, reply, shop, log }))
  await server.register(fastifyAuth, { auth })
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, new URLSearchParams(String(body))),
  )
  addAssets(server)
  addPhotos(server, shop)
  addSheets(server, shop)
  return server
}

/** Signing out leads a form on to the issuer, which form-action must allow. */
const policy = (issuer: string): string =>
  `default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' ${new URL(issuer).origin}; base-uri 'none'; frame-ancestors 'none'`

const pageHeaders = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin' }

const theme = readFileSync(new URL('theme.css', import.meta.url), 'utf8')
const icon = readFileSync(new URL('icon.svg', import.meta.url), 'utf8')

function addAssets(server: FastifyInstance): void {
  server.get('/theme.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(theme))
  server.get('/icon.svg', (_request, reply) => reply.type('image/svg+xml').send(icon))
}

/** What all the shop's routes do with a request and an answer. */
import { type Auth, AuthError, type Session } from '@symbolon/client'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Html } from './html.ts'
import type { Library } from './library.ts'
import { page } from './pages.ts'
import type { Sheets } from './sheets.ts'

/** What every route works with. */
export interface Shop {
  readonly auth: Auth
  readonly library: Library
  readonly sheets: Sheets
  /** Where a person changes what the shop may do. */
  readonly account: string
}

export const signIn = (auth: Auth, returnTo = '/photos', more: readonly string[] = []): string =>
  auth.signInUrl('symbolon', { returnTo, scopes: more })

export interface Shown {
  readonly title: string
  readonly body: Html
  readonly session?: Session | undefined
}

export function show(reply: FastifyReply, { title, body, session }: Shown): FastifyReply {
  const visitor = session && { name: nameOf(session), scopes: session.scopes }
  return reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(page({ title, visitor }, body))
}

export const readForm = (request: FastifyRequest): URLSearchParams =>
  request.body instanceof URLSearchParams ? request.body : new URLSearchParams()

/** Identity is issuer and subject, never an email address (OpenID Connect Core §5.7). */
export const ownerOf = ({ issuer, user }: Session): string => JSON.stringify([issuer, user.sub])

export const nameOf = ({ user }: Session): string => (typeof user.name === 'string' ? user.name : 'you')

/** Who is signed in; a page that needs somebody goes no further without. */
export async function needSession(request: FastifyRequest): Promise<Session> {
  const session = await request.auth.session()
  if (session === undefined) throw new AuthError('session_missing')
  return session
}

/** A form of another site can't order in somebody's name (RFC 9700 §4.7). */
export function needOwnForm(request: FastifyRequest, origin: string): void {
  const { 'sec-fetch-site': site, origin: sender } = request.headers
  if (site === 'same-origin' || sender === origin) return
  throw Object.assign(new Error('a form from elsewhere'), { statusCode: 403 })
}

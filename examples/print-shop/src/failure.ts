/** Whatever goes wrong ends on a page that says what to do next. */
import { AuthError } from '@symbolon/client'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LibraryProblem } from './library.ts'
import { sorry } from './pages.ts'
import { type Shop, show, signIn } from './shop.ts'

export interface Failure {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly shop: Shop
  readonly log: ((error: Error) => void) | undefined
}

export function answerFailure(error: unknown, { request, reply, shop: { auth }, log }: Failure): FastifyReply {
  const signedOut = error instanceof AuthError && ['session_missing', 'session_cannot_renew'].includes(error.code)
  const accessEnded = error instanceof LibraryProblem && error.status === 401
  if (signedOut || accessEnded) {
    const returnTo = request.method === 'GET' && request.url.startsWith('/photos') ? '/photos' : '/'
    const next = { href: signIn(auth, returnTo === '/' ? '/photos' : returnTo), text: 'Sign in again' }
    const body = sorry('Please sign in again', 'Our access to your photos has ended.', next)
    return show(reply.code(401), { title: 'Please sign in again', body })
  }
  const status = statusOf(error)
  if (status >= 500) log?.(error instanceof Error ? error : new Error('unknown failure'))
  const next = { href: '/photos', text: 'Back to your photos' }
  const text =
    status === 503 || error instanceof LibraryProblem
      ? 'Something we need does not answer. Try again in a moment.'
      : 'We could not do that.'
  return show(reply.code(status), { title: 'That did not work', body: sorry('That did not work', text, next) })
}

function statusOf(error: unknown): number {
  if (error instanceof LibraryProblem) return 502
  if (error instanceof AuthError) return error.status
  const known = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined
  return typeof known === 'number' ? known : 500
}

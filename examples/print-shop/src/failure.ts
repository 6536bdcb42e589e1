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
  const known = error instanceof LibraryProblem ? libraryAnswers[error.status] : undefined
  const status = known?.status ?? statusOf(error)
  if (status >= 500) log?.(error instanceof Error ? error : new Error('unknown failure'))
  const next = { href: '/photos', text: 'Back to your photos' }
  const text =
    known?.text ??
    (status === 503 || error instanceof LibraryProblem
      ? 'Something we need does not answer. Try again in a moment.'
      : 'We could not do that.')
  return show(reply.code(status), { title: 'That did not work', body: sorry('That did not work', text, next) })
}

export const answerNothing = (reply: FastifyReply): FastifyReply =>
  show(reply.code(404), {
    title: 'Nothing here',
    body: sorry('Nothing here', 'There is no such page.', { href: '/', text: 'To the front page' }),
  })

/** What the library may well say, and what it means for the person. */
const libraryAnswers: Readonly<Record<number, { readonly status: number; readonly text: string }>> = {
  403: { status: 403, text: 'We are not allowed to do that any more. See what we may still do.' },
  404: { status: 404, text: 'This photo is not in your library any more.' },
  413: { status: 422, text: 'The sheet is too large for your library. Choose fewer photos.' },
  507: { status: 422, text: 'Your photo library is full, so the sheet could not be saved there.' },
}

function statusOf(error: unknown): number {
  if (error instanceof LibraryProblem) return 502
  if (error instanceof AuthError) return error.status
  const known = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined
  return typeof known === 'number' ? known : 500
}

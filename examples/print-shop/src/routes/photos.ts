/** The front page, the photos to choose from, and the page for what did not work. */
import type { FastifyInstance } from 'fastify'
import { choose, sorry, welcome } from '../pages.ts'
import { nameOf, type Shop, show, signIn } from '../shop.ts'

export function addPhotos(server: FastifyInstance, { auth, library, account }: Shop): void {
  server.get('/', async (request, reply) => {
    const session = await request.auth.session()
    if (session?.access === 'active') return reply.redirect('/photos', 303)
    return show(reply, { title: 'Your photos, on paper', body: welcome(signIn(auth)) })
  })

  server.get('/photos', async (request, reply) => {
    const session = await request.auth.session()
    if (session === undefined) return reply.redirect(signIn(auth), 303)
    if (!session.scopes.includes('photos:read')) {
      const next = { href: signIn(auth, '/photos', ['photos:read']), text: 'Choose what we may see' }
      const text = 'You did not allow us to see your photos, so there is nothing to print yet.'
      return show(reply, { title: 'No photos yet', session, body: sorry('No photos yet', text, next) })
    }
    const photos = await library.list(request.auth.fetch)
    const visitor = { name: nameOf(session), scopes: session.scopes }
    return show(reply, { title: 'Choose your photos', session, body: choose({ visitor, photos, account }) })
  })

  server.get<{ Params: { id: string } }>('/photos/:id/thumbnail', async (request, reply) => {
    const response = await library.picture(request.auth.fetch, request.params.id, 'thumbnail')
    reply.code(response.status).headers({ 'cache-control': 'private, max-age=300', vary: 'Cookie' })
    if (!response.ok) {
      await response.body?.cancel()
      return reply.header('cache-control', 'no-store').send('')
    }
    return reply.type('image/jpeg').send(Buffer.from(await response.arrayBuffer()))
  })

  server.get<{ Querystring: { error?: string; reference?: string; returnTo?: string } }>(
    '/sorry',
    async (request, reply) => {
      const session = await request.auth.session()
      const { error, reference } = request.query
      const { heading, text } = apology(error, reference)
      const next =
        session?.access === 'active'
          ? { href: '/photos', text: 'Back to your photos' }
          : { href: signIn(auth), text: 'Try again' }
      return show(reply, { title: heading, session, body: sorry(heading, text, next) })
    },
  )
}

function apology(error: string | undefined, reference: string | undefined) {
  if (error === 'person_refused')
    return {
      heading: 'All right, we see nothing',
      text: 'You chose not to allow it, so we got nothing. You can change your mind at any time.',
    }
  const known = /^[0-9A-Z]{4}-[0-9A-Z]{4}$/.test(reference ?? '') ? ` Ref ${reference}` : ''
  return { heading: 'That did not work', text: `The sign-in did not come to an end. Please try again.${known}` }
}

/** Ordering a sheet, looking at it, downloading it, and saving it in the photo library. */
import type { Session } from '@symbolon/client'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LibraryProblem } from '../library.ts'
import { sheet as sheetPage, sorry } from '../pages.ts'
import { fetchPictures } from '../pictures.ts'
import { makeSheet } from '../sheet.ts'
import type { Sheet } from '../sheets.ts'
import { nameOf, needOwnForm, needSession, ownerOf, readForm, type Shop, show, signIn } from '../shop.ts'

const mostPhotos = 60

export function addSheets(server: FastifyInstance, shop: Shop): void {
  const { auth, library, sheets } = shop

  server.post('/sheets', async (request, reply) => {
    needOwnForm(request, auth.baseUrl)
    const session = await needSession(request)
    const form = readForm(request)
    const listed = await library.list(request.auth.fetch)
    const chosen = form.getAll('photo')
    const photos = listed.filter(({ id }) => chosen.includes(id))
    const next = { href: '/photos', text: 'Choose photos' }
    if (photos.length === 0) {
      const body = sorry('Nothing chosen', 'Tick the photos that the sheet is to show.', next)
      return show(reply, { title: 'Nothing chosen', session, body })
    }
    if (photos.length > mostPhotos) {
      const body = sorry('Too many photos', `One sheet takes up to ${mostPhotos}. You ticked ${photos.length}.`, next)
      return show(reply.code(422), { title: 'Too many photos', session, body })
    }
    const wanted = { photos, fullSize: session.scopes.includes('photos:download') }
    const { photos: printed, small, fullSize } = await fetchPictures(library, request.auth.fetch, wanted)
    const title = (form.get('title') ?? '').trim().slice(0, 60) || 'My photos'
    const columns = [2, 3, 4].find((count) => count === Number(form.get('columns'))) ?? 3
    const pdf = await makeSheet({ title, owner: nameOf(session), columns, photos: printed, printedOn: new Date() })
    const { id } = sheets.add({ owner: ownerOf(session), title, photos, columns, fullSize, small, pdf })
    return reply.redirect(`/sheets/${id}`, 303)
  })

  server.get<{ Params: { id: string } }>('/sheets/:id', async (request, reply) => {
    const { session, sheet } = await ownSheet(shop, request)
    if (sheet === undefined) return missing(reply, session)
    const { id, title, photos, columns, fullSize, small, saved, pdf } = sheet
    const body = sheetPage({
      id,
      title,
      photos,
      columns,
      fullSize,
      small,
      saved,
      kilobytes: Math.ceil(pdf.length / 1024),
      maySave: session.scopes.includes('photos:upload'),
      askToSave: signIn(auth, `/sheets/${id}`, ['photos:upload']),
      askForFullSize: signIn(auth, '/photos', ['photos:download']),
    })
    return show(reply, { title, session, body })
  })

  server.get<{ Params: { id: string } }>('/sheets/:id/sheet.pdf', async (request, reply) => {
    const { session, sheet } = await ownSheet(shop, request)
    if (sheet === undefined) return missing(reply, session)
    reply.header('content-disposition', attachment(sheet.title)).header('cache-control', 'private, no-store')
    return reply.type('application/pdf').send(sheet.pdf)
  })

  server.post<{ Params: { id: string } }>('/sheets/:id/save', async (request, reply) => {
    needOwnForm(request, auth.baseUrl)
    const { session, sheet } = await ownSheet(shop, request)
    if (sheet === undefined) return missing(reply, session)
    // a form that is sent twice saves once
    if (sheet.saved) return reply.redirect(`/sheets/${sheet.id}`, 303)
    const { response, missingScopes } = await library.upload(request.auth.fetch, sheet.pdf, sheet.title)
    // A page to look at, not a redirect: the way leads to another site, and form-action stops forms from going there.
    if (missingScopes.length > 0) return reply.redirect(`/sheets/${sheet.id}`, 303)
    await response.body?.cancel()
    if (!response.ok) throw new LibraryProblem(response.status)
    sheets.markSaved(sheet.id)
    return reply.redirect(`/sheets/${sheet.id}`, 303)
  })
}

/** A plain name for all, and the whole one where it has letters that a plain one can't (RFC 6266 §4.3). */
function attachment(title: string): string {
  const plain = title.replaceAll(/[^\w-]+/g, ' ').trim() || 'sheet'
  const whole = encodeURIComponent(title.toWellFormed()).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  )
  return `attachment; filename="${plain}.pdf"${/\P{ASCII}/u.test(title) ? `; filename*=UTF-8''${whole}.pdf` : ''}`
}

async function ownSheet(
  { sheets }: Shop,
  request: FastifyRequest<{ Params: { id: string } }>,
): Promise<{ readonly session: Session; readonly sheet: Sheet | undefined }> {
  const session = await needSession(request)
  return { session, sheet: sheets.find(request.params.id, ownerOf(session)) }
}

const missing = (reply: FastifyReply, session: Session): FastifyReply =>
  show(reply.code(404), {
    title: 'Not here',
    session,
    body: sorry('Not here', 'Sheets are kept for a short while only.', { href: '/photos', text: 'Make a new one' }),
  })

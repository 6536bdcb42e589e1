/** The API: each route stands under its own scope, and every photo is looked up among those of the token's person. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { endings, fileTypes } from './file-types.ts'
import type { Added, Library, Photo } from './library.ts'
import { problem } from './problem.ts'
import type { Size } from './studio.ts'

export const scopes = {
  'photos:read': 'See your photos',
  'photos:download': 'Download your photos in full size',
  'photos:upload': 'Add pictures to your photos',
} as const

export const uploadLimit = 25 * 1024 * 1024

/** Which methods each address answers to. */
const addresses: readonly (readonly [address: RegExp, methods: string])[] = [
  [/^\/$/, 'GET, HEAD'],
  [/^\/photos$/, 'GET, HEAD, POST'],
  [/^\/photos\/[^/]+(\/(thumbnail|original))?$/, 'GET, HEAD'],
]

export function addRoutes(app: FastifyInstance, library: Library): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser([...fileTypes], { parseAs: 'buffer', bodyLimit: uploadLimit }, (_request, body, done) =>
    done(null, body),
  )

  app.get('/photos', { onRequest: app.guarded('photos:read') }, async (request, reply) => {
    const photos = await library.list(request.token.sub)
    return reply.header('cache-control', 'no-store').send({ photos: photos.map(shown) })
  })

  app.post<{ Body: Buffer; Querystring: { title?: string | string[] } }>(
    '/photos',
    { onRequest: app.guarded('photos:upload'), bodyLimit: uploadLimit },
    async (request, reply) => {
      if (!Buffer.isBuffer(request.body)) return problem(reply, 415, `Send one of ${fileTypes.join(', ')}.`)
      const title = titleFrom(request.query.title, request.headers.slug)
      const added = await library.add(request.token.sub, { bytes: request.body, title })
      if ('refused' in added) return problem(reply, ...refusal[added.refused])
      return reply.code(201).header('location', `/photos/${added.photo.id}`).send(shown(added.photo))
    },
  )

  app.get<{ Params: { id: string } }>(
    '/photos/:id',
    { onRequest: app.guarded('photos:read') },
    async (request, reply) => {
      const photo = await library.find(request.token.sub, request.params.id)
      return photo ? reply.header('cache-control', 'no-store').send(shown(photo)) : noPhoto(reply)
    },
  )

  for (const [size, scope] of [
    ['thumbnail', 'photos:read'],
    ['original', 'photos:download'],
  ] as const)
    app.get<{ Params: { id: string } }>(
      `/photos/:id/${size}`,
      { onRequest: app.guarded(scope) },
      async (request, reply) => {
        const { sub } = request.token
        const photo = await library.find(sub, request.params.id)
        const file = photo && (await library.file(sub, photo, size))
        return photo && file ? sendFile(reply, { photo, file, size }) : noPhoto(reply)
      },
    )

  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    const methods = addresses.find(([address]) => address.test(path))?.[1]
    if (methods === undefined) return problem(reply, 404, 'There is nothing at this address.')
    return problem(reply.header('allow', methods), 405, `This address answers to ${methods}.`)
  })
}

/** The same answer for a photo of somebody else and for one of nobody. */
const noPhoto = (reply: FastifyReply) => problem(reply, 404, 'You have no such photo.')

const refusal: Readonly<
  Record<Extract<Added, { refused: string }>['refused'], readonly [status: number, detail: string]>
> = {
  'unknown type': [415, `This is none of ${fileTypes.join(', ')}.`],
  unreadable: [422, 'This picture cannot be read.'],
  'too large': [422, 'This picture has more than 50 million pixels.'],
  full: [507, 'This library is full.'],
}

const shown = ({ id, ...photo }: Photo) => ({
  id,
  ...photo,
  links: {
    self: `/photos/${id}`,
    ...(photo.width !== undefined && { thumbnail: `/photos/${id}/thumbnail` }),
    original: `/photos/${id}/original`,
  },
})

function sendFile(
  reply: FastifyReply,
  { photo, file, size }: { readonly photo: Photo; readonly file: Uint8Array; readonly size: Size },
): FastifyReply {
  const type = size === 'thumbnail' ? 'image/jpeg' : photo.type
  const name = `${photo.id}.${endings[type]}`
  return reply
    .headers({
      'content-type': type,
      'content-disposition': `${size === 'original' ? 'attachment' : 'inline'}; filename="${name}"`,
      'cache-control': 'private, max-age=3600',
    })
    .send(Buffer.from(file.buffer, file.byteOffset, file.byteLength))
}

/** From the query, or from the Slug header as RFC 5023 §9.7 has it: percent-encoded. */
function titleFrom(
  query: string | readonly string[] | undefined,
  slug: string | readonly string[] | undefined,
): string {
  const given = typeof query === 'string' ? query : typeof slug === 'string' ? decoded(slug) : ''
  const title = given
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
  return [...title].slice(0, 120).join('') || 'Untitled'
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

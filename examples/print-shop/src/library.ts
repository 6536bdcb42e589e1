/** The photo library as the shop sees it: an API that is called as the person who signed in. */
import type { ApiAnswer, Auth, WithCookies } from '@symbolon/client'
import type { Photo } from './pages.ts'

export interface Library {
  list(request: WithCookies): Promise<Answer<readonly Photo[]>>
  picture(request: WithCookies, id: string, size: 'thumbnail' | 'original'): Promise<ApiAnswer>
  upload(request: WithCookies, pdf: Buffer, title: string): Promise<ApiAnswer>
}

export interface Answer<T> {
  readonly value: T
  readonly setCookies: readonly string[]
}

/** The library said no, or said nothing. */
export class LibraryProblem extends Error {
  readonly status: number
  readonly setCookies: readonly string[]

  constructor(status: number, setCookies: readonly string[]) {
    super(`the photo library answered ${status}`)
    this.status = status
    this.setCookies = setCookies
  }
}

export function createLibrary(auth: Auth, origin: string): Library {
  return {
    async list(request) {
      const { response, setCookies } = await auth.fetch(request, `${origin}/photos`)
      if (!response.ok) throw new LibraryProblem(response.status, setCookies)
      return { value: readPhotos(await response.json()), setCookies }
    },
    picture: (request, id, size) => auth.fetch(request, `${origin}/photos/${encodeURIComponent(id)}/${size}`),
    upload: (request, pdf, title) =>
      auth.fetch(request, `${origin}/photos?${new URLSearchParams({ title })}`, {
        method: 'POST',
        headers: { 'content-type': 'application/pdf' },
        body: new Uint8Array(pdf),
      }),
  }
}

/** Pictures only: sheets that were saved there lie in the same library. */
function readPhotos(body: unknown): readonly Photo[] {
  const photos = typeof body === 'object' && body !== null && 'photos' in body ? body.photos : undefined
  if (!Array.isArray(photos)) throw new LibraryProblem(502, [])
  return photos.filter(isPicture).map(({ id, title }) => ({ id, title }))
}

const isPicture = (photo: unknown): photo is Photo =>
  typeof photo === 'object' &&
  photo !== null &&
  'id' in photo &&
  typeof photo.id === 'string' &&
  'title' in photo &&
  typeof photo.title === 'string' &&
  'width' in photo &&
  typeof photo.width === 'number'

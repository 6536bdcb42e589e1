/** The photo library as the shop sees it: an API that is called as the person who signed in. */
import type { ApiAnswer } from '@symbolon/client'
import type { Photo } from './pages.ts'

/** A call with the person's access token: `request.auth.fetch`. */
export type Call = (url: string, init?: RequestInit) => Promise<ApiAnswer>

export interface Library {
  list(call: Call): Promise<readonly Photo[]>
  picture(call: Call, id: string, size: 'thumbnail' | 'original'): Promise<Response>
  upload(call: Call, pdf: Buffer, title: string): Promise<ApiAnswer>
}

/** The library said no, or said nothing. */
export class LibraryProblem extends Error {
  readonly status: number

  constructor(status: number) {
    super(`the photo library answered ${status}`)
    this.status = status
  }
}

export const createLibrary = (origin: string): Library => ({
  async list(call) {
    const { response } = await call(`${origin}/photos`)
    if (response.ok) return readPhotos(await response.json().catch(() => undefined))
    await response.body?.cancel()
    throw new LibraryProblem(response.status)
  },
  async picture(call, id, size) {
    // an address would lose these, and the call would go to another one
    if (id === '.' || id === '..') throw new LibraryProblem(404)
    return (await call(`${origin}/photos/${encodeURIComponent(id)}/${size}`)).response
  },
  upload: (call, pdf, title) =>
    call(`${origin}/photos?${new URLSearchParams({ title })}`, {
      method: 'POST',
      headers: { 'content-type': 'application/pdf' },
      body: new Uint8Array(pdf),
    }),
})

/** Pictures only: sheets that were saved there lie in the same library. */
function readPhotos(body: unknown): readonly Photo[] {
  const photos = typeof body === 'object' && body !== null && 'photos' in body ? body.photos : undefined
  if (!Array.isArray(photos)) throw new LibraryProblem(502)
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

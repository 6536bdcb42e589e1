/**
 * The photos of every person, each found only together with its owner: there is no way to ask for a photo by its
 * id alone, so that nobody learns which ids others have.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { albums } from './albums.ts'
import { endings, type FileType, sizeOf, typeOf } from './file-types.ts'
import { originalSize } from './painting/order.ts'
import type { Scene } from './painting/scenes.ts'
import { type Size, type Studio, writeWhole } from './studio.ts'

export interface Photo {
  readonly id: string
  readonly title: string
  readonly takenAt: string
  readonly type: FileType
  /** A PDF has none. */
  readonly width?: number
  readonly height?: number
}

export interface Person {
  /** The subject identifier that the issuer gives this person. */
  readonly sub: string
  /** Whose pictures they have from the start: `alice` or `bob`. */
  readonly username: string
}

export interface Library {
  /** Newest first. */
  readonly list: (owner: string) => Promise<readonly Photo[]>
  readonly find: (owner: string, id: string) => Promise<Photo | undefined>
  /** The file of a photo of this owner; a PDF has no thumbnail. */
  readonly file: (owner: string, photo: Photo, size: Size) => Promise<Uint8Array | undefined>
  readonly add: (owner: string, upload: { readonly bytes: Buffer; readonly title: string }) => Promise<Added>
}

export type Added =
  | { readonly photo: Photo }
  | { readonly refused: 'unknown type' | 'unreadable' | 'too large' | 'full' }

const mostPixels = 50_000_000
const mostUploads = 200
/** Of one person, so that nobody fills the disk of all. */
const mostBytes = 1024 ** 3

export function createLibrary({
  folder,
  studio,
  people,
  room = mostBytes,
}: {
  readonly folder: string
  readonly studio: Studio
  readonly people: readonly Person[]
  /** Bytes that one person may fill. */
  readonly room?: number
}): Library {
  /** A subject identifier is any text at all, so that its digest names the folder. */
  const folderOf = (owner: string) => join(folder, createHash('sha256').update(owner).digest('base64url'))

  const paintedFor = (owner: string): readonly Painted[] => {
    const username = people.find(({ sub }) => sub === owner)?.username
    const album = username !== undefined && Object.hasOwn(albums, username) ? albums[username] : undefined
    return (album ?? []).map(({ scene, ...rest }) => ({
      ...rest,
      ...originalSize,
      id: scene,
      scene,
      type: 'image/jpeg',
    }))
  }

  const uploadsOf = async (owner: string): Promise<readonly Photo[]> => {
    const names = await readdir(folderOf(owner)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    })
    const notes = names.filter((name) => name.endsWith('.json'))
    return Promise.all(
      notes.map(async (name): Promise<Photo> => JSON.parse(await readFile(join(folderOf(owner), name), 'utf8'))),
    )
  }

  const bytesOf = async (owner: string): Promise<number> => {
    const names = await readdir(folderOf(owner)).catch(() => [])
    const files = await Promise.all(names.map((name) => stat(join(folderOf(owner), name)).catch(() => undefined)))
    return files.reduce((sum, file) => sum + (file?.size ?? 0), 0)
  }

  const list = async (owner: string): Promise<readonly Photo[]> =>
    [...(await uploadsOf(owner)), ...paintedFor(owner).map(({ scene: _, ...photo }) => photo)].sort((a, b) =>
      b.takenAt.localeCompare(a.takenAt),
    )

  return {
    list,
    find: async (owner, id) => (await list(owner)).find((photo) => photo.id === id),

    async file(owner, photo, size) {
      const painted = paintedFor(owner)
      const scene = painted.find(({ id }) => id === photo.id)?.scene
      if (scene !== undefined) {
        // Who fetches one in full size mostly fetches more.
        if (size === 'original')
          studio.prepare(
            painted.map((each) => each.scene),
            size,
          )
        return studio.picture(scene, size)
      }
      if (size === 'thumbnail' && photo.width === undefined) return undefined
      const ending = size === 'thumbnail' ? 'thumbnail.jpg' : endings[photo.type]
      return readFile(join(folderOf(owner), `${photo.id}.${ending}`))
    },

    async add(owner, { bytes, title }) {
      const type = typeOf(bytes)
      if (type === undefined) return { refused: 'unknown type' }
      if ((await uploadsOf(owner)).length >= mostUploads) return { refused: 'full' }
      if ((await bytesOf(owner)) + bytes.length > room) return { refused: 'full' }
      const size = sizeOf(bytes)
      const id = randomBytes(12).toString('base64url')
      const path = (ending: string) => join(folderOf(owner), `${id}.${ending}`)
      if (type !== 'application/pdf') {
        if (!size || size.width === 0 || size.height === 0) return { refused: 'unreadable' }
        if (size.width * size.height > mostPixels) return { refused: 'too large' }
        const thumbnail = await studio.shrink(bytes, type).catch(() => undefined)
        if (!thumbnail) return { refused: 'unreadable' }
        await writeWhole(path('thumbnail.jpg'), thumbnail)
      }
      const photo: Photo = { id, title, takenAt: new Date().toISOString(), type, ...size }
      await writeWhole(path(endings[type]), bytes)
      // The note comes last: a photo is there when its note is.
      await writeWhole(path('json'), JSON.stringify(photo))
      return { photo }
    },
  }
}

type Painted = Photo & { readonly scene: Scene }

/** Pictures of the library, made ready to print: what the PDF writer could stumble over never reaches it. */
import { type Call, type Library, LibraryProblem } from './library.ts'
import type { Photo } from './pages.ts'
import type { SheetPhoto } from './sheet.ts'

/** All the pictures of a sheet together, so that the library takes the sheet back. */
export const mostBytes = 24 * 1024 * 1024

export interface Wanted {
  readonly photos: readonly Photo[]
  readonly fullSize: boolean
}

export interface Fetched {
  readonly photos: readonly SheetPhoto[]
  /** How many of them are printed from the small picture, or not at all. */
  readonly small: number
  /** `false` as well when the library does not allow it any more. */
  readonly fullSize: boolean
}

/** Large ones while they may be fetched, can be printed and are not too many; otherwise small ones. */
export async function fetchPictures(library: Library, call: Call, wanted: Wanted): Promise<Fetched> {
  const photos: SheetPhoto[] = []
  let { fullSize } = wanted
  let left = mostBytes
  let small = 0
  for (const { id, title } of wanted.photos) {
    const large = fullSize ? await library.picture(call, id, 'original') : undefined
    if (large?.status === 403) fullSize = false
    let image = await printable(large, left)
    if (!image) {
      small++
      image = await printable(await library.picture(call, id, 'thumbnail'), left)
    }
    left -= image?.length ?? 0
    photos.push({ title, image })
  }
  return { photos, small, fullSize }
}

/** The picture, if it is there, not too large and one that can be printed. */
async function printable(response: Response | undefined, most: number): Promise<Uint8Array | undefined> {
  if (!response) return undefined
  if (!response.ok) {
    await response.body?.cancel()
    if (response.status === 403 || response.status === 404) return undefined
    throw new LibraryProblem(response.status)
  }
  const bytes = await readUpTo(response, most)
  return bytes && isPrintable(bytes) ? bytes : undefined
}

async function readUpTo(response: Response, most: number): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.byteLength
    if (size > most) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** Whether the PDF writer can take it as it is: every JPEG, and a PNG that need not be decoded first. */
export function isPrintable(bytes: Uint8Array): boolean {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    return isPlainJpeg(data) || isPlainPng(data)
  } catch {
    // a read past the end: it says to be longer than it is
    return false
  }
}

/** Eight bits of one, three or four colours, and a size (ITU-T T.81 annex B). */
function isPlainJpeg(data: Buffer): boolean {
  if (data.readUInt16BE(0) !== 0xffd8) return false
  for (let at = 2; data.readUInt8(at) === 0xff; at += 2 + data.readUInt16BE(at + 2)) {
    const marker = data.readUInt8(at + 1)
    if (marker < 0xc0 || marker > 0xcf || [0xc4, 0xc8, 0xcc].includes(marker)) continue
    const sides = data.readUInt16BE(at + 5) * data.readUInt16BE(at + 7)
    return data.readUInt8(at + 4) === 8 && sides > 0 && [1, 3, 4].includes(data.readUInt8(at + 9))
  }
  return false
}

const pngBeginning = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** Whole chunks from the head to the end, eight bits, in one pass, and nothing to shine through (PNG §5, §11). */
function isPlainPng(data: Buffer): boolean {
  if (!data.subarray(0, 8).equals(pngBeginning)) return false
  const names: string[] = []
  for (let at = 8; names.at(-1) !== 'IEND'; at += 12 + data.readUInt32BE(at)) {
    names.push(data.toString('latin1', at + 4, at + 8))
    data.readUInt32BE(at + 8 + data.readUInt32BE(at))
  }
  const [bits, colours, interlaced] = [data.readUInt8(24), data.readUInt8(25), data.readUInt8(28)]
  const count = (name: string) => names.filter((each) => each === name).length
  return (
    names[0] === 'IHDR' &&
    count('IHDR') === 1 &&
    count('IDAT') > 0 &&
    count('tRNS') === 0 &&
    data.readUInt32BE(8) === 13 &&
    data.readUInt32BE(16) > 0 &&
    data.readUInt32BE(20) > 0 &&
    bits === 8 &&
    (colours === 0 || colours === 2 || (colours === 3 && count('PLTE') === 1)) &&
    interlaced === 0
  )
}

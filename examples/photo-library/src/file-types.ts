/** What a file is by its first bytes, whatever its sender calls it, and how large its picture is. */

export const fileTypes = ['image/jpeg', 'image/png', 'application/pdf'] as const

export type FileType = (typeof fileTypes)[number]

export const endings: Readonly<Record<FileType, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'application/pdf': 'pdf',
}

export interface PictureSize {
  readonly width: number
  readonly height: number
}

const beginnings: Readonly<Record<FileType, Buffer>> = {
  'image/jpeg': Buffer.from([0xff, 0xd8, 0xff]),
  'image/png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  'application/pdf': Buffer.from('%PDF-'),
}

export const typeOf = (bytes: Buffer): FileType | undefined =>
  fileTypes.find((type) => bytes.subarray(0, beginnings[type].length).equals(beginnings[type]))

/** The size a picture says it has; `undefined` for a PDF and for what says none. */
export function sizeOf(bytes: Buffer): PictureSize | undefined {
  const type = typeOf(bytes)
  if (type === 'image/png') return pngSize(bytes)
  return type === 'image/jpeg' ? jpegSize(bytes) : undefined
}

/** A second head could give another size than the one that was looked at, so there is none (PNG §5.6). */
function pngSize(bytes: Buffer): PictureSize | undefined {
  if (bytes.length < 24) return undefined
  for (let at = 8, first = true; at + 8 <= bytes.length; at += 12 + bytes.readUInt32BE(at), first = false)
    if ((bytes.toString('latin1', at + 4, at + 8) === 'IHDR') !== first) return undefined
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}

/** Walks from segment to segment to the one that holds the frame (ITU-T T.81 annex B). */
function jpegSize(bytes: Buffer): PictureSize | undefined {
  let at = 2
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) }
    at += 2 + bytes.readUInt16BE(at + 2)
  }
  return undefined
}

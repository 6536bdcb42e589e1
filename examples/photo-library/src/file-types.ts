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
  if (type === 'image/png' && bytes.length >= 24)
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
  return type === 'image/jpeg' ? jpegSize(bytes) : undefined
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

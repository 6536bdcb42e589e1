/** Reading uploaded pictures into pixels and making them small. */
import { decode } from 'jpeg-js'
import { PNG } from 'pngjs'

/** Red, green, blue and opacity bytes. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** @throws for what only pretends to be a picture. */
export function readPixels(bytes: Uint8Array, type: 'image/jpeg' | 'image/png'): Pixels {
  if (type === 'image/png') return PNG.sync.read(Buffer.from(bytes))
  return decode(bytes, { useTArray: true, maxResolutionInMP: 50, maxMemoryUsageInMB: 512 })
}

/** Fits the longer side into `longest`; smaller pictures stay as they are. */
export function shrink(pixels: Pixels, longest: number): Pixels {
  const scale = Math.min(1, longest / Math.max(pixels.width, pixels.height))
  const side = (length: number) => Math.max(1, Math.round(length * scale))
  return reduce(pixels, { width: side(pixels.width), height: side(pixels.height) })
}

/** Each new pixel is the average of those it stands for; what shines through stands on white. */
export function reduce(pixels: Pixels, size: { readonly width: number; readonly height: number }): Pixels {
  const { width, height } = size
  const data = new Uint8Array(width * height * 4)
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const [red, green, blue] = average(pixels, {
        left: Math.floor((column * pixels.width) / width),
        right: Math.ceil(((column + 1) * pixels.width) / width),
        top: Math.floor((row * pixels.height) / height),
        bottom: Math.ceil(((row + 1) * pixels.height) / height),
      })
      data.set([red, green, blue, 255], (row * width + column) * 4)
    }
  return { width, height, data }
}

function average(
  { width, data }: Pixels,
  area: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number },
): readonly [red: number, green: number, blue: number] {
  let red = 0
  let green = 0
  let blue = 0
  for (let row = area.top; row < area.bottom; row++)
    for (let column = area.left; column < area.right; column++) {
      const at = (row * width + column) * 4
      const share = (data[at + 3] ?? 255) / 255
      const white = 255 * (1 - share)
      red += (data[at] ?? 0) * share + white
      green += (data[at + 1] ?? 0) * share + white
      blue += (data[at + 2] ?? 0) * share + white
    }
  const count = (area.right - area.left) * (area.bottom - area.top)
  return [red / count, green / count, blue / count]
}

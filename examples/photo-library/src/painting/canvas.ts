/** A canvas of colours, and the few strokes everything is painted with. Lengths are in picture heights. */

/** Red, green and blue from 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number]

export interface Canvas {
  readonly width: number
  readonly height: number
  readonly pixels: Float32Array
}

export const createCanvas = (width: number, height: number): Canvas => ({
  width,
  height,
  pixels: new Float32Array(width * height * 3),
})

/** `#rrggbb` */
export const colour = (hex: string): Colour => {
  const value = Number.parseInt(hex.slice(1), 16)
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255]
}

export const clamp = (value: number): number => (value < 0 ? 0 : value > 1 ? 1 : value)

/** 0 below `from`, 1 above `to`, and a soft way between. */
export const rise = (value: number, from: number, to: number): number => {
  const t = clamp((value - from) / (to - from))
  return t * t * (3 - 2 * t)
}

export const mix = (a: Colour, b: Colour, share: number): Colour => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
]

/** Lays a colour over the pixel that begins at `at`. */
export function cover({ pixels }: Canvas, at: number, [r, g, b]: Colour, share: number): void {
  const red = pixels[at] as number
  const green = pixels[at + 1] as number
  const blue = pixels[at + 2] as number
  pixels[at] = red + (r - red) * share
  pixels[at + 1] = green + (g - green) * share
  pixels[at + 2] = blue + (b - blue) * share
}

/** Adds light to the pixel that begins at `at`, never beyond white. */
export function lighten({ pixels }: Canvas, at: number, [r, g, b]: Colour, share: number): void {
  pixels[at] = 1 - (1 - (pixels[at] as number)) * (1 - r * share)
  pixels[at + 1] = 1 - (1 - (pixels[at + 1] as number)) * (1 - g * share)
  pixels[at + 2] = 1 - (1 - (pixels[at + 2] as number)) * (1 - b * share)
}

/**
 * Visits every pixel between two heights with a value that changes slowly, so that it is worked out for some
 * pixels only and carried over to those between.
 */
export function eachPixel(
  { width, height }: Canvas,
  area: { readonly top: number; readonly bottom: number; readonly coarse?: number },
  value: (x: number, y: number) => number,
  paint: (at: number, value: number, x: number, y: number) => void,
): void {
  const step = Math.max(1, Math.round((width / 400) * (area.coarse ?? 1)))
  const first = Math.max(0, Math.floor(area.top * height))
  const last = Math.min(height, Math.ceil(area.bottom * height))
  const columns = Math.ceil(width / step) + 1
  let upper = new Float32Array(columns)
  let lower = new Float32Array(columns)
  const fill = (row: Float32Array, y: number) => {
    for (let column = 0; column < columns; column++) row[column] = value((column * step) / height, y / height)
  }
  fill(lower, first)
  for (let top = first; top < last; top += step) {
    ;[upper, lower] = [lower, upper]
    fill(lower, top + step)
    for (let y = top; y < Math.min(top + step, last); y++) {
      const down = (y - top) / step
      let at = y * width * 3
      for (let x = 0; x < width; x++, at += 3) {
        const column = (x / step) | 0
        const across = x / step - column
        const a = upper[column] as number
        const b = lower[column] as number
        const left = a + (b - a) * down
        const c = upper[column + 1] as number
        const right = c + ((lower[column + 1] as number) - c) * down
        paint(at, left + (right - left) * across, x / height, y / height)
      }
    }
  }
}

/** Fills each column from a height down, to the foot of the picture or another height, with a soft upper edge. */
export function fillBelow(
  canvas: Canvas,
  edge: (x: number) => number,
  paint: (at: number, share: number, x: number, y: number, edge: number) => void,
  bottom = 1,
): void {
  const { width, height } = canvas
  const last = Math.min(height, Math.ceil(bottom * height))
  for (let x = 0; x < width; x++) {
    const top = edge(x / height) * height
    for (let y = Math.max(0, Math.floor(top)); y < last; y++)
      paint((y * width + x) * 3, clamp(y + 1 - top), x / height, y / height, top / height)
  }
}

/** Ridges of hills and mountains. */
import { type Canvas, type Colour, clamp, cover, eachPixel, fillBelow, mix, rise } from './canvas.ts'
import { createNoise } from './noise.ts'

export interface Ridge {
  readonly seed: number
  /** Where its feet are, from the top of the picture. */
  readonly base: number
  readonly height: number
  /** How many hills stand side by side. */
  readonly hills: number
  readonly octaves?: number
  /** Crested mountains rather than round hills. */
  readonly steep?: boolean
  readonly colour: Colour
  /** The haze it stands in, and how far up that reaches. */
  readonly haze: Colour
  readonly hazeDepth?: number
  /** Light and shade on its flanks. */
  readonly relief?: { readonly lit: Colour; readonly shade: Colour; readonly grain?: number; readonly snow?: number }
}

/** Draws a ridge and gives its outline. */
export function ridge(canvas: Canvas, settings: Ridge): (x: number) => number {
  const { base, height, hills, octaves = 6, steep = false, colour, haze, hazeDepth = 0.3, relief } = settings
  const noise = createNoise(settings.seed)
  const outline = Float32Array.from({ length: canvas.width + 1 }, (_, column) => {
    const x = (column / canvas.height / 1.5) * hills
    const up = steep ? noise.crested(x, 0.5, octaves) : 0.5 + noise.layered(x, 0.5, octaves) * 0.5
    return base - height * up
  })
  const edge = (x: number) => outline[Math.max(0, Math.min(canvas.width, Math.round(x * canvas.height)))] ?? base
  if (relief) shadeFlanks(canvas, { ...settings, relief, hazeDepth }, edge)
  else
    fillBelow(canvas, edge, (at, share, _x, y, top) => {
      cover(canvas, at, mix(colour, haze, rise(y - top, 0, hazeDepth)), share)
    })
  return edge
}

function shadeFlanks(
  canvas: Canvas,
  { seed, base, height, haze, hazeDepth, relief }: Ridge & { relief: NonNullable<Ridge['relief']>; hazeDepth: number },
  edge: (x: number) => number,
): void {
  const noise = createNoise(seed + 5)
  const grain = relief.grain ?? 5
  const up = (x: number, y: number) => noise.crested(x * grain, y * grain * 0.8, 6)
  eachPixel(
    canvas,
    { top: base - height * 1.1, bottom: 1, coarse: 0.5 },
    (x, y) => (up(x, y) - up(x + 0.012, y - 0.008)) * 3.4,
    (at, slope, x, y) => {
      const top = edge(x)
      const share = clamp((y - top) * canvas.height + 0.5)
      if (share === 0) return
      const light = clamp(0.5 + slope)
      let tone = mix(relief.shade, relief.lit, light)
      if (relief.snow !== undefined) {
        const bare = rise(y - top + slope * 0.12, relief.snow, relief.snow + 0.16)
        tone = mix(tone, mix([0.16, 0.18, 0.22], [0.42, 0.42, 0.44], light), bare)
      }
      cover(canvas, at, mix(tone, haze, rise(y, base - hazeDepth, base + 0.02)), share)
    },
  )
}

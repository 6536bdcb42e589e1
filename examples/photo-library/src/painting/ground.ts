/** What lies below the horizon: water that mirrors, fields in rows, meadows and beaches. */
import { type Canvas, type Colour, clamp, cover, eachPixel, fillBelow, lighten, mix, rise } from './canvas.ts'
import { createNoise } from './noise.ts'

export interface Water {
  readonly seed: number
  readonly horizon: number
  readonly near: Colour
  readonly far: Colour
  /** 0 a mirror, 1 a sea with waves. */
  readonly waves: number
  /** Share of what it mirrors in what one sees. */
  readonly mirror?: number
}

/** Mirrors what is painted above the horizon, broken by waves that grow towards the viewer. */
export function water(canvas: Canvas, { seed, horizon, near, far, waves, mirror = 0.75 }: Water): void {
  const { width, height, pixels } = canvas
  const noise = createNoise(seed)
  const above = pixels.slice()
  const line = Math.round(horizon * height)
  eachPixel(
    canvas,
    { top: line / height, bottom: 1, coarse: 0.5 },
    (x, y) => {
      const depth = Math.max(0.004, y - horizon)
      const far = 0.06 / depth
      return noise.layered((x - 0.75) * (4 + far * 5) + 20, far * 16, 3)
    },
    (at, swell, x, y) => {
      const depth = (y - horizon) / (1 - horizon)
      const shift = swell * waves * (0.01 + depth * 0.22)
      const row = Math.max(
        0,
        Math.min(
          line - 1,
          Math.round(line - (y - horizon) * height * 0.92 - Math.abs(shift) * height - shift * height * 0.4),
        ),
      )
      const column = Math.max(0, Math.min(width - 1, Math.round(x * height + swell * waves * depth * 0.03 * height)))
      const from = (row * width + column) * 3
      const seen: Colour = [above[from] ?? 0, above[from + 1] ?? 0, above[from + 2] ?? 0]
      const deep = mix(far, near, rise(depth, 0, 0.9))
      const facing = clamp(mirror - depth * 0.22 + swell * waves * 0.3)
      cover(canvas, at, mix(deep, seen, facing), 1)
    },
  )
}

/** The path of light that sun or moon lay on water. */
export function glitter(
  canvas: Canvas,
  settings: {
    readonly seed: number
    readonly horizon: number
    readonly x: number
    readonly colour: Colour
    readonly strength: number
  },
): void {
  const { horizon, colour, strength } = settings
  const noise = createNoise(settings.seed)
  eachPixel(
    canvas,
    { top: horizon, bottom: 1, coarse: 0.35 },
    (x, y) => {
      const depth = Math.max(0.003, y - horizon)
      return noise.layered((x - settings.x) * (14 + 0.5 / depth), 2.6 / (depth + 0.02), 3)
    },
    (at, swell, x, y) => {
      const depth = y - horizon
      const wide = 0.035 + depth * 0.42
      const away = (x - settings.x) / wide
      const crest = rise(swell, -0.05 + depth * 0.5, 0.3 + depth * 0.5)
      lighten(
        canvas,
        at,
        colour,
        strength * crest * Math.exp(-away * away) * rise(depth, -0.01, 0.02) * (1 - depth * 0.8),
      )
    },
  )
}

/** Rows of plants that run to a point on the horizon. */
export function rows(
  canvas: Canvas,
  settings: {
    readonly seed: number
    readonly horizon: number
    readonly toward: number
    readonly plant: readonly [lit: Colour, shade: Colour]
    readonly soil: Colour
    readonly haze: Colour
  },
): void {
  const { horizon, toward, plant, soil, haze } = settings
  const noise = createNoise(settings.seed)
  const [lit, shade] = plant
  eachPixel(
    canvas,
    { top: horizon, bottom: 1, coarse: 0.35 },
    (x, y) => {
      const depth = Math.max(0.002, y - horizon)
      return noise.layered(((x - toward) / depth) * 9, 1.4 / depth, 4)
    },
    (at, leaf, x, y) => {
      const depth = Math.max(0.002, y - horizon)
      const across = ((x - toward) / depth) * 1.5
      const wave = Math.cos(across * Math.PI * 2 + leaf * 0.5)
      const blur = rise(depth, 0.01, 0.1)
      const bush = rise(wave + leaf * 0.9, -0.55, 0.15) * blur + (1 - blur) * 0.8
      const side = clamp(0.5 + Math.sin(across * Math.PI * 2 + 0.6) * 0.38 + leaf * 0.75)
      const tone = mix(soil, mix(shade, lit, side), bush)
      cover(canvas, at, mix(haze, tone, rise(depth, -0.04, 0.14)), 1)
    },
  )
}

/** A level stretch of snow, grass or sand, with soft unevenness. */
export function meadow(
  canvas: Canvas,
  settings: { seed: number; top: (x: number) => number; far: Colour; near: Colour; grain: number; strength: number },
): void {
  const noise = createNoise(settings.seed)
  const { far, near, grain, strength } = settings
  const uneven = new Float32Array(canvas.width * canvas.height)
  const highest = Math.min(...Array.from({ length: 76 }, (_, at) => settings.top(at / 50))) - 0.03
  if (strength > 0)
    eachPixel(
      canvas,
      { top: highest, bottom: 1, coarse: 0.5 },
      (x, y) => noise.layered(x * grain, y * grain * 3.2, 5),
      (at, value) => {
        uneven[at / 3] = value
      },
    )
  fillBelow(canvas, settings.top, (at, share, _x, y, top) => {
    const tone = mix(far, near, clamp(rise(y, top, 1.05) + (uneven[at / 3] ?? 0) * strength))
    cover(canvas, at, tone, share)
  })
}

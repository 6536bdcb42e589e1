/** Dunes and hills: outlines whose slopes lie in light or shade. */
import { type Canvas, type Colour, clamp, cover, fillBelow, mix, rise } from './canvas.ts'
import { createNoise } from './noise.ts'

export interface Hill {
  readonly seed: number
  readonly base: number
  readonly height: number
  readonly hills: number
  readonly lit: Colour
  readonly shade: Colour
  readonly haze: Colour
  readonly hazeShare: number
}

type Outline = (x: number) => number

/** How far an outline falls to the right, for each column; somewhat wider than the picture. */
function fallsOf(canvas: Canvas, outline: Outline): Float32Array {
  const step = 0.004
  return Float32Array.from({ length: canvas.width * 2 }, (_, column) => {
    const x = column / canvas.height
    return (outline(x + step) - outline(x - step)) / (2 * step)
  })
}

/** A dune: one side in the light, the other in shade, parted by its crest, with ripples of wind. */
export function dune(canvas: Canvas, { seed, base, height, hills, lit, shade, haze, hazeShare }: Hill): void {
  const noise = createNoise(seed)
  const leaning: Outline = (x) => {
    const t = x * hills + noise.at(x * 0.8, 4) * 0.6 + seed
    return Math.abs((((t % 2) + 2) % 2) - 1) ** 1.35
  }
  const crest: Outline = (x) => base - height * (0.15 + 0.7 * leaning(x) + noise.layered(x * 1.3, 8, 3) * 0.35)
  const falls = fallsOf(canvas, (x) => -height * 0.7 * leaning(x))
  fillBelow(canvas, crest, (at, share, x, y, top) => {
    const down = y - top
    // The line between light and shade wanders aside as it comes down from the crest.
    const aside = down * 0.42 + noise.at(x * 0.7, down * 5) * 0.09 * rise(down, 0, 0.12)
    const fall = falls[Math.max(0, Math.round((x + aside) * canvas.height))] ?? 0
    const sunny = rise(fall * 1.1 + noise.at(x * 2.2, y * 2.6) * 0.12 + down * 0.9, -0.2, 0.25)
    const wave = (y * 1.5 + x * 0.28 + noise.at(x * 3, y * 7) * 0.06) * 330
    const ripple = Math.sin(wave) * 0.035 * rise(down, 0.03, 0.2)
    const tone = mix(shade, lit, clamp(sunny * (0.94 - down * 0.35) + ripple))
    cover(canvas, at, mix(tone, haze, hazeShare), share)
  })
}

/** A round hill under grass. Gives its outline, for what stands on it. */
export function grassyHill(canvas: Canvas, { seed, base, height, hills, lit, shade, haze, hazeShare }: Hill): Outline {
  const noise = createNoise(seed)
  const outline: Outline = (x) =>
    base - height * (0.5 + 0.36 * Math.sin(x * hills * 3 + seed * 5) + noise.layered(x * 1.1, 8, 3) * 0.6)
  const falls = fallsOf(canvas, outline)
  fillBelow(canvas, outline, (at, share, x, y, top) => {
    const fall = falls[Math.round(x * canvas.height)] ?? 0
    const sunny = rise(fall * 1.1 + noise.at(x * 2.2, y * 2.6) * 0.35, -0.7, 0.55)
    const grass = noise.at(x * 14, y * 60) * 0.09
    const tone = mix(shade, lit, clamp(sunny * (0.94 - (y - top) * 0.9) + grass))
    cover(canvas, at, mix(tone, haze, hazeShare), share)
  })
  return outline
}

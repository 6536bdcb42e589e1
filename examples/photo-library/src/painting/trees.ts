/** Trees, near and far. */
import { type Canvas, type Colour, clamp, cover, mix, rise } from './canvas.ts'
import { createNoise, createRandom } from './noise.ts'

export interface Trees {
  readonly seed: number
  readonly count: number
  /** Where their feet are. */
  readonly ground: (x: number) => number
  readonly height: number
  readonly colour: Colour
  readonly haze: Colour
}

/** Conifers, each with its own sweep of branches. */
export function conifers(canvas: Canvas, { seed, count, ground, height, colour, haze }: Trees): void {
  const random = createRandom(seed)
  const noise = createNoise(seed)
  for (let tree = 0; tree < count; tree++) {
    const x = ((tree + random()) / count) * 1.6 - 0.05
    const tall = height * (0.55 + random() * 0.6)
    const foot = ground(Math.min(1.5, Math.max(0, x))) + 0.01
    const wide = tall * (0.15 + random() * 0.06)
    const phase = random() * 100
    const tone = mix(colour, haze, random() * 0.18)
    const top = foot - tall
    for (let row = Math.max(0, Math.floor(top * canvas.height)); row < foot * canvas.height; row++) {
      if (row >= canvas.height) break
      const down = clamp((row / canvas.height - top) / tall)
      const tiers = 13
      const tier = (down * tiers + noise.at(down * 6 + phase, 1) * 0.5) % 1
      const reach = wide * down ** 0.9 * (0.45 + 0.65 * tier) * (down > 0.94 ? 0.18 : 1)
      for (const side of [-1, 1]) {
        const ragged = reach * (0.8 + noise.at(down * 55 + phase, side * 9) * 0.5) + 0.0012
        const until = ragged * canvas.height
        const centre = x * canvas.height
        for (let away = 0; away < until; away++) {
          const column = Math.round(centre + side * away)
          if (column < 0 || column >= canvas.width || (side === 1 && away === 0)) continue
          const share = clamp(until - away)
          cover(canvas, (row * canvas.width + column) * 3, mix(tone, haze, rise(down, 0.35, 1.15) * 0.65), share)
        }
      }
    }
  }
}

/** Rounded crowns, drawn from many leaves lit from above. */
export function crowns(
  canvas: Canvas,
  settings: Omit<Trees, 'colour' | 'haze'> & { readonly tones: readonly Colour[]; readonly shade: Colour },
): void {
  const { seed, count, ground, height, tones, shade } = settings
  const random = createRandom(seed)
  for (let tree = 0; tree < count; tree++) {
    const x = ((tree + random()) / count) * 1.6 - 0.05
    const tall = height * (0.6 + random() * 0.7)
    const foot = ground(Math.min(1.5, Math.max(0, x)))
    const tone = tones[Math.floor(random() * tones.length)] ?? shade
    for (let leaf = 0; leaf < 46; leaf++) {
      const angle = random() * Math.PI * 2
      const out = Math.sqrt(random())
      const dx = Math.cos(angle) * out * tall * 0.34
      const dy = Math.sin(angle) * out * tall * 0.42
      const light = clamp(0.5 - dy / tall - dx / tall / 2 + (random() - 0.5) * 0.45)
      blob(
        canvas,
        { x: x + dx, y: foot - tall * 0.5 + dy, radius: tall * (0.07 + random() * 0.07) },
        mix(shade, tone, light),
      )
    }
  }
}

function blob(
  canvas: Canvas,
  at: { readonly x: number; readonly y: number; readonly radius: number },
  tone: Colour,
): void {
  const { width, height } = canvas
  const reach = at.radius * height
  for (let row = Math.floor(at.y * height - reach); row <= at.y * height + reach; row++)
    for (let column = Math.floor(at.x * height - reach); column <= at.x * height + reach; column++) {
      if (row < 0 || column < 0 || row >= height || column >= width) continue
      const away = Math.hypot(column + 0.5 - at.x * height, row + 0.5 - at.y * height)
      cover(canvas, (row * width + column) * 3, tone, clamp(reach - away + 0.5) * 0.92)
    }
}

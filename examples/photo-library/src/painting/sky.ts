/** What is above the horizon: air, sun and moon, clouds, stars, northern lights. */
import { type Canvas, type Colour, clamp, cover, eachPixel, lighten, mix, rise } from './canvas.ts'
import { createNoise, createRandom } from './noise.ts'

/** Colours from top to bottom, each with the height where it is pure. */
export function air(canvas: Canvas, stops: readonly (readonly [height: number, colour: Colour])[]): void {
  const { width, height } = canvas
  for (let y = 0; y < height; y++) {
    const at = stops.findIndex(([stop]) => stop > y / height)
    const [to, below] = stops.at(at === -1 ? -1 : at) ?? [1, [0, 0, 0]]
    const [from, above] = stops[Math.max(0, (at === -1 ? stops.length : at) - 1)] ?? [0, below]
    const tone = mix(above, below, to === from ? 1 : rise(y / height, from, to))
    for (let x = 0; x < width; x++) cover(canvas, (y * width + x) * 3, tone, 1)
  }
}

export interface Light {
  readonly x: number
  readonly y: number
  readonly radius: number
  readonly colour: Colour
}

/** Light that spreads around a point. */
export function glow(canvas: Canvas, { x, y, radius, colour }: Light, strength: number): void {
  const { width, height } = canvas
  const reach = radius * 5
  const top = Math.max(0, Math.floor((y - reach) * height))
  const bottom = Math.min(height, Math.ceil((y + reach) * height))
  const left = Math.max(0, Math.floor((x - reach) * height))
  const right = Math.min(width, Math.ceil((x + reach) * height))
  for (let row = top; row < bottom; row++)
    for (let column = left; column < right; column++) {
      const away = ((column / height - x) ** 2 + (row / height - y) ** 2) / (radius * radius)
      const edge = clamp(1 - away / 25)
      lighten(canvas, (row * width + column) * 3, colour, (strength * edge * edge) / (1 + away * 1.4))
    }
}

/** A disc with a soft edge; `mottled` gives it the seas of the moon. */
export function disc(canvas: Canvas, { x, y, radius, colour }: Light, { mottled = 0, share = 1 } = {}): void {
  const { width, height } = canvas
  const noise = createNoise(7)
  for (let row = Math.floor((y - radius) * height) - 1; row <= (y + radius) * height + 1; row++)
    for (let column = Math.floor((x - radius) * height) - 1; column <= (x + radius) * height + 1; column++) {
      if (row < 0 || column < 0 || row >= height || column >= width) continue
      const dx = column / height - x
      const dy = row / height - y
      const inside = clamp((radius - Math.hypot(dx, dy)) * height + 0.5)
      const seas = mottled && mottled * rise(noise.layered((dx / radius) * 1.3 + 3, (dy / radius) * 1.3, 4), -0.1, 0.4)
      cover(canvas, (row * width + column) * 3, mix(colour, [0.5, 0.52, 0.58], seas), inside * share)
    }
}

export interface Clouds {
  readonly seed: number
  readonly top: number
  readonly bottom: number
  /** 0 a clear sky, 1 an overcast one. */
  readonly cover: number
  readonly lit: Colour
  readonly shade: Colour
  readonly size?: number
  /** How much wider than high. */
  readonly stretch?: number
  readonly strength?: number
  /** From where the light comes. */
  readonly light?: { readonly x: number; readonly y: number }
}

export function clouds(canvas: Canvas, settings: Clouds): void {
  const { top, bottom, lit, shade, size = 1, stretch = 2.5, strength = 1, light = { x: 0.7, y: 1 } } = settings
  const noise = createNoise(settings.seed)
  // Clouds lie in a plane overhead: the nearer the horizon, the flatter and smaller they look.
  const density = (x: number, y: number): number => {
    const near = 0.25 + (bottom - y) * 1.6
    return noise.layered(((x - 0.75) / near) * (2.2 / size / stretch) * 2 + 40, (2.4 / near / size) * 1.5, 5)
  }
  const threshold = 0.42 - settings.cover * 0.75
  const toward = 0.03 * size
  const here = new Float32Array(canvas.width * canvas.height)
  eachPixel(canvas, { top, bottom }, density, (at, value) => {
    here[at / 3] = value
  })
  eachPixel(
    canvas,
    { top, bottom },
    (x, y) => density(x + (light.x - x) * toward, y + (light.y - y) * toward),
    (at, aside, _x, y) => {
      const dense = here[at / 3] ?? 0
      const thickness = rise(dense, threshold, threshold + 0.42)
      if (thickness === 0) return
      const brightness = clamp(0.55 + (dense - aside) * 2.4 - thickness * 0.3)
      const fade = rise(y, top - 0.001, top + 0.08) * rise(bottom - y, 0, 0.1)
      cover(
        canvas,
        at,
        mix(shade, lit, brightness),
        thickness * strength * (top === 0 ? rise(bottom - y, 0, 0.1) : fade),
      )
    },
  )
}

export function stars(canvas: Canvas, settings: { seed: number; count: number; bottom: number; band?: boolean }): void {
  const { width, height } = canvas
  const random = createRandom(settings.seed)
  const along = (x: number) => 0.62 - x * 0.42
  if (settings.band) milkyWay(canvas, settings.seed, settings.bottom, along)
  for (let star = 0; star < settings.count; star++) {
    const x = random() * 1.5
    const spread = random() + random() + random() - 1.5
    const y = settings.band && star % 2 === 0 ? along(x) + spread * 0.16 : random() * settings.bottom
    const bright = random() ** 5
    const tone: Colour = mix([0.75, 0.84, 1], [1, 0.9, 0.75], random())
    if (y < 0 || y > settings.bottom) continue
    const radius = 0.0006 + bright * 0.0013
    const fade = rise(settings.bottom - y, 0, 0.15)
    const reach = Math.ceil(radius * 3 * height)
    const centreX = x * height
    const centreY = y * height
    for (let row = Math.floor(centreY) - reach; row <= centreY + reach; row++)
      for (let column = Math.floor(centreX) - reach; column <= centreX + reach; column++) {
        if (row < 0 || column < 0 || row >= height || column >= width) continue
        const away = Math.hypot(column + 0.5 - centreX, row + 0.5 - centreY) / (radius * height)
        lighten(canvas, (row * width + column) * 3, tone, fade * (0.35 + 0.65 * bright) * Math.exp(-away * away))
      }
  }
}

function milkyWay(canvas: Canvas, seed: number, bottom: number, along: (x: number) => number): void {
  const noise = createNoise(seed + 1)
  eachPixel(
    canvas,
    { top: 0, bottom },
    (x, y) => {
      const away = (y - along(x) + noise.layered(x * 3, y * 3, 3) * 0.06) / 0.17
      const dust = rise(noise.layered(x * 5 + 9, y * 5, 5), 0.02, 0.4) * Math.exp(-away * away * 5)
      return Math.exp(-away * away) * (0.75 + 0.5 * noise.layered(x * 8, y * 8, 4)) * (1 - dust * 0.85)
    },
    (at, bright, x) =>
      lighten(canvas, at, mix([0.42, 0.45, 0.66], [0.78, 0.6, 0.55], clamp(x / 1.5)), clamp(bright) * 0.62),
  )
}

/** Curtains of light: each hangs from a wandering line and fades upwards. */
export function aurora(canvas: Canvas, settings: { seed: number; bottom: number; low: Colour; high: Colour }): void {
  const noise = createNoise(settings.seed)
  for (let curtain = 0; curtain < 3; curtain++) {
    const offset = curtain * 31.7
    const foot = (x: number) =>
      settings.bottom - 0.1 - curtain * 0.09 + noise.layered(x * 0.9 + offset, offset, 3) * 0.26
    const feet = Float32Array.from({ length: canvas.width }, (_, column) => foot(column / canvas.height))
    eachPixel(
      canvas,
      { top: 0, bottom: settings.bottom + 0.1 },
      (x, y) => {
        const above = foot(x) - y
        const folds = 0.35 + 0.65 * clamp(0.55 + noise.layered(x * 9 + offset + above * 0.7, offset, 4) * 1.1)
        const reach = clamp(0.5 + noise.at(x * 1.7 + offset, 3.3) * 0.8)
        return rise(above, -0.025, 0.03) * Math.exp(-Math.max(0, above) * (4.2 + curtain)) * folds * (0.25 + reach)
      },
      (at, bright, _x, y) => {
        const height = clamp(((feet[(at / 3) % canvas.width] ?? 0) - y) * 3.2)
        lighten(canvas, at, mix(settings.low, settings.high, height), clamp(bright) * (0.85 - curtain * 0.18))
      },
    )
  }
}

/** What stands on the ground: ridges, dunes, trees, houses. */
import { type Canvas, type Colour, clamp, cover, eachPixel, fillBelow, mix, rise } from './canvas.ts'
import { createNoise, createRandom } from './noise.ts'

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

export interface Houses {
  readonly seed: number
  readonly base: number
  readonly height: number
  readonly width: number
  readonly colour: Colour
  readonly haze: Colour
  /** Share of windows with light in them. */
  readonly lit: number
  readonly windows: readonly Colour[]
}

/** A row of tall houses with their windows. */
export function houses(canvas: Canvas, settings: Houses): void {
  const random = createRandom(settings.seed)
  let x = -0.03
  while (x < 1.52) {
    const wide = settings.width * (0.6 + random() * 0.9)
    // Taller towards the middle of town.
    const centre = Math.exp(-(((x - 0.82) / 0.5) ** 2))
    const tall = settings.height * (0.28 + 0.45 * random() ** 1.5 + 0.55 * centre * random())
    house(canvas, settings, { x, wide, tall, random })
    if (random() < 0.25)
      fillBox(
        canvas,
        { x: x + wide * 0.48, y: settings.base - tall * 1.16, wide: 0.002, tall: tall * 0.17 },
        settings.colour,
        1,
      )
    x += wide * (0.86 + random() * 0.22)
  }
}

function house(
  canvas: Canvas,
  settings: Houses,
  {
    x,
    wide,
    tall,
    random,
  }: { readonly x: number; readonly wide: number; readonly tall: number; readonly random: () => number },
): void {
  const { base, colour, haze, lit, windows } = settings
  const tone = mix(colour, haze, random() * 0.22)
  const slices = 10
  for (let slice = 0; slice < slices; slice++) {
    const top = base - tall + (tall * slice) / slices
    const shade = mix(tone, haze, (slice / slices) ** 2 * 0.55)
    fillBox(canvas, { x, y: top, wide, tall: tall / slices + 0.002 }, shade, 1)
  }
  const storey = 0.0135
  const pane = 0.0085
  const dark = random() < 0.15
  for (let y = base - tall + storey; y < base - storey; y += storey) {
    const wholeFloor = random() < 0.04
    for (let at = x + pane * 0.7; at < x + wide - pane * 1.2; at += pane * 1.45) {
      const shines = random() < (dark ? lit * 0.15 : lit) || wholeFloor
      const pick = windows[Math.floor(random() * windows.length)] ?? haze
      if (shines) fillBox(canvas, { x: at, y, wide: pane * 0.8, tall: storey * 0.52 }, pick, 0.35 + random() * 0.65)
    }
  }
}

export function fillBox(
  canvas: Canvas,
  box: { readonly x: number; readonly y: number; readonly wide: number; readonly tall: number },
  tone: Colour,
  share: number,
): void {
  const { width, height } = canvas
  const [left, right] = [box.x * height, (box.x + box.wide) * height]
  const [top, bottom] = [box.y * height, (box.y + box.tall) * height]
  for (let row = Math.max(0, Math.floor(top)); row < Math.min(height, bottom); row++)
    for (let column = Math.max(0, Math.floor(left)); column < Math.min(width, right); column++) {
      const across = Math.min(column + 1, right) - Math.max(column, left)
      const down = Math.min(row + 1, bottom) - Math.max(row, top)
      cover(canvas, (row * width + column) * 3, tone, clamp(across) * clamp(down) * share)
    }
}

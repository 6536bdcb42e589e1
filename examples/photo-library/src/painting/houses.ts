/** Houses with light in their windows. */
import { type Canvas, type Colour, clamp, cover, mix } from './canvas.ts'
import { createRandom } from './noise.ts'

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

/** A canyon with its towers of rock. */
import { type Canvas, type Colour, colour as c, clamp, cover, fillBelow, mix, rise } from './canvas.ts'
import { meadow } from './ground.ts'
import { createNoise } from './noise.ts'
import { ridge } from './ridges.ts'
import { air, clouds, disc, glow } from './sky.ts'
import { crowns } from './trees.ts'

export function canyonInTheEvening(canvas: Canvas): void {
  const sun = { x: 1.22, y: 0.3, radius: 0.035, colour: c('#fff3cf') }
  air(canvas, [
    [0, c('#4a6fa8')],
    [0.25, c('#c79fae')],
    [0.42, c('#ffc58f')],
  ])
  glow(canvas, { ...sun, radius: 0.26, colour: c('#ffab66') }, 0.7)
  disc(canvas, sun)
  clouds(canvas, {
    seed: 47,
    top: 0,
    bottom: 0.38,
    cover: 0.4,
    lit: c('#ffdcb4'),
    shade: c('#a67b93'),
    stretch: 4.5,
    strength: 0.8,
    light: sun,
  })
  const rock = { lit: c('#e8935a'), shade: c('#6d2f2b'), haze: c('#efbd9c') }
  ridge(canvas, {
    seed: 540,
    base: 0.52,
    height: 0.09,
    hills: 2.2,
    octaves: 5,
    colour: c('#c08f92'),
    haze: c('#e2b09b'),
    hazeDepth: 0.08,
  })
  buttes(canvas, {
    ...rock,
    seed: 1,
    base: 0.53,
    share: 0.5,
    towers: [
      { x: 0.2, wide: 0.17, tall: 0.11 },
      { x: 0.78, wide: 0.06, tall: 0.13 },
      { x: 1.02, wide: 0.2, tall: 0.1 },
    ],
  })
  buttes(canvas, {
    ...rock,
    seed: 2,
    base: 0.58,
    share: 0.2,
    towers: [
      { x: 0.5, wide: 0.2, tall: 0.28 },
      { x: 0.655, wide: 0.035, tall: 0.2 },
      { x: 1.36, wide: 0.22, tall: 0.22 },
    ],
  })
  const floor = (x: number) => 0.6 + 0.02 * Math.sin(x * 3.4 + 2)
  meadow(canvas, { seed: 88, top: floor, far: c('#d68a58'), near: c('#7a3826'), grain: 5, strength: 0.75 })
  for (const [at, tall] of [
    [0.64, 0.014],
    [0.7, 0.022],
    [0.8, 0.036],
    [0.93, 0.055],
  ] as const)
    crowns(canvas, {
      seed: Math.round(at * 100),
      count: 30,
      ground: (x) => at + 0.04 * Math.sin(x * 21 + at * 40),
      height: tall,
      tones: [c('#8d8a52'), c('#a08a50')],
      shade: c('#43302a'),
    })
}

interface Tower {
  readonly x: number
  readonly wide: number
  readonly tall: number
}

/** Towers of banded rock, each on a slope of its own rubble, lit from the right. */
function buttes(
  canvas: Canvas,
  settings: {
    readonly seed: number
    readonly base: number
    readonly towers: readonly Tower[]
    readonly lit: Colour
    readonly shade: Colour
    readonly haze: Colour
    /** Of haze in what one sees. */
    readonly share: number
  },
): void {
  const { base, lit, shade, haze, share: hazy } = settings
  const noise = createNoise(settings.seed + 900)
  for (const { x: centre, wide, tall } of settings.towers) {
    const beside = (x: number) => Math.abs(x - centre) - wide / 2
    const top = (x: number): number => {
      const outside = beside(x) - noise.layered(x * 30, centre, 3) * 0.012
      if (outside < 0) return base - tall * (0.94 + noise.layered(x * 26, 2, 3) * 0.1 - (outside > -0.016 ? 0.14 : 0))
      return base - tall * 0.5 * Math.exp(-outside / (0.05 + wide * 0.3)) + 0.01
    }
    const paint = (at: number, share: number, x: number, y: number) => {
      const across = Math.max(-0.6, Math.min(0.6, (x - centre) / wide))
      const wall = rise((base - y) / tall, 0.44, 0.5) * (1 - rise(beside(x), 0, 0.02))
      const flutes = noise.layered(x * 75, y * 5, 3) * 0.5 * wall + noise.layered(x * 26, y * 34, 4) * 0.4 * (1 - wall)
      const bands = noise.layered(x * 1.2, y * 62, 2) * 0.32
      const tone = mix(shade, lit, clamp(0.5 + across * 0.75 + flutes + bands - wall * 0.08))
      cover(canvas, at, mix(tone, haze, clamp(hazy + rise(y, base - 0.05, base + 0.03) * 0.3)), share)
    }
    fillBelow(canvas, top, paint, base + 0.1)
  }
}

/** Scenes with mountains in them. */
import { type Canvas, type Colour, colour as c, clamp, cover, fillBelow, mix, rise } from './canvas.ts'
import { meadow, water } from './ground.ts'
import { conifers, crowns, ridge } from './land.ts'
import { createNoise } from './noise.ts'
import { air, aurora, clouds, disc, glow, stars } from './sky.ts'

export function firstLight(canvas: Canvas): void {
  const sun = { x: 0.46, y: 0.36, radius: 0.04, colour: c('#fffbe8') }
  air(canvas, [
    [0, c('#7fa3c9')],
    [0.25, c('#f3cfae')],
    [0.45, c('#ffe6bd')],
  ])
  glow(canvas, { ...sun, radius: 0.3, colour: c('#ffc67d') }, 0.7)
  disc(canvas, sun)
  glow(canvas, { ...sun, radius: 0.09, colour: c('#fff0c0') }, 0.8)
  const far = c('#d9b3a6')
  const near = c('#23334a')
  for (let layer = 0; layer < 6; layer++) {
    const share = layer / 5
    ridge(canvas, {
      seed: 100 + layer * 7,
      base: 0.5 + share * 0.44,
      height: 0.2 + 0.05 * share,
      hills: 2.6 - share * 1.2,
      steep: layer < 4,
      octaves: 6,
      colour: mix(far, near, share ** 0.8),
      haze: mix(c('#ffe3c0'), c('#93a0ad'), share),
      hazeDepth: 0.27,
    })
  }
  conifers(canvas, {
    seed: 5,
    count: 46,
    ground: () => 1.02,
    height: 0.2,
    colour: c('#121c2a'),
    haze: c('#3a4a5c'),
  })
}

export function autumnLake(canvas: Canvas): void {
  air(canvas, [
    [0, c('#4d8ac2')],
    [0.3, c('#a5cbe6')],
    [0.5, c('#e6eef0')],
  ])
  clouds(canvas, {
    seed: 33,
    top: 0,
    bottom: 0.44,
    cover: 0.36,
    lit: c('#ffffff'),
    shade: c('#b3c2d2'),
    stretch: 2.2,
    light: { x: 0, y: 0 },
  })
  ridge(canvas, {
    seed: 203,
    base: 0.56,
    height: 0.42,
    hills: 1.5,
    steep: true,
    colour: c('#7d8ba3'),
    haze: c('#b4c2cd'),
    hazeDepth: 0.22,
    relief: { lit: c('#f6f7fb'), shade: c('#8797b4'), grain: 4.5, snow: 0.06 },
  })
  const shore = ridge(canvas, {
    seed: 61,
    base: 0.58,
    height: 0.12,
    hills: 1.4,
    colour: c('#5b6b4a'),
    haze: c('#7a7d52'),
    hazeDepth: 0.1,
  })
  conifers(canvas, {
    seed: 12,
    count: 90,
    ground: (x) => shore(x) + 0.03,
    height: 0.075,
    colour: c('#2f4436'),
    haze: c('#68734f'),
  })
  const tones = [c('#e8a33a'), c('#d9702b'), c('#c9482c'), c('#f0c453'), c('#8f9a45')]
  crowns(canvas, { seed: 77, count: 60, ground: () => 0.595, height: 0.085, tones, shade: c('#51331f') })
  crowns(canvas, { seed: 78, count: 74, ground: () => 0.61, height: 0.06, tones, shade: c('#462a1a') })
  water(canvas, { seed: 15, horizon: 0.605, near: c('#17303e'), far: c('#58707a'), waves: 0.16, mirror: 0.9 })
}

export function northernLights(canvas: Canvas): void {
  air(canvas, [
    [0, c('#040a1c')],
    [0.4, c('#0a2038')],
    [0.7, c('#17464f')],
  ])
  stars(canvas, { seed: 42, count: 700, bottom: 0.7 })
  aurora(canvas, { seed: 13, bottom: 0.66, low: c('#4dffa6'), high: c('#8a5cf0') })
  ridge(canvas, {
    seed: 310,
    base: 0.72,
    height: 0.26,
    hills: 1.7,
    steep: true,
    colour: c('#26414f'),
    haze: c('#23525a'),
    hazeDepth: 0.14,
    relief: { lit: c('#a9d4cf'), shade: c('#1d3547'), grain: 5, snow: 0.2 },
  })
  water(canvas, { seed: 3, horizon: 0.71, near: c('#03101c'), far: c('#1d5a5c'), waves: 0.22, mirror: 0.85 })
  const bank = (x: number) => 0.94 - 0.05 * Math.sin(x * 2.1 + 0.4)
  meadow(canvas, { seed: 8, top: bank, far: c('#7fb0b5'), near: c('#284a5c'), grain: 4, strength: 0.6 })
  conifers(canvas, {
    seed: 19,
    count: 17,
    ground: (x) => bank(x) + 0.01,
    height: 0.24,
    colour: c('#04101a'),
    haze: c('#123040'),
  })
}

export function highValleyInSnow(canvas: Canvas): void {
  air(canvas, [
    [0, c('#1c5fae')],
    [0.35, c('#5e9fdb')],
    [0.6, c('#bfdcef')],
  ])
  clouds(canvas, {
    seed: 90,
    top: 0.02,
    bottom: 0.5,
    cover: 0.3,
    lit: c('#ffffff'),
    shade: c('#bccbdc'),
    stretch: 2.8,
    light: { x: 0, y: 0 },
  })
  const relief = { lit: c('#ffffff'), shade: c('#7d9cc9'), grain: 4.2, snow: 0.42 }
  ridge(canvas, {
    seed: 421,
    base: 0.66,
    height: 0.5,
    hills: 1.3,
    steep: true,
    colour: c('#9db4d3'),
    haze: c('#d5e4f0'),
    hazeDepth: 0.24,
    relief,
  })
  ridge(canvas, {
    seed: 433,
    base: 0.8,
    height: 0.3,
    hills: 1.8,
    steep: true,
    colour: c('#9db4d3'),
    haze: c('#e4eef6'),
    hazeDepth: 0.16,
    relief: { ...relief, shade: c('#5f83b8'), snow: 0.5 },
  })
  const slope = (x: number) => 0.79 + 0.05 * Math.sin(x * 3.1 + 1) - 0.03 * x
  conifers(canvas, { seed: 55, count: 70, ground: slope, height: 0.1, colour: c('#28424a'), haze: c('#9fb6c4') })
  meadow(canvas, { seed: 66, top: slope, far: c('#ffffff'), near: c('#9fbbe0'), grain: 2.6, strength: 0.75 })
  conifers(canvas, {
    seed: 58,
    count: 7,
    ground: (x) => 1.03 - 0.04 * Math.sin(x * 4),
    height: 0.34,
    colour: c('#142a30'),
    haze: c('#547078'),
  })
}

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
